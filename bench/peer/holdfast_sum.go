package peer

import (
	"log/slog"
	"runtime"

	"github.com/holdfast-go/holdfast/errctx"
	"github.com/holdfast-go/holdfast/errctx/wire"
)

// Sum is a sealed sum with Fault as a variant.
type Sum interface {
	errctx.Kind
	sum()
}

func (*Fault) sum() {}

// Unknown is the variant for what another program's version of the sum has.
type Unknown struct{ *wire.Unknown }

func (Unknown) sum() {}

// SumWire says how the variants travel.
var SumWire = wire.NewSum(func(u *wire.Unknown) Sum { return Unknown{u} }, nil,
	wire.Fields[Sum, *Fault]("bench.fault"),
)

// sumTrip sends an error as a WithContext[Sum].
func sumTrip(err error) Trip {
	w, _ := errctx.From[Sum](err)
	return Trip{
		Encode: func() ([]byte, error) { return SumWire.Encode(w), nil },
		Decode: func(b []byte) (error, error) {
			w, bad := SumWire.Decode(b)
			return w, bad
		},
	}
}

// holdfastSum is errctx where the static type is a sum.
func holdfastSum() Peer {
	type W = errctx.WithContext[Sum]
	ten := func(f *Fault) W {
		w := errctx.New[Sum](f, "open blob")
		w = errctx.Wrap(w, "read chunk")
		w = errctx.Wrap(w, "fetch input")
		w = errctx.Wrap(w, "materialise input")
		w = errctx.Wrap(w, "prepare sandbox")
		w = errctx.Wrap(w, "run action")
		w = errctx.Wrap(w, "build target")
		w = errctx.Wrap(w, "build package")
		w = errctx.Wrap(w, "run plan")
		return errctx.Wrap(w, "serve request")
	}
	handle := ten(&Fault{Digest: Digest})
	plain := error(handle)
	return of(Peer{
		Name: "errctx, sum",
		Path: "github.com/holdfast-go/holdfast/errctx",
		Uses: `errctx.Wrap(w, "…", attrs…), w a WithContext[Sum]`,
		Root: func(n int) {
			var s Sum
			for range n {
				s = handle.Root()
			}
			runtime.KeepAlive(s)
		},
		From: func(n int) {
			var w W
			for range n {
				w, _ = errctx.From[Sum](plain)
			}
			runtime.KeepAlive(w)
		},
		Wire: sumTrip,
	}, api[W]{
		first: func(f *Fault) W { return errctx.New[Sum](f, "open blob") },
		more:  func(w W) W { return errctx.Wrap(w, "open blob") },
		attrs: func(w W) W {
			return errctx.Wrap(w, "open blob", slog.String("digest", Digest), slog.Int64("size", Size), slog.Duration("took", Took))
		},
		any: func(err error) error { return errctx.Annotate(err, "open blob") },
		ten: ten,
	})
}
