package runner_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/holdfast-go/holdfast/executor/action"
	"github.com/holdfast-go/holdfast/executor/digest"
	"github.com/holdfast-go/holdfast/executor/merkle"
	"github.com/holdfast-go/holdfast/executor/process"
	"github.com/holdfast-go/holdfast/executor/runner"
	"github.com/holdfast-go/holdfast/executor/sandbox"
)

func TestASuccessIsStoredWhole(t *testing.T) {
	w := newWorld(t)
	j := w.sh(`
		cat in/text > copy; : > none
		echo '#!/bin/sh' > tool; chmod 755 tool
		mkdir -p dir/sub/empty; echo deep > dir/sub/deep; echo x > dir/x; chmod +x dir/x; ln -s sub/deep dir/link
		ln -s copy link; ln -s not/there dangling
		mkdir bare
		echo said; echo warned >&2
	`, []string{"tool", "copy", "dir", "none", "link", "dangling", "bare"}, w.file("in/text", "text"))

	complete := false
	w.Cache = checked{w.Cache, func(key digest.Digest, r *action.Result) {
		complete = true
		all := append(slices.Collect(r.Digests()), j.Coded.Digest, j.Coded.CommandDigest, j.Action.InputRoot, of("deep\n"), of("x\n"))
		missing, err := w.store.Missing(t.Context(), all)
		if err != nil || missing != nil {
			t.Errorf("the entry precedes the blobs %v, %v", missing, err)
		}
	}}
	o := w.mustSucceed(j)
	if !complete {
		t.Fatal("nothing was put into the cache")
	}

	dir, berr := merkle.Build([]merkle.Entry{
		{Path: "sub/empty", Kind: merkle.Directory}, {Path: "sub/deep", Kind: merkle.File, Digest: of("deep\n")},
		{Path: "x", Kind: merkle.File, Digest: of("x\n"), Executable: true}, {Path: "link", Kind: merkle.Symlink, Target: "sub/deep"},
	})
	bare, berr2 := merkle.Build(nil)
	if berr != nil || berr2 != nil {
		t.Fatal(berr, berr2)
	}
	expected := &action.Result{
		Files: []action.File{
			{Path: "copy", Digest: of("text")}, {Path: "none", Digest: digest.Empty},
			{Path: "tool", Digest: of("#!/bin/sh\n"), Executable: true},
		},
		Dirs: []action.Dir{
			{Path: "bare", Tree: digest.Of(merkle.EncodeTree(bare)), Root: bare.Root},
			{Path: "dir", Tree: digest.Of(merkle.EncodeTree(dir)), Root: dir.Root},
		},
		Symlinks: []action.Symlink{{Path: "dangling", Target: "not/there"}, {Path: "link", Target: "copy"}},
		Stdout:   of("said\n"), Stderr: of("warned\n"),
		Wall: o.Exit.Wall,
	}
	want(t, expected, o.Result)
	want(t, "text", w.blob(of("text")))
	want(t, "deep\n", w.blob(of("deep\n")))
	want(t, "said\n", w.blob(o.Result.Stdout))
	want(t, "warned\n", w.blob(o.Result.Stderr))
	for d, b := range dir.Blobs() {
		want(t, string(b), w.blob(d))
	}
	tree, terr := merkle.DecodeTree([]byte(w.blob(o.Result.Dirs[1].Tree)))
	if terr != nil {
		t.Fatal(terr)
	}
	want(t, slices.Collect(dir.All()), slices.Collect(tree.All()))
	if decoded, err := action.Decode([]byte(w.blob(j.Coded.Digest)), []byte(w.blob(j.Coded.CommandDigest))); err != nil || decoded.InputRoot != j.Action.InputRoot {
		t.Errorf("the stored action is %+v, %v", decoded, err)
	}

	want(t, process.Result{State: process.Exited, KilledBy: process.Nobody}, o.Exit,
		cmpopts.IgnoreFields(process.Result{}, "Wall", "User", "System", "MaxRSS"))
	if o.Exit.Wall <= 0 {
		t.Errorf("it took %v", o.Exit.Wall)
	}
	want(t, runner.Stream{Tail: []byte("said\n"), Size: 5}, o.Stdout)
	want(t, runner.Stream{Tail: []byte("warned\n"), Size: 7}, o.Stderr)
	want(t, sandbox.Report{Linked: 1}, o.Inputs)
	want(t, "", o.Sandbox)
	want(t, "", o.Hint)

	cached, err := w.Lookup(t.Context(), j.Coded.Digest)
	if err != nil {
		t.Fatal(err)
	}
	want(t, expected, cached)
	if last := len(w.log.ops) - 1; slices.Index(w.log.ops, "result") != last {
		t.Errorf("the entry is not the last that was written: %v", w.log.ops)
	}
}

func TestARunThatSaysNothingStoresNoStreams(t *testing.T) {
	w := newWorld(t)
	o := w.mustSucceed(w.sh(":", nil))
	want(t, &action.Result{Wall: o.Exit.Wall}, o.Result)
	want(t, runner.Stream{}, o.Stdout)
	want(t, runner.Stream{}, o.Stderr)
}

func TestAResultThatIsNotToBeCached(t *testing.T) {
	w := newWorld(t)
	j := w.job(action.Action{Argv: []string{"sh", "-c", "echo a > a"}, Outputs: []string{"a"}, DoNotCache: true})
	o := w.mustSucceed(j)
	want(t, "a\n", w.blob(o.Result.Files[0].Digest))
	w.wantNoEntry(j)
}

func TestWhatAProcessSees(t *testing.T) {
	w := newWorld(t)
	j := w.job(action.Action{
		Argv: []string{"sh", "-c", "env | grep -v -e ^PWD= -e ^SHLVL= -e ^_= > seen; ls >> seen; cat >> seen; ls new/parent >> seen; : > new/parent/out"},
		Env:  map[string]string{"B": "2", "A": "1"}, Outputs: []string{"seen", "new/parent/out"},
	}, w.file("in", "i"))
	o := w.mustSucceed(j)
	want(t, "A=1\nB=2\nin\nnew\nseen\n", w.blob(outputs(o)["seen"]))
}

func outputs(o *runner.Outcome) map[string]digest.Digest {
	all := map[string]digest.Digest{}
	for e := range o.Result.Entries() {
		all[e.Path] = e.Digest
	}
	return all
}

func TestOutputsAreRelativeToTheWorkingFolder(t *testing.T) {
	w := newWorld(t)
	in := w.file("work/here/in", "in")
	j := w.job(action.Action{
		Argv:    []string{"sh", "-c", "cat in > out; : > made/x; mkdir dir; cat in > dir/y; ln -s out link"},
		Outputs: []string{"out", "made/x", "dir", "link"}, WorkingDir: "work/here",
	}, in)
	o := w.mustSucceed(j)
	want(t, []string{"dir", "link", "made/x", "out"}, sorted(outputs(o)))
	want(t, in.Digest, outputs(o)["out"])

	t.Run("and there are none without it", func(t *testing.T) {
		for _, script := range []string{
			"rm -r ../here", "rm -r ../here; echo file > ../here", "rm -r ../../*", "rm -r ../here; ln -s / ../here", "cd ../..; rm -rf $PWD",
		} {
			j := w.job(action.Action{Argv: []string{"sh", "-c", script}, Outputs: []string{"etc", "a"}, WorkingDir: "work/here"}, in)
			want(t, []string{"a", "etc"}, w.mustRun(j).Missing)
		}
	})
}

func sorted(m map[string]digest.Digest) (all []string) {
	for k := range m {
		all = append(all, k)
	}
	slices.Sort(all)
	return all
}

func TestOutputsThatShareFiles(t *testing.T) {
	for name, c := range map[string]struct {
		script  string
		outputs []string
		want    map[string]string // files among the outputs
	}{
		"declared twice":         {"echo a > a", []string{"a", "a"}, map[string]string{"a": "a\n"}},
		"a folder and its file":  {"echo a > d/a; echo b > d/b", []string{"d", "d/a"}, map[string]string{"d/a": "a\n"}},
		"reached through a link": {"echo a > d/a; rmdir e; ln -s d e", []string{"d/a", "e/a"}, map[string]string{"d/a": "a\n", "e/a": "a\n"}},
		"one file, two names":    {"echo a > a; ln a b", []string{"a", "b"}, map[string]string{"a": "a\n", "b": "a\n"}},
		"the same bytes":         {"echo a > a; echo a > b", []string{"a", "b"}, map[string]string{"a": "a\n", "b": "a\n"}},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			o := w.mustSucceed(w.sh(c.script, c.outputs))
			got := map[string]string{}
			for _, f := range o.Result.Files {
				got[f.Path] = w.blob(f.Digest)
			}
			want(t, c.want, got)
			if err := o.Result.Check(); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestAnOutputThatIsAnInput(t *testing.T) {
	w := newWorld(t)
	in := w.file("in", "text")
	j := w.sh("ln in linked; mv in moved; cat moved > copied", []string{"linked", "moved", "copied"}, in)
	o := w.mustSucceed(j)
	want(t, map[string]digest.Digest{"linked": in.Digest, "moved": in.Digest, "copied": in.Digest}, outputs(o))
	want(t, nil, o.Tampered)
	want(t, "text", w.blob(in.Digest))
}

func TestInputsThatAProcessWroteToAreTold(t *testing.T) {
	w := newWorld(t)
	in := w.file("in", "text")
	o := w.mustRun(w.sh("chmod u+w in; echo more >> in", nil, in))
	if o.OK() {
		t.Fatalf("what it made of changed inputs was taken for a result: %+v", o)
	}
	want(t, []digest.Digest{in.Digest}, o.Tampered)
	if missing, err := w.store.Missing(t.Context(), []digest.Digest{in.Digest}); err != nil || missing == nil {
		t.Errorf("the store still believes in the blob: %v, %v", missing, err)
	}

	in = w.file("in", "text")
	j := w.sh("chmod u+w in; echo other >> in", nil, in)
	j.How = sandbox.Copy
	o = w.mustSucceed(j)
	want(t, nil, o.Tampered)
	want(t, sandbox.Report{Copied: 1}, o.Inputs)
	want(t, "text", w.blob(in.Digest))
}

func TestFoldersMayBeInTheStoreAlready(t *testing.T) {
	w := newWorld(t)
	j := w.sh("cat dir/in > out", []string{"out"}, w.file("dir/in", "text"))
	for _, b := range j.Inputs.Blobs() {
		if _, err := w.store.Put(t.Context(), b); err != nil {
			t.Fatal(err)
		}
	}
	j.Inputs = nil
	want(t, of("text"), outputs(w.mustSucceed(j))["out"])
}

func TestEndsThatAreNoSuccess(t *testing.T) {
	for name, c := range map[string]struct {
		script  string
		timeout time.Duration
		want    process.Result
	}{
		"failed":               {"echo a > a; exit 3", 0, process.Result{State: process.Exited, ExitCode: 3, KilledBy: process.Nobody}},
		"signaled":             {"echo a > a; kill -SEGV $$", 0, process.Result{State: process.Signaled, ExitCode: -1, Signal: syscall.SIGSEGV, KilledBy: process.Foreign}},
		"timed out":            {"echo a > a; exec sleep 100", 300 * time.Millisecond, process.Result{State: process.TimedOut, KilledBy: process.ByTimeout}},
		"timed out, exit 0":    {"echo a > a; trap 'exit 0' TERM; while :; do sleep 0.01; done", 300 * time.Millisecond, process.Result{State: process.TimedOut, KilledBy: process.ByTimeout}},
		"timed out, stubborn":  {"trap '' TERM; while :; do sleep 0.01; done", 300 * time.Millisecond, process.Result{State: process.TimedOut, KilledBy: process.ByTimeout}},
		"failed after a write": {"echo a > a; echo out; echo err >&2; false", 0, process.Result{State: process.Exited, ExitCode: 1, KilledBy: process.Nobody}},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			j := w.job(action.Action{Argv: []string{"sh", "-c", c.script}, Outputs: []string{"a"}, Timeout: c.timeout})
			o := w.mustRun(j)
			if o.Exit.State == process.TimedOut {
				o.Exit.ExitCode, o.Exit.Signal = 0, 0 // that the trap was set in time is not for sure
			}
			want(t, c.want, o.Exit, cmpopts.IgnoreFields(process.Result{}, "Wall", "User", "System", "MaxRSS", "Leftover"))
			if o.OK() || o.Result != nil || o.Missing != nil || o.Refused != nil {
				t.Errorf("got %+v", o)
			}
			if strings.Contains(c.script, "echo out") {
				want(t, runner.Stream{Tail: []byte("out\n"), Size: 4}, o.Stdout)
				want(t, runner.Stream{Tail: []byte("err\n"), Size: 4}, o.Stderr)
			}
			w.wantNoEntry(j)
			want(t, nil, w.log.ops) // nor is anything stored
		})
	}
}

func TestOutputsThatAreNotThereOrCannotBeStored(t *testing.T) {
	const path = ": its path leads out of the sandbox"
	for name, c := range map[string]struct {
		script           string
		outputs          []string
		missing, refused []string
	}{
		"missing":                      {"echo b > b", []string{"c", "b", "a"}, []string{"a", "c"}, nil},
		"missing below a file":         {"rmdir b; echo b > b", []string{"b/c"}, []string{"b/c"}, nil},
		"all of them":                  {"rm -rf $PWD", []string{"a", "b"}, []string{"a", "b"}, nil},
		"a FIFO":                       {"mkfifo a", []string{"a"}, nil, []string{"a: neither a file, a folder nor a symbolic link"}},
		"a FIFO deep in a folder":      {"mkdir -p d/e; mkfifo d/e/p; echo x > d/x", []string{"d"}, nil, []string{"d/e/p: neither a file, a folder nor a symbolic link"}},
		"an absolute link":             {"ln -s /etc a", []string{"a"}, nil, []string{"a: a symbolic link out of the sandbox"}},
		"a link above the root":        {"mkdir d; ln -s ../.. d/a", []string{"d"}, nil, []string{"d/a: a symbolic link out of the sandbox"}},
		"behind a link out":            {"rmdir d; ln -s /etc d", []string{"d/passwd"}, nil, []string{"d/passwd" + path}},
		"behind a link to itself":      {"rmdir d; ln -s d d", []string{"d/a"}, nil, []string{"d/a" + path}},
		"a name that is no UTF-8":      {`mkdir d; : > "$(printf 'd/\377')"`, []string{"d"}, nil, []string{`"d/\xff": not valid UTF-8`}},
		"some missing, others refused": {"mkfifo a", []string{"b", "a"}, []string{"b"}, []string{"a: neither a file, a folder nor a symbolic link"}},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.Keep = runner.KeepOnFailure
			j := w.sh(c.script, c.outputs)
			o := w.mustRun(j)
			want(t, c.missing, o.Missing)
			want(t, c.refused, o.Refused)
			if o.OK() {
				t.Error("it is called a success")
			}
			w.wantNoEntry(j)
			want(t, nil, w.log.ops)
			if len(c.outputs) == 3 {
				want(t, []string{"b"}, names(t, o.Sandbox)) // what is there has not been moved
			}
		})
	}
}

func TestOnlyTheEndOfLongOutputIsCarried(t *testing.T) {
	w := newWorld(t)
	o := w.mustSucceed(w.sh("yes 0123456789 | head -c 200000; printf end", nil))
	want(t, int64(200003), o.Stdout.Size)
	if n := len(o.Stdout.Tail); n != 64<<10 || !bytes.HasSuffix(o.Stdout.Tail, []byte("end")) {
		t.Errorf("%d bytes that end with %q", n, o.Stdout.Tail[max(0, n-10):])
	}
	want(t, int64(200003), o.Result.Stdout.Size)
}

func TestKeep(t *testing.T) {
	scripts := map[string]string{"success": "echo a > a", "failure": "echo a > a; false", "missing": "echo b > b"}
	for keep, kept := range map[runner.Keep][]string{
		runner.KeepNever:     nil,
		runner.KeepOnFailure: {"failure", "missing"},
		runner.KeepAlways:    {"failure", "missing", "success"},
	} {
		t.Run(fmt.Sprint(kept), func(t *testing.T) {
			w := newWorld(t)
			w.Keep = keep
			var got []string
			for _, name := range []string{"failure", "missing", "success"} {
				o := w.mustRun(w.sh(scripts[name], []string{"a"}, w.file("in", "text")))
				if o.Sandbox == "" {
					continue
				}
				got = append(got, name)
				files := []string{"a", "in"}
				if name == "missing" {
					files[0] = "b"
				}
				want(t, files, names(t, o.Sandbox))
				if !strings.HasPrefix(o.Sandbox, w.KeepDir) {
					t.Errorf("it is kept in %s", o.Sandbox)
				}
			}
			want(t, kept, got)
			want(t, len(kept), len(names(t, w.KeepDir)))
		})
	}
	t.Run("a sandbox that cannot be kept is no reason to fail", func(t *testing.T) {
		w := newWorld(t)
		w.Keep, w.KeepDir = runner.KeepAlways, filepath.Join(w.dir, "file")
		if err := os.WriteFile(w.KeepDir, nil, 0o644); err != nil {
			t.Fatal(err)
		}
		want(t, "", w.mustSucceed(w.sh("echo a > a", []string{"a"})).Sandbox)
	})
}

func TestAStepSeesNothingOfTheOneBefore(t *testing.T) {
	for name, before := range map[string]string{
		"that left files":                "echo x > x; mkdir -p d/e; echo y > .y; chmod 0 d/e d",
		"that said what was known":       "echo known; echo known >&2",
		"that changed its folder's mode": "chmod 0577 .",
		"that removed its folder":        "rm -rf $PWD",
		"that failed":                    "echo x > x; echo y; false",
		"that left a process":            "sleep 300 & echo x > x",
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.file("known", "known\n")
			w.mustRun(w.sh(before, nil))
			o := w.mustSucceed(w.sh("ls -ld . | cut -c1-4 > mode; find . ! -name list | sort > list", []string{"mode", "list"}))
			want(t, "drwx\n", w.blob(outputs(o)["mode"]))
			want(t, ".\n./mode\n", w.blob(outputs(o)["list"]))
			want(t, runner.Stream{}, o.Stdout)
			want(t, runner.Stream{}, o.Stderr)
			want(t, digest.Digest{}, o.Result.Stdout)
		})
	}
}

func TestManyAtOnce(t *testing.T) {
	w := newWorld(t)
	shared := w.file("shared", "shared ")
	errs := make(chan string)
	const n = 24
	for i := range n {
		j := w.sh(fmt.Sprintf("cat shared own > out; mkdir dir; echo %d > dir/x", i%4), []string{"out", "dir"}, shared, w.file("own", fmt.Sprint(i)))
		go func() {
			o, err := w.Execute(t.Context(), j)
			switch {
			case err != nil:
				errs <- fmt.Sprintf("%+v", err)
			case !o.OK() || outputs(o)["out"] != of(fmt.Sprint("shared ", i)):
				errs <- fmt.Sprintf("%d: got %+v", i, o)
			default:
				errs <- ""
			}
		}()
	}
	for range n {
		if e := <-errs; e != "" {
			t.Error(e)
		}
	}
}
