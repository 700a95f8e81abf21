package runner_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/holdfast-go/holdfast/errctx"
	"github.com/holdfast-go/holdfast/executor/action"
	"github.com/holdfast-go/holdfast/executor/actioncache"
	"github.com/holdfast-go/holdfast/executor/cas"
	"github.com/holdfast-go/holdfast/executor/cas/castest"
	"github.com/holdfast-go/holdfast/executor/digest"
	"github.com/holdfast-go/holdfast/executor/merkle"
	"github.com/holdfast-go/holdfast/executor/process"
	"github.com/holdfast-go/holdfast/executor/runner"
	"github.com/holdfast-go/holdfast/executor/sandbox"
)

// script puts faults between the runner and its store.
func (w *world) script(steps ...castest.Step) *castest.Faulty {
	f := castest.NewFaulty(castest.Subject{Store: w.store}, steps...)
	w.Store = blobs{f, w.log}
	return f
}

// mustFail executes a job of which there is no outcome.
func (w *world) mustFail(j runner.Job) runner.Err {
	w.t.Helper()
	o, err := w.Execute(w.t.Context(), j)
	if err == nil || o != nil {
		w.t.Fatalf("got %+v, %v", o, err)
	}
	w.wantNoEntry(j)
	return err
}

// wantKind checks that a phase is asked for by what is in it.
func wantKind(t *testing.T, kind string, p runner.Error) {
	t.Helper()
	want(t, kind, p.ErrorKind())
	want(t, errors.Unwrap(p).Error(), p.Error())
}

func TestLookupError(t *testing.T) {
	w := newWorld(t)
	j := w.sh("echo a > a", []string{"a"})
	key := j.Coded.Digest

	t.Run("a miss", func(t *testing.T) {
		_, err := w.Lookup(t.Context(), key)
		p := phase[*runner.LookupError](t, err)
		if miss := fault[*actioncache.Miss](t, err); p.Cause != miss || miss.Key != key || miss.Reason != actioncache.Absent {
			t.Errorf("got %+v", p.Cause)
		}
		wantKind(t, "actioncache.miss", p)
	})
	t.Run("a corrupt entry", func(t *testing.T) {
		w.mustSucceed(j)
		w.cache.Damage(key, func(entry []byte) []byte { return entry[:len(entry)/2] })
		_, err := w.Lookup(t.Context(), key)
		p := phase[*runner.LookupError](t, err)
		if p.Cause != fault[*actioncache.CorruptEntry](t, err) {
			t.Errorf("got %+v", p.Cause)
		}
		wantKind(t, "actioncache.corrupt_entry", p)
	})
	t.Run("a cache that cannot tell", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err := w.Lookup(ctx, key)
		p := phase[*runner.LookupError](t, err)
		fault[*cas.Interrupted](t, err)
		wantKind(t, "cas.interrupted", p)
	})
}

func TestMaterializeError(t *testing.T) {
	t.Run("lost inputs, with the store's own errors", func(t *testing.T) {
		w := newWorld(t)
		in := w.file("dir/in", "text")
		if _, err := w.store.Remove(t.Context(), in.Digest); err != nil {
			t.Fatal(err)
		}
		err := w.mustFail(w.sh("cat dir/in", nil, in))
		p := phase[*runner.MaterializeError](t, err)
		lost := fault[*sandbox.InputsLost](t, err)
		if p.Cause != lost || len(lost.Lost) != 1 || lost.Lost[0].Path != "dir/in" || lost.Lost[0].Err.Root() != fault[*cas.MissingDigest](t, err) {
			t.Errorf("got %+v", lost)
		}
		wantKind(t, "sandbox.inputs_lost", p)
	})
	t.Run("a store that refuses", func(t *testing.T) {
		w := newWorld(t)
		in := w.file("in", "text")
		denied := &cas.Denied{Op: "link", Path: "in", Err: syscall.EACCES}
		w.script(castest.Fail(denied).Of(in.Digest))
		err := w.mustFail(w.sh("cat in", nil, in))
		p := phase[*runner.MaterializeError](t, err)
		if fault[*cas.Denied](t, err) != denied {
			t.Error("it is another error than the store's")
		}
		wantKind(t, "cas.denied", p)
	})
	t.Run("no folder for a sandbox", func(t *testing.T) {
		w := newWorld(t)
		boxes, oerr := sandbox.Open(filepath.Join(w.dir, "closed"))
		if oerr != nil {
			t.Fatal(oerr)
		}
		if err := boxes.Close(); err != nil {
			t.Fatal(err)
		}
		w.Sandboxes = boxes
		p := phase[*runner.MaterializeError](t, w.mustFail(w.sh("true", nil)))
		wantKind(t, "cas.io", p)
	})
}

func TestStartError(t *testing.T) {
	for name, c := range map[string]struct {
		action action.Action
		is     error
		kind   string
	}{
		"no such command":            {action.Action{Argv: []string{"no-such-command"}}, nil, "process.not_found"},
		"not executable":             {action.Action{Argv: []string{"./in"}}, syscall.EACCES, "process.not_executable"},
		"no such working folder":     {action.Action{Argv: []string{"true"}, WorkingDir: "none"}, syscall.ENOENT, "process.bad_dir"},
		"a file as a working folder": {action.Action{Argv: []string{"true"}, WorkingDir: "in"}, syscall.ENOTDIR, "process.bad_dir"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			err := w.mustFail(w.job(c.action, w.file("in", "text")))
			p := phase[*runner.StartError](t, err)
			if cause := fault[process.StartError](t, err); p.Cause != cause || p.Capture != nil {
				t.Errorf("got %+v", p)
			}
			if c.is != nil && !errors.Is(err, c.is) {
				t.Errorf("got %v", err)
			}
			wantKind(t, c.kind, p)
		})
	}
	for _, name := range []string{"stdout", "stderr"} {
		t.Run("no file for "+name, func(t *testing.T) {
			w := newWorld(t)
			in := w.file("in", "text")
			w.script(castest.Hook(func(castest.Op, digest.Digest) {
				metas, err := filepath.Glob(filepath.Join(w.dir, "sandbox", "*", "*", "meta"))
				if err != nil || len(metas) != 1 {
					t.Fatalf("%v, %v", metas, err)
				}
				if err := os.Mkdir(filepath.Join(metas[0], name), 0o755); err != nil {
					t.Error(err)
				}
			}).Of(in.Digest).On(castest.OpLink))
			err := w.mustFail(w.sh("true", nil, in))
			p := phase[*runner.StartError](t, err)
			if cause := fault[*cas.StoreIO](t, err); p.Capture != cause || p.Cause != nil || !errors.Is(cause, syscall.EEXIST) {
				t.Errorf("got %+v", p)
			}
			wantKind(t, "cas.io", p)
		})
	}
	t.Run("too late to start", func(t *testing.T) {
		w := newWorld(t)
		ctx, cancel := context.WithCancelCause(t.Context())
		enough := errors.New("enough")
		in := w.file("in", "text")
		w.script(castest.Hook(func(castest.Op, digest.Digest) { cancel(enough) }).Of(in.Digest).On(castest.OpLink))
		w.Store = ignorant{w.Store}
		_, err := w.Execute(ctx, w.sh("true", nil, in))
		p := phase[*runner.StartError](t, err)
		if fault[*process.Interrupted](t, err); !errors.Is(err, enough) {
			t.Errorf("got %+v", p)
		}
	})
}

// ignorant is a store that does not notice the end of a context.
type ignorant struct{ cas.Store }

func (s ignorant) Link(ctx context.Context, d digest.Digest, x bool, dst string) cas.StoreErr {
	return s.Store.Link(context.WithoutCancel(ctx), d, x, dst)
}

// talk starts a job that writes a line to $FIFO, and returns that line while it runs.
func (w *world) talk(ctx context.Context, script string) (line string, end func() (*runner.Outcome, runner.Err), j runner.Job) {
	w.t.Helper()
	fifo := filepath.Join(w.t.TempDir(), "fifo")
	if err := syscall.Mkfifo(fifo, 0o600); err != nil {
		w.t.Fatal(err)
	}
	j = w.job(action.Action{Argv: []string{"sh", "-c", script}, Outputs: []string{"a"}, Env: map[string]string{"FIFO": fifo}})
	var (
		o    *runner.Outcome
		rerr runner.Err
		done = make(chan struct{})
	)
	go func() {
		defer close(done)
		o, rerr = w.Execute(ctx, j)
	}()
	f, err := os.Open(fifo) // waits for the process
	if err != nil {
		w.t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	if line, err = bufio.NewReader(f).ReadString('\n'); err != nil {
		w.t.Fatal(err)
	}
	return line, func() (*runner.Outcome, runner.Err) { <-done; return o, rerr }, j
}

func TestCancelledProcess(t *testing.T) {
	for name, script := range map[string]string{
		"that ends at once":              `echo a > a; sleep 300 & echo $$ $! > $FIFO; wait`,
		"that ends as if it had worked":  `echo a > a; sleep 300 & trap 'exit 0' TERM; echo $$ $! > $FIFO; wait`,
		"that does not end when told to": `echo a > a; trap '' TERM; sleep 300 & echo $$ $! > $FIFO; while :; do wait; done`,
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.Keep = runner.KeepAlways
			ctx, cancel := context.WithCancelCause(t.Context())
			line, end, j := w.talk(ctx, script)
			enough := errors.New("the user has had enough")
			cancel(enough)
			o, err := end()
			if o != nil {
				t.Errorf("got an outcome: %+v", o)
			}
			p := phase[*runner.WaitError](t, err)
			if p.Cancelled != enough || p.Cause != nil || !errors.Is(err, enough) {
				t.Errorf("got %+v", p)
			}
			wantKind(t, "runner.cancelled", p)
			w.wantNoEntry(j)
			want(t, nil, w.log.ops)
			want(t, nil, names(t, w.KeepDir))

			var leader, child int
			if _, err := fmt.Sscan(line, &leader, &child); err != nil {
				t.Fatal(err)
			}
			for _, pid := range []int{leader, child} {
				if err := syscall.Kill(pid, 0); err != syscall.ESRCH {
					t.Errorf("process %d is left: %v", pid, err)
				}
			}
		})
	}
	// What ends a run ends the processes of other steps too: they are not what is wrong.
	t.Run("with a cause that has a kind of its own", func(t *testing.T) {
		w := newWorld(t)
		ctx, cancel := context.WithCancelCause(t.Context())
		_, end, _ := w.talk(ctx, `echo > $FIFO; exec sleep 300`)
		cancel(&process.NotFound{})
		_, err := end()
		wantKind(t, "runner.cancelled", phase[*runner.WaitError](t, err))
	})
}

func TestProcessThatCannotBeWaitedFor(t *testing.T) {
	signal.Ignore(syscall.SIGCHLD) // the kernel reaps
	defer func() {                 // Reset undoes a Notify alone
		c := make(chan os.Signal, 1)
		signal.Notify(c, syscall.SIGCHLD)
		signal.Stop(c)
	}()
	w := newWorld(t)
	err := w.mustFail(w.sh("echo a > a", []string{"a"}))
	p := phase[*runner.WaitError](t, err)
	if lost := fault[*process.Lost](t, err); p.Cause != lost || p.Cancelled != nil || !errors.Is(lost, syscall.ECHILD) {
		t.Errorf("got %+v", p)
	}
	wantKind(t, "process.lost", p)
}

func TestCaptureError(t *testing.T) {
	full := &cas.DiskFull{Path: "store", Need: 1, Free: 0, Err: syscall.ENOSPC}
	for name, c := range map[string]struct {
		script string
		fail   castest.Step
	}{
		"a file":                    {"echo a > a", castest.Fail(full).On(castest.OpImport)},
		"a file in a folder":        {"mkdir a; echo b > a/b", castest.Fail(full).On(castest.OpImport)},
		"a folder":                  {"mkdir a", castest.Fail(full).On(castest.OpPut)},
		"the message of a folder":   {"mkdir -p a/b; echo c > a/b/c", castest.Fail(full).On(castest.OpPut).After(1)},
		"the Tree of all of them":   {"mkdir -p a/b; echo c > a/b/c", castest.Fail(full).On(castest.OpPut).After(2)},
		"the second of two outputs": {"echo a > a; echo b > b", castest.Fail(full).On(castest.OpImport).Of(of("b\n"))},
	} {
		t.Run("no room for "+name, func(t *testing.T) {
			w := newWorld(t)
			f := w.script(c.fail)
			outputs := []string{"a"}
			if name == "the second of two outputs" {
				outputs = []string{"a", "b"}
			}
			err := w.mustFail(w.sh(c.script, outputs))
			p := phase[*runner.CaptureError](t, err)
			if p.Cause != full || fault[*cas.DiskFull](t, err) != full {
				t.Errorf("got %v, the store said %v", p.Cause, full)
			}
			wantKind(t, "cas.disk_full", p)
			want(t, nil, f.Pending())
		})
	}
	t.Run("a folder that is too deep for a tree", func(t *testing.T) {
		w := newWorld(t)
		err := w.mustFail(w.sh(`i=0; mkdir a; cd a; while [ $i -le 201 ]; do mkdir d; cd d; i=$((i+1)); done`, []string{"a"}))
		p := phase[*runner.CaptureError](t, err)
		fault[*merkle.TooLarge](t, err)
		wantKind(t, "cas.unreadable", p)
	})
}

func TestPersistError(t *testing.T) {
	full := &cas.DiskFull{Path: "store", Need: 1, Free: 0, Err: syscall.ENOSPC}
	for name, step := range map[string]func(j runner.Job) castest.Step{
		"stdout":           func(runner.Job) castest.Step { return castest.Fail(full).Of(of("out\n")) },
		"stderr":           func(runner.Job) castest.Step { return castest.Fail(full).Of(of("err\n")) },
		"the input folder": func(j runner.Job) castest.Step { return castest.Fail(full).Of(j.Action.InputRoot).On(castest.OpPut) },
		"the action":       func(j runner.Job) castest.Step { return castest.Fail(full).Of(j.Coded.Digest) },
		"the command":      func(j runner.Job) castest.Step { return castest.Fail(full).Of(j.Coded.CommandDigest) },
	} {
		t.Run("no room for "+name, func(t *testing.T) {
			w := newWorld(t)
			j := w.sh("echo a > a; echo out; echo err >&2", []string{"a"}, w.file("in", "in"))
			f := w.script(step(j))
			err := w.mustFail(j)
			p := phase[*runner.PersistError](t, err)
			if p.Cause != full || p.Cache != nil || fault[*cas.DiskFull](t, err) != full {
				t.Errorf("got %+v, the store said %v", p, full)
			}
			wantKind(t, "cas.disk_full", p)
			want(t, nil, f.Pending())
		})
	}
	t.Run("a cache that takes nothing", func(t *testing.T) {
		w := newWorld(t)
		root := actioncache.StoreFault{StoreError: full}
		w.Cache = closed{w.cache, root}
		err := w.mustFail(w.sh("echo a > a", []string{"a"}))
		p := phase[*runner.PersistError](t, err)
		if p.Cache != root || p.Cause != nil || fault[*cas.DiskFull](t, err) != full {
			t.Errorf("got %+v", p)
		}
		wantKind(t, "cas.disk_full", p)
	})
}

// closed is a cache that takes nothing.
type closed struct {
	actioncache.Cache
	err actioncache.PutError
}

func (c closed) Put(context.Context, digest.Digest, *action.Result) actioncache.PutErr {
	return errctx.New(c.err, "put result")
}

func TestAFaultIsNoObstacleToTheNextTry(t *testing.T) {
	w := newWorld(t)
	j := w.sh("echo a > a; mkdir d; echo d > d/d; echo out", []string{"a", "d"})
	n := 0
	for ; ; n++ {
		w.script(castest.Fail(&cas.Resource{Op: "open", Path: "store", Err: syscall.EMFILE}).On(castest.OpPut, castest.OpImport).After(n))
		o, err := w.Execute(t.Context(), j)
		if err == nil {
			want(t, "out\n", w.blob(o.Result.Stdout))
			break
		}
		fault[*cas.Resource](t, err)
	}
	want(t, 8, n) // two files, the folder and its Tree, stdout, the input root, the action, the command
}
