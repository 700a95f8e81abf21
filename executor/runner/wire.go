package runner

import (
	"github.com/holdfast-go/holdfast/errctx/wire"
	"github.com/holdfast-go/holdfast/executor/actioncache"
	"github.com/holdfast-go/holdfast/executor/cas"
	"github.com/holdfast-go/holdfast/executor/process"
	"github.com/holdfast-go/holdfast/executor/sandbox"
)

// Wire says how an Error travels. The names are stable, and they name the phase: ErrorKind names the cause.
var Wire = wire.NewSum(func(u *wire.Unknown) Error { return Unknown{u} },
	wire.Lower{cas.Wire, sandbox.Wire, process.StartWire, actioncache.GetWire, actioncache.PutWire},
	wire.Fields[Error, *LookupError]("runner.lookup"),
	wire.Fields[Error, *MaterializeError]("runner.materialize"),
	wire.Fields[Error, *StartError]("runner.start"),
	wire.Fields[Error, *WaitError]("runner.wait"),
	wire.Fields[Error, *CaptureError]("runner.capture"),
	wire.Fields[Error, *PersistError]("runner.persist"),
)

// Unknown is a phase that another version of this program has a name for.
type Unknown struct{ *wire.Unknown }
