package cli

import (
	"errors"

	"github.com/holdfast-go/holdfast/executor/actioncache"
	"github.com/holdfast-go/holdfast/executor/cas"
	"github.com/holdfast-go/holdfast/executor/digest"
	"github.com/holdfast-go/holdfast/executor/engine"
	"github.com/holdfast-go/holdfast/executor/home"
	"github.com/holdfast-go/holdfast/executor/merkle"
	"github.com/holdfast-go/holdfast/executor/plan"
	"github.com/holdfast-go/holdfast/executor/process"
	"github.com/holdfast-go/holdfast/executor/report"
	"github.com/holdfast-go/holdfast/executor/runlog"
)

// Exit codes. 64 and more follow sysexits.h.
const (
	exitOK        = 0
	exitFailed    = 1
	exitUsage     = 2
	exitData      = 65
	exitSoftware  = 70
	exitIO        = 74
	exitTemporary = 75
	exitDenied    = 77
	exitConfig    = 78
)

// exits maps what is at the root of an error to an exit code. The first entry that
// is found anywhere in the error decides, so what a decider made of a fault comes before the fault.
var exits = []struct {
	code int
	is   func(error) bool
}{
	{exitUsage, has[*Usage]},
	{exitUsage, has[*plan.Invalid]},
	{exitUsage, has[*plan.Unreadable]},
	{exitUsage, has[*engine.UnknownStep]},
	{exitUsage, has[*digest.Invalid]},
	{exitUsage, has[*NoSuchBlob]},
	{exitUsage, has[*runlog.NotFound]},
	{exitUsage, has[*runlog.Ambiguous]},
	{exitFailed, has[*engine.NotBuilt]},
	{exitFailed, has[*engine.InputAbsent]},
	{exitFailed, has[engine.InputConflict]},
	{exitFailed, has[*engine.MalformedStep]},
	{exitIO, has[*engine.MalformedBlob]},
	{exitConfig, has[*home.NoFolder]},
	{exitConfig, has[*home.NotAStore]},
	{exitConfig, has[*home.WrongVersion]},
	{exitData, has[*engine.InputChanged]},
	{exitSoftware, has[*engine.Panic]},
	{exitIO, has[*engine.UnrecoverableDigest]},
	{exitIO, has[*engine.BacktrackExhausted]},
	{exitTemporary, has[*engine.RetryExhausted]},
	{exitTemporary, has[*cas.Resource]},
	{exitTemporary, has[*process.ResourceLimit]},
	{exitDenied, has[*cas.Denied]},
	{exitIO, has[cas.StoreError]},
	{exitIO, has[actioncache.GetError]},
	{exitIO, has[*process.StartIO]},
	{exitIO, has[merkle.WalkError]},
	{exitIO, has[*report.WriteError]},
	{exitIO, has[runlog.Error]},
}

// exitCode returns the exit code for an error, 70 for one that nobody expected.
func exitCode(err error) int {
	if s, ok := errors.AsType[*Signalled](err); ok {
		return 128 + int(s.Signal)
	}
	for _, x := range exits {
		if x.is(err) {
			return x.code
		}
	}
	return exitSoftware
}

func has[E error](err error) bool {
	_, ok := errors.AsType[E](err)
	return ok
}
