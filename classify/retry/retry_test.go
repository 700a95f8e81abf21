package retry_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/holdfast-go/holdfast/classify"
	"github.com/holdfast-go/holdfast/classify/retry"
	"github.com/holdfast-go/holdfast/errctx"
)

// The errors of these tests, and what a role with every verdict does about them.
var (
	busy    = errors.New("busy")
	full    = errors.New("full")
	gone    = errors.New("gone")
	broken  = errors.New("broken")
	killed  = errors.New("killed")
	lost    = errors.New("lost answer")
	slow    = errors.New("slow down")
	freely  = errors.New("starting")
	strange = errors.New("strange")
)

func rules() []classify.Rule {
	return []classify.Rule{
		retry.Joins,
		classify.Is("busy", busy, classify.RetryHere),
		classify.Is("gone", gone, classify.Verdict{Class: classify.Backtrack, Keys: []any{"sha256:ab"}}),
		classify.Is("broken", broken, classify.Fail),
		classify.Is("fatal", io.ErrClosedPipe, classify.Fatal),
		classify.Is("side effect", io.ErrShortWrite, classify.BestEffort),
		classify.Is("message", io.ErrNoProgress, classify.Drop),
		classify.Is("killed", killed, classify.Cancelled),
		classify.Is("lost", lost, classify.Verdict{Class: classify.RetryHere, OutcomeUnknown: true}),
		classify.Is("slow", slow, classify.Verdict{Class: classify.RetryHere, After: 3 * time.Second}),
		classify.Is("freely", freely, classify.Verdict{Class: classify.RetryHere, After: time.Second, Free: true}),
	}
}

var all = classify.SetOf(classify.Cancelled, classify.Drop, classify.BestEffort, classify.RetryHere, classify.RetryElsewhere, classify.Backtrack, classify.Fail, classify.Fatal)

var (
	policy = classify.Must(classify.New(classify.Role{Name: "all", Can: all, Default: classify.Fail},
		append(rules(), classify.Is("full", full, classify.RetryElsewhere))...))
	// onePlace has nowhere else to go.
	onePlace = classify.Must(classify.New(classify.Role{Name: "one place", Can: all &^ classify.SetOf(classify.RetryElsewhere), Default: classify.Fail}, rules()...))
)

// script is an operation that gives these errors, one after another, and succeeds then. It notes
// when it was called.
type script struct {
	errs  []error
	calls []time.Duration
	start time.Time
}

func play(errs ...error) *script { return &script{errs: errs, start: time.Now()} }

func (s *script) op(context.Context) error {
	n := len(s.calls)
	s.calls = append(s.calls, time.Since(s.start))
	if n < len(s.errs) {
		return s.errs[n]
	}
	return nil
}

var promptly = retry.Backoff(0, 0)

func TestDo(t *testing.T) {
	type opts = []retry.Option
	second := time.Second
	for _, tt := range []struct {
		name  string
		errs  []error
		opts  opts
		want  string          // the error
		calls []time.Duration // when
	}{
		{"success", nil, nil, "", []time.Duration{0}},
		{"retry here", []error{busy, busy}, nil, "", []time.Duration{0, 0, 0}},
		{"no sooner than the verdict says", []error{slow, busy, slow}, nil, "", []time.Duration{0, 3 * second, 3 * second, 6 * second}},
		{"an end", []error{broken}, nil, "broken", []time.Duration{0}},
		{"an end after a retry", []error{busy, broken}, nil, "2 attempts: broken (before: busy)", []time.Duration{0, 0}},
		{"fatal", []error{io.ErrClosedPipe}, nil, "io: read/write on closed pipe", []time.Duration{0}},
		{"a side effect", []error{io.ErrShortWrite}, nil, "short write", []time.Duration{0}},
		{"a message", []error{io.ErrNoProgress}, nil, io.ErrNoProgress.Error(), []time.Duration{0}},
		{"a kill of ours", []error{killed}, nil, "killed", []time.Duration{0}},
		{"unknown is no retry", []error{strange}, nil, "strange", []time.Duration{0}},
		{"four retries are enough", []error{busy, busy, busy, busy, busy, busy}, nil, "5 attempts, all: busy", make([]time.Duration, 5)},
		{"as many as it is told", []error{busy, busy, busy}, opts{retry.Retries(1)}, "2 attempts, all: busy", make([]time.Duration, 2)},
		{"none", []error{busy}, opts{retry.Retries(0)}, "give up: no retry-here, no retry-elsewhere: busy", make([]time.Duration, 1)},
		{"free ones do not count", []error{freely, busy, freely, freely}, opts{retry.Retries(1)}, "", []time.Duration{0, second, second, 2 * second, 3 * second}},
		{"the outcome is unknown", []error{lost}, nil, "it may have been done, and must not be done twice: lost answer", []time.Duration{0}},
		{"the outcome does not matter", []error{lost}, opts{retry.Idempotent()}, "", []time.Duration{0, 0}},
		{"patience", []error{slow}, opts{retry.Patience(2 * second)}, "slow down", []time.Duration{0}},
		{"nobody makes the key", []error{gone}, nil, "gone", []time.Duration{0}},
		{"elsewhere without a place", []error{full}, nil, "full", []time.Duration{0}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := play(tt.errs...)
				err := retry.Do(t.Context(), policy, s.op, append(opts{promptly}, tt.opts...)...)
				got := ""
				if err != nil {
					// Climbing to elsewhere, of which nothing is known, shows in the verdict only.
					got = err.Error()
				}
				if got != tt.want || !slices.Equal(s.calls, tt.calls) {
					t.Errorf("got  %q after %v\nwant %q after %v", got, s.calls, tt.want, tt.calls)
				}
				if err != nil && !errors.Is(err, tt.errs[len(s.calls)-1]) {
					t.Error("the last error is gone")
				}
			})
		})
	}
}

func TestDoGivesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := play(busy, busy, busy)
		err := retry.Do(t.Context(), onePlace, s.op, promptly, retry.Retries(2))
		const want = "give up: retry-here spent 2 of 2: 3 attempts, all: busy"
		gaveUp, ok := errors.AsType[*classify.GaveUp](err)
		if !ok || err.Error() != want {
			t.Fatalf("got  %v\nwant %s", err, want)
		}
		if gaveUp.Then != classify.Fail || gaveUp.Role != "one place" {
			t.Errorf("%+v", gaveUp)
		}
		if log, ok := errors.AsType[*retry.Attempts](err); !ok || log.Count != 3 {
			t.Error("without a log")
		}
	})
}

// A verdict that climbed to elsewhere is for the scheduler: the error says so.
func TestDoClimbsElsewhere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := play(busy, busy, busy, busy)
		err := retry.Do(t.Context(), policy, s.op, promptly, retry.Retries(2))
		if v := policy.Classify(t.Context(), err); v.Class != classify.RetryElsewhere || len(s.calls) != 3 {
			t.Errorf("got %s after %d", v.Explain(), len(s.calls))
		}
	})
}

// Loops that share a ledger share its budgets.
func TestDoBudget(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, err := classify.NewLedger(onePlace,
			classify.Budget{Class: classify.RetryHere, N: 3, Window: time.Minute},
			classify.Budget{Class: classify.Backtrack, N: 1, Window: time.Minute})
		if err != nil {
			t.Fatal(err)
		}
		for _, tt := range []struct {
			item  string
			calls int
		}{{"a", 3}, {"a", 2}, {"a", 1}, {"b", 3}} {
			s := play(busy, busy)
			err := retry.Do(t.Context(), onePlace, s.op, promptly, retry.Budget(l, tt.item))
			if len(s.calls) != tt.calls || (tt.calls < 3) != (err != nil) {
				t.Errorf("%s: %d calls, want %d: %v", tt.item, len(s.calls), tt.calls, err)
			}
		}
		time.Sleep(time.Minute)
		if s := play(busy, busy, busy); retry.Do(t.Context(), onePlace, s.op, promptly, retry.Budget(l, "a")) != nil {
			t.Error("a minute later nothing is left")
		}
	})
}

// Pauses are random, grow, and are never longer than they may be.
func TestBackoff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var sums [6]time.Duration
		const rounds = 300
		most := []time.Duration{100, 200, 400, 800, 1000, 1000} // milliseconds
		for range rounds {
			s := play(busy, busy, busy, busy, busy, busy)
			if err := retry.Do(t.Context(), onePlace, s.op, retry.Retries(9), retry.Backoff(100*time.Millisecond, time.Second)); err != nil {
				t.Fatal(err)
			}
			for i := range sums {
				pause := s.calls[i+1] - s.calls[i]
				if pause > most[i]*time.Millisecond {
					t.Errorf("pause %d is %s", i, pause)
				}
				sums[i] += pause
			}
		}
		for i, sum := range sums {
			mean, half := sum/rounds, most[i]*time.Millisecond/2
			if mean < half*8/10 || mean > half*12/10 {
				t.Errorf("pause %d is %s on average, want about %s", i, mean, half)
			}
		}
		s := play(slow)
		if err := retry.Do(t.Context(), policy, s.op, retry.Backoff(time.Second, 500*time.Millisecond)); err != nil {
			t.Fatal(err)
		}
		if s.calls[1] < 3*time.Second || s.calls[1] > 3500*time.Millisecond {
			t.Errorf("after %s", s.calls[1])
		}
		// Doubling does not overflow.
		errs := slices.Repeat([]error{busy}, 100)
		if err := retry.Do(t.Context(), onePlace, play(errs...).op, retry.Retries(100), retry.Backoff(1, 1<<63-1)); err != nil {
			t.Fatal(err)
		}
	})
}

func TestRequester(t *testing.T) {
	superseded := errors.New("superseded")
	t.Run("gone before the first attempt", func(t *testing.T) {
		ctx, cancel := context.WithCancelCause(t.Context())
		cancel(superseded)
		if err := retry.Do(ctx, policy, func(context.Context) error { t.Error("called"); return nil }); err != superseded {
			t.Error(err)
		}
	})
	t.Run("gone during an attempt", func(t *testing.T) {
		for _, p := range []*classify.Policy{policy, classify.Must(classify.New(classify.Role{Name: "r", Can: classify.SetOf(classify.RetryHere, classify.Fatal)}, classify.Is("busy", busy, classify.RetryHere)))} {
			ctx, cancel := context.WithCancelCause(t.Context())
			calls := 0
			err := retry.Do(ctx, p, func(context.Context) error { calls++; cancel(superseded); return busy })
			if err != superseded || calls != 1 {
				t.Error(err, calls)
			}
		}
	})
	t.Run("gone, and the error is fatal", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		err := retry.Do(ctx, policy, func(context.Context) error { cancel(); return io.ErrClosedPipe })
		if err != io.ErrClosedPipe {
			t.Error(err)
		}
	})
	t.Run("gone during a pause", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithCancelCause(t.Context())
			time.AfterFunc(time.Second, func() { cancel(superseded) })
			s := play(slow)
			err := retry.Do(ctx, policy, s.op)
			if err != superseded || time.Since(s.start) != time.Second {
				t.Error(err, time.Since(s.start))
			}
		})
	})
	t.Run("will be gone before the pause is over", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
			defer cancel()
			s := play(slow)
			if err := retry.Do(ctx, policy, s.op); err != slow || time.Since(s.start) != 0 {
				t.Error(err, time.Since(s.start))
			}
		})
	})
}

func TestTimeout(t *testing.T) {
	// waits once, until its context is done.
	waits := func(calls *int) func(context.Context) error {
		return func(ctx context.Context) error {
			if *calls++; *calls > 1 {
				return nil
			}
			<-ctx.Done()
			return fmt.Errorf("rpc: %w", ctx.Err())
		}
	}
	t.Run("is a retry", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			for _, p := range []*classify.Policy{policy, onePlace} {
				calls, start := 0, time.Now()
				var seen []classify.Verdict
				err := retry.Do(t.Context(), p, waits(&calls), promptly, retry.Timeout(time.Second), retry.Idempotent(),
					retry.Observe(func(a retry.Attempt) { seen = append(seen, a.Verdict) }))
				if err != nil || calls != 2 || time.Since(start) != time.Second {
					t.Error(err, calls, time.Since(start))
				}
				if v := seen[0]; v.Kind != classify.Timeout || !v.OutcomeUnknown || v.Unknown {
					t.Errorf("%+v", v)
				}
			}
		})
	})
	t.Run("may have been done", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			calls := 0
			err := retry.Do(t.Context(), policy, waits(&calls), promptly, retry.Timeout(time.Second))
			if _, ok := errors.AsType[*retry.OutcomeUnknown](err); !ok || calls != 1 {
				t.Error(err, calls)
			}
		})
	})
	t.Run("is what the policy says", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			p := classify.Must(classify.New(classify.Role{Name: "r", Can: all}, classify.Is("deadline", context.DeadlineExceeded, classify.Fail)))
			calls := 0
			err := retry.Do(t.Context(), p, waits(&calls), promptly, retry.Timeout(time.Second), retry.Idempotent())
			if !errors.Is(err, context.DeadlineExceeded) || calls != 1 {
				t.Error(err, calls)
			}
		})
	})
	t.Run("of the requester is a cancellation", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithTimeoutCause(t.Context(), time.Second, killed)
			defer cancel()
			calls := 0
			err := retry.Do(ctx, policy, waits(&calls), promptly, retry.Timeout(time.Minute), retry.Idempotent())
			if err != killed || calls != 1 {
				t.Error(err, calls)
			}
		})
	})
	t.Run("of somebody else is no timeout", func(t *testing.T) {
		err := retry.Do(t.Context(), policy, play(context.DeadlineExceeded).op, promptly, retry.Timeout(time.Hour), retry.Idempotent())
		if err != context.DeadlineExceeded {
			t.Error(err)
		}
	})
}

func TestElsewhere(t *testing.T) {
	builders := []string{"a", "b", "c"}
	var seen [][]string
	build := func(fail func(string) error) func(context.Context) error {
		seen = nil
		return func(ctx context.Context) error {
			seen = append(seen, retry.Excluded(ctx))
			for _, b := range builders {
				if !slices.Contains(retry.Excluded(ctx), b) {
					return retry.At(b, fail(b))
				}
			}
			return fmt.Errorf("no builder is left: %w", broken)
		}
	}
	for _, tt := range []struct {
		name    string
		retries int
		fail    func(string) error
		want    string
		seen    [][]string
	}{
		{"another one can", 2, func(b string) error {
			if b == "c" {
				return nil
			}
			return full
		}, "", [][]string{nil, {"a"}, {"a", "b"}}},
		{"none can", 3, func(string) error { return full }, "4 attempts: no builder is left: broken (before: a: full, b: full, c: full)",
			[][]string{nil, {"a"}, {"a", "b"}, {"a", "b", "c"}}},
		{"the verdict names them", 2, func(string) error {
			return classify.Mark(full, classify.Verdict{Class: classify.RetryElsewhere, Exclude: []string{"b", "c"}})
		}, "2 attempts: no builder is left: broken (before: a: full)", [][]string{nil, {"b", "c", "a"}}},
		{"after some retries here", 2, func(b string) error {
			if b == "a" {
				return busy
			}
			return nil
		}, "", [][]string{nil, nil, nil, {"a"}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			err := retry.Do(t.Context(), policy, build(tt.fail), promptly, retry.Retries(tt.retries))
			got := ""
			if err != nil {
				got = err.Error()
			}
			if got != tt.want || !reflect.DeepEqual(seen, tt.seen) {
				t.Errorf("got  %q %q\nwant %q %q", got, seen, tt.want, tt.seen)
			}
		})
	}
	t.Run("a place that comes twice", func(t *testing.T) {
		s := play(retry.At("a", full), retry.At("a", full))
		err := retry.Do(t.Context(), policy, s.op, promptly)
		if v := policy.Classify(nil, err); v.Class != classify.RetryElsewhere || len(s.calls) != 2 {
			t.Error(err, v)
		}
	})
	t.Run("no error", func(t *testing.T) {
		if err := retry.At("a", nil); err != nil {
			t.Error(err)
		}
	})
}

func TestBacktrack(t *testing.T) {
	t.Run("makes the keys again", func(t *testing.T) {
		var made []any
		s := play(gone)
		err := retry.Do(t.Context(), policy, s.op, retry.Producer(func(_ context.Context, keys []any) error {
			made = append(made, keys...)
			return nil
		}))
		if err != nil || len(s.calls) != 2 || !reflect.DeepEqual(made, []any{"sha256:ab"}) {
			t.Error(err, s.calls, made)
		}
	})
	t.Run("cannot", func(t *testing.T) {
		err := retry.Do(t.Context(), policy, play(gone).op, retry.Producer(func(context.Context, []any) error { return broken }))
		f, ok := errors.AsType[*retry.ProducerFailed](err)
		if !ok || !errors.Is(err, broken) || errors.Is(err, gone) || f.For != gone || err.Error() != "make sha256:ab again: broken" {
			t.Error(err)
		}
	})
	t.Run("is cut short", func(t *testing.T) {
		ctx, cancel := context.WithCancelCause(t.Context())
		err := retry.Do(ctx, policy, play(gone).op, retry.Producer(func(context.Context, []any) error { cancel(killed); return broken }))
		if err != killed {
			t.Error(err)
		}
	})
}

func TestAttempts(t *testing.T) {
	for _, tt := range []struct {
		errs []error
		want string
	}{
		{[]error{busy, busy}, "2 attempts, all: busy"},
		{[]error{busy, busy, slow, full}, "4 attempts: full (before: busy (2 times), slow down)"},
		{[]error{busy, slow, busy}, "3 attempts: busy (before: slow down, this (1 time))"},
		{[]error{busy}, "1 attempt: busy"},
		{[]error{busy, slow, freely, gone, broken, killed, full}, "7 attempts: full (before: busy, slow down, starting, gone, and 2 others)"},
	} {
		log := &retry.Attempts{Count: len(tt.errs)}
		for _, err := range tt.errs {
			log.Kept = append(log.Kept, retry.Attempt{Err: err})
		}
		if got := log.Error(); got != tt.want {
			t.Errorf("got  %s\nwant %s", got, tt.want)
		}
	}
	t.Run("says what the last one says", func(t *testing.T) {
		s := play(busy, lost, gone)
		err := retry.Do(t.Context(), policy, s.op, promptly, retry.Idempotent())
		if v := policy.Classify(t.Context(), err); v.Class != classify.Backtrack {
			t.Error(v.Explain())
		}
	})
	t.Run("does not grow", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			s := play(append(slices.Repeat([]error{freely}, 1000), broken)...)
			err := retry.Do(t.Context(), policy, s.op, promptly)
			log, _ := errors.AsType[*retry.Attempts](err)
			if log.Count != 1001 || len(log.Kept) != 16 || log.Kept[0].N != 1 || log.Kept[1].N != 987 || !errors.Is(err, broken) {
				t.Errorf("%d, %d", log.Count, len(log.Kept))
			}
			if want := "1001 attempts: broken (before: starting (15 times))"; err.Error() != want {
				t.Error(err)
			}
		})
	})
	t.Run("has a kind", func(t *testing.T) {
		for _, k := range []errctx.Kind{&retry.Attempts{}, &retry.OutcomeUnknown{}, &retry.ProducerFailed{}} {
			if !strings.HasPrefix(k.ErrorKind(), "retry.") {
				t.Error(k.ErrorKind())
			}
		}
	})
}

func TestObserve(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var lines []string
		s := play(slow, freely)
		err := retry.Do(t.Context(), policy, func(ctx context.Context) error {
			time.Sleep(time.Millisecond)
			return s.op(ctx)
		}, promptly, retry.Observe(func(a retry.Attempt) {
			lines = append(lines, fmt.Sprint(a.N, " ", a.Start.Sub(s.start), " ", a.Took, " ", a.Err, " ", a.Verdict, " ", a.Pause))
		}))
		want := []string{
			"1 0s 1ms slow down retry-here after 3s 3s",
			"2 3.001s 1ms starting retry-here after 1s, free 1s",
			"3 4.002s 1ms <nil> none 0s",
		}
		if err != nil || !slices.Equal(lines, want) {
			t.Errorf("got  %q, %v\nwant %q", lines, err, want)
		}
	})
}

func TestValue(t *testing.T) {
	n := 0
	got, err := retry.Value(t.Context(), policy, func(context.Context) (int, error) {
		if n++; n < 3 {
			return n, busy
		}
		return n, nil
	}, promptly)
	if got != 3 || err != nil {
		t.Error(got, err)
	}
	if got, err := retry.Value(t.Context(), policy, func(context.Context) (int, error) { return 7, broken }); got != 0 || err != broken {
		t.Error(got, err)
	}
}

func TestPanicPasses(t *testing.T) {
	defer func() {
		if recover() != "boom" {
			t.Error("no panic")
		}
	}()
	var attempt context.Context
	defer func() {
		if attempt.Err() == nil {
			t.Error("the context of the attempt lives on")
		}
	}()
	_ = retry.Do(t.Context(), policy, func(ctx context.Context) error { attempt = ctx; panic("boom") }, retry.Timeout(time.Hour))
}

// Whatever goes wrong in whatever order, the loop ends, and does not do twice what it must not.
func TestDoEnds(t *testing.T) {
	kinds := []error{busy, full, gone, broken, killed, lost, slow, strange, retry.At("a", full), retry.At("b", full), retry.At("c", busy), io.ErrClosedPipe}
	for seed := range uint64(2000) {
		r := rand.New(rand.NewPCG(seed, 3))
		n, idempotent := r.IntN(4), r.IntN(2) == 0
		opts := []retry.Option{promptly, retry.Retries(n), retry.Producer(func(context.Context, []any) error { return nil })}
		if idempotent {
			opts = append(opts, retry.Idempotent())
		}
		synctest.Test(t, func(t *testing.T) {
			var errs []error
			err := retry.Do(t.Context(), policy, func(context.Context) error {
				errs = append(errs, kinds[r.IntN(len(kinds))])
				return errs[len(errs)-1]
			}, opts...)
			if !errors.Is(err, errs[len(errs)-1]) {
				t.Fatalf("seed %d: %v does not have the last of %v", seed, err, errs)
			}
			if len(errs) > 1+3*n {
				t.Fatalf("seed %d: %d attempts with %d retries of 3 classes", seed, len(errs), n)
			}
			for i, e := range errs[:len(errs)-1] {
				if v := policy.Classify(t.Context(), e); !classify.SetOf(classify.RetryHere, classify.RetryElsewhere, classify.Backtrack).Has(v.Class) || v.OutcomeUnknown && !idempotent {
					t.Fatalf("seed %d: another attempt after %v, which is %s", seed, errs[i], v)
				}
			}
		})
	}
}

func succeed(context.Context) error                { return nil }
func seven(context.Context) (int, error)           { return 7, nil }
func ledgerOf(p *classify.Policy) *classify.Ledger { return classify.AtMost(p, 1) }

// What succeeds costs nothing.
func TestNoAllocations(t *testing.T) {
	l, item := ledgerOf(policy), fmt.Sprint("item ", 7)
	ctx := t.Context()
	seen := 0
	observed := []retry.Option{retry.Observe(func(retry.Attempt) { seen++ })}
	for name, f := range map[string]func(){
		"Do":    func() { _ = retry.Do(ctx, policy, succeed) },
		"Value": func() { _, _ = retry.Value(ctx, policy, seven) },
		"options": func() {
			_ = retry.Do(ctx, policy, succeed, retry.Idempotent(), retry.Budget(l, item), retry.Backoff(1, 2), retry.Retries(1), retry.Patience(1))
		},
		"observed": func() { _ = retry.Do(ctx, policy, succeed, observed...) },
	} {
		if n := testing.AllocsPerRun(100, f); n != 0 {
			t.Errorf("%s: %v", name, n)
		}
	}
}

func BenchmarkDo(b *testing.B) {
	ctx := b.Context()
	b.Run("success", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			_ = retry.Do(ctx, policy, succeed)
		}
	})
	b.Run("fail", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			_ = retry.Do(ctx, policy, func(context.Context) error { return syscall.EIO })
		}
	})
	b.Run("one retry", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			n := 0
			_ = retry.Do(ctx, policy, func(context.Context) error {
				if n++; n == 1 {
					return busy
				}
				return nil
			}, promptly)
		}
	})
}
