package supervise

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"runtime/debug"
	"runtime/pprof"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/holdfast-go/holdfast/classify"
)

// Scope is how far the failure of a task reaches.
type Scope uint8

const (
	// Critical tasks end the role when they end.
	Critical Scope = iota
	// Restarted tasks are started again.
	Restarted
	// BestEffort tasks may fail.
	BestEffort
	// Session tasks give their work back.
	Session
	// Handler tasks answer one request.
	Handler
)

// String returns the scope as in "best-effort".
func (s Scope) String() string {
	return [...]string{"critical", "restarted", "best-effort", "session", "handler"}[min(s, Handler)]
}

// MarshalText returns String.
func (s Scope) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// Action is what was done about the end of a task.
type Action uint8

const (
	// Done: it had nothing to do any more.
	Done Action = iota
	// Stopped: it was told to.
	Stopped
	// Recorded: a degradation.
	Recorded
	// Warned: of a handler.
	Warned
	// Requeued: its work goes to others.
	Requeued
	// Restarting: it is started again after a while.
	Restarting
	// Died: and the role with it.
	Died
)

// String returns the action as in "requeued".
func (a Action) String() string {
	return [...]string{"done", "stopped", "recorded", "warned", "requeued", "restarting", "died"}[min(a, Died)]
}

// MarshalText returns String.
func (a Action) MarshalText() ([]byte, error) { return []byte(a.String()), nil }

// action is the table of the package's documentation.
func (s Scope) action(c classify.Class, stopping bool) Action {
	switch {
	case c == classify.Fatal:
		return Died
	case stopping:
		return Stopped
	case s == BestEffort:
		return Recorded
	case s == Session:
		return Requeued
	case s == Handler:
		return Warned
	case s == Restarted && c <= classify.RetryElsewhere:
		return Restarting
	default:
		return Died
	}
}

// Backoff says when a task is started again, and how often. In each place zero
// means the default.
type Backoff struct {
	// Min is the first pause, 100 ms by default. Each further restart within Window doubles it, up to
	// Max, 10 s by default. Up to a half of a pause is left out at random. A verdict's After is kept in any case.
	Min, Max time.Duration
	// More than Restarts, 10 by default, within Window, 5 minutes by default, end the
	// role: see [GaveUp]. Restarts that a verdict calls free do not count, but take as long.
	Restarts int
	Window   time.Duration
}

// Critical adds a task without which the role is nothing: the role ends when it ends, also with nil.
//
// It reports whether the task was accepted, as do Restarted, BestEffort, Session and Handle: they
// start it with Run, or at once when the supervisor runs, and refuse it when the role
// is stopping. Names are for people; what shares one is counted together.
func (s *Supervisor) Critical(name string, run func(context.Context) error) bool {
	return s.add(&task{name: name, scope: Critical, run: run})
}

// Restarted adds a task that is started again whenever it ends, after a pause.
func (s *Supervisor) Restarted(name string, run func(context.Context) error, b Backoff) bool {
	b.Min = cmp.Or(max(b.Min, 0), 100*time.Millisecond)
	b.Max = cmp.Or(max(b.Max, 0), 10*time.Second)
	b.Restarts = cmp.Or(max(b.Restarts, 0), 10)
	b.Window = cmp.Or(max(b.Window, 0), 5*time.Minute)
	return s.add(&task{name: name, scope: Restarted, run: run, backoff: b})
}

// BestEffort adds a task whose failure is recorded, and no more than that unless it is fatal.
func (s *Supervisor) BestEffort(name string, run func(context.Context) error) bool {
	return s.add(&task{name: name, scope: BestEffort, run: run})
}

// Session adds a task that works on something others can do as well. If run does not
// return nil, requeue is called with its end, once; its context ends with the grace period.
// An error of requeue ends the role: the work would be lost, as it is where requeue is nil (see [Lost]).
// A session that was not accepted still has its work.
func (s *Supervisor) Session(name string, run func(context.Context) error, requeue func(context.Context, End) error) bool {
	if requeue == nil {
		requeue = func(context.Context, End) error { return errNoRequeue }
	}
	return s.add(&task{name: name, scope: Session, run: run, requeue: requeue})
}

// Handle adds a task that answers one request. Its failure is a warning, unless it is fatal.
// Where Options.Handlers run already, Handle waits for one of them to end: the caller reads no
// further request meanwhile. Handlers must not wait for handlers. Before Run it refuses.
func (s *Supervisor) Handle(name string, run func(context.Context) error) bool {
	s.mu.Lock()
	early := s.state == idle
	s.mu.Unlock()
	if early {
		return false
	}
	if s.slots != nil {
		select {
		case s.slots <- struct{}{}:
		case <-s.role.Done():
			return false
		}
	}
	accepted := s.add(&task{name: name, scope: Handler, run: run})
	if !accepted && s.slots != nil {
		<-s.slots
	}
	return accepted
}

var errNoRequeue = errors.New("there is none")

type task struct {
	name    string
	scope   Scope
	run     func(context.Context) error
	requeue func(context.Context, End) error
	backoff Backoff

	serial  int
	ctx     context.Context
	cancel  context.CancelCauseFunc
	gone    chan struct{} // closed when there is nothing left of it
	recent  []time.Time   // restarts within the window, which make the pause longer
	counted []time.Time   // those of them that were not free
}

func (s *Supervisor) add(t *task) bool {
	s.lock()
	if s.state > running || s.state == running && s.told() {
		s.mu.Unlock()
		return false
	}
	t.serial, t.gone = s.serial, make(chan struct{})
	s.serial++
	s.live[t] = struct{}{}
	s.table.row(t.scope, t.name)
	started := s.state == running
	if started {
		s.contextFor(t)
	}
	s.mu.Unlock()
	if started {
		s.start(t)
	}
	return true
}

// contextFor gives a task a context that ends in its turn.
func (s *Supervisor) contextFor(t *task) { t.ctx, t.cancel = context.WithCancelCause(s.base) }

func (s *Supervisor) start(t *task) {
	s.mu.Lock()
	s.table.row(t.scope, t.name).Runs++
	s.mu.Unlock()
	spawn(t.ctx, t.name, t.run, func(err error) { s.judge(t, err) })
}

// restart starts a task again after a pause.
func (s *Supervisor) restart(t *task, pause time.Duration) {
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-s.role.Done(): // which is before the task's turn to stop
	}
	if s.told() {
		s.remove(t)
		return
	}
	s.start(t)
}

// pause returns how long to wait before the next restart; less than nothing if there were too many.
func (t *task) pause(now time.Time, v classify.Verdict) time.Duration {
	past := func(at time.Time) bool { return now.Sub(at) > t.backoff.Window }
	t.recent, t.counted = slices.DeleteFunc(t.recent, past), slices.DeleteFunc(t.counted, past)
	if !v.Free {
		if len(t.counted) >= t.backoff.Restarts {
			return -1
		}
		t.counted = append(t.counted, now)
	}
	d := min(t.backoff.Min, t.backoff.Max)
	for range t.recent {
		if d > t.backoff.Max/2 {
			d = t.backoff.Max
			break
		}
		d *= 2
	}
	if t.recent = append(t.recent, now); len(t.recent) > maxRecent {
		t.recent = t.recent[1:]
	}
	return max(v.After, d/2+rand.N(d/2+1))
}

// maxRecent is more doublings than there can be.
const maxRecent = 64

// spawn runs f on a goroutine of its own, which goes on to do what follows from its end:
// a Goexit can be followed, but not caught.
func spawn(ctx context.Context, name string, f func(context.Context) error, then func(error)) {
	go pprof.Do(ctx, pprof.Labels(label, name), func(ctx context.Context) {
		var err error
		returned := false
		defer func() {
			if fault := caught(recover(), returned); fault != nil {
				err = fault
			}
			then(err)
		}()
		err = f(ctx)
		returned = true
	})
}

// caught is what a deferred call found of a function that did not return.
func caught(recovered any, returned bool) Fault {
	switch {
	case recovered != nil:
		return &Panic{Value: recovered, Stack: string(debug.Stack())}
	case !returned:
		return &Exited{Stack: string(debug.Stack())}
	default:
		return nil
	}
}

// label is the key under which a profile of goroutines has the name of the task.
const label = "task"

// stackOf returns where the goroutines of a task are.
func stackOf(task string) string {
	var all bytes.Buffer
	if err := pprof.Lookup("goroutine").WriteTo(&all, 1); err != nil {
		return ""
	}
	var out strings.Builder
	mark := strconv.Quote(label) + ":" + strconv.Quote(task)
	for stack := range strings.SplitSeq(all.String(), "\n\n") {
		head, frames, _ := strings.Cut(stack, "\n#\t")
		if !strings.Contains(head, mark) {
			continue
		}
		for frame := range strings.SplitSeq("#\t"+frames, "\n") {
			// "#", address, function, place
			if f := strings.Split(strings.TrimSpace(frame), "\t"); len(f) >= 4 {
				name, _, _ := strings.Cut(f[2], "+0x")
				fmt.Fprintf(&out, "%s (%s)\n", name, strings.TrimSpace(f[len(f)-1]))
			}
		}
	}
	return strings.TrimSuffix(out.String(), "\n")
}

// inOrder returns the tasks that are not gone, in the order in which they were added.
func (s *Supervisor) inOrder() []*task {
	return slices.SortedFunc(maps.Keys(s.live), func(a, b *task) int { return cmp.Compare(a.serial, b.serial) })
}
