package supervise

import (
	"fmt"
	"time"

	"github.com/holdfast-go/holdfast/errctx"
)

// Fault is what a supervisor itself has to say about a task: *Panic, *Exited, *Ended,
// *GaveUp, *Lost, *Stuck, *Reused, *Stopping or *Death.
type Fault interface {
	errctx.Kind
	fault()
}

// Panic is a task that panicked, or a function of Options that did. It has no Unwrap: a panic is
// a bug, whatever it was about.
type Panic struct {
	Value any
	Stack string
}

// Exited is a task that called [runtime.Goexit], or a test's FailNow.
type Exited struct{ Stack string }

// Ended is a task that returned nil where it should have gone on.
type Ended struct{}

// GaveUp is a task that had to be restarted too often. Err is its last error, by
// which it was judged.
type GaveUp struct {
	Restarts int
	Window   time.Duration
	Err      error
}

// Lost is a session whose work could not be requeued, or for which there is no requeue.
type Lost struct{ Err error }

// Stuck is a task that did not stop in the grace period. Stack is where it hangs.
type Stuck struct {
	After time.Duration
	Stack string
}

// Reused is a supervisor that was to run a second time.
type Reused struct{}

// Stopping is the [context.Cause] of tasks that are told to stop because Task ended the
// role. When the role itself is told to stop, theirs is the cause of that.
type Stopping struct{ Task string }

func (*Panic) fault()    {}
func (*Exited) fault()   {}
func (*Ended) fault()    {}
func (*GaveUp) fault()   {}
func (*Lost) fault()     {}
func (*Stuck) fault()    {}
func (*Reused) fault()   {}
func (*Stopping) fault() {}

// ErrorKind implements errctx.Kind.
func (*Panic) ErrorKind() string { return "supervise.panic" }

// ErrorKind implements errctx.Kind.
func (*Exited) ErrorKind() string { return "supervise.exited" }

// ErrorKind implements errctx.Kind.
func (*Ended) ErrorKind() string { return "supervise.ended" }

// ErrorKind implements errctx.Kind.
func (*GaveUp) ErrorKind() string { return "supervise.gave_up" }

// ErrorKind implements errctx.Kind.
func (*Lost) ErrorKind() string { return "supervise.lost" }

// ErrorKind implements errctx.Kind.
func (*Stuck) ErrorKind() string { return "supervise.stuck" }

// ErrorKind implements errctx.Kind.
func (*Reused) ErrorKind() string { return "supervise.reused" }

// ErrorKind implements errctx.Kind.
func (*Stopping) ErrorKind() string { return "supervise.stopping" }

func (e *Panic) Error() string  { return fmt.Sprintf("panic: %v", e.Value) }
func (e *Exited) Error() string { return "goroutine exited" }
func (e *Ended) Error() string  { return "ended without an error" }
func (e *Lost) Error() string   { return "requeue: " + text(e.Err) }
func (e *Stuck) Error() string {
	return fmt.Sprintf("still running %s after it was told to stop", e.After)
}
func (e *Reused) Error() string   { return "supervisor has run before" }
func (e *Stopping) Error() string { return "task " + e.Task + " ended the role" }

func (e *GaveUp) Error() string {
	return fmt.Sprintf("restarted %d times within %s: %s", e.Restarts, e.Window, text(e.Err))
}

// Unwrap returns the last error.
func (e *GaveUp) Unwrap() error { return e.Err }

// Unwrap returns why requeueing failed.
func (e *Lost) Unwrap() error { return e.Err }

// isBug reports whether a task did not even return.
func isBug(err error) bool {
	return has[*Panic](err) || has[*Exited](err)
}
