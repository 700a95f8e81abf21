package sandbox

import (
	"github.com/holdfast-go/holdfast/errctx/wire"
	"github.com/holdfast-go/holdfast/executor/cas"
	"github.com/holdfast-go/holdfast/executor/merkle"
)

// Wire says how an Error travels. The names are stable.
var Wire = wire.NewSum(func(u *wire.Unknown) Error { return Unknown{u} }, wire.Lower{cas.Wire, merkle.WalkWire},
	wire.Fields[Error, *InputsLost]("sandbox.inputs_lost"),
	wire.Fields[Error, StoreFault]("sandbox.store_fault"),
	wire.Fields[Error, TreeFault]("sandbox.tree_fault"),
)

// Unknown says why there is no sandbox in a way that another version of this program has a name for.
type Unknown struct{ *wire.Unknown }
