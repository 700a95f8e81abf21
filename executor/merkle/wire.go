package merkle

import (
	"github.com/holdfast-go/holdfast/errctx/wire"
	"github.com/holdfast-go/holdfast/executor/cas"
)

// WalkWire says how a WalkError travels. The names are stable.
var WalkWire = wire.NewSum(func(u *wire.Unknown) WalkError { return Unknown{u} }, wire.Lower{cas.Wire},
	wire.Fields[WalkError, *Incomplete]("merkle.incomplete"),
	wire.Fields[WalkError, *Malformed]("merkle.malformed"),
	wire.Fields[WalkError, *TooLarge]("merkle.too_large"),
	wire.Fields[WalkError, StoreFault]("merkle.store_fault"),
)

// BuildWire says how a BuildError travels. The names are stable.
var BuildWire = wire.NewSum(func(u *wire.Unknown) BuildError { return Unknown{u} }, nil,
	wire.Fields[BuildError, *BadPath]("merkle.bad_path"),
	wire.Fields[BuildError, *Conflict]("merkle.conflict"),
	wire.Fields[BuildError, *TooLarge]("merkle.too_large"),
)

// TreeWire says how a TreeError travels. The names are stable.
var TreeWire = wire.NewSum(func(u *wire.Unknown) TreeError { return Unknown{u} }, nil,
	wire.Fields[TreeError, *Malformed]("merkle.malformed"),
	wire.Fields[TreeError, *TooLarge]("merkle.too_large"),
)

// Unknown is a fault of a tree that another version of this program has a name for. Like
// [TooLarge] it is a variant of all the sums of this package.
type Unknown struct{ *wire.Unknown }
