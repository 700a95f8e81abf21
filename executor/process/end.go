package process

import (
	"context"
	"sync"
	"syscall"
	"time"
)

// ending decides, once, who ends a process. The first to take the lock wins: the
// process, whose end is looked for under the lock before anything is sent, or
// the timeout, or the cancellation.
type ending struct {
	mu       sync.Mutex
	over     bool // the process has ended: nothing may be sent, for its pid will be another's
	killedBy Killer
	cause    error // why the context ended, when that was what killed it

	timers  []*time.Timer
	release func() bool    // lets go of the context
	pending sync.WaitGroup // callbacks that may yet run
}

// watch arms the timeout and the cancellation. Neither costs a goroutine until it happens.
func (p *Process) watch(ctx context.Context, spec *Spec) {
	e, grace := &p.end, spec.grace()
	e.mu.Lock()
	defer e.mu.Unlock()
	e.killedBy = Nobody
	if spec.Timeout > 0 {
		e.after(spec.Timeout, func() { p.terminate(ByTimeout, grace, nil) })
	}
	e.pending.Add(1)
	e.release = context.AfterFunc(ctx, func() {
		defer e.pending.Done()
		p.terminate(ByCancel, min(grace, MaxCancelGrace), context.Cause(ctx))
	})
}

// terminate asks the process group to end, and has it killed when grace is over. A
// cancellation during the grace of a timeout changes only how long that takes.
func (p *Process) terminate(by Killer, grace time.Duration, cause error) {
	e := &p.end
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.over || hasExited(p.pid) {
		return
	}
	if e.killedBy == Nobody {
		e.killedBy, e.cause = by, cause
		p.signal(syscall.SIGTERM)
		p.signal(syscall.SIGCONT) // one that is stopped would not see the other
	}
	e.after(grace, func() {
		e.mu.Lock()
		defer e.mu.Unlock()
		if !e.over {
			p.signal(syscall.SIGKILL)
		}
	})
}

// signal sends to the process group. The process has not been reaped, so the
// group is still its own; that all of it may be gone already is no error.
func (p *Process) signal(sig syscall.Signal) { _ = syscall.Kill(-p.pid, sig) }

// after calls f once d is over, unless conclude comes first. The caller holds the lock.
func (e *ending) after(d time.Duration, f func()) {
	e.pending.Add(1)
	e.timers = append(e.timers, time.AfterFunc(d, func() {
		defer e.pending.Done()
		f()
	}))
}

// conclude closes the decision: the process has ended. When it returns, no
// callback runs or will run.
func (e *ending) conclude() (killedBy Killer, cause error) {
	e.mu.Lock()
	e.over = true
	for _, t := range e.timers {
		if t.Stop() {
			e.pending.Done()
		}
	}
	if e.release() {
		e.pending.Done()
	}
	e.mu.Unlock()
	e.pending.Wait()
	return e.killedBy, e.cause
}
