package peer

import (
	"log/slog"
	"runtime"

	"github.com/holdfast-go/holdfast/errctx"
)

// holdfast is errctx where the static type is the root's own.
func holdfast() Peer {
	type W = errctx.WithContext[*Fault]
	ten := func(f *Fault) W {
		w := errctx.New(f, "open blob")
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
		Name: "errctx",
		Path: "github.com/holdfast-go/holdfast/errctx",
		Uses: `errctx.Wrap(w, "…", attrs…), w a WithContext[*Fault]`,
		Root: func(n int) {
			var f *Fault
			for range n {
				f = handle.Root()
			}
			runtime.KeepAlive(f)
		},
		From: func(n int) {
			var w W
			for range n {
				w, _ = errctx.From[*Fault](plain)
			}
			runtime.KeepAlive(w)
		},
		Wire: sumTrip,
	}, api[W]{
		first: func(f *Fault) W { return errctx.New(f, "open blob") },
		more:  func(w W) W { return errctx.Wrap(w, "open blob") },
		attrs: func(w W) W {
			return errctx.Wrap(w, "open blob", slog.String("digest", Digest), slog.Int64("size", Size), slog.Duration("took", Took))
		},
		any: func(err error) error { return errctx.Annotate(err, "open blob") },
		ten: ten,
	})
}
