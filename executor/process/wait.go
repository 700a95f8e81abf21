package process

import (
	"fmt"
	"syscall"
	"time"

	"github.com/holdfast-go/holdfast/errctx"
)

// State says how a process ended.
type State string

// The ways to end. TimedOut and Cancelled say that this package ended the
// process; how the process then took it is in ExitCode and Signal.
const (
	Exited    State = "exited"    // by itself, with ExitCode
	Signaled  State = "signaled"  // by Signal, which this package did not send
	TimedOut  State = "timed_out" // Spec.Timeout was over first
	Cancelled State = "cancelled" // the context ended first
)

// Killer says who ended a process.
type Killer string

// The killers.
const (
	Nobody    Killer = "nobody"
	ByTimeout Killer = "timeout"
	ByCancel  Killer = "cancel"
	// Foreign is a signal that this package did not send: from another process, from the
	// kernel (out of memory, a fault such as SIGSEGV) or from the process itself.
	// The kernel does not tell a parent which.
	Foreign Killer = "foreign"
)

// Result is how a process ended. A process that handles SIGTERM may be TimedOut
// or Cancelled with an ExitCode, even 0.
type Result struct {
	State    State
	ExitCode int            // -1 when a signal ended it
	Signal   syscall.Signal // 0 when it exited
	KilledBy Killer
	Cause    error // why the context ended, when Cancelled

	// Leftover has the processes of the command that had not ended a moment (50 ms)
	// after it did, ascending. They have been killed. Only where orphans are adopted.
	Leftover []int

	Wall         time.Duration // from the fork to the end of the process
	User, System time.Duration // CPU time of the process and those it waited for

	// MaxRSS is the largest resident set of the process or one it waited for, in
	// bytes, and 0 when that is unknown. On Linux it is known only when it is
	// more than this program's own: a child starts in its parent's memory, and the kernel counts that.
	MaxRSS int64
}

// WaitErr is what Wait returns.
type WaitErr = errctx.WithContext[*Lost]

// Lost says that a process cannot be waited for, so how it ended will never be
// known: something else in the program has reaped it, or SIGCHLD is ignored.
type Lost struct {
	Pid int
	Err error // of the wait
}

// ErrorKind implements [errctx.Kind].
func (*Lost) ErrorKind() string { return "process.lost" }

func (e *Lost) Error() string { return fmt.Sprintf("process %d is lost: %v", e.Pid, e.Err) }

// Unwrap returns the error of the wait.
func (e *Lost) Unwrap() error { return e.Err }

// Wait waits until the process has ended, kills what it left behind and returns
// how it ended. The error is a [*Lost]; the rest of the command has been killed
// then, too. Every call returns the same.
func (p *Process) Wait() (Result, WaitErr) {
	p.once.Do(func() { p.result, p.lost = p.wait() })
	return p.result, p.lost
}

func (p *Process) wait() (Result, WaitErr) {
	waitErr := p.await()
	r := Result{Wall: time.Since(p.started)}
	r.KilledBy, r.Cause = p.end.conclude()
	r.Leftover = p.clear(waitErr != nil)
	if waitErr == nil {
		waitErr = p.reap()
	} else {
		p.forget()
	}
	if waitErr != nil {
		return Result{}, errctx.New(&Lost{p.pid, waitErr}, "wait for process")
	}

	status, usage := p.exit.status, &p.exit.usage
	r.ExitCode = status.ExitStatus()
	if status.Signaled() {
		r.Signal = status.Signal()
	}
	switch {
	case r.KilledBy == ByTimeout:
		r.State = TimedOut
	case r.KilledBy == ByCancel:
		r.State = Cancelled
	case status.Signaled():
		r.State, r.KilledBy = Signaled, Foreign
	default:
		r.State = Exited
	}
	r.User, r.System = time.Duration(usage.Utime.Nano()), time.Duration(usage.Stime.Nano())
	r.MaxRSS = maxRSS(usage)
	return r, nil
}

// exitStatus is what the kernel tells about an ended process when it is reaped.
type exitStatus struct {
	status syscall.WaitStatus
	usage  syscall.Rusage
}

// collect reaps pid, waiting for it unless options has WNOHANG, and reports
// whether there was anything to reap.
func (e *exitStatus) collect(pid, options int) (bool, error) {
	for {
		got, err := syscall.Wait4(pid, &e.status, options, &e.usage)
		if err != syscall.EINTR {
			return got == pid, err
		}
	}
}
