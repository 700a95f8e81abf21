package engine_test

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/holdfast-go/holdfast/executor/cas"
	"github.com/holdfast-go/holdfast/executor/cas/castest"
	"github.com/holdfast-go/holdfast/executor/digest"
	"github.com/holdfast-go/holdfast/executor/engine"
	"github.com/holdfast-go/holdfast/executor/event"
	"github.com/holdfast-go/holdfast/executor/home"
	"github.com/holdfast-go/holdfast/executor/plan"
	"github.com/holdfast-go/holdfast/executor/runner"
)

// world is a workspace and a store, as one user has them. Faults are done to it between
// and during runs.
type world struct {
	t      *testing.T
	dir    string // the workspace
	store  string
	jobs   int
	wrap   func(cas.Store) cas.Store // what stands between the runs and the store
	opts   func(*engine.Options)
	budget engine.Budget
}

// pipeline is the plan that most tests use: a source goes through "up" and "join", which
// also takes "side", and "last" makes what is asked for.
const pipeline = `
steps:
  up:   {run: [sh, -c, "tr a-z A-Z < in.txt > up.txt"], inputs: [in.txt], outputs: [up.txt]}
  side: {run: [sh, -c, "cat side.txt > side.out"], inputs: [side.txt], outputs: [side.out]}
  join: {run: [sh, -c, "cat up.txt side.out extra.txt > join.txt; echo joined; echo warned >&2"], inputs: [extra.txt, {step: up}, {step: side}], outputs: [join.txt]}
  last: {run: [sh, -c, "cat last.txt join.txt > last.out"], inputs: [last.txt, {step: join}], outputs: [last.out]}
`

func newWorld(t *testing.T, yaml string) *world {
	t.Helper()
	w := &world{t: t, dir: t.TempDir(), store: filepath.Join(t.TempDir(), "store"), jobs: 2}
	w.write("plan.yaml", yaml)
	for _, name := range []string{"in.txt", "side.txt", "extra.txt", "last.txt"} {
		w.write(name, "text of "+name+"\n")
	}
	return w
}

func (w *world) write(name, content string) {
	w.t.Helper()
	file := filepath.Join(w.dir, name)
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		w.t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(content), 0o644); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) read(name string) string {
	w.t.Helper()
	b, err := os.ReadFile(filepath.Join(w.dir, name))
	if err != nil {
		w.t.Fatal(err)
	}
	return string(b)
}

// run is a run and what it told.
type run struct {
	out    *engine.Outcome
	err    engine.Err
	events []event.Event
}

func (w *world) run(steps ...string) *run {
	w.t.Helper()
	return w.runContext(context.Background(), steps...)
}

func (w *world) runContext(ctx context.Context, steps ...string) *run {
	w.t.Helper()
	p, perr := plan.Load(filepath.Join(w.dir, "plan.yaml"))
	if perr != nil {
		w.t.Fatal(perr)
	}
	h, herr := home.Open(w.store)
	if herr != nil {
		w.t.Fatalf("%+v", herr)
	}
	defer h.Close()
	var store cas.Store = h.Blobs
	if w.wrap != nil {
		store = w.wrap(store)
	}
	r := &run{}
	o := engine.Options{
		Plan: p, Steps: steps, Jobs: w.jobs, Out: filepath.Join(w.dir, "out"), Budget: w.budget,
		Runner: &runner.Runner{Store: store, Cache: h.Results, Sandboxes: h.Sandboxes, Grace: 100 * time.Millisecond, KeepDir: h.KeepDir()},
		Sink:   r,
	}
	if o.Budget == (engine.Budget{}) {
		o.Budget.Pause = time.Millisecond
	}
	if w.opts != nil {
		w.opts(&o)
	}
	r.out, r.err = engine.Run(ctx, o)
	return r
}

// Event implements event.Sink.
func (r *run) Event(_ time.Time, e event.Event) { r.events = append(r.events, e) }

// mustSucceed fails the test unless every step succeeded.
func (r *run) mustSucceed(t *testing.T) *run {
	t.Helper()
	if r.err != nil {
		t.Fatalf("run: %+v", r.err)
	}
	if !r.out.OK() {
		t.Fatalf("run: failed %v, skipped %d: %+v", r.out.Failed, r.out.Skipped, of[event.StepFinished](r))
	}
	return r
}

// of returns the events of one type.
func of[E event.Event](r *run) (all []E) {
	for _, e := range r.events {
		if e, ok := e.(E); ok {
			all = append(all, e)
		}
	}
	return all
}

// sources maps each step to where its final result came from.
func (r *run) sources() map[string]event.Source {
	m := map[string]event.Source{}
	for _, s := range r.out.Steps {
		m[s.Step] = s.Source
	}
	return m
}

// steps lists the steps with a source, sorted.
func (r *run) steps(source event.Source) []string {
	var all []string
	for name, s := range r.sources() {
		if s == source {
			all = append(all, name)
		}
	}
	slices.Sort(all)
	return all
}

// wantSources compares which steps were executed, rerun and cached; "" is none.
func (r *run) wantSources(t *testing.T, want map[event.Source][]string) {
	t.Helper()
	got := map[event.Source][]string{}
	for _, s := range []event.Source{event.Executed, event.Rerun, event.Cached} {
		if all := r.steps(s); all != nil {
			got[s] = all
		}
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("sources (-want +got):\n%s", d)
	}
}

// output returns the digest of a step's only output.
func (r *run) output(step string) digest.Digest {
	for _, s := range r.out.Steps {
		if s.Step == step {
			for e := range s.Result.Entries() {
				return e.Digest
			}
		}
	}
	panic(fmt.Sprintf("no output of %s", step))
}

// lose removes blobs from the store between runs.
func (w *world) lose(all ...digest.Digest) {
	w.t.Helper()
	h, err := home.Open(w.store)
	if err != nil {
		w.t.Fatal(err)
	}
	defer h.Close()
	for _, d := range all {
		if was, err := h.Blobs.Remove(context.Background(), d); err != nil || !was {
			w.t.Fatalf("remove %s: %v, %v", d, was, err)
		}
	}
}

// flip changes one bit of a blob on disk.
func (w *world) flip(d digest.Digest) {
	w.t.Helper()
	w.damage(d, func(b []byte) []byte { b[len(b)/2] ^= 1; return b })
}

func (w *world) damage(d digest.Digest, how func([]byte) []byte) {
	w.t.Helper()
	n := 0
	for _, name := range []string{d.Hex(), d.Hex() + ".x"} {
		file := filepath.Join(w.store, "cas", d.Hex()[:2], name)
		b, err := os.ReadFile(file)
		if err != nil {
			continue
		}
		n++
		if err := os.Remove(file); err != nil { // the inode may be shared with a sandbox; a disk fault is not that kind
			w.t.Fatal(err)
		}
		if err := os.WriteFile(file, how(b), 0o444); err != nil {
			w.t.Fatal(err)
		}
	}
	if n == 0 {
		w.t.Fatalf("no blob %s", d)
	}
}

// outputs returns the files under out/ with their contents.
func (w *world) outputs() map[string]string {
	w.t.Helper()
	all := map[string]string{}
	root := filepath.Join(w.dir, "out")
	err := filepath.WalkDir(root, func(p string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		rel, _ := filepath.Rel(root, p)
		b, err := os.ReadFile(p)
		all[filepath.ToSlash(rel)] = string(b)
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return all
}

// script returns what puts a store under a script of faults between the runs and the disk.
func (w *world) script(steps ...castest.Step) func(cas.Store) cas.Store {
	return func(s cas.Store) cas.Store {
		return castest.NewFaulty(castest.Subject{Store: s, Damage: castest.Folder(filepath.Join(w.store, "cas"))}, steps...)
	}
}

func sorted[M ~map[K]V, K ~string, V any](m M) []K { return slices.Sorted(maps.Keys(m)) }
