package supervise_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"runtime"
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

// What the program gets wrong ends the role at most: in order, and with a report that says what.

func TestOptionsThatPanic(t *testing.T) {
	for name, c := range map[string]struct {
		notify func()
		stack  string
		kind   string
	}{
		"panic":  {explode, "explode", "supervise.panic"},
		"goexit": {depart, "depart", "supervise.exited"},
	} {
		t.Run("Notify: "+name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				requeued := 0
				s := supervise.New(policy, supervise.Options{Notify: func(e supervise.End) {
					if e.Task == "it" {
						c.notify()
					}
				}})
				s.Session("it", func(context.Context) error { time.Sleep(time.Second); return with(classify.Fail) },
					func(context.Context, supervise.End) error { requeued++; return nil })
				s.Restarted("again", func(context.Context) error { return with(classify.RetryHere) }, supervise.Backoff{Min: time.Hour, Max: time.Hour})
				s.Critical("other", wait)
				r := s.Run(t.Context())
				equal(t, "lasted", time.Second, r.Lasted)
				equal(t, "requeued", 1, requeued)
				equal(t, "code", 70, r.Code)
				equal(t, "died", "supervisor", r.Died.Task)
				fault, ok := errors.AsType[supervise.Fault](r.Died.Err)
				if !ok || fault.ErrorKind() != c.kind || !strings.Contains(r.String(), c.stack) {
					t.Errorf("reports %v", r)
				}
				for i, want := range []string{"stopped", "stopped", "requeued"} { // other, again, it
					equal(t, r.Tasks[i].Task, want, r.Tasks[i].State)
				}
			})
		})
	}
	t.Run("ExitCode", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			s := supervise.New(policy, supervise.Options{
				Notify:   func(supervise.End) {},
				ExitCode: func(classify.Verdict, error) int { explode(); return 0 },
			})
			s.Critical("it", func(context.Context) error { return with(classify.Fatal) })
			for _, r := range []*supervise.Report{s.Run(t.Context()), s.Run(t.Context())} {
				equal(t, "code", 70, r.Code)
				equal(t, "also", 1, len(r.Also))
				equal(t, "why", "exit code: panic: boom", r.Also[0].Err.Error())
				if !strings.Contains(r.String(), "explode") {
					t.Errorf("no stack in %v", r)
				}
			}
		})
	})
	t.Run("ExitCode may ask what the tasks do", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			var s *supervise.Supervisor
			s = supervise.New(policy, supervise.Options{
				Notify:   func(supervise.End) {},
				ExitCode: func(classify.Verdict, error) int { return len(s.Tasks()) },
			})
			s.Critical("it", func(context.Context) error { return with(classify.Fatal) })
			equal(t, "code", 1, s.Run(t.Context()).Code)
		})
	})
}

// cycle is an error that wraps itself.
type cycle struct{ next error }

func (*cycle) Error() string   { return "round and round" }
func (c *cycle) Unwrap() error { return c.next }

func round() error {
	c := &cycle{}
	c.next = fmt.Errorf("again: %w", c)
	return c
}

// ring is a join that has itself in it.
type ring struct{}

func (ring) Error() string     { return "ring" }
func (r ring) Unwrap() []error { return []error{r} }

// hostile has methods that panic.
type hostile struct{ err error }

func (h *hostile) Error() string { return h.err.Error() }
func (h *hostile) Unwrap() error { return h.err.(*hostile) }
func (h *hostile) Is(error) bool { return h.err.Error() == "" }
func (h *hostile) As(any) bool   { return h.err.Error() == "" }

// blunt has no value to speak of.
type blunt struct{ err error }

func (b *blunt) Error() string { return b.err.Error() }

// Whatever a task returns, the role ends, and the report can be written.
func TestAnyError(t *testing.T) {
	for name, err := range map[string]error{
		"a nil pointer":         (*blunt)(nil),
		"a nil pointer in a %w": fmt.Errorf("do: %w", (*blunt)(nil)),
		"in a join":             errors.Join(syscall.EIO, (*blunt)(nil)),
		"with context":          errctx.Annotate(&blunt{(*blunt)(nil)}, "do"),
		"at an edge":            classify.Dep("database", (*blunt)(nil)),
		"marked":                classify.Mark((*blunt)(nil), classify.Fatal),
		"a nil map":             nothing(nil),
		"hostile":               &hostile{},
		"a nil hostile":         (*hostile)(nil),
		"hostile in a join":     errors.Join(&hostile{}, context.Canceled),
		"a cycle":               round(),
		"a ring":                ring{},
		"not comparable":        goneAway{[]string{"a", "b"}},
		"no UTF-8":              errors.New("\xff\xfe\x00 \u2028 </script> \x1b[31m"),
		"lines":                 errors.New("one\ntwo\r\n\tthree\n"),
		"huge":                  errors.New(strings.Repeat("é\n", 1<<12)),
		"attributes":            errctx.New(&lost{}, "do\n\xff", slog.Any("f", func() {}), slog.Any("e", (*blunt)(nil)), slog.Float64("nan", nan())),
		"deep":                  deep(20_000),
		"a panic with such":     &supervise.Panic{Value: (*blunt)(nil), Stack: "\xff"},
		"lost with such":        &supervise.Lost{Err: (*blunt)(nil)},
		"gave up with such":     &supervise.GaveUp{Err: (*blunt)(nil)},
		"keys":                  &trouble{verdict: classify.Verdict{Class: classify.Fatal, Keys: []any{"\xff\n", (*blunt)(nil), func() {}}}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancelCause(t.Context())
				var log bytes.Buffer
				s := supervise.New(policy, supervise.Options{Notify: supervise.LogTo(slog.New(slog.NewJSONHandler(&log, nil)))})
				s.Critical("it\n\xff", func(context.Context) error { time.Sleep(time.Second); return err })
				s.BestEffort("late", func(ctx context.Context) error { <-ctx.Done(); return fmt.Errorf("late: %w", err) })
				s.BestEffort("stopped", func(ctx context.Context) error { <-ctx.Done(); return err })
				s.Session("work", wait, func(context.Context, supervise.End) error { return err })
				time.AfterFunc(2*time.Second, func() { cancel(err) })
				inner := s.Run(ctx)
				if inner.Code == 0 || inner.Died == nil || inner.Died.Task != "it\n\xff" {
					t.Errorf("reports %v", inner)
				}
				outer := supervise.New(policy, supervise.Options{Notify: func(supervise.End) {}})
				outer.Critical("role", func(context.Context) error { return inner.Err() })
				told, stop := context.WithCancelCause(t.Context())
				stop(err)
				for _, r := range []*supervise.Report{inner, outer.Run(t.Context()), supervise.New(policy, supervise.Options{}).Run(told)} {
					var out bytes.Buffer
					if _, err := r.WriteTo(&out); err != nil {
						t.Error(err)
					}
					text := strings.TrimSuffix(out.String(), "\n")
					line := text[strings.LastIndexByte(text, '\n')+1:]
					if !json.Valid([]byte(line)) || !strings.HasPrefix(line, `{"role":"tester","code":`) {
						t.Errorf("the last line is %.500s", line)
					}
					if strings.Contains(line, `"error":null`) {
						t.Errorf("no error in %.500s", line)
					}
					if r.Died != nil && r.Err().Error() == "" {
						t.Error("says nothing")
					}
				}
				for line := range strings.Lines(log.String()) {
					if !json.Valid([]byte(line)) {
						t.Errorf("logs %.500s", line)
					}
				}
				_ = inner.Died.String()
			})
		})
	}
	t.Run("a nil pointer is told from no error", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			s := supervise.New(policy, supervise.Options{Notify: func(supervise.End) {}})
			s.Critical("it", func(context.Context) error { var err *blunt; return err })
			r := s.Run(t.Context())
			const says = "a nil *supervise_test.blunt, which is not a nil error"
			equal(t, "says", "tester died: it: "+says, r.Err().Error())
			if line, err := json.Marshal(r); err != nil || !strings.Contains(string(line), says) || !strings.Contains(r.String(), says) {
				t.Errorf("%v: %s\n%s", err, r, line)
			}
		})
	})
}

type nothing map[string]string

func (n nothing) Error() string { return "nothing: " + n["why"] }

func nan() float64 { zero := 0.0; return zero / zero }

func deep(n int) error {
	err := error(syscall.EIO)
	for range n {
		err = &cycle{err}
	}
	return err
}

func TestLostWork(t *testing.T) {
	for name, run := range map[string]func(context.Context) error{
		"it failed":        func(context.Context) error { return with(classify.RetryElsewhere) },
		"it was stopped":   func(ctx context.Context) error { return wait(ctx) },
		"it panicked":      func(context.Context) error { panic("oh") },
		"and was not lost": func(context.Context) error { return nil },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithTimeout(t.Context(), time.Second)
				defer cancel()
				s := supervise.New(policy, supervise.Options{Notify: func(supervise.End) {}})
				s.Session("it", run, nil)
				r := s.Run(ctx)
				lost := name != "and was not lost"
				equal(t, "lost", lost, strings.Contains(r.String(), "requeue: there is none [supervise.lost *supervise.Lost]"))
				equal(t, "died", lost, r.Code == 70)
			})
		})
	}
}

func TestMisuse(t *testing.T) {
	quiet := supervise.Options{Notify: func(supervise.End) {}, Grace: -1, Handlers: -1}
	t.Run("zero values", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			var s supervise.Supervisor
			equal(t, "tasks", 0, len(s.Tasks()))
			equal(t, "handles", false, s.Handle("early", wait))
			s.BestEffort("it", func(context.Context) error { return nil })
			r := s.Run(nil) //nolint:staticcheck // what happens then
			equal(t, "report", "unset has nothing left to do after 0s", strings.SplitN(r.String(), "\n", 2)[0])
			equal(t, "runs", 1, r.Tasks[0].Runs)
			equal(t, "code", 70, s.Run(nil).Code)
			equal(t, "accepts", false, s.Critical("late", nil) || s.Restarted("late", nil, supervise.Backoff{}) || s.Session("late", nil, nil) || s.Handle("late", nil))
			equal(t, "empty", 0, new(supervise.Supervisor).Run(t.Context()).Code)
		})
	})
	t.Run("negative ones are the defaults", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			s := supervise.New(nil, quiet)
			s.Restarted("again", func(context.Context) error { return nil }, supervise.Backoff{Min: -1, Max: -1, Restarts: -1, Window: -1})
			s.Critical("slow", func(ctx context.Context) error {
				for range 100 {
					s.Handle("many", wait)
				}
				<-ctx.Done()
				time.Sleep(9 * time.Second)
				return nil
			})
			r := s.Run(ctx)
			equal(t, "lasted", 10*time.Second, r.Lasted)
			equal(t, "clean", true, r.Err() == nil)
			equal(t, "restarts", true, r.Tasks[1].Restarts > 1)
		})
	})
	t.Run("no function", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			s := supervise.New(policy, quiet)
			s.Critical("it", nil)
			if r := s.Run(t.Context()); r.Code != 70 || !strings.Contains(r.Err().Error(), "nil pointer") {
				t.Errorf("reports %v", r)
			}
		})
	})
	t.Run("a task that runs the role again", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			s := supervise.New(policy, quiet)
			s.Critical("it", func(ctx context.Context) error { return s.Run(ctx).Err() })
			if _, ok := errors.AsType[*supervise.Reused](s.Run(t.Context()).Died.Err.(*supervise.Death).Report.Died.Err); !ok {
				t.Error("is not told")
			}
		})
	})
	t.Run("one name for all", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			s := supervise.New(policy, quiet)
			for range 3 {
				s.Critical("it", wait)
				s.BestEffort("it", wait)
			}
			r := s.Run(ctx)
			equal(t, "rows", 2, len(r.Tasks))
			equal(t, "runs", 6, r.Tasks[0].Runs+r.Tasks[1].Runs)
			equal(t, "state", "stopped", r.Tasks[0].State)
		})
	})
}

// What a supervisor started is gone when Run returns, unless it hangs.
func TestLeavesNothingBehind(t *testing.T) {
	before := runtime.NumGoroutine()
	for range 20 {
		ctx, cancel := context.WithCancel(t.Context())
		s := supervise.New(policy, supervise.Options{Notify: func(supervise.End) {}, Handlers: 2})
		var all sync.WaitGroup
		s.Restarted("again", func(context.Context) error { return with(classify.RetryHere) }, supervise.Backoff{Min: time.Hour})
		s.Session("work", func(context.Context) error { return &net.OpError{Op: "read", Err: syscall.EPIPE} }, giveBack)
		s.BestEffort("it", wait)
		s.Critical("server", func(ctx context.Context) error {
			for range 5 {
				all.Go(func() { s.Handle("submit", wait) })
			}
			time.AfterFunc(time.Millisecond, cancel)
			<-ctx.Done()
			all.Wait()
			return nil
		})
		s.Run(ctx)
	}
	after := runtime.NumGoroutine()
	for deadline := time.Now().Add(5 * time.Second); after > before && time.Now().Before(deadline); after = runtime.NumGoroutine() {
		time.Sleep(time.Millisecond)
	}
	if after > before {
		t.Errorf("%d goroutines before, %d after", before, after)
	}
}
