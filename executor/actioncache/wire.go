package actioncache

import (
	"github.com/holdfast-go/holdfast/errctx/wire"
	"github.com/holdfast-go/holdfast/executor/cas"
)

// GetWire says how a GetError travels. The names are stable.
var GetWire = wire.NewSum(func(u *wire.Unknown) GetError { return Unknown{u} }, wire.Lower{cas.Wire},
	wire.Fields[GetError, *Miss]("actioncache.miss"),
	wire.Fields[GetError, *CorruptEntry]("actioncache.corrupt_entry"),
	wire.Fields[GetError, StoreFault]("actioncache.store_fault"),
)

// PutWire says how a PutError travels. The names are stable.
var PutWire = wire.NewSum(func(u *wire.Unknown) PutError { return Unknown{u} }, wire.Lower{cas.Wire},
	wire.Fields[PutError, *BadResult]("actioncache.bad_result"),
	wire.Fields[PutError, StoreFault]("actioncache.store_fault"),
)

// Unknown is a fault of a cache that another version of this program has a name for. It
// says neither hit nor miss.
type Unknown struct{ *wire.Unknown }
