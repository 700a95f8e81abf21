package supervise_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/holdfast-go/holdfast/classify"
	"github.com/holdfast-go/holdfast/classify/supervise"
	"github.com/holdfast-go/holdfast/errctx"
)

// trouble is an error for which the policy has a verdict.
type trouble struct {
	verdict classify.Verdict
	err     error
}

func (e *trouble) Error() string { return e.verdict.String() }
func (e *trouble) Unwrap() error { return e.err }

func with(c classify.Class) error {
	return &trouble{verdict: classify.Verdict{Class: c, Keys: []any{"k"}}}
}

// goneAway is a cause that cannot be compared.
type goneAway struct{ why []string }

func (e goneAway) Error() string { return strings.Join(e.why, " ") }

var everything = classify.SetOf(classify.Cancelled, classify.Drop, classify.BestEffort, classify.RetryHere,
	classify.RetryElsewhere, classify.Backtrack, classify.Fail, classify.Fatal)

var policy = classify.Must(classify.New(classify.Role{Name: "tester", Can: everything},
	classify.OnFunc("trouble", everything, func(e *trouble) classify.Verdict { return e.verdict })))

// lenient has an opinion on panics, and on a cancellation that is nobody's.
var lenient = classify.Must(classify.New(classify.Role{Name: "lenient", Can: everything},
	classify.On[*supervise.Panic]("panic", classify.RetryHere),
	classify.On[*supervise.Exited]("exited", classify.Fail),
	classify.Is("cancelled by nobody", context.Canceled, classify.Fatal)))

// strict has one on any cancellation, and on what is half done.
var strict = classify.Must(classify.New(classify.Role{Name: "strict", Can: everything},
	classify.OnFunc("trouble", everything, func(e *trouble) classify.Verdict { return e.verdict }),
	classify.On[goneAway]("gone away", classify.Fatal),
	classify.Is("cancelled by nobody", context.Canceled, classify.Fatal)))

func wait(ctx context.Context) error {
	<-ctx.Done()
	return ctx.Err()
}

// giveBack has somebody else do it.
func giveBack(context.Context, supervise.End) error { return nil }

func equal[T comparable](t *testing.T, what string, want, got T) {
	t.Helper()
	if want != got {
		t.Errorf("%s: want %v, got %v", what, want, got)
	}
}

func TestScopes(t *testing.T) {
	var unknown = errors.New("never heard of")
	panics := errors.New("(panics)")
	exits := errors.New("(exits)")
	for _, c := range []struct {
		policy *classify.Policy
		err    error
		want   string // of critical, restarted, best-effort, session, handler
	}{
		{policy, nil, "died restarting done done done"},
		{policy, with(classify.Cancelled), "died restarting recorded requeued warned"},
		{policy, with(classify.Drop), "died restarting recorded requeued warned"},
		{policy, with(classify.BestEffort), "died restarting recorded requeued warned"},
		{policy, with(classify.RetryHere), "died restarting recorded requeued warned"},
		{policy, with(classify.RetryElsewhere), "died restarting recorded requeued warned"},
		{policy, with(classify.Backtrack), "died died recorded requeued warned"},
		{policy, with(classify.Fail), "died died recorded requeued warned"},
		{policy, with(classify.Fatal), "died died died died died"},
		{policy, unknown, "died died recorded died died"},
		{policy, context.Canceled, "died died recorded died died"},
		{policy, panics, "died died died died died"},
		{policy, exits, "died died died died died"},
		{lenient, panics, "died restarting recorded requeued warned"},
		{lenient, exits, "died died recorded requeued warned"},
		{lenient, context.Canceled, "died died died died died"},
		{nil, unknown, "died died recorded died died"},
		{nil, nil, "died restarting done done done"},
	} {
		var got []string
		for scope := supervise.Critical; scope <= supervise.Handler; scope++ {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				first := true
				run := func(ctx context.Context) error {
					if !first {
						return wait(ctx)
					}
					first = false
					switch c.err {
					case panics:
						panic("oh")
					case exits:
						runtime.Goexit()
					}
					return c.err
				}
				var seen supervise.End
				s := supervise.New(c.policy, supervise.Options{Notify: func(e supervise.End) {
					if e.Task == "it" && seen.Task == "" {
						seen = e
						if e.Action != supervise.Died {
							cancel()
						}
					}
				}})
				s.Critical("other", wait)
				switch scope {
				case supervise.Critical:
					s.Critical("it", run)
				case supervise.Restarted:
					s.Restarted("it", run, supervise.Backoff{})
				case supervise.BestEffort:
					s.BestEffort("it", run)
				case supervise.Session:
					s.Session("it", run, giveBack)
				case supervise.Handler:
					s.Critical("server", func(ctx context.Context) error {
						s.Handle("it", run)
						return wait(ctx)
					})
				}
				r := s.Run(ctx)
				got = append(got, seen.Action.String())
				if (r.Died != nil) != (seen.Action == supervise.Died) || (r.Code != 0) != (r.Died != nil) || len(r.Also) != 0 {
					t.Errorf("%v: %s: report is %v", c.err, scope, r)
				}
				if seen.Action != supervise.Done && seen.Err == nil || (seen.Verdict.Class == classify.None) != (seen.Err == nil) {
					t.Errorf("%v: %s: no error in %+v", c.err, scope, seen)
				}
			})
		}
		if got := strings.Join(got, " "); got != c.want {
			t.Errorf("%v: want %s, got %s", c.err, c.want, got)
		}
	}
}

func TestFaults(t *testing.T) {
	for name, c := range map[string]struct {
		run   func(context.Context) error
		kind  string
		text  string
		stack string
	}{
		"nil":    {func(context.Context) error { return nil }, "supervise.ended", "ended without an error", ""},
		"panic":  {func(context.Context) error { explode(); return nil }, "supervise.panic", "panic: boom", "explode"},
		"error":  {func(context.Context) error { panic(with(classify.Drop)) }, "supervise.panic", "panic: drop of k", "supervise_test"},
		"nobody": {func(context.Context) error { panic(nil) }, "supervise.panic", "panic: " + new(runtime.PanicNilError).Error(), "TestFaults"},
		"goexit": {func(context.Context) error { depart(); return nil }, "supervise.exited", "goroutine exited", "depart"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := supervise.New(policy, supervise.Options{Notify: func(supervise.End) {}})
				s.Critical("it", c.run)
				r := s.Run(t.Context())
				fault, ok := errors.AsType[supervise.Fault](r.Died.Err)
				if !ok {
					t.Fatalf("died of a %T", r.Died.Err)
				}
				equal(t, "kind", c.kind, fault.ErrorKind())
				equal(t, "text", c.text, fault.Error())
				equal(t, "code", 70, r.Code)
				if !strings.Contains(r.String(), c.stack) {
					t.Errorf("no stack with %s in %s", c.stack, r)
				}
			})
		})
	}
}

func explode() { panic("boom") }
func depart()  { runtime.Goexit() }

func TestRestarts(t *testing.T) {
	type start struct{ at time.Duration }
	// restarts runs a task that fails like this again and again, and returns when it was started.
	restarts := func(t *testing.T, b supervise.Backoff, lasts time.Duration, v classify.Verdict, enough int) ([]start, *supervise.Report) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		began := time.Now()
		var starts []start
		s := supervise.New(policy, supervise.Options{Notify: func(supervise.End) {}})
		s.Restarted("it", func(ctx context.Context) error {
			starts = append(starts, start{time.Since(began)})
			if len(starts) == enough {
				cancel()
				return wait(ctx)
			}
			time.Sleep(lasts)
			return &trouble{verdict: v}
		}, b)
		return starts, s.Run(ctx)
	}
	again := classify.Verdict{Class: classify.RetryHere}

	t.Run("pauses double up to the limit, less a half at most", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			starts, r := restarts(t, supervise.Backoff{Min: time.Second, Max: 5 * time.Second}, 0, again, 7)
			for i, most := range []time.Duration{1, 2, 4, 5, 5, 5} {
				if d := starts[i+1].at - starts[i].at; d < most*time.Second/2 || d > most*time.Second {
					t.Errorf("pause %d: want %d s, less a half at most, got %s", i, most, d)
				}
			}
			equal(t, "died", true, r.Died == nil)
			equal(t, "restarts", 6, r.Tasks[0].Restarts)
			equal(t, "runs", 7, r.Tasks[0].Runs)
		})
	})
	t.Run("a verdict's After is kept", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			starts, _ := restarts(t, supervise.Backoff{Max: time.Second}, 0, classify.Verdict{Class: classify.RetryHere, After: time.Minute}, 2)
			equal(t, "pause", time.Minute, starts[1].at)
		})
	})
	t.Run("too many restarts climb to fatal", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			starts, r := restarts(t, supervise.Backoff{Restarts: 3, Window: time.Minute}, 0, again, 100)
			equal(t, "runs", 4, len(starts))
			gaveUp, ok := errors.AsType[*supervise.GaveUp](r.Died.Err)
			if !ok || gaveUp.Restarts != 3 {
				t.Errorf("died of %v", r.Died.Err)
			}
			if _, ok := errors.AsType[*trouble](r.Err()); !ok {
				t.Error("the last error is gone")
			}
			equal(t, "verdict", classify.RetryHere, r.Died.Verdict.Class)
		})
	})
	t.Run("restarts that are far apart do not", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			_, r := restarts(t, supervise.Backoff{Restarts: 3, Window: time.Minute}, 25*time.Second, again, 50)
			equal(t, "died", true, r.Died == nil)
			equal(t, "restarts", 49, r.Tasks[0].Restarts)
		})
	})
	t.Run("nor do free ones", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			starts, r := restarts(t, supervise.Backoff{Restarts: 3}, 0, classify.Verdict{Class: classify.RetryHere, Free: true}, 50)
			equal(t, "died", true, r.Died == nil)
			equal(t, "pauses grow", true, starts[49].at-starts[48].at >= 5*time.Second)
		})
	})
	t.Run("nor does a pause overflow", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			starts, _ := restarts(t, supervise.Backoff{Min: 1e5 * time.Hour, Max: 3e5 * time.Hour, Restarts: 200, Window: 1 << 62}, 0, again, 6)
			for i := range 5 {
				if d := starts[i+1].at - starts[i].at; d < 5e4*time.Hour {
					t.Fatalf("pause %d is %s", i, d)
				}
			}
		})
	})
	t.Run("a task whose pause ends while others stop is not started", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			s := supervise.New(policy, supervise.Options{Notify: func(supervise.End) {}})
			s.Restarted("it", func(context.Context) error {
				return &trouble{verdict: classify.Verdict{Class: classify.RetryHere, After: 2 * time.Second}}
			}, supervise.Backoff{})
			s.Session("slow", func(ctx context.Context) error { <-ctx.Done(); time.Sleep(3 * time.Second); return nil }, giveBack)
			r := s.Run(ctx)
			equal(t, "runs", 1, r.Tasks[0].Runs)
			equal(t, "state", "stopped", r.Tasks[0].State)
		})
	})
	t.Run("a task that waits for its restart is stopped at once", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			s := supervise.New(policy, supervise.Options{Notify: func(supervise.End) {}})
			s.Restarted("it", func(context.Context) error { return with(classify.RetryHere) }, supervise.Backoff{Min: time.Hour, Max: time.Hour})
			r := s.Run(ctx)
			equal(t, "lasted", time.Second, r.Lasted)
			equal(t, "state", "stopped", r.Tasks[0].State)
			equal(t, "clean", true, r.Died == nil && len(r.Also) == 0)
		})
	})
}

func TestStop(t *testing.T) {
	t.Run("sessions and handlers first and at once, then the last started first", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			began := time.Now()
			var mu sync.Mutex
			var order []string
			stops := func(name string) func(context.Context) error {
				return func(ctx context.Context) error {
					<-ctx.Done()
					mu.Lock()
					order = append(order, fmt.Sprint(name, time.Since(began)))
					mu.Unlock()
					time.Sleep(time.Second)
					return ctx.Err()
				}
			}
			s := supervise.New(policy, supervise.Options{Notify: func(supervise.End) {}})
			s.Critical("monitor", stops("monitor"))
			s.Session("builder", stops("session"), giveBack)
			s.Restarted("status", stops("status"), supervise.Backoff{})
			s.Critical("server", func(ctx context.Context) error {
				s.Handle("submit", stops("session"))
				time.Sleep(time.Second)
				cancel()
				return stops("server")(ctx)
			})
			r := s.Run(ctx)
			want := "session1s session1s server2s status3s monitor4s"
			equal(t, "order", want, strings.Join(order, " "))
			equal(t, "lasted", 5*time.Second, r.Lasted)
			equal(t, "cause", context.Canceled, r.Cause)
		})
	})
	t.Run("a task that does not stop is named", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			release := make(chan struct{})
			defer func() { close(release); synctest.Wait() }()
			late := false
			s := supervise.New(policy, supervise.Options{Grace: 4 * time.Second, Notify: func(supervise.End) {}})
			s.Critical("monitor", func(ctx context.Context) error {
				err := wait(ctx)
				time.Sleep(time.Second)
				late = true
				return err
			})
			s.BestEffort("mirror", func(context.Context) error { hang(release); return nil })
			r := s.Run(ctx)
			equal(t, "lasted", 5*time.Second, r.Lasted)
			equal(t, "the other had its time", true, late)
			equal(t, "task", "mirror", r.Died.Task)
			stuck, ok := errors.AsType[*supervise.Stuck](r.Died.Err)
			if !ok {
				t.Fatalf("died of %v", r.Died.Err)
			}
			if !strings.Contains(stuck.Stack, "hang (") || strings.Contains(stuck.Stack, "TestStop.func2.3") {
				t.Errorf("hangs at %s", stuck.Stack)
			}
			equal(t, "code", 70, r.Code)
			equal(t, "state", "stuck", r.Tasks[1].State)
		})
	})
	t.Run("what goes wrong because others have stopped is no failure", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			gone := make(chan struct{})
			s := supervise.New(policy, supervise.Options{Notify: func(supervise.End) {}})
			s.Critical("client", func(context.Context) error {
				<-gone
				return errors.New("the server is gone") // unknown, hence fatal at other times
			})
			s.Critical("server", func(ctx context.Context) error {
				cancel()
				<-ctx.Done()
				close(gone)
				time.Sleep(time.Second)
				return fmt.Errorf("serve: %w", context.Cause(ctx))
			})
			r := s.Run(ctx)
			equal(t, "clean", true, r.Died == nil)
			equal(t, "also", 1, len(r.Also))
			equal(t, "verdict", classify.Cancelled, r.Also[0].Verdict.Class)
		})
	})
	t.Run("what is fatal stays fatal", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithCancelCause(t.Context())
			s := supervise.New(policy, supervise.Options{Notify: func(supervise.End) {}})
			s.BestEffort("log", func(ctx context.Context) error {
				cancel(errors.New("enough"))
				<-ctx.Done()
				return errors.Join(ctx.Err(), with(classify.Fatal))
			})
			r := s.Run(ctx)
			equal(t, "died", "log", r.Died.Task)
			equal(t, "cause", "enough", r.Cause.Error())
		})
	})
	t.Run("also where it wraps the cancellation", func(t *testing.T) {
		half := func(err error) error { return &trouble{classify.Verdict{Class: classify.Fatal}, err} }
		marked := func(err error) error { return classify.Mark(fmt.Errorf("half done: %w", err), classify.Fatal) }
		for _, p := range []*classify.Policy{policy, strict} {
			for _, wrap := range []func(error) error{half, marked} {
				synctest.Test(t, func(t *testing.T) {
					ctx, cancel := context.WithCancelCause(t.Context())
					s := supervise.New(p, supervise.Options{Notify: func(supervise.End) {}})
					s.Critical("one", func(ctx context.Context) error { <-ctx.Done(); return wrap(context.Cause(ctx)) })
					s.Critical("other", func(ctx context.Context) error { cancel(errors.New("enough")); return wrap(wait(ctx)) })
					r := s.Run(ctx)
					if r.Died == nil || len(r.Also) != 1 || r.Code != 70 {
						t.Errorf("reports %v", r)
					}
				})
			}
		}
	})
	t.Run("but no cancellation that is ours, whatever the policy says of others", func(t *testing.T) {
		gone := goneAway{[]string{"not", "comparable"}}
		for _, returned := range []error{context.Canceled, fmt.Errorf("wait: %w", gone), errctx.Annotate(gone, "wait"), classify.Mark(context.Canceled, classify.Fail)} {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancelCause(t.Context())
				s := supervise.New(strict, supervise.Options{Notify: func(supervise.End) {}})
				s.Critical("it", func(ctx context.Context) error { cancel(gone); <-ctx.Done(); return returned })
				if r := s.Run(ctx); r.Err() != nil || len(r.Also) > 0 || r.Cause == nil {
					t.Errorf("%v: reports %v", returned, r)
				}
			})
		}
	})
	t.Run("a stop while the policy thinks is no death", func(t *testing.T) {
		for _, class := range []classify.Class{classify.RetryHere, classify.Fail, classify.Fatal} {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				p := classify.Must(classify.New(classify.Role{Name: "slow", Can: everything},
					classify.OnFunc("trouble", everything, func(*trouble) classify.Verdict { cancel(); return classify.Verdict{Class: class} })))
				s := supervise.New(p, supervise.Options{Notify: func(supervise.End) {}})
				s.Critical("it", func(context.Context) error { return with(class) })
				r := s.Run(ctx)
				equal(t, class.String(), class == classify.Fatal, r.Died != nil)
				equal(t, "also", class != classify.Fatal, len(r.Also) == 1)
			})
		}
	})
	t.Run("so does a panic", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			s := supervise.New(policy, supervise.Options{Notify: func(supervise.End) {}})
			s.BestEffort("log", func(ctx context.Context) error { cancel(); <-ctx.Done(); panic("late") })
			equal(t, "code", 70, s.Run(ctx).Code)
		})
	})
	t.Run("our cancellation is an echo even where the policy calls a foreign one fatal", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			s := supervise.New(lenient, supervise.Options{Notify: func(supervise.End) {}})
			s.Critical("it", wait)
			r := s.Run(ctx)
			equal(t, "clean", true, r.Err() == nil && len(r.Also) == 0)
			equal(t, "cause", error(context.DeadlineExceeded), r.Cause)
		})
	})
	t.Run("also as package net puts it", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		s := supervise.New(policy, supervise.Options{Notify: func(supervise.End) {}})
		s.Critical("it", func(ctx context.Context) error {
			cancel()
			<-ctx.Done()
			_, err := (&net.Dialer{}).DialContext(ctx, "tcp", "127.0.0.1:1")
			if _, ok := errors.AsType[*net.OpError](err); !ok {
				t.Errorf("dial: %v", err)
			}
			return fmt.Errorf("connect: %w", err)
		})
		if r := s.Run(ctx); r.Died != nil || len(r.Also) > 0 {
			t.Errorf("reports %v", r)
		}
	})
	t.Run("so it is where the role's requester is asked directly", func(t *testing.T) {
		for range 100 {
			ctx, cancel := context.WithCancel(t.Context())
			s := supervise.New(lenient, supervise.Options{Notify: func(supervise.End) {}})
			s.Critical("nil", func(context.Context) error { cancel(); return nil })
			s.Critical("it", func(context.Context) error { return wait(ctx) })
			if r := s.Run(ctx); r.Died != nil || len(r.Also) > 0 {
				t.Fatalf("reports %v", r)
			}
		}
	})
	t.Run("nothing starts where it is over already", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			cancel()
			requeued := 0
			s := supervise.New(policy, supervise.Options{Notify: func(supervise.End) {}})
			s.Critical("it", func(context.Context) error { t.Error("started"); return nil })
			s.Session("work", func(context.Context) error { t.Error("started"); return nil },
				func(ctx context.Context, e supervise.End) error {
					requeued++
					equal(t, "action", supervise.Stopped, e.Action)
					return ctx.Err()
				})
			r := s.Run(ctx)
			equal(t, "requeued", 1, requeued)
			equal(t, "report", 0, r.Code+len(r.Also)+r.Tasks[0].Runs)
			equal(t, "accepts", false, s.Critical("late", wait) || s.Handle("late", wait) || s.Session("late", wait, nil))
		})
	})
	t.Run("nothing left to do is an end", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			s := supervise.New(policy, supervise.Options{Notify: func(supervise.End) {}})
			equal(t, "no task", "tester has nothing left to do after 0s\n", s.Run(t.Context()).String())
			s = supervise.New(policy, supervise.Options{Notify: func(supervise.End) {}})
			s.Session("one", func(ctx context.Context) error {
				time.Sleep(time.Second)
				s.Session("two", func(context.Context) error { time.Sleep(time.Second); return nil }, nil)
				return nil
			}, nil)
			r := s.Run(t.Context())
			equal(t, "lasted", 2*time.Second, r.Lasted)
			equal(t, "code", 0, r.Code)
		})
	})
	t.Run("a supervisor runs once", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			s := supervise.New(policy, supervise.Options{Notify: func(supervise.End) {}})
			s.Run(t.Context())
			r := s.Run(t.Context())
			if _, ok := errors.AsType[*supervise.Reused](r.Err()); !ok || r.Code != 70 {
				t.Errorf("reports %v", r)
			}
		})
	})
}

func hang(release chan struct{}) { <-release }

func TestDeath(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := supervise.New(policy, supervise.Options{Notify: func(supervise.End) {}})
		s.Critical("status", func(ctx context.Context) error {
			<-ctx.Done()
			_, ok := errors.AsType[*supervise.Stopping](context.Cause(ctx))
			equal(t, "cause is the death", true, ok)
			return errors.New("close log: already closed")
		})
		s.BestEffort("mirror", wait)
		s.Critical("queue", func(ctx context.Context) error {
			time.Sleep(time.Second) // until all are there
			return with(classify.Fatal)
		})
		s.Critical("other", func(ctx context.Context) error {
			<-ctx.Done()
			return with(classify.Fatal)
		})
		for i := range 100 {
			s.Session(fmt.Sprint("builder ", i), func(ctx context.Context) error {
				<-ctx.Done()
				return with(classify.Fail)
			}, giveBack)
		}
		r := s.Run(t.Context())
		equal(t, "died", "queue", r.Died.Task)
		equal(t, "lasted", time.Second, r.Lasted)
		// 100 builders, of which some are listed; the others find no room.
		equal(t, "also", 102, len(r.Also)+r.More)
		equal(t, "listed", 32, len(r.Also))
		if r.Cause != nil {
			t.Errorf("cause is %v", r.Cause)
		}
	})
}

func TestSessions(t *testing.T) {
	t.Run("work is given back, once, whatever happens", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			var mu sync.Mutex
			var back []string
			requeue := func(ctx context.Context, e supervise.End) error {
				time.Sleep(time.Second) // takes time, and gets it
				mu.Lock()
				defer mu.Unlock()
				back = append(back, e.Task+" "+e.Action.String())
				return ctx.Err()
			}
			s := supervise.New(policy, supervise.Options{Notify: func(supervise.End) {}})
			s.Session("finished", func(context.Context) error { return nil }, requeue)
			s.Session("failed", func(context.Context) error { return with(classify.RetryElsewhere) }, requeue)
			s.Session("panicked", func(context.Context) error { time.Sleep(2 * time.Second); panic("oh") }, requeue)
			s.Session("stopped", wait, requeue)
			r := s.Run(t.Context())
			slices.Sort(back)
			equal(t, "back", "failed requeued, panicked died, stopped stopped", strings.Join(back, ", "))
			equal(t, "died", "panicked", r.Died.Task)
			equal(t, "lasted", 3*time.Second, r.Lasted)
		})
	})
	t.Run("work that cannot be given back ends the role", func(t *testing.T) {
		for _, lose := range []func(context.Context, supervise.End) error{
			func(context.Context, supervise.End) error { return &net.OpError{Op: "write", Err: syscall.EPIPE} },
			func(context.Context, supervise.End) error { panic("oh") },
		} {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				s := supervise.New(policy, supervise.Options{Notify: func(supervise.End) {}})
				s.Session("builder", func(ctx context.Context) error { cancel(); return wait(ctx) }, lose)
				r := s.Run(ctx)
				if _, ok := errors.AsType[*supervise.Lost](r.Err()); !ok || r.Code == 0 {
					t.Errorf("reports %v", r)
				}
			})
		}
	})
}

func TestHandlers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		s := supervise.New(policy, supervise.Options{Handlers: 2, Notify: func(supervise.End) {}})
		equal(t, "before Run", false, s.Handle("early", wait))
		began := time.Now()
		s.Critical("server", func(ctx context.Context) error {
			for range 5 {
				if !s.Handle("submit", func(context.Context) error { time.Sleep(time.Second); return with(classify.Drop) }) {
					t.Error("refused")
				}
			}
			equal(t, "the fifth waits for the third", 2*time.Second, time.Since(began))
			s.Handle("submit", func(ctx context.Context) error { return wait(ctx) })
			equal(t, "the sixth for the fourth", 2*time.Second, time.Since(began))
			equal(t, "running", "running", s.Tasks()[1].State)
			time.AfterFunc(10*time.Second, cancel)
			s.Handle("submit", wait)
			equal(t, "refused while it waits", false, s.Handle("submit", wait))
			return wait(ctx)
		})
		r := s.Run(ctx)
		equal(t, "clean", true, r.Died == nil)
		equal(t, "row", supervise.Row{Scope: supervise.Handler, Task: "submit", State: "stopped", Runs: 7, Failed: 5}, visible(r.Tasks[1]))
	})
}

// visible has the exported fields only.
func visible(r supervise.Row) supervise.Row {
	return supervise.Row{Scope: r.Scope, Task: r.Task, State: r.State, Runs: r.Runs, Failed: r.Failed, Restarts: r.Restarts}
}

func TestManyNames(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := supervise.New(policy, supervise.Options{Notify: func(supervise.End) {}})
		for i := range 1000 {
			s.Session(fmt.Sprint("build ", i), func(context.Context) error { return nil }, nil)
		}
		r := s.Run(t.Context())
		equal(t, "rows", 257, len(r.Tasks))
		last := r.Tasks[256]
		equal(t, "others", 744, last.Runs)
	})
}

func TestTree(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		quiet := supervise.Options{Notify: func(supervise.End) {}}
		outer := supervise.New(policy, quiet)
		rounds := 0
		outer.Restarted("role", func(ctx context.Context) error {
			inner := supervise.New(policy, quiet)
			inner.Critical("queue", func(ctx context.Context) error {
				if rounds++; rounds == 3 {
					panic("third time")
				}
				return with(classify.RetryHere)
			})
			return inner.Run(ctx).Err()
		}, supervise.Backoff{})
		r := outer.Run(t.Context())
		equal(t, "restarts", 2, r.Tasks[0].Restarts)
		equal(t, "error", "tester died: role: tester died: queue: panic: third time", r.Err().Error())
	})
}

func TestExitCode(t *testing.T) {
	for _, c := range []struct {
		kind classify.Kind
		err  error
		want int
	}{
		{0, errors.New("flux"), 70},
		{0, &supervise.Panic{Value: syscall.EIO}, 70},
		{classify.Unavailable, &supervise.Ended{}, 70},
		{0, &supervise.GaveUp{Err: &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}}, 75},
		{0, &supervise.GaveUp{Err: &supervise.Panic{}}, 70},
		{0, &supervise.Lost{Err: syscall.ENOSPC}, 74},
		{0, context.DeadlineExceeded, 75},
		{0, fmt.Errorf("listen: %w", &net.OpError{Op: "listen", Err: os.NewSyscallError("bind", syscall.EACCES)}), 77},
		{0, &fs.PathError{Op: "open", Path: "x", Err: syscall.EPERM}, 77},
		{0, &fs.PathError{Op: "write", Path: "x", Err: syscall.ENOSPC}, 74},
		{0, &fs.PathError{Op: "write", Path: "x", Err: syscall.EROFS}, 74},
		{0, &fs.PathError{Op: "open", Path: "x", Err: syscall.EMFILE}, 75},
		{0, &fs.PathError{Op: "open", Path: "conf", Err: syscall.ENOENT}, 78},
		{classify.Exhausted, syscall.ENOSPC, 74},
		{classify.Exhausted, errors.New("quota"), 75},
		{classify.Misconfigured, syscall.EACCES, 78},
		{classify.Denied, errors.New("password"), 77},
		{classify.Corrupt, syscall.EIO, 65},
		{classify.Bug, nil, 70},
	} {
		equal(t, fmt.Sprint(c.kind, ", ", c.err), c.want, supervise.ExitCode(classify.Verdict{Class: classify.Fatal, Kind: c.kind}, c.err))
	}
	t.Run("no kind is forgotten", func(t *testing.T) {
		for k := range classify.Kinds() {
			if supervise.ExitCode(classify.Verdict{Kind: k}, syscall.EFAULT) == 70 && k != classify.Bug && k != classify.Exists && k != classify.Stopped {
				t.Errorf("%s has no exit code", k)
			}
		}
	})
	t.Run("an option decides otherwise", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			s := supervise.New(policy, supervise.Options{
				Notify:   func(supervise.End) {},
				ExitCode: func(v classify.Verdict, err error) int { return 3 },
			})
			s.Critical("it", func(context.Context) error { return nil })
			equal(t, "code", 3, s.Run(t.Context()).Code)
		})
	})
}

func TestReport(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := supervise.New(policy, supervise.Options{Notify: func(supervise.End) {}})
		s.BestEffort("log", func(ctx context.Context) error { <-ctx.Done(); return errors.New("two\nlines") })
		s.Critical("queue", func(context.Context) error {
			err := errctx.New(&lost{Table: "steps"}, "read queue", slog.String("query", "select"))
			return errctx.Wrap(err, "take work", errctx.Secret(slog.String("password", "hunter2")))
		})
		r := s.Run(t.Context())
		text := r.String()
		for _, want := range []string{
			"tester died after 0s, exit code 70\n",
			"queue (critical): fatal (unknown): default of tester at *supervise_test.lost, \"read queue\" (supervise/supervise_test.go:",
			"    take work", "    read queue", "query=select", "rows are gone", "supervise_test.lost",
			"also, afterwards:\n", "log (best-effort): cancelled: the requester of tester is gone (task queue ended the role)", "    lines",
			"task   scope        state    runs  failed  restarts\n",
			"queue  critical     died     1     1       0\n",
		} {
			if !strings.Contains(text, want) {
				t.Errorf("no %q", want)
			}
		}
		line, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		var parsed struct {
			Died struct {
				Verdict struct{ Class string }
				Error   struct{ Kind string }
			}
			Also []any
			Code int
		}
		if err := json.Unmarshal(line, &parsed); err != nil {
			t.Fatal(err)
		}
		equal(t, "class", "fatal", parsed.Died.Verdict.Class)
		equal(t, "kind", "test.lost", parsed.Died.Error.Kind)
		equal(t, "also", 1, len(parsed.Also))
		if all := text + string(line); strings.Contains(all, "hunter2") || strings.Contains(string(line), "\n") {
			t.Errorf("a secret, or a line too many: %s", all)
		}
		if t.Failed() {
			t.Log(text, string(line))
		}
	})
}

type lost struct{ Table string }

func (e *lost) Error() string     { return "rows are gone" }
func (e *lost) ErrorKind() string { return "test.lost" }

func TestLogTo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var b strings.Builder
		drop := func(_ []string, a slog.Attr) slog.Attr {
			if a.Key == slog.TimeKey {
				return slog.Attr{}
			}
			return a
		}
		s := supervise.New(policy, supervise.Options{Notify: supervise.LogTo(slog.New(slog.NewTextHandler(&b, &slog.HandlerOptions{ReplaceAttr: drop})))})
		s.BestEffort("mirror", func(context.Context) error { return with(classify.Drop) })
		s.Run(t.Context())
		equal(t, "log", `level=WARN msg="task ended" end.task=mirror end.scope=best-effort end.action=recorded `+
			`end.verdict="drop of k: typed rule \"trouble\" at *supervise_test.trouble" end.error="drop of k"`+"\n", b.String())
	})
}

// TestMany adds tasks of all scopes from many goroutines while the role runs, dies and stops.
func TestMany(t *testing.T) {
	for round := range 20 {
		ctx, cancel := context.WithCancel(t.Context())
		s := supervise.New(lenient, supervise.Options{Handlers: 3, Notify: func(supervise.End) {}, Grace: 5 * time.Second})
		var accepted, settled sync.WaitGroup
		var mu sync.Mutex
		taken, back, done := 0, 0, 0
		for i := range 4 {
			s.Critical(fmt.Sprint("server ", i), func(ctx context.Context) error {
				for n := 0; ; n++ {
					s.BestEffort("mirror", func(context.Context) error { return errors.New("no") })
					accepted.Add(1)
					ok := s.Session("builder", func(ctx context.Context) error {
						switch n % 5 {
						case 0:
							panic("oh")
						case 1:
							runtime.Goexit()
						case 2:
							return wait(ctx)
						}
						mu.Lock()
						done++
						mu.Unlock()
						return nil
					}, func(context.Context, supervise.End) error {
						mu.Lock()
						back++
						mu.Unlock()
						return nil
					})
					accepted.Done()
					mu.Lock()
					if ok {
						taken++
					}
					mu.Unlock()
					if !s.Handle("submit", func(context.Context) error { s.Tasks(); return nil }) {
						return wait(ctx)
					}
					if n == 20+round && i == 2 && round%2 == 0 {
						return syscall.EIO
					}
				}
			})
		}
		if round%2 == 1 {
			time.AfterFunc(time.Duration(round)*time.Millisecond, cancel)
		}
		settled.Go(func() { s.Tasks() })
		r := s.Run(ctx)
		settled.Wait()
		accepted.Wait()
		cancel()
		if (r.Died != nil) != (round%2 == 0) {
			t.Fatalf("round %d: %v", round, r)
		}
		if taken != back+done {
			t.Fatalf("%d sessions, %d done, %d given back: %v", taken, done, back, r)
		}
	}
}
