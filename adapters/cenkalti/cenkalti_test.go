package cenkalti_test

import (
	"context"
	"errors"
	"fmt"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cenkalti/backoff/v5"
	"github.com/holdfast-go/holdfast/adapters/cenkalti"
	"github.com/holdfast-go/holdfast/classify"
	"github.com/holdfast-go/holdfast/classify/retry"
)

var (
	busy    = errors.New("busy")
	full    = errors.New("full")
	gone    = errors.New("gone")
	broken  = errors.New("broken")
	lost    = errors.New("lost answer")
	slow    = errors.New("slow down")
	freely  = errors.New("starting")
	strange = errors.New("strange")
	never   = errors.New("never")
)

var policy = classify.Must(classify.New(
	classify.Role{
		Name: "client", Default: classify.Fail,
		Can: classify.SetOf(classify.Cancelled, classify.RetryHere, classify.RetryElsewhere, classify.Backtrack, classify.Fail, classify.Fatal),
	},
	cenkalti.RetryAfter,
	classify.Is("busy", busy, classify.RetryHere),
	classify.Is("full", full, classify.RetryElsewhere),
	classify.Is("gone", gone, classify.Verdict{Class: classify.Backtrack, Keys: []any{"sha256:ab"}}),
	classify.Is("broken", broken, classify.Fail),
	classify.Is("fatal", syscall.EIO, classify.Fatal),
	classify.Is("lost", lost, classify.Verdict{Class: classify.RetryHere, OutcomeUnknown: true}),
	classify.Is("slow", slow, classify.Verdict{Class: classify.RetryHere, After: 10 * time.Second}),
	classify.Is("never", never, classify.Verdict{Class: classify.RetryHere, After: 1<<63 - 1}),
	classify.Is("freely", freely, classify.Verdict{Class: classify.RetryHere, Free: true}),
))

func TestRetryObeys(t *testing.T) {
	type opts = []cenkalti.Option
	for _, tt := range []struct {
		name  string
		errs  []error
		opts  opts
		loop  []backoff.RetryOption
		want  string
		calls int
		took  time.Duration // from this to a tenth more
	}{
		{"success", nil, nil, nil, "", 1, 0},
		{"a retry", []error{busy, busy}, nil, nil, "", 3, 2 * time.Second},
		{"an end", []error{busy, broken}, nil, nil, "broken", 2, time.Second},
		{"fatal", []error{syscall.EIO}, nil, nil, "input/output error", 1, 0},
		{"unknown is no retry", []error{strange}, nil, nil, "strange", 1, 0},
		{"as late as the verdict says", []error{slow}, nil, nil, "", 2, 10 * time.Second},
		{"as late as the operation says", []error{fmt.Errorf("ask: %w", backoff.RetryAfter(20))}, nil, nil, "", 2, 20 * time.Second},
		{"later than the verdict says", []error{fmt.Errorf("%w: %w", slow, backoff.RetryAfter(20))}, nil, nil, "", 2, 20 * time.Second},
		{"not sooner", []error{fmt.Errorf("%w: %w", slow, backoff.RetryAfter(2))}, nil, nil, "", 2, 10 * time.Second},
		{"never", []error{never}, nil, nil, "never", 1, 0},
		{"the operation's own end", []error{backoff.Permanent(busy)}, nil, nil, "busy", 1, 0},
		{"somewhere in the error, which is kept", []error{fmt.Errorf("ask: %w", backoff.Permanent(busy))}, nil, nil, "ask: busy", 1, 0},
		{"which spends nothing", []error{fmt.Errorf("ask: %w", backoff.Permanent(busy))}, opts{cenkalti.Budget(classify.AtMost(policy, 0), "")}, nil, "ask: busy", 1, 0},
		{"the outcome is unknown", []error{lost}, nil, nil, "it may have been done, and must not be done twice: lost answer", 1, 0},
		{"the outcome does not matter", []error{lost}, opts{cenkalti.Idempotent()}, nil, "", 2, time.Second},
		{"no other place", []error{full}, nil, nil, "full", 1, 0},
		{"another place", []error{full}, opts{cenkalti.Elsewhere()}, nil, "", 2, time.Second},
		{"keys", []error{gone}, nil, nil, "gone", 1, 0},
		{"the library's number of tries", []error{slow, slow}, nil, []backoff.RetryOption{backoff.WithMaxTries(2)}, "slow down", 2, 10 * time.Second},
		{"the library's time", []error{slow, slow}, nil, []backoff.RetryOption{backoff.WithMaxElapsedTime(5 * time.Second)}, "slow down", 1, 0},
		{"a budget", []error{busy, busy, busy}, opts{cenkalti.Elsewhere(), cenkalti.Budget(classify.AtMost(policy, 1), "")}, nil,
			"give up: retry-here spent 1 of 1, retry-elsewhere spent 1 of 1: busy", 3, 2 * time.Second},
		{"a budget that climbs out of the loop", []error{busy, busy, busy}, opts{cenkalti.Budget(classify.AtMost(policy, 1), "")}, nil, "busy", 2, time.Second},
		{"a budget for what is free", []error{freely, freely, busy}, opts{cenkalti.Budget(classify.AtMost(policy, 1), "")}, nil, "", 4, 3 * time.Second},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				calls, start := 0, time.Now()
				op := func() (int, error) {
					if calls++; calls <= len(tt.errs) {
						return 0, tt.errs[calls-1]
					}
					return 7, nil
				}
				loop := append([]backoff.RetryOption{backoff.WithBackOff(backoff.NewConstantBackOff(time.Second))}, tt.loop...)
				value, err := backoff.Retry(t.Context(), cenkalti.Obey(t.Context(), policy, op, tt.opts...), loop...)
				got := ""
				if err != nil {
					got = err.Error()
				}
				took := time.Since(start)
				if got != tt.want || calls != tt.calls || took < tt.took || took > tt.took+tt.took/10+1 {
					t.Errorf("got  %q after %d calls and %s\nwant %q after %d calls and %s", got, calls, took, tt.want, tt.calls, tt.took)
				}
				if (value == 7) != (err == nil) {
					t.Error(value, err)
				}
				if err != nil {
					last := tt.errs[calls-1]
					if p, ok := errors.AsType[*backoff.PermanentError](last); ok {
						last = p.Err
					}
					if !errors.Is(err, last) {
						t.Error("the error of the operation is gone")
					}
				}
			})
		})
	}
}

// Other errors than the operation's have types.
func TestTypes(t *testing.T) {
	once := func(err error) backoff.Operation[int] { return func() (int, error) { return 0, err } }
	_, err := backoff.Retry(t.Context(), cenkalti.Obey(t.Context(), policy, once(lost)))
	if _, ok := errors.AsType[*retry.OutcomeUnknown](err); !ok {
		t.Error(err)
	}
	_, err = backoff.Retry(t.Context(), cenkalti.Obey(t.Context(), policy, once(busy), cenkalti.Elsewhere(), cenkalti.Budget(classify.AtMost(policy, 0), "")))
	if _, ok := errors.AsType[*classify.GaveUp](err); !ok {
		t.Error(err)
	}
	_, err = backoff.Retry(t.Context(), cenkalti.Obey(t.Context(), policy, once(busy), cenkalti.Budget(oneHere(), "")), backoff.WithBackOff(&backoff.ZeroBackOff{}))
	if v := policy.Classify(t.Context(), err); v.Class != classify.RetryElsewhere {
		t.Error("how far it climbed is gone:", v)
	}
}

// The library returns what it was told last. To others it says what the operation's error says, not what the
// library was to do about it.
func TestWhatIsReturnedSaysTheSame(t *testing.T) {
	for _, err := range []error{
		classify.Mark(busy, classify.Verdict{Class: classify.RetryElsewhere, After: time.Minute, Exclude: []string{"a"}}),
		classify.Mark(busy, classify.Verdict{Class: classify.RetryHere, After: time.Minute, OutcomeUnknown: true}),
		backoff.RetryAfter(60),
		backoff.Permanent(broken),
		broken, slow, gone, strange, syscall.EIO,
	} {
		want := policy.Classify(t.Context(), err)
		for name, limit := range map[string]backoff.RetryOption{
			"tries": backoff.WithMaxTries(1), "time": backoff.WithMaxElapsedTime(time.Millisecond), "pauses": backoff.WithBackOff(&backoff.StopBackOff{}),
		} {
			ctx := t.Context()
			_, got := backoff.Retry(ctx, cenkalti.Obey(ctx, policy, func() (int, error) { return 0, err }, cenkalti.Elsewhere(), cenkalti.Idempotent()), limit)
			if v := policy.Classify(ctx, got); v.Class != want.Class || v.After < want.After || v.OutcomeUnknown != want.OutcomeUnknown || got.Error() != err.Error() {
				t.Errorf("%s: got %s, %v\nwant %s, %v", name, v.Explain(), got, want.Explain(), err)
			}
		}
	}
}

// What a loop inside has ended is ended.
func TestNested(t *testing.T) {
	for _, tt := range []struct {
		name  string
		inner func(context.Context, func(context.Context) error) error
	}{
		{"retry", func(ctx context.Context, op func(context.Context) error) error {
			return retry.Do(ctx, policy, op, retry.Backoff(0, 0), retry.Retries(1), retry.Timeout(time.Second))
		}},
		{"backoff", func(ctx context.Context, op func(context.Context) error) error {
			_, err := backoff.Retry(ctx, cenkalti.Obey(ctx, policy, func() (int, error) { return 0, op(ctx) }, cenkalti.Budget(classify.AtMost(policy, 1), "")),
				backoff.WithBackOff(&backoff.ZeroBackOff{}))
			return err
		}},
	} {
		run := func(t *testing.T, failure error, opts ...cenkalti.Option) (calls int, err error) {
			ctx := t.Context()
			_, err = backoff.Retry(ctx, cenkalti.Obey(ctx, policy, func() (int, error) {
				return 0, fmt.Errorf("inner loop: %w", tt.inner(ctx, func(context.Context) error { calls++; return failure }))
			}, append(opts, cenkalti.Elsewhere())...), backoff.WithMaxTries(5), backoff.WithBackOff(&backoff.ZeroBackOff{}))
			return calls, err
		}
		t.Run(tt.name+", and the outcome is unknown", func(t *testing.T) {
			calls, err := run(t, lost)
			unknown, ok := errors.AsType[*retry.OutcomeUnknown](err)
			if !ok || calls != 1 {
				t.Fatal(calls, err)
			}
			if _, twice := errors.AsType[*retry.OutcomeUnknown](unknown.Err); twice {
				t.Error("says it twice:", err)
			}
			if calls, err := run(t, lost, cenkalti.Idempotent()); calls != 5 || !errors.Is(err, lost) {
				t.Error("that does not matter:", calls, err)
			}
		})
		t.Run(tt.name+", and the budget is spent", func(t *testing.T) {
			gaveUp := errors.Join(&classify.GaveUp{Role: "client", Then: classify.Fail, Err: busy})
			calls, err := run(t, gaveUp)
			if _, ok := errors.AsType[*classify.GaveUp](err); !ok || calls != 1 {
				t.Error(calls, err)
			}
		})
	}
}

func oneHere() *classify.Ledger { return classify.AtMost(policy, 1) }

func TestRequester(t *testing.T) {
	superseded := errors.New("superseded")
	for _, tt := range []struct {
		err, want error
	}{{busy, superseded}, {strange, superseded}, {syscall.EIO, syscall.EIO}} {
		ctx, cancel := context.WithCancelCause(t.Context())
		calls := 0
		_, err := backoff.Retry(ctx, cenkalti.Obey(ctx, policy, func() (int, error) { calls++; cancel(superseded); return 0, tt.err }))
		if err != tt.want || calls != 1 {
			t.Error(err, calls)
		}
	}
}

func TestRequesterIsGoneInAPause(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		superseded := errors.New("superseded")
		ctx, cancel := context.WithCancelCause(t.Context())
		time.AfterFunc(time.Second, func() { cancel(superseded) })
		start := time.Now()
		_, err := backoff.Retry(ctx, cenkalti.Obey(ctx, policy, func() (int, error) { return 0, slow }))
		if err != superseded || time.Since(start) != time.Second {
			t.Error(err, time.Since(start))
		}
	})
}

func TestNoContext(t *testing.T) {
	_, err := backoff.Retry(t.Context(), cenkalti.Obey(nil, nil, func() (int, error) { return 0, busy })) //nolint:staticcheck // what happens then
	if err != busy {
		t.Error(err)
	}
}

// A loop of the library gets a policy, and stays as it is otherwise.
func ExampleObey() {
	ctx := context.Background()
	calls := 0
	ask := func() (string, error) {
		if calls++; calls == 1 {
			return "", fmt.Errorf("ask: %w", busy)
		}
		return "", fmt.Errorf("ask: %w", broken)
	}
	observe := cenkalti.Observe(func(v classify.Verdict, err error) { fmt.Printf("%s: %v\n", v, err) })
	_, err := backoff.Retry(ctx, cenkalti.Obey(ctx, policy, ask, observe), backoff.WithBackOff(backoff.NewConstantBackOff(time.Millisecond)))
	fmt.Println(err)
	// Output:
	// retry-here: ask: busy
	// fail: ask: broken
	// ask: broken
}
