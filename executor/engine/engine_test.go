package engine_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/holdfast-go/holdfast/executor/engine"
	"github.com/holdfast-go/holdfast/executor/event"
	"github.com/holdfast-go/holdfast/executor/process"
)

func TestColdThenCached(t *testing.T) {
	w := newWorld(t, pipeline)
	all := []string{"join", "last", "side", "up"}
	w.run().mustSucceed(t).wantSources(t, map[event.Source][]string{event.Executed: all})
	want := map[string]string{"last.out": "text of last.txt\nTEXT OF IN.TXT\ntext of side.txt\ntext of extra.txt\n"}
	if d := cmp.Diff(want, w.outputs()); d != "" {
		t.Errorf("outputs (-want +got):\n%s", d)
	}
	w.run().mustSucceed(t).wantSources(t, map[event.Source][]string{event.Cached: all})

	w.write("in.txt", "TEXT of in.txt\n") // other input, same output: what follows stays cached
	w.run().mustSucceed(t).wantSources(t, map[event.Source][]string{event.Executed: {"up"}, event.Cached: {"join", "last", "side"}})
}

func TestOnlyWhatTheRequestNeeds(t *testing.T) {
	w := newWorld(t, pipeline)
	w.run("up", "side").mustSucceed(t).wantSources(t, map[event.Source][]string{event.Executed: {"side", "up"}})
	if d := cmp.Diff([]string{"side.out", "up.txt"}, sorted(w.outputs())); d != "" {
		t.Errorf("placed (-want +got):\n%s", d)
	}
	r := w.run("uq")
	if e, ok := errors.AsType[*engine.UnknownStep](r.err); !ok || e.Hint != `did you mean "up"?` {
		t.Errorf("an unknown step: %v", r.err)
	}
}

func TestOutputsThatAreThereAreLeftAlone(t *testing.T) {
	w := newWorld(t, pipeline)
	w.run().mustSucceed(t)
	file := filepath.Join(w.dir, "out", "last.out")
	old := time.Date(2001, 2, 3, 4, 5, 6, 0, time.UTC)
	if err := os.Chtimes(file, old, old); err != nil {
		t.Fatal(err)
	}
	w.run().mustSucceed(t)
	if info, err := os.Stat(file); err != nil || !info.ModTime().Equal(old) {
		t.Errorf("the file was written again: %v, %v", info.ModTime(), err)
	}
	w.write("out/last.out", "somebody else's")
	w.run().mustSucceed(t)
	if got := w.read("out/last.out"); !strings.HasPrefix(got, "text of last.txt") {
		t.Errorf("a changed output was not replaced: %q", got)
	}
}

// Steps that fail are results, not errors.
func TestStepsThatFail(t *testing.T) {
	for _, tt := range []struct {
		name, step string
		check      func(event.StepFinished) bool
	}{
		{"exit status", `{run: [sh, -c, "echo out; echo err >&2; exit 7"]}`, func(e event.StepFinished) bool {
			return e.ExitCode == 7 && e.Signal == "" && e.Said == "out\nerr\n" && string(e.Stdout) == "out\n" && string(e.Stderr) == "err\n"
		}},
		{"signal", `{run: [sh, -c, "kill -SEGV $$"]}`, func(e event.StepFinished) bool { return e.ExitCode == -1 && e.Signal == "SIGSEGV" }},
		{"timeout", `{run: [sh, -c, "echo partial; sleep 100"], timeout: 50ms}`, func(e event.StepFinished) bool {
			return e.TimedOut && string(e.Stdout) == "partial\n"
		}},
		{"a declared output missing", `{run: ["true"], outputs: [a, b]}`, func(e event.StepFinished) bool {
			return cmp.Equal(e.Missing, []string{"a", "b"})
		}},
		{"an output that is no file", `{run: [mkfifo, a], outputs: [a]}`, func(e event.StepFinished) bool {
			return len(e.Refused) == 1 && strings.HasPrefix(e.Refused[0], "a: neither")
		}},
		{"an output that leads out", `{run: [ln, -s, /etc/passwd, a], outputs: [a]}`, func(e event.StepFinished) bool {
			return len(e.Refused) == 1 && strings.HasPrefix(e.Refused[0], "a: a symbolic link out")
		}},
		{"an output through a link that leads out", `{run: [sh, -c, "rmdir d; ln -s /etc d"], outputs: [d/passwd]}`, func(e event.StepFinished) bool {
			return len(e.Refused) == 1 && strings.Contains(e.Refused[0], "leads out")
		}},
		{"no such command", `{run: [no-such-command-anywhere]}`, func(e event.StepFinished) bool {
			return e.Error != nil && e.Error.Kind == "process.not_found" && strings.Contains(e.Error.Verdict, "fail")
		}},
		{"not executable", `{run: [./in.txt], inputs: [in.txt]}`, func(e event.StepFinished) bool {
			return e.Error != nil && e.Error.Kind == "process.not_executable"
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t, "steps:\n  bad: "+tt.step+"\n  after: {run: ['true'], inputs: [{step: bad}]}\n  beside: {run: ['true']}\n")
			w.opts = func(o *engine.Options) { o.KeepGoing = true }
			for range 2 { // the second time too: a failure is not cached
				r := w.run()
				if r.err != nil {
					t.Fatalf("%+v", r.err)
				}
				if d := cmp.Diff([]string{"bad"}, r.out.Failed); d != "" || r.out.Skipped != 1 {
					t.Errorf("failed (-want +got):\n%sskipped %d", d, r.out.Skipped)
				}
				for _, e := range of[event.StepFinished](r) {
					if e.Step == "bad" && (e.OK || e.Source == event.Cached || !tt.check(e)) {
						t.Errorf("got %+v, error %+v", e, e.Error)
					}
				}
			}
		})
	}
}

func TestTheFirstFailureStopsUnlessKeepGoing(t *testing.T) {
	w := newWorld(t, `
steps:
  a: {run: ["false"]}
  b: {run: ["true"]}
  c: {run: ["true"], inputs: [{step: b}]}
`)
	w.jobs = 1
	if r := w.run(); len(r.out.Failed) != 1 || r.out.Skipped != 2 {
		t.Errorf("failed %v, skipped %d; want 1 and 2", r.out.Failed, r.out.Skipped)
	}
	w.opts = func(o *engine.Options) { o.KeepGoing = true }
	if r := w.run(); len(r.out.Failed) != 1 || r.out.Skipped != 0 {
		t.Errorf("keep going: failed %v, skipped %d; want 1 and 0", r.out.Failed, r.out.Skipped)
	}
}

func TestStepsSeeOnlyWhatTheyDeclare(t *testing.T) {
	w := newWorld(t, `
steps:
  look: {run: [sh, -c, "find . -type f | sort > list; env | sort > env"], inputs: [in.txt, "sub/**"], outputs: [list, env], env: {B: two, A: one}}
`)
	w.write("sub/deep/x", "x")
	t.Setenv("SECRET_OF_MINE", "canary")
	w.run().mustSucceed(t)
	if got := strings.ReplaceAll(w.read("out/list"), "./list\n", ""); got != "./in.txt\n./sub/deep/x\n" { // the list may see itself
		t.Errorf("files: %q", got)
	}
	for line := range strings.Lines(w.read("out/env")) {
		switch name, _, _ := strings.Cut(line, "="); name {
		case "A", "B", "PWD", "OLDPWD", "SHLVL", "_": // the shell's own
		case "PATH":
			if line != "PATH="+process.DefaultPath+"\n" {
				t.Errorf("environment: %q", line)
			}
		default:
			t.Errorf("environment: %q", line)
		}
	}
}

func TestOutputFoldersAndLinks(t *testing.T) {
	w := newWorld(t, `
steps:
  gen:
    run: [sh, -c, "mkdir -p d/e empty; echo 1 > d/a; echo 2 > d/e/b; chmod +x d/e/b; ln -s e/b d/l; mkdir d/none; ln -s d/a link"]
    outputs: [d, link]
  whole: {run: [sh, -c, "cat d/a d/e/b d/l link > w; test -x d/e/b; test -d d/none"], inputs: [{step: gen}], outputs: [w]}
  part: {run: [sh, -c, "cat d/e/b > p; test ! -e d/a"], inputs: [{step: gen, path: d/e}], outputs: [p]}
  one: {run: [cp, d/a, o], inputs: [{step: gen, path: d/a}], outputs: [o]}
  wrong: {run: ["true"], inputs: [{step: gen, path: d/nothing}]}
`)
	w.run("whole", "part", "one", "gen").mustSucceed(t)
	want := map[string]string{"w": "1\n2\n2\n1\n", "p": "2\n", "o": "1\n", "d/a": "1\n", "d/e/b": "2\n", "d/l": "2\n", "link": "1\n"}
	if d := cmp.Diff(want, w.outputs()); d != "" {
		t.Errorf("outputs (-want +got):\n%s", d)
	}
	r := w.run("wrong")
	if fin := of[event.StepFinished](r); r.err != nil || !cmp.Equal(r.out.Failed, []string{"wrong"}) || fin[len(fin)-1].Error.Kind != "engine.input_absent" {
		t.Errorf("a path that is not there: %v, %+v", r.err, r.out)
	}
	w.write("out/d/stale", "from an earlier plan")
	w.run("gen").mustSucceed(t)
	if _, err := os.Stat(filepath.Join(w.dir, "out", "d", "stale")); !os.IsNotExist(err) {
		t.Error("a folder was merged instead of replaced")
	}
}

func TestCancelKillsEverythingAndCachesNothing(t *testing.T) {
	w := newWorld(t, `
steps:
  long: {run: [sh, -c, "echo started > ../started; trap '' TERM; sleep 1000 & sleep 1000"]}
  next: {run: ["true"], inputs: [{step: long}]}
`)
	ctx, cancel := context.WithCancelCause(context.Background())
	why := errors.New("enough")
	w.opts = func(o *engine.Options) {
		o.Sink = watch{o.Sink, func(e event.Event) {
			if _, ok := e.(event.StepStarted); ok {
				cancel(why)
			}
		}}
	}
	r := w.runContext(ctx)
	if e, ok := errors.AsType[*engine.Cancelled](r.err); !ok || !errors.Is(e, why) {
		t.Fatalf("got %+v", r.err)
	}
	fin := of[event.Finished](r)
	if len(fin) != 1 || fin[0].OK || fin[0].Error == nil || fin[0].Error.Kind != "engine.cancelled" {
		t.Errorf("finished: %+v", fin)
	}
	w.opts = nil
	w.write("plan.yaml", `steps: {long: {run: ["true"]}}`)
	w.run().mustSucceed(t)
}

type watch struct {
	event.Sink
	see func(event.Event)
}

func (w watch) Event(at time.Time, e event.Event) {
	w.see(e)
	w.Sink.Event(at, e)
}

// Executables that one step writes and others start at once: the kernel refuses to
// execute a file that anybody has open for writing, a forked child included.
func TestFreshExecutablesUnderLoad(t *testing.T) {
	var b strings.Builder
	b.WriteString("steps:\n")
	for i := range 40 {
		fmt.Fprintf(&b, "  make%d: {run: [sh, -c, \"cp /bin/true tool%d; echo %d >> tool%d\"], outputs: [tool%d]}\n", i, i, i, i, i)
		fmt.Fprintf(&b, "  use%d: {run: [./tool%d], inputs: [{step: make%d}]}\n", i, i, i)
	}
	w := newWorld(t, b.String())
	w.jobs = 16
	w.run().mustSucceed(t)
}

func TestOutputsDoNotDependOnJobs(t *testing.T) {
	var want map[string]string
	for _, jobs := range []int{1, 8, 64} {
		w := newWorld(t, wide(40))
		w.jobs = jobs
		w.run().mustSucceed(t)
		if want == nil {
			want = w.outputs()
		}
		if d := cmp.Diff(want, w.outputs()); d != "" {
			t.Errorf("%d jobs (-1 job +%d jobs):\n%s", jobs, jobs, d)
		}
	}
}

// wide is a plan with so many leaves, joined in groups of five and then all together.
func wide(leaves int) string {
	var b strings.Builder
	b.WriteString("steps:\n")
	var groups []string
	for g := range leaves / 5 {
		var in, files []string
		for i := 5 * g; i < 5*g+5; i++ {
			fmt.Fprintf(&b, "  leaf%d: {run: [sh, -c, \"sed s/^/%d:/ in.txt > leaf%d\"], inputs: [in.txt], outputs: [leaf%d]}\n", i, i, i, i)
			in, files = append(in, fmt.Sprintf("{step: leaf%d}", i)), append(files, fmt.Sprintf("leaf%d", i))
		}
		fmt.Fprintf(&b, "  group%d: {run: [sh, -c, \"cat %s extra.txt > group%d\"], inputs: [extra.txt, %s], outputs: [group%d]}\n",
			g, strings.Join(files, " "), g, strings.Join(in, ", "), g)
		groups = append(groups, fmt.Sprintf("{step: group%d}", g))
	}
	fmt.Fprintf(&b, "  all: {run: [sh, -c, \"cat group* last.txt > all\"], inputs: [last.txt, %s], outputs: [all]}\n", strings.Join(groups, ", "))
	return b.String()
}
