package unregistered

import (
	"github.com/holdfast-go/holdfast/errctx"
	"github.com/holdfast-go/holdfast/errctx/wire"
)

type Error interface {
	errctx.Kind
	fault()
}

type (
	Missing struct{ Digest string }
	Full    struct{ Path string }
	Busy    struct{ By string }
	Odd     int
	Unknown struct{ *wire.Unknown }
	stamped struct{ u *wire.Unknown }
	base    struct{}
	Based   struct{ base }
)

func (*Missing) fault() {}
func (Full) fault()     {}
func (*Busy) fault()    {}
func (Odd) fault()      {}
func (Unknown) fault()  {}
func (stamped) fault()  {}
func (base) fault()     {}

func (*Missing) Error() string { return "" }
func (Full) Error() string     { return "" }
func (*Busy) Error() string    { return "" }
func (Odd) Error() string      { return "" }
func (stamped) Error() string  { return "" }
func (base) Error() string     { return "" }

func (*Missing) ErrorKind() string { return "x.missing" }
func (Full) ErrorKind() string     { return "x.full" }
func (*Busy) ErrorKind() string    { return "x.busy" }
func (o Odd) ErrorKind() string    { return string(rune(o)) }
func (stamped) ErrorKind() string  { return "" }
func (base) ErrorKind() string     { return "x.base" }

func stamp(u *wire.Unknown) Error { return stamped{u} }

var fixed = wire.NewSum(stamp, nil, // want `the wire form of Error lacks \*Busy, Full: such an error arrives as an unknown one, and errors.As does not find it`
	wire.Custom[Error, Odd](nil, nil, "x.odd"),
	wire.Fields[Error, Based]("x.base"),
	wire.Fields[Error, *Missing]("x.missing", "x.absent"), // the last one
)

var oneLine = wire.NewSum(stamp, nil, wire.Fields[Error, Based]("x.base"), wire.Fields[Error, Full]("x.full"), wire.Fields[Error, *Missing]("x.missing")) // want `lacks \*Busy, Odd`

var literal = wire.NewSum(func(u *wire.Unknown) Error { return stamped{u} }, nil) // want `lacks Based, \*Busy, Full, \*Missing, Odd`

func decodeBusy([]byte) (*Busy, error)                 { return nil, nil }
func encodeBusy(*Busy, ...wire.Option) ([]byte, error) { return nil, nil }

// Silent from here on.

var complete = wire.NewSum(stamp, wire.Lower{},
	wire.Fields[Error, *Full]("x.full"), // a pointer serves as well
	wire.Custom[Error](encodeBusy, decodeBusy, "x.busy"),
	wire.Custom[Error, Odd](nil, nil, "x.odd"),
	wire.Fields[Error, Based]("x.base"),
	wire.Fields[Error, *Missing]("x.missing"),
)

var others []wire.Variant[Error]

var another wire.Variant[Error]

var hidden = wire.NewSum(stamp, nil, others...)

var variable = wire.NewSum(stamp, nil, another, wire.Fields[Error, *Missing]("x.missing"))

var noSum = wire.NewSum(func(u *wire.Unknown) errctx.Kind { return u }, nil, wire.Fields[errctx.Kind, *Missing]("x.missing"))
