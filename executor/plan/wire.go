package plan

import "github.com/holdfast-go/holdfast/errctx/wire"

// Wire says how a PlanError travels. The names are stable.
var Wire = wire.NewSum(func(u *wire.Unknown) PlanError { return Unknown{u} }, nil,
	wire.Fields[PlanError, *Invalid]("plan.invalid"),
	wire.Fields[PlanError, *Unreadable]("plan.unreadable"),
)

// Unknown says why there is no plan in a way that another version of this program has a name for.
type Unknown struct{ *wire.Unknown }
