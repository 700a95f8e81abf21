package compare

import (
	"errors"
	"strings"

	crdb "github.com/cockroachdb/errors"
	"github.com/joomcode/errorx"
	tozd "gitlab.com/tozd/go/errors"

	"github.com/holdfast-go/holdfast/bench/peer"
	"github.com/holdfast-go/holdfast/errctx"
)

// phase is an error of the next phase, made of one of the phase before.
type phase struct{ error }

func (phase) ErrorKind() string { return "bench.phase" }
func (p phase) Unwrap() error   { return p.error }

var changeType = Feature{
	Name: "The type changes on purpose, layers stay",
	Doc: "Yes: an operation turns a layered E into a layered F, statically, and the layers come along. " +
		"Partly: errors.AsType finds F and the layers' text stays, but statically it is still an error.",
	probe: func(p peer.Peer) Outcome {
		err := p.Any(phase{p.Chain(10)})
		_, found := errors.AsType[phase](err)
		_, original := errors.AsType[*peer.Fault](err)
		switch text := strings.Contains(err.Error(), "serve request"); {
		case found && original && text:
			return partly("a wrapper type of one's own: errors.AsType finds it and what is in it, the text of the layers stays; statically an error")
		default:
			return no("a wrapper type of one's own: AsType finds it: %t, what is in it: %t, text of the layers stays: %t", found, original, text)
		}
	},
	special: map[string]func() Outcome{
		"errctx": func() Outcome {
			w := errctx.Wrap(errctx.New(&peer.Fault{}, "open blob"), "fetch input")
			mapped := errctx.Map(w, func(f *peer.Fault) phase { return phase{f} })
			var root phase = mapped.Root()
			layers := 0
			for range errctx.Layers(mapped) {
				layers++
			}
			_, original := errors.AsType[*peer.Fault](mapped)
			if layers != 2 || !original || root.error == nil {
				return no("%d of 2 layers, original found: %t", layers, original)
			}
			return yes("Map: Root() is the new type statically, 2 of 2 layers came along, errors.AsType still finds the original")
		},
		"errorx": func() Outcome {
			err := errorx.IllegalState.Wrap(errorx.Decorate(&peer.Fault{}, "open blob"), "fetch input")
			if !errorx.IsOfType(err, errorx.IllegalState) || !strings.Contains(err.Error(), "open blob") {
				return no("Type.Wrap: %v", err)
			}
			_, original := errors.AsType[*peer.Fault](err)
			return partly("Type.Wrap gives a new errorx type on purpose and keeps the text; the types are values, statically all are *errorx.Error; errors.AsType still finds the original: %t", original)
		},
		"tozd": func() Outcome {
			err := tozd.WrapWith(tozd.WithMessage(&peer.Fault{}, "open blob"), phase{errors.New("phase failed")})
			_, found := errors.AsType[phase](err)
			_, original := errors.AsType[*peer.Fault](err)
			if !found || !original {
				return no("WrapWith: AsType finds the new type: %t, the original: %t", found, original)
			}
			return partly("WrapWith puts an error of the new type above the cause; errors.AsType finds both; statically an errors.E")
		},
		"cockroachdb": func() Outcome {
			reference := phase{errors.New("phase failed")}
			err := crdb.Mark(crdb.Wrap(&peer.Fault{}, "open blob"), reference)
			if !crdb.Is(err, reference) || !strings.Contains(err.Error(), "open blob") {
				return no("Mark: %v", err)
			}
			_, found := errors.AsType[phase](err)
			return partly("Mark gives the identity of another error on purpose, layers stay; its errors.Is sees it, errors.AsType: %t; statically an error", found)
		},
	},
}
