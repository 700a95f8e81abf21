package supervise

import (
	"context"
	"io/fs"
	"net"
	"os"
	"syscall"

	"github.com/holdfast-go/holdfast/classify"
)

// Exit codes, after sysexits.h. What starts daemons may tell by them whether to
// start this one again.
const (
	ExitOK        = 0
	ExitData      = 65 // what was read makes no sense
	ExitSoftware  = 70 // a bug, or nobody knows
	ExitIO        = 74 // disk and other devices
	ExitTemporary = 75 // something that passes: a database or a network that is down
	ExitDenied    = 77
	ExitConfig    = 78 // something is set up wrongly, or missing
)

// ExitCode is the default of [Options]: what a process exits with that died of err. What the
// supervisor itself found wrong is a bug; then the verdict's kind decides, and where
// there is none, what the error holds.
func ExitCode(v classify.Verdict, err error) int {
	for _, x := range bugs {
		if x.is(err) {
			return x.code
		}
	}
	if code, known := kinds[v.Kind]; known {
		return code
	}
	for _, x := range exits {
		if x.is(err) {
			return x.code
		}
	}
	if v.Kind == classify.Exhausted {
		return ExitTemporary
	}
	return ExitSoftware
}

type exit struct {
	code int
	is   func(error) bool
}

var bugs = []exit{
	{ExitSoftware, isBug},
	{ExitSoftware, has[*Ended]},
	{ExitSoftware, has[*Stuck]},
	{ExitSoftware, has[*Reused]},
}

// kinds lacks Exhausted: of what, the error says.
var kinds = map[classify.Kind]int{
	classify.Unavailable:   ExitTemporary,
	classify.Interrupted:   ExitTemporary,
	classify.Throttled:     ExitTemporary,
	classify.Timeout:       ExitTemporary,
	classify.Conflict:      ExitTemporary,
	classify.Missing:       ExitConfig,
	classify.Exists:        ExitSoftware,
	classify.Invalid:       ExitData,
	classify.Denied:        ExitDenied,
	classify.Misconfigured: ExitConfig,
	classify.Corrupt:       ExitData,
	classify.ReadOnly:      ExitIO,
	classify.Hardware:      ExitIO,
	classify.Stopped:       ExitSoftware,
	classify.Bug:           ExitSoftware,
}

// exits is in order: a *net.OpError may be about a permission.
var exits = []exit{
	{ExitDenied, is(fs.ErrPermission)},
	{ExitIO, is(syscall.ENOSPC)},
	{ExitIO, is(syscall.EDQUOT)},
	{ExitIO, is(syscall.EIO)},
	{ExitIO, is(syscall.EROFS)},
	{ExitTemporary, is(context.DeadlineExceeded)},
	{ExitTemporary, is(os.ErrDeadlineExceeded)},
	{ExitTemporary, has[*net.OpError]},
	{ExitTemporary, has[*net.DNSError]},
	{ExitTemporary, is(syscall.EAGAIN)},
	{ExitTemporary, is(syscall.ENOMEM)},
	{ExitTemporary, is(syscall.EMFILE)},
	{ExitTemporary, is(syscall.ENFILE)},
	{ExitConfig, is(fs.ErrNotExist)},
}

func is(target error) func(error) bool {
	return func(err error) bool { return matches(err, target) }
}

func has[E error](err error) bool {
	_, ok := as[E](err)
	return ok
}
