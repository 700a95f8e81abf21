package retry_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/holdfast-go/holdfast/classify"
	"github.com/holdfast-go/holdfast/classify/retry"
)

// What was asked for in an odd way is done as far as it makes sense.
func TestOddOptions(t *testing.T) {
	type opts = []retry.Option
	const ever = time.Duration(math.MaxInt64)
	after := func(d time.Duration) error {
		return classify.Mark(busy, classify.Verdict{Class: classify.RetryHere, After: d})
	}
	for name, tt := range map[string]struct {
		err   error
		opts  opts
		calls int
		took  time.Duration
	}{
		"fewer retries than none":               {busy, opts{retry.Retries(-1)}, 1, 0},
		"a negative pause":                      {busy, opts{retry.Backoff(-1, -1)}, 2, 0},
		"no longest pause":                      {busy, opts{retry.Backoff(time.Hour, -1)}, 2, 0},
		"a negative After":                      {after(-time.Hour), opts{promptly}, 2, 0},
		"an After that is too long by default":  {after(time.Hour), opts{promptly}, 1, 0},
		"a long one for the patient":            {after(time.Hour), opts{promptly, retry.Patience(ever)}, 2, time.Hour},
		"a negative patience has no After":      {after(1), opts{promptly, retry.Patience(-1)}, 1, 0},
		"a negative patience has other retries": {busy, opts{promptly, retry.Patience(-1)}, 2, 0},
		"a negative timeout":                    {busy, opts{promptly, retry.Timeout(-1)}, 2, 0},
		"a ledger that is not there":            {busy, opts{promptly, retry.Budget(nil, "it")}, 2, 0},
		"nobody to observe":                     {busy, opts{promptly, retry.Observe(nil)}, 2, 0},
		"nobody to produce":                     {gone, opts{promptly, retry.Producer(nil)}, 1, 0},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := play(tt.err)
				err := retry.Do(t.Context(), policy, s.op, tt.opts...)
				if took := time.Since(s.start); len(s.calls) != tt.calls || took != tt.took || (err == nil) != (tt.calls == 2) {
					t.Errorf("got %v after %d calls and %s", err, len(s.calls), took)
				}
			})
		})
	}
	t.Run("an After without end is no short one", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithCancelCause(t.Context())
			time.AfterFunc(1e6*time.Hour, func() { cancel(killed) })
			s := play(after(ever), after(ever))
			err := retry.Do(ctx, policy, s.op, retry.Backoff(time.Hour, time.Hour), retry.Patience(ever))
			if err != killed || len(s.calls) != 1 {
				t.Error(err, s.calls)
			}
		})
	})
	t.Run("no context, and no policy", func(t *testing.T) {
		if err := retry.Do(nil, policy, play(busy).op, promptly); err != nil { //nolint:staticcheck // what happens then
			t.Error(err)
		}
		s := play(busy)
		if err := retry.Do(t.Context(), nil, s.op, promptly); err != busy || len(s.calls) != 1 {
			t.Error(err, s.calls)
		}
		if err := retry.Do(t.Context(), new(classify.Policy), play().op); err != nil {
			t.Error(err)
		}
	})
	t.Run("no operation", func(t *testing.T) {
		defer func() {
			if _, ok := recover().(runtime.Error); !ok {
				t.Error("no panic")
			}
		}()
		_ = retry.Do(t.Context(), policy, nil)
	})
}

// cycle wraps itself.
type cycle struct{ next error }

func (*cycle) Error() string   { return "round and round" }
func (c *cycle) Unwrap() error { return c.next }

// blunt has methods that panic if it is nil.
type blunt struct{ err error }

func (b *blunt) Error() string { return b.err.Error() }
func (b *blunt) Unwrap() error { return b.err }
func (b *blunt) Is(error) bool { return b.err == nil }

// Whatever the operation returns, the loop ends.
func TestAnyError(t *testing.T) {
	round := &cycle{}
	round.next = errors.Join(round, fmt.Errorf("again: %w", round))
	p := classify.Must(classify.New(classify.Role{Name: "r", Can: all}, classify.On[*cycle]("cycle", classify.RetryElsewhere), classify.On[*blunt]("blunt", classify.RetryElsewhere)))
	for _, p := range []*classify.Policy{p, policy} {
		for _, err := range []error{round, (*blunt)(nil), errors.Join(broken, (*blunt)(nil))} {
			synctest.Test(t, func(t *testing.T) {
				op := func(ctx context.Context) error { <-ctx.Done(); return err }
				got := retry.Do(t.Context(), p, op, promptly, retry.Timeout(time.Second), retry.Idempotent())
				if got != err {
					t.Errorf("got a %T", got)
				}
			})
		}
	}
}

// A loop in a loop does not do what the inner one must not do twice.
func TestNested(t *testing.T) {
	for _, tt := range []struct {
		name  string
		outer []retry.Option
		calls int
	}{
		{"an operation that must not be done twice", nil, 1},
		{"one that may", []retry.Option{retry.Idempotent()}, 5},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				for name, inner := range map[string]func(context.Context) error{
					"outcome":  func(context.Context) error { return lost },
					"in text":  func(context.Context) error { return fmt.Errorf("ask: %w", lost) },
					"deadline": func(ctx context.Context) error { <-ctx.Done(); return classify.Mark(busy, classify.RetryHere) },
				} {
					calls := 0
					err := retry.Do(t.Context(), onePlace, func(ctx context.Context) error {
						err := retry.Do(ctx, onePlace, func(ctx context.Context) error { calls++; return inner(ctx) }, promptly, retry.Timeout(time.Second))
						return fmt.Errorf("inner loop: %w", err)
					}, append(tt.outer, promptly)...)
					unknown, ok := errors.AsType[*retry.OutcomeUnknown](err)
					if calls != tt.calls || !ok {
						t.Errorf("%s: %d calls: %v", name, calls, err)
					}
					if _, twice := errors.AsType[*retry.OutcomeUnknown](unknown.Err); twice {
						t.Errorf("%s: says it twice: %v", name, err)
					}
				}
			})
		})
	}
	t.Run("a budget that is spent is so for both", func(t *testing.T) {
		calls := 0
		err := retry.Do(t.Context(), onePlace, func(ctx context.Context) error {
			return retry.Do(ctx, onePlace, func(context.Context) error { calls++; return busy }, promptly, retry.Retries(1))
		}, promptly)
		if _, ok := errors.AsType[*classify.GaveUp](err); calls != 2 || !ok {
			t.Error(calls, err)
		}
	})
}

// Goroutines that share a ledger share what is in it, to the last retry.
func TestBudgetIsShared(t *testing.T) {
	const n, loops = 50, 20
	l, err := classify.NewLedger(onePlace,
		classify.Budget{Class: classify.RetryHere, N: n, Window: time.Hour},
		classify.Budget{Class: classify.Backtrack, N: 1, Window: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	var calls, spent atomic.Int64
	var all sync.WaitGroup
	opts := []retry.Option{promptly, retry.Budget(l, "it"), retry.Observe(func(retry.Attempt) { calls.Add(1) })}
	for range loops {
		all.Go(func() {
			err := retry.Do(t.Context(), onePlace, func(context.Context) error { return busy }, opts...)
			if _, ok := errors.AsType[*classify.GaveUp](err); ok {
				spent.Add(1)
			}
		})
	}
	all.Wait()
	if calls.Load() != loops+n || spent.Load() != loops {
		t.Errorf("%d calls of %d loops, %d of which gave up", calls.Load(), loops, spent.Load())
	}
}

// What does not return leaves no context behind.
func TestGoexitPasses(t *testing.T) {
	var attempt context.Context
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = retry.Do(t.Context(), policy, func(ctx context.Context) error { attempt = ctx; runtime.Goexit(); return nil }, retry.Timeout(time.Hour))
		t.Error("goes on")
	}()
	<-done
	if attempt.Err() == nil {
		t.Error("the context of the attempt lives on")
	}
}

// A producer that meets something fatal is heard, also when nobody waits for what it makes.
func TestProducerIsFatal(t *testing.T) {
	for _, fatal := range []error{io.ErrClosedPipe, classify.Mark(strange, classify.Fatal)} {
		ctx, cancel := context.WithCancelCause(t.Context())
		err := retry.Do(ctx, policy, play(gone).op, retry.Producer(func(context.Context, []any) error { cancel(killed); return fatal }))
		if _, ok := errors.AsType[*retry.ProducerFailed](err); !ok || !errors.Is(err, fatal) {
			t.Error(err)
		}
		if v := policy.Classify(ctx, err); v.Class != classify.Fatal {
			t.Error(v.Explain())
		}
	}
}
