package runner_test

import (
	"context"
	"syscall"
	"testing"

	"github.com/holdfast-go/holdfast/errctx/wire/wiretest"
	"github.com/holdfast-go/holdfast/executor/action"
	"github.com/holdfast-go/holdfast/executor/actioncache"
	"github.com/holdfast-go/holdfast/executor/cas"
	"github.com/holdfast-go/holdfast/executor/digest"
	"github.com/holdfast-go/holdfast/executor/process"
	"github.com/holdfast-go/holdfast/executor/runner"
	"github.com/holdfast-go/holdfast/executor/sandbox"
)

func TestWire(t *testing.T) {
	full := &cas.DiskFull{Path: "p", Need: 3, Free: 2, Err: syscall.ENOSPC}
	wiretest.Complete(t, runner.Wire, ".")
	wiretest.RoundTrip[runner.Error](t, runner.Wire,
		&runner.LookupError{Cause: &actioncache.Miss{Key: digest.Empty, Reason: actioncache.Absent}},
		&runner.MaterializeError{Cause: sandbox.StoreFault{StoreError: full}},
		&runner.StartError{Cause: &process.NotFound{Argv0: "cc", Path: "/bin"}},
		&runner.StartError{Capture: full},
		&runner.WaitError{Cause: &process.Lost{Pid: 42, Err: syscall.ECHILD}},
		&runner.WaitError{Cancelled: context.Canceled},
		&runner.CaptureError{Cause: &cas.Unreadable{Path: "out", Err: syscall.EACCES}},
		&runner.PersistError{Cause: full},
		&runner.PersistError{Cache: &actioncache.BadResult{Key: digest.Empty, Err: &action.Malformed{Field: "result", Reason: "too large"}}})
}
