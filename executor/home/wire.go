package home

import (
	"github.com/holdfast-go/holdfast/errctx/wire"
	"github.com/holdfast-go/holdfast/executor/cas"
	"github.com/holdfast-go/holdfast/executor/sandbox"
)

// Wire says how an Error travels. The names are stable.
var Wire = wire.NewSum(func(u *wire.Unknown) Error { return Unknown{u} }, wire.Lower{cas.Wire, sandbox.Wire},
	wire.Fields[Error, *NoFolder]("home.no_folder"),
	wire.Fields[Error, *NotAStore]("home.not_a_store"),
	wire.Fields[Error, *WrongVersion]("home.wrong_version"),
	wire.Fields[Error, StoreFault]("home.store_fault"),
	wire.Fields[Error, SandboxFault]("home.sandbox_fault"),
)

// Unknown is a fault of the folder that another version of this program has a name for.
type Unknown struct{ *wire.Unknown }
