package runner_test

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/holdfast-go/holdfast/errctx"
	"github.com/holdfast-go/holdfast/executor/action"
	"github.com/holdfast-go/holdfast/executor/actioncache"
	"github.com/holdfast-go/holdfast/executor/actioncache/actioncachetest"
	"github.com/holdfast-go/holdfast/executor/cas"
	"github.com/holdfast-go/holdfast/executor/cas/disk"
	"github.com/holdfast-go/holdfast/executor/digest"
	"github.com/holdfast-go/holdfast/executor/merkle"
	"github.com/holdfast-go/holdfast/executor/runner"
	"github.com/holdfast-go/holdfast/executor/sandbox"
)

// world is a runner with all that is below it, for real but for the cache, which is in memory.
type world struct {
	*runner.Runner
	t     *testing.T
	dir   string
	store *disk.Store
	cache *actioncachetest.Memory
	log   *journal
}

func newWorld(t *testing.T) *world {
	t.Helper()
	return newWorldIn(t, t.TempDir())
}

func newWorldIn(t *testing.T, dir string) *world {
	t.Helper()
	store, err := disk.Open(filepath.Join(dir, "cas"))
	if err != nil {
		t.Fatal(err)
	}
	boxes, berr := sandbox.Open(filepath.Join(dir, "sandbox"))
	if berr != nil {
		t.Fatal(berr)
	}
	w := &world{t: t, dir: dir, store: store, cache: &actioncachetest.Memory{}, log: &journal{}}
	w.Runner = &runner.Runner{
		Store: blobs{store, w.log}, Cache: results{w.cache, w.log}, Sandboxes: boxes,
		Grace: 100 * time.Millisecond, KeepDir: filepath.Join(dir, "kept"),
	}
	t.Cleanup(func() {
		left, err := filepath.Glob(filepath.Join(dir, "sandbox", "*", "*", "root", "*"))
		if err != nil || left != nil {
			t.Errorf("sandboxes are neither removed nor empty: %v, %v", left, err)
		}
		if err := boxes.Close(); err != nil {
			t.Error(err)
		}
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	return w
}

// journal notes in which order what was stored.
type journal struct {
	mu  sync.Mutex
	ops []string
}

func (j *journal) note(op string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.ops = append(j.ops, op)
}

// blobs is a store whose writes are noted.
type blobs struct {
	cas.Store
	log *journal
}

func (b blobs) Put(ctx context.Context, data []byte) (digest.Digest, cas.StoreErr) {
	b.log.note("blob")
	return b.Store.Put(ctx, data)
}

func (b blobs) Import(ctx context.Context, path string, how cas.How) (digest.Digest, cas.StoreErr) {
	b.log.note("blob")
	return b.Store.Import(ctx, path, how)
}

// results is a cache whose writes are noted.
type results struct {
	actioncache.Cache
	log *journal
}

func (r results) Put(ctx context.Context, key digest.Digest, res *action.Result) actioncache.PutErr {
	r.log.note("result")
	return r.Cache.Put(ctx, key, res)
}

// checked is a cache that is looked at before each Put.
type checked struct {
	actioncache.Cache
	before func(key digest.Digest, r *action.Result)
}

func (c checked) Put(ctx context.Context, key digest.Digest, r *action.Result) actioncache.PutErr {
	c.before(key, r)
	return c.Cache.Put(ctx, key, r)
}

// file stores content and returns the entry of a file with it.
func (w *world) file(path, content string) merkle.Entry {
	w.t.Helper()
	d, err := w.store.Put(w.t.Context(), []byte(content))
	if err != nil {
		w.t.Fatal(err)
	}
	return merkle.Entry{Path: path, Kind: merkle.File, Digest: d}
}

// sh returns a job that runs a script.
func (w *world) sh(script string, outputs []string, inputs ...merkle.Entry) runner.Job {
	w.t.Helper()
	return w.job(action.Action{Argv: []string{"sh", "-c", script}, Outputs: outputs}, inputs...)
}

// job completes an action to a job.
func (w *world) job(a action.Action, inputs ...merkle.Entry) runner.Job {
	w.t.Helper()
	tree, err := merkle.Build(inputs)
	if err != nil {
		w.t.Fatal(err)
	}
	a.InputRoot = tree.Root
	coded, aerr := a.Encode()
	if aerr != nil {
		w.t.Fatal(aerr)
	}
	return runner.Job{Name: "step", Action: a, Coded: coded, Inputs: tree}
}

// mustRun executes a job of which there has to be an outcome.
func (w *world) mustRun(j runner.Job) *runner.Outcome {
	w.t.Helper()
	o, err := w.Execute(w.t.Context(), j)
	if err != nil {
		w.t.Fatalf("%+v", err)
	}
	return o
}

// mustSucceed executes a job that has to succeed.
func (w *world) mustSucceed(j runner.Job) *runner.Outcome {
	w.t.Helper()
	o := w.mustRun(j)
	if !o.OK() {
		w.t.Fatalf("missing %v, refused %v, %+v: %s", o.Missing, o.Refused, o.Exit, o.Stderr.Tail)
	}
	return o
}

// wantNoEntry checks that the cache has nothing for the job, and never had.
func (w *world) wantNoEntry(j runner.Job) {
	w.t.Helper()
	_, err := w.Lookup(w.t.Context(), j.Coded.Digest)
	fault[*actioncache.Miss](w.t, err)
	for _, op := range w.log.ops {
		if op == "result" {
			w.t.Error("a result was put into the cache")
		}
	}
}

// blob returns the bytes of a blob, which has to be there.
func (w *world) blob(d digest.Digest) string {
	w.t.Helper()
	b, err := cas.ReadAll(w.t.Context(), w.store, d, 1<<20)
	if err != nil {
		w.t.Fatal(err)
	}
	return string(b)
}

func of(s string) digest.Digest { return digest.Of([]byte(s)) }

func want[T any](t *testing.T, want, got T, opts ...cmp.Option) {
	t.Helper()
	if d := cmp.Diff(want, got, opts...); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

// fault returns the E in err, which has to be there.
func fault[E error](t *testing.T, err error) E {
	t.Helper()
	e, ok := errors.AsType[E](err)
	if !ok {
		t.Fatalf("got %v, want a %T", err, e)
	}
	return e
}

// phase checks that a handle of the package's sum, made of nothing but an error, has the phase at its root, and returns that.
func phase[P runner.Error](t *testing.T, err error) P {
	t.Helper()
	w, ok := errctx.From[runner.Error](err)
	if !ok {
		t.Fatalf("got %v, want a phase", err)
	}
	p, ok := w.Root().(P)
	if !ok {
		t.Fatalf("got a %T: %v, want a %T", w.Root(), err, p)
	}
	if cause, ok := errors.AsType[P](err); !ok || any(cause) != any(p) {
		t.Errorf("AsType finds another %T", p)
	}
	return p
}

// names lists what is in a folder; nothing, if there is none.
func names(t *testing.T, dir string) (all []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	for _, e := range entries {
		all = append(all, e.Name())
	}
	return all
}
