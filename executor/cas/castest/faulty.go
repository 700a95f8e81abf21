package castest

import (
	"context"
	"io"
	"log/slog"
	"slices"
	"sync"

	"github.com/holdfast-go/holdfast/errctx"
	"github.com/holdfast-go/holdfast/executor/cas"
	"github.com/holdfast-go/holdfast/executor/digest"
)

// Op names a method of a store.
type Op string

// The methods of a store.
const (
	OpMissing Op = "missing"
	OpOpen    Op = "open"
	OpPut     Op = "put"
	OpImport  Op = "import"
	OpLink    Op = "link"
)

// Faulty is a store that loses, damages, refuses and delays on a script.
//
// Nothing is pretended: a lost blob is taken out of the store below, and what the caller sees is
// that store's own answer. For one order of the calls about a blob the faults are the same in each run, whatever
// the other goroutines do.
type Faulty struct {
	store  cas.Store
	damage Damage

	mu    sync.Mutex
	steps []*Step
	calls map[call]int
}

var _ cas.Store = (*Faulty)(nil)

type call struct {
	op Op
	d  digest.Digest
}

// NewFaulty returns a store over s that follows the script. Without a Damage, s can
// have no step that loses or corrupts.
func NewFaulty(s Subject, script ...Step) *Faulty {
	f := &Faulty{store: s.Store, damage: s.Damage, calls: map[call]int{}}
	f.Add(script...)
	return f
}

// Add appends steps to the script.
func (f *Faulty) Add(script ...Step) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, s := range script {
		f.steps = append(f.steps, &s)
	}
}

// Calls returns how many calls of op there were about d. A call of Missing is about
// each digest it asks for, once.
func (f *Faulty) Calls(op Op, d digest.Digest) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.calls[call{op, d}]
}

// Pending describes the steps that have not happened as often as the script says: a
// test that expects a fault to be survived makes sure that there was one. A step for Always has to happen once.
func (f *Faulty) Pending() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	var pending []string
	for _, s := range f.steps {
		if s.times > 0 || s.times < 0 && !s.happened {
			pending = append(pending, s.name)
		}
	}
	return pending
}

// Step is a fault and when it happens: once, at the next call about its blob,
// unless the methods say otherwise. Each returns another Step.
//
// A loss, a corruption and a hook happen before Missing, Open and Link look at the blob, and after Put
// and Import have stored it; before that there is nothing to lose.
type Step struct {
	name     string
	of       digest.Digest // zero: any
	ops      []Op          // nil: all
	skip     int
	times    int // negative: always
	happened bool

	do    func(damage Damage, op Op, d digest.Digest)
	fail  cas.StoreError // instead of the call
	never bool           // hide the loss from Missing
}

// Lose takes the blob out of the store.
func Lose(d digest.Digest) Step {
	return Step{name: "lose " + d.Short(), of: d, times: 1, do: func(damage Damage, _ Op, d digest.Digest) { damage.Delete(d) }}
}

// Corrupt flips a bit of the blob.
func Corrupt(d digest.Digest) Step {
	return Step{name: "corrupt " + d.Short(), of: d, times: 1, do: func(damage Damage, _ Op, d digest.Digest) { damage.Flip(d) }}
}

// Truncate cuts the blob in half.
func Truncate(d digest.Digest) Step {
	return Step{name: "truncate " + d.Short(), of: d, times: 1, do: func(damage Damage, _ Op, d digest.Digest) { damage.Truncate(d) }}
}

// Hook calls fn, about any blob unless Of says which. It may block, to hold up the
// call, and may do what it wants to the store.
func Hook(fn func(op Op, d digest.Digest)) Step {
	return Step{name: "hook", times: 1, do: func(_ Damage, op Op, d digest.Digest) { fn(op, d) }}
}

// Fail returns err instead of calling the store, about any blob unless Of says which.
func Fail(err cas.StoreError) Step {
	return Step{name: "fail with " + err.ErrorKind(), times: 1, fail: err}
}

// NeverDelivers is a store that says it has the blob, takes it whenever it is given,
// and never has it when it is asked for.
func NeverDelivers(d digest.Digest) Step {
	s := Lose(d).On(OpOpen, OpLink).Always()
	s.name, s.never = "never deliver "+d.Short(), true
	return s
}

// Of limits the step to calls about d.
func (s Step) Of(d digest.Digest) Step { s.of = d; return s }

// On limits the step to these methods.
func (s Step) On(ops ...Op) Step { s.ops = ops; return s }

// After lets the first n calls that it could happen in pass.
func (s Step) After(n int) Step { s.skip = n; return s }

// Times says how many calls it happens in.
func (s Step) Times(n int) Step { s.times = n; return s }

// Always says that it happens in each call.
func (s Step) Always() Step { s.times = -1; return s }

func (s *Step) matches(op Op, d digest.Digest) bool {
	return (s.of.IsZero() || s.of == d) && (s.ops == nil || slices.Contains(s.ops, op))
}

// next counts a call and returns the steps that happen in it. A failure is the last of them.
func (f *Faulty) next(op Op, d digest.Digest) []Step {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.calls[call{op, d}]++
	var now []Step
	for _, s := range f.steps {
		switch {
		case s.times == 0 || !s.matches(op, d):
		case s.skip > 0:
			s.skip--
		default:
			s.happened = true
			s.times = max(s.times-1, -1)
			now = append(now, *s)
			if s.fail != nil {
				return now
			}
		}
	}
	return now
}

// perform does what the steps do, without the lock: a hook may block. It returns
// the failure that takes the place of the call, if there is one.
func (f *Faulty) perform(steps []Step, op Op, d digest.Digest) cas.StoreErr {
	for _, s := range steps {
		if s.fail != nil {
			return errctx.New(s.fail, "follow script", slog.String("step", s.name))
		}
		s.do(f.damage, op, d)
	}
	return nil
}

// before is what happens before a call that looks at a blob.
func (f *Faulty) before(op Op, d digest.Digest) cas.StoreErr {
	return f.perform(f.next(op, d), op, d)
}

// around is what happens around a call that stores a blob.
func (f *Faulty) around(op Op, d digest.Digest, store func() (digest.Digest, cas.StoreErr)) (digest.Digest, cas.StoreErr) {
	steps := f.next(op, d)
	if n := len(steps); n > 0 && steps[n-1].fail != nil {
		return digest.Digest{}, f.perform(steps, op, d)
	}
	got, err := store()
	_ = f.perform(steps, op, d) // none of them fails
	return got, err
}

// Missing implements [cas.Store].
func (f *Faulty) Missing(ctx context.Context, digests []digest.Digest) ([]digest.Digest, cas.StoreErr) {
	asked := map[digest.Digest]bool{}
	for _, d := range digests {
		if asked[d] {
			continue
		}
		asked[d] = true
		if err := f.before(OpMissing, d); err != nil {
			return nil, err
		}
	}
	missing, err := f.store.Missing(ctx, digests)
	return slices.DeleteFunc(missing, f.hides), err
}

// hides reports whether a step lies about the blob.
func (f *Faulty) hides(d digest.Digest) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.ContainsFunc(f.steps, func(s *Step) bool { return s.never && s.of == d })
}

// Open implements [cas.Store].
func (f *Faulty) Open(ctx context.Context, d digest.Digest) (io.ReadCloser, cas.StoreErr) {
	if err := f.before(OpOpen, d); err != nil {
		return nil, err
	}
	return f.store.Open(ctx, d)
}

// Put implements [cas.Store].
func (f *Faulty) Put(ctx context.Context, data []byte) (digest.Digest, cas.StoreErr) {
	return f.around(OpPut, digest.Of(data), func() (digest.Digest, cas.StoreErr) { return f.store.Put(ctx, data) })
}

// Import implements [cas.Store]. A file that cannot be read has the zero digest.
func (f *Faulty) Import(ctx context.Context, path string, how cas.How) (digest.Digest, cas.StoreErr) {
	var d digest.Digest
	if file, _, err := cas.OpenSource(path, how); err == nil {
		d, _ = digest.FromReader(file) // the store will say so, too
		_ = file.Close()               // it was only read
	}
	return f.around(OpImport, d, func() (digest.Digest, cas.StoreErr) { return f.store.Import(ctx, path, how) })
}

// Link implements [cas.Store].
func (f *Faulty) Link(ctx context.Context, d digest.Digest, executable bool, dst string) cas.StoreErr {
	if err := f.before(OpLink, d); err != nil {
		return err
	}
	return f.store.Link(ctx, d, executable, dst)
}
