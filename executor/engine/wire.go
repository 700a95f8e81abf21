package engine

import (
	"github.com/holdfast-go/holdfast/errctx/wire"
	"github.com/holdfast-go/holdfast/executor/actioncache"
	"github.com/holdfast-go/holdfast/executor/cas"
	"github.com/holdfast-go/holdfast/executor/merkle"
	"github.com/holdfast-go/holdfast/executor/runner"
	"github.com/holdfast-go/holdfast/executor/sandbox"
)

// Wire says how an Error travels, as it does in the events of a run and in the log of runs. The
// names are stable. Those of faults name where they were met: ErrorKind names the cause.
var Wire = wire.NewSum(func(u *wire.Unknown) Error { return Unknown{u} },
	wire.Lower{cas.Wire, merkle.WalkWire, merkle.BuildWire, merkle.TreeWire, sandbox.Wire, actioncache.GetWire, runner.Wire},
	wire.Fields[Error, StepFault]("engine.step_fault"),
	wire.Fields[Error, StoreFault]("engine.store_fault"),
	wire.Fields[Error, PlaceFault]("engine.place_fault"),
	wire.Fields[Error, CacheFault]("engine.cache_fault"),
	wire.Fields[Error, TreeFault]("engine.tree_fault"),
	wire.Fields[Error, InputConflict]("engine.input_conflict"),
	wire.Fields[Error, *MalformedStep]("engine.malformed_step"),
	wire.Fields[Error, *MalformedBlob]("engine.malformed_blob"),
	wire.Fields[Error, *InputAbsent]("engine.input_absent"),
	wire.Fields[Error, *InputChanged]("engine.input_changed"),
	wire.Fields[Error, *UnrecoverableDigest]("engine.unrecoverable_digest"),
	wire.Fields[Error, *BacktrackExhausted]("engine.backtrack_exhausted"),
	wire.Fields[Error, *RetryExhausted]("engine.retry_exhausted"),
	wire.Fields[Error, *UnknownStep]("engine.unknown_step"),
	wire.Fields[Error, *NotBuilt]("engine.not_built"),
	wire.Fields[Error, *Cancelled]("engine.cancelled"),
	wire.Fields[Error, *Panic]("engine.panic"),
)

// Unknown is what ended a run or a step of another version of this program, which has a name for it.
type Unknown struct{ *wire.Unknown }
