package peer

import (
	"encoding/json"
	"log/slog"

	"github.com/rotisserie/eris"
)

// erisPeer is github.com/rotisserie/eris: a message and a frame for each layer, a stack for the root,
// and a map to log. Attributes are text.
func erisPeer() Peer {
	return of(Peer{
		Name: "eris",
		Path: "github.com/rotisserie/eris",
		Uses: `eris.Wrap(err, "…"), ToJSON`,
		Log:  func(err error) slog.Attr { return slog.Any("err", eris.ToJSON(err, true)) },
		JSON: func(err error) ([]byte, error) { return json.Marshal(eris.ToJSON(err, true)) },
	}, api[error]{
		first: func(f *Fault) error { return eris.Wrap(f, "open blob") },
		more:  func(err error) error { return eris.Wrap(err, "open blob") },
		attrs: func(err error) error { return eris.Wrapf(err, "open blob "+attrText, Digest, Size, Took) },
		root:  as,
		any:   func(err error) error { return eris.Wrap(err, "open blob") },
		ten: func(f *Fault) error {
			err := eris.Wrap(f, "open blob")
			err = eris.Wrap(err, "read chunk")
			err = eris.Wrap(err, "fetch input")
			err = eris.Wrap(err, "materialise input")
			err = eris.Wrap(err, "prepare sandbox")
			err = eris.Wrap(err, "run action")
			err = eris.Wrap(err, "build target")
			err = eris.Wrap(err, "build package")
			err = eris.Wrap(err, "run plan")
			return eris.Wrap(err, "serve request")
		},
	})
}
