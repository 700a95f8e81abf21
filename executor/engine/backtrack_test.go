package engine_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/holdfast-go/holdfast/errctx"
	"github.com/holdfast-go/holdfast/executor/cas"
	"github.com/holdfast-go/holdfast/executor/cas/castest"
	"github.com/holdfast-go/holdfast/executor/digest"
	"github.com/holdfast-go/holdfast/executor/engine"
	"github.com/holdfast-go/holdfast/executor/event"
)

func TestLostBlobs(t *testing.T) {
	flip := func(w *world, d digest.Digest) { w.flip(d) }
	truncate := func(w *world, d digest.Digest) { w.damage(d, func(b []byte) []byte { return b[:len(b)-1] }) }
	lose := func(w *world, d digest.Digest) { w.lose(d) }
	for _, tt := range []struct {
		name   string
		harm   []string // steps whose output is harmed
		touch  string   // a source that changes then
		how    func(*world, digest.Digest)
		want   map[event.Source][]string
		events int // backtracks
	}{
		{"nobody needs it", []string{"up", "side", "join"}, "", lose,
			map[event.Source][]string{event.Cached: {"join", "last", "side", "up"}}, 0},
		{"it is to be placed", []string{"last"}, "", lose,
			map[event.Source][]string{event.Rerun: {"last"}, event.Cached: {"join", "side", "up"}}, 1},
		{"a consumer needs it", []string{"join"}, "last.txt", lose,
			map[event.Source][]string{event.Executed: {"last"}, event.Rerun: {"join"}, event.Cached: {"side", "up"}}, 1},
		{"two at once, one batch", []string{"up", "side"}, "extra.txt", lose,
			map[event.Source][]string{event.Executed: {"join", "last"}, event.Rerun: {"side", "up"}}, 2},
		{"one of two", []string{"up"}, "extra.txt", lose,
			map[event.Source][]string{event.Executed: {"join", "last"}, event.Rerun: {"up"}, event.Cached: {"side"}}, 1},
		{"all the way down", []string{"up", "side", "join"}, "last.txt", lose,
			map[event.Source][]string{event.Executed: {"last"}, event.Rerun: {"join", "side", "up"}}, 3},
		{"all the way down from what is placed", []string{"up", "side", "join", "last"}, "", lose,
			map[event.Source][]string{event.Rerun: {"join", "last", "side", "up"}}, 4},
		{"lost, but its producer runs anyway", []string{"up"}, "in.txt", lose,
			map[event.Source][]string{event.Executed: {"join", "last", "up"}, event.Cached: {"side"}}, 0},
		{"a flipped bit nobody reads", []string{"up"}, "", flip,
			map[event.Source][]string{event.Cached: {"join", "last", "side", "up"}}, 0},
		{"a flipped bit", []string{"join"}, "last.txt", flip,
			map[event.Source][]string{event.Executed: {"last"}, event.Rerun: {"join"}, event.Cached: {"side", "up"}}, 1},
		{"a flipped bit in what is placed", []string{"last"}, "", flip,
			map[event.Source][]string{event.Rerun: {"last"}, event.Cached: {"join", "side", "up"}}, 1},
		{"truncated", []string{"up", "side"}, "extra.txt", truncate,
			map[event.Source][]string{event.Executed: {"join", "last"}, event.Rerun: {"side", "up"}}, 2},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t, pipeline)
			first := w.run().mustSucceed(t)
			for _, step := range tt.harm {
				tt.how(w, first.output(step))
			}
			if tt.touch != "" {
				w.write(tt.touch, "changed\n")
			}
			r := w.run().mustSucceed(t)
			r.wantSources(t, tt.want)
			if n := len(of[event.Backtrack](r)); n != tt.events {
				t.Errorf("%d backtracks, want %d: %+v", n, tt.events, of[event.Backtrack](r))
			}
			// Whatever was repaired is as a clean run would have made it.
			repaired := w.outputs()
			clean := newWorld(t, pipeline)
			if tt.touch != "" {
				clean.write(tt.touch, "changed\n")
			}
			clean.run().mustSucceed(t)
			if d := cmp.Diff(clean.outputs(), repaired); d != "" {
				t.Errorf("outputs (-clean +repaired):\n%s", d)
			}
			w.run().mustSucceed(t).wantSources(t, map[event.Source][]string{event.Cached: {"join", "last", "side", "up"}})
		})
	}
}

// The value that the store made is the value that the engine decides by.
func TestTheErrorArrivesAsWhatItWas(t *testing.T) {
	w := newWorld(t, pipeline)
	first := w.run().mustSucceed(t)
	w.lose(first.output("up"), first.output("side"))
	w.write("extra.txt", "changed\n")
	var seen []*cas.MissingDigest
	w.wrap = func(s cas.Store) cas.Store { return recorder{s, &seen} }
	r := w.run().mustSucceed(t)
	if len(seen) != 2 {
		t.Fatalf("the store said %d times that a blob is missing, want 2", len(seen))
	}
	for _, b := range of[event.Backtrack](r) {
		top, ok := errors.AsType[*cas.MissingDigest](b.Err)
		if !ok || !slices.Contains(seen, top) {
			t.Errorf("the top has another error than the store returned: %+v", b.Err)
		}
		layers := 0
		for range errctx.Layers(b.Err) {
			layers++
		}
		if layers < 4 {
			t.Errorf("%d layers of context, want at least 4: %+v", layers, b.Err)
		}
		if _, ok := errors.AsType[errctx.WithContext[engine.Error]](b.Err); !ok {
			t.Errorf("the static type is lost: %T", b.Err)
		}
	}
}

type recorder struct {
	cas.Store
	seen *[]*cas.MissingDigest
}

func (r recorder) Link(ctx context.Context, d digest.Digest, x bool, dst string) cas.StoreErr {
	err := r.Store.Link(ctx, d, x, dst)
	if err != nil {
		if m, ok := err.Root().(*cas.MissingDigest); ok {
			*r.seen = append(*r.seen, m)
		}
	}
	return err
}

// One hop that makes a string of the error, and recovery does not happen.
func TestAStringIsNotAnError(t *testing.T) {
	w := newWorld(t, pipeline)
	first := w.run().mustSucceed(t)
	w.lose(first.output("join"))
	w.write("last.txt", "changed\n")
	w.wrap = func(s cas.Store) cas.Store { return stringifier{s} }
	r := w.run()
	if r.err == nil {
		t.Fatal("the run succeeded: the test has no teeth")
	}
	if n := len(of[event.Backtrack](r)); n != 0 {
		t.Errorf("%d backtracks", n)
	}
	w.wrap = nil
	w.run().mustSucceed(t)
}

type stringifier struct{ cas.Store }

func (s stringifier) Link(ctx context.Context, d digest.Digest, x bool, dst string) cas.StoreErr {
	err := s.Store.Link(ctx, d, x, dst)
	if err == nil {
		return nil
	}
	return errctx.New[cas.StoreError](&cas.StoreIO{Op: "link", Path: dst, Err: errors.New(err.Error())}, "link blob")
}

// A blob vanishes between the check that it is there and its use.
func TestLostBetweenCheckAndUse(t *testing.T) {
	w := newWorld(t, pipeline)
	first := w.run().mustSucceed(t)
	target := first.output("join")
	w.write("last.txt", "changed\n")
	var store cas.Store
	script := w.script(castest.Hook(func(castest.Op, digest.Digest) {
		if missing, err := store.Missing(t.Context(), []digest.Digest{target}); err != nil || len(missing) != 0 {
			t.Errorf("the blob was not there before: %v, %v", missing, err)
		}
	}).Of(target).On(castest.OpLink), castest.Lose(target).On(castest.OpLink))
	w.wrap = func(s cas.Store) cas.Store {
		store = s
		return script(s)
	}
	w.run().mustSucceed(t).wantSources(t, map[event.Source][]string{
		event.Executed: {"last"}, event.Rerun: {"join"}, event.Cached: {"side", "up"},
	})
}

func TestLostSource(t *testing.T) {
	for _, change := range []bool{false, true} {
		w := newWorld(t, pipeline)
		source := digest.Of([]byte("text of in.txt\n"))
		w.wrap = w.script(castest.Lose(source).On(castest.OpLink), castest.Hook(func(castest.Op, digest.Digest) {
			if change {
				w.write("in.txt", "another text\n")
			}
		}).Of(source).On(castest.OpLink))
		r := w.run()
		b := of[event.Backtrack](r)
		if len(b) != 1 || !b[0].Reread || b[0].Producer != "in.txt" || b[0].Consumer != "up" {
			t.Errorf("change %v: backtracks %+v", change, b)
		}
		if !change {
			r.mustSucceed(t).wantSources(t, map[event.Source][]string{event.Executed: {"join", "last", "side", "up"}})
			continue
		}
		want := &engine.InputChanged{Path: "in.txt", Want: source, Got: digest.Of([]byte("another text\n"))}
		if e, ok := errors.AsType[*engine.InputChanged](r.err); !ok || !cmp.Equal(want, e) {
			t.Errorf("a source that changed: %+v", r.err)
		}
	}
}

func TestUnrecoverable(t *testing.T) {
	w := newWorld(t, `steps: {a: {run: [cat, in.txt], inputs: [in.txt]}}`)
	nobodys := digest.Of([]byte("made by nobody"))
	w.wrap = w.script(castest.Fail(&cas.MissingDigest{Digest: nobodys, Where: "a store that is confused"}).On(castest.OpLink))
	r := w.run()
	e, ok := errors.AsType[*engine.UnrecoverableDigest](r.err)
	if !ok || e.Digest != nobodys || e.Consumer != "a" {
		t.Fatalf("got %+v", r.err)
	}
	if _, ok := errors.AsType[*cas.MissingDigest](r.err); !ok {
		t.Error("the loss itself is not in the error")
	}
}

// A store that does not keep a blob, or says that it has it and never delivers it, ends
// the run, after as many reruns as the budget has.
func TestBacktrackExhausted(t *testing.T) {
	for name, fault := range map[string]func(digest.Digest) castest.Step{
		"lost each time":    func(d digest.Digest) castest.Step { return castest.Lose(d).On(castest.OpLink).Always() },
		"never delivered":   castest.NeverDelivers,
		"corrupt each time": func(d digest.Digest) castest.Step { return castest.Corrupt(d).On(castest.OpLink).Always() },
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, pipeline)
			first := w.run().mustSucceed(t)
			target := first.output("join")
			w.write("last.txt", "changed\n")
			w.wrap = w.script(fault(target))
			r := w.run()
			e, ok := errors.AsType[*engine.BacktrackExhausted](r.err)
			if !ok {
				t.Fatalf("got %+v", r.err)
			}
			if e.Digest != target || e.Attempts != 3 || e.Producer != "join" || len(e.Consumers) != 4 {
				t.Errorf("got %+v", e)
			}
			if !is[*cas.MissingDigest](r.err) && !is[*cas.CorruptBlob](r.err) {
				t.Error("the loss itself is not in the error")
			}
			for i, b := range of[event.Backtrack](r) {
				if b.Attempt != i+1 {
					t.Errorf("attempt %d is numbered %d", i+1, b.Attempt)
				}
			}
		})
	}
}

func TestNonDeterministicProducer(t *testing.T) {
	w := newWorld(t, `
steps:
  random: {run: [sh, -c, "od -An -N16 -tx1 /dev/urandom > r"], outputs: [r]}
  early: {run: [sh, -c, "sed s/^/early/ r > e"], inputs: [{step: random}], outputs: [e]}
  late: {run: [sh, -c, "cat last.txt r > l"], inputs: [last.txt, {step: random}], outputs: [l]}
`)
	first := w.run().mustSucceed(t)
	w.lose(first.output("random"))
	w.write("last.txt", "")
	r := w.run().mustSucceed(t)
	// early was cached for the earlier bytes; with new ones it has to run, or the outputs do not agree.
	r.wantSources(t, map[event.Source][]string{event.Rerun: {"random"}, event.Executed: {"early", "late"}})
	out := w.outputs()
	if out["e"] != "early"+out["l"] {
		t.Errorf("outputs of two generations: %q and %q", out["e"], out["l"])
	}
	if !slices.ContainsFunc(of[event.Degraded](r), func(d event.Degraded) bool { return d.Step == "random" }) {
		t.Error("the non-determinism was not reported")
	}
}

func TestLostStreams(t *testing.T) {
	w := newWorld(t, pipeline)
	w.opts = func(o *engine.Options) { o.Logs = true }
	first := w.run("join").mustSucceed(t)
	stdout, stderr := digest.Of([]byte("joined\n")), digest.Of([]byte("warned\n"))
	w.lose(stdout)
	w.flip(stderr)
	r := w.run("join").mustSucceed(t)
	r.wantSources(t, map[event.Source][]string{event.Rerun: {"join"}, event.Cached: {"side", "up"}})
	if b := of[event.Backtrack](r); len(b) != 1 || len(b[0].Missing) != 2 {
		t.Errorf("both streams should be lost in one batch: %+v", b)
	}
	if got := r.out.Steps[2].Result; got.Stdout != stdout || got.Stderr != stderr || first.out.Steps[2].Result.Stdout != stdout {
		t.Errorf("streams: %+v", got)
	}
}

// Everything in an output folder is reproduced with the folder.
func TestLostInsideOutputFolders(t *testing.T) {
	const yaml = `
steps:
  gen: {run: [sh, -c, "mkdir -p d/e; echo 1 > d/a; echo 2 > d/e/b"], outputs: [d]}
  use: {run: [sh, -c, "cat d/a d/e/b last.txt > u"], inputs: [last.txt, {step: gen}], outputs: [u]}
  pick: {run: [sh, -c, "cat d/e/b last.txt > p"], inputs: [last.txt, {step: gen, path: d/e/b}], outputs: [p]}
`
	probe := newWorld(t, yaml)
	gen := probe.run("use", "pick", "gen").mustSucceed(t).out.Steps[0].Result
	victims := map[string]digest.Digest{
		"the Tree": gen.Dirs[0].Tree, "the root Directory": gen.Dirs[0].Root,
		"a file": digest.Of([]byte("1\n")), "a nested file": digest.Of([]byte("2\n")),
	}
	for name, d := range victims {
		for _, request := range []string{"use", "pick", "gen"} {
			t.Run(name+" for "+request, func(t *testing.T) {
				w := newWorld(t, yaml)
				w.run("use", "pick", "gen").mustSucceed(t)
				w.lose(d)
				w.write("last.txt", "changed\n")
				r := w.run(request).mustSucceed(t)
				if s := r.sources()["gen"]; s != event.Rerun && s != event.Cached {
					t.Errorf("gen was %s", s)
				}
				if missing, needed := r.sources()["gen"] == event.Cached, name != "the Tree" && request == "use"; missing && needed {
					t.Error("gen was not rerun, though what it made was lost and needed")
				}
			})
		}
	}
}

func TestGarbledCacheEntry(t *testing.T) {
	w := newWorld(t, pipeline)
	w.run().mustSucceed(t)
	entries, err := filepath.Glob(filepath.Join(w.store, "ac", "??", "*"))
	if err != nil || len(entries) != 4 {
		t.Fatalf("%d entries, %v", len(entries), err)
	}
	for _, e := range entries {
		b, err := os.ReadFile(e)
		if err != nil {
			t.Fatal(err)
		}
		b[len(b)-1] ^= 1
		if err := errors.Join(os.Remove(e), os.WriteFile(e, b, 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	r := w.run().mustSucceed(t)
	r.wantSources(t, map[event.Source][]string{event.Executed: {"join", "last", "side", "up"}})
	if n := len(of[event.Degraded](r)); n != 4 {
		t.Errorf("%d reports of corrupt entries, want 4", n)
	}
	w.run().mustSucceed(t).wantSources(t, map[event.Source][]string{event.Cached: {"join", "last", "side", "up"}})
}

// What the system refuses is never taken for a missing blob.
func TestFaultsOfTheMachine(t *testing.T) {
	for _, tt := range []struct {
		name  string
		fault cas.StoreError
		times int
		want  func(engine.Err) bool
	}{
		{"out of descriptors, for a moment", &cas.Resource{Op: "link", Err: syscall.EMFILE}, 2, nil},
		{"out of descriptors, for good", &cas.Resource{Op: "link", Err: syscall.EMFILE}, 100, is[*engine.RetryExhausted]},
		{"no permission", &cas.Denied{Op: "link", Err: syscall.EACCES}, 1, is[*cas.Denied]},
		{"an I/O error", &cas.StoreIO{Op: "link", Err: syscall.EIO}, 1, is[*cas.StoreIO]},
		{"a full disk", &cas.DiskFull{Path: "link", Err: syscall.ENOSPC}, 1, is[*cas.DiskFull]},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t, pipeline)
			w.jobs = 1
			w.wrap = w.script(castest.Fail(tt.fault).On(castest.OpLink).Times(tt.times))
			r := w.run()
			if n := len(of[event.Backtrack](r)); n != 0 {
				t.Errorf("%d backtracks", n)
			}
			switch {
			case tt.want == nil:
				r.mustSucceed(t)
			case r.err == nil || !tt.want(r.err):
				t.Errorf("got %+v", r.err)
			}
		})
	}
}

func is[E error](err engine.Err) bool {
	_, ok := errors.AsType[E](err)
	return ok
}

// A disk that is full inside of a step is the step's failure, with a hint.
func TestDiskFullInsideAStep(t *testing.T) {
	mnt := t.TempDir()
	if out, err := exec.Command("mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", mnt).CombinedOutput(); err != nil {
		t.Skipf("needs the right to mount a tmpfs: %v: %s", err, out)
	}
	t.Cleanup(func() { _ = syscall.Unmount(mnt, syscall.MNT_DETACH) })
	w := newWorld(t, `steps: {fill: {run: [sh, -c, "cat /dev/zero > big"], outputs: [big]}}`)
	w.store = filepath.Join(mnt, "store")
	r := w.run()
	if r.err != nil {
		t.Fatalf("%+v", r.err)
	}
	fin := of[event.StepFinished](r)
	if len(fin) != 1 || fin[0].OK || fin[0].ExitCode == 0 || !strings.Contains(fin[0].Hint, "full") {
		t.Errorf("got %+v", fin)
	}
	w.write("plan.yaml", `steps: {small: {run: [sh, -c, "echo > big"], outputs: [big]}}`)
	w.run().mustSucceed(t) // the sandbox is gone, there is room again
}

// A step that writes to an input writes to the store's blob, through the link they share. Neither it
// nor another step that read the changed bytes has a result then: both run again, with copies.
func TestInputsThatAreWrittenTo(t *testing.T) {
	w := newWorld(t, `
steps:
  evil: {run: [sh, -c, "chmod u+w in.txt; echo EVIL >> in.txt; echo e > e; while [ ! -e SEEN ]; do sleep 0.01; done"], inputs: [in.txt], outputs: [e]}
  victim: {run: [sh, -c, "while ! grep -q EVIL in.txt; do sleep 0.01; done; cat in.txt > v; echo > SEEN"], inputs: [in.txt], outputs: [v]}
`)
	// The two see one another through the workspace: evil waits until victim has read what it wrote.
	seen := filepath.Join(w.dir, "seen")
	w.write("plan.yaml", strings.NewReplacer("SEEN", seen,
		"while ! grep -q EVIL in.txt", "i=0; while ! grep -q EVIL in.txt && [ $i -lt 300 ] && [ ! -e "+seen+" ]", "sleep 0.01; done; cat", "sleep 0.01; i=$((i+1)); done; cat").Replace(w.read("plan.yaml")))
	r := w.run().mustSucceed(t)
	if got := w.outputs()["v"]; got != "text of in.txt\n" {
		t.Errorf("victim has the bytes that evil wrote: %q", got)
	}
	if len(of[event.Degraded](r)) == 0 {
		t.Error("nothing was reported")
	}
	w.run().mustSucceed(t).wantSources(t, map[event.Source][]string{event.Cached: {"evil", "victim"}})
	if got := w.outputs()["v"]; got != "text of in.txt\n" {
		t.Errorf("cached: %q", got)
	}
}

// Many blobs of one producer are corrupt, each found by another step: what is stored again
// replaces all of them, so one rerun is enough.
func TestOneRerunRepairsAllOfAProducer(t *testing.T) {
	var b strings.Builder
	b.WriteString("steps:\n  p: {run: [sh, -c, \"for i in 0 1 2 3 4 5 6 7 8 9 10 11; do echo out $i > o$i; done\"], outputs: [o0, o1, o2, o3, o4, o5, o6, o7, o8, o9, o10, o11]}\n")
	for i := range 12 {
		before := ""
		if i > 0 {
			before = fmt.Sprintf(", {step: c%d}", i-1)
		}
		fmt.Fprintf(&b, "  c%d: {run: [sh, -c, \"cat o%d last.txt > r%d\"], inputs: [last.txt, {step: p, path: o%d}%s], outputs: [r%d]}\n", i, i, i, i, before, i)
	}
	w := newWorld(t, b.String())
	first := w.run().mustSucceed(t)
	for e := range first.out.Steps[0].Result.Entries() {
		w.flip(e.Digest)
	}
	w.write("last.txt", "changed\n")
	r := w.run().mustSucceed(t)
	if n := len(of[event.Backtrack](r)); n != 1 {
		t.Errorf("%d backtracks, want 1", n)
	}
}

// A step that puts a link in the place of its own folder does not get its hands, or ours, on what is there.
func TestAReplacedSandbox(t *testing.T) {
	victim := t.TempDir()
	if err := os.WriteFile(filepath.Join(victim, "data"), []byte("precious"), 0o644); err != nil {
		t.Fatal(err)
	}
	w := newWorld(t, `steps: {s: {run: [sh, -c, "d=$PWD; cd /; rmdir $d; ln -s VICTIM $d"], outputs: [data]}}`)
	w.write("plan.yaml", strings.ReplaceAll(w.read("plan.yaml"), "VICTIM", victim))
	r := w.run()
	if r.err != nil || !cmp.Equal(r.out.Failed, []string{"s"}) {
		t.Errorf("got %+v, %+v", r.err, r.out)
	}
	if got, err := os.ReadFile(filepath.Join(victim, "data")); err != nil || string(got) != "precious" {
		t.Errorf("what the link led to: %q, %v", got, err)
	}
}
