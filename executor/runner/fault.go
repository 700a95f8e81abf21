package runner

import (
	"log/slog"

	"github.com/holdfast-go/holdfast/errctx"
	"github.com/holdfast-go/holdfast/executor/actioncache"
	"github.com/holdfast-go/holdfast/executor/cas"
	"github.com/holdfast-go/holdfast/executor/process"
	"github.com/holdfast-go/holdfast/executor/sandbox"
)

// Err is what Execute returns.
type Err = errctx.WithContext[Error]

// Error is the sealed sum of the phases: [*LookupError] | [*MaterializeError] |
// [*StartError] | [*WaitError] | [*CaptureError] | [*PersistError]; or [Unknown], from elsewhere.
type Error interface {
	errctx.Kind
	runnerError()
}

// LookupError says why the cache gave no result: mostly because there is none.
type LookupError struct{ Cause actioncache.GetError }

// MaterializeError says why the inputs could not be laid out.
type MaterializeError struct{ Cause sandbox.Error }

// StartError says why the process did not start. One of its fields is set.
type StartError struct {
	Cause   process.StartError
	Capture cas.StoreError // no files could be made for what it would have written
}

// WaitError says why it is not known how the process ended. One of its fields is set.
type WaitError struct {
	Cause     *process.Lost
	Cancelled error // the context's cause; the process has been killed
}

// CaptureError says why the outputs, which are there, could not be taken into the store.
type CaptureError struct{ Cause cas.StoreError }

// PersistError says why the result could not be recorded. One of its fields is set.
type PersistError struct {
	Cause cas.StoreError
	Cache actioncache.PutError
}

func (*LookupError) runnerError()      {}
func (*MaterializeError) runnerError() {}
func (*StartError) runnerError()       {}
func (*WaitError) runnerError()        {}
func (*CaptureError) runnerError()     {}
func (*PersistError) runnerError()     {}
func (Unknown) runnerError()           {}

// ErrorKind is that of the cause: a phase says where, and what is asked for is what.
func (e *LookupError) ErrorKind() string      { return e.Cause.ErrorKind() }
func (e *MaterializeError) ErrorKind() string { return e.Cause.ErrorKind() }
func (e *StartError) ErrorKind() string       { return e.kind().ErrorKind() }
func (e *CaptureError) ErrorKind() string     { return e.Cause.ErrorKind() }
func (e *PersistError) ErrorKind() string     { return e.kind().ErrorKind() }

// ErrorKind is that of the cause, or one of its own: the cause of a context is anybody's error.
func (e *WaitError) ErrorKind() string {
	if e.Cause != nil {
		return e.Cause.ErrorKind()
	}
	return "runner.cancelled"
}

func (e *LookupError) Error() string      { return e.Cause.Error() }
func (e *MaterializeError) Error() string { return e.Cause.Error() }
func (e *StartError) Error() string       { return e.kind().Error() }
func (e *WaitError) Error() string        { return e.Unwrap().Error() }
func (e *CaptureError) Error() string     { return e.Cause.Error() }
func (e *PersistError) Error() string     { return e.kind().Error() }

func (e *LookupError) Unwrap() error      { return e.Cause }
func (e *MaterializeError) Unwrap() error { return e.Cause }
func (e *CaptureError) Unwrap() error     { return e.Cause }

func (e *StartError) Unwrap() error   { return e.kind() }
func (e *PersistError) Unwrap() error { return e.kind() }

func (e *StartError) kind() errctx.Kind {
	if e.Capture != nil {
		return e.Capture
	}
	return e.Cause
}

func (e *WaitError) Unwrap() error {
	if e.Cause != nil {
		return e.Cause
	}
	return e.Cancelled
}

func (e *PersistError) kind() errctx.Kind {
	if e.Cache != nil {
		return e.Cache
	}
	return e.Cause
}

func lookupError(e actioncache.GetError) *LookupError        { return &LookupError{e} }
func materializeError(e sandbox.Error) *MaterializeError     { return &MaterializeError{e} }
func startError(e process.StartError) *StartError            { return &StartError{Cause: e} }
func waitError(e *process.Lost) *WaitError                   { return &WaitError{Cause: e} }
func captureError(e cas.StoreError) *CaptureError            { return &CaptureError{e} }
func persistError(e cas.StoreError) *PersistError            { return &PersistError{Cause: e} }
func persistCacheError(e actioncache.PutError) *PersistError { return &PersistError{Cache: e} }

// phase widens one phase's error to the sum.
func phase[E Error](e E) Error { return e }

// named is the attribute for a step's name. It is safe, like the paths in a workspace and in trees: whoever gets
// an error about a step has asked for it, and the errors themselves name both. Paths of the host stay private.
func named(step string) slog.Attr { return errctx.Safe(slog.String("step", step)) }
