package peer

import (
	"encoding/json"

	"gitlab.com/tozd/go/errors"
)

// tozd is gitlab.com/tozd/go/errors: a message for each layer, a stack for the first, details in a map.
//
// WithMessage is the one of its wrappers that keeps the cause in the text; Wrap replaces it.
func tozd() Peer {
	return of(Peer{
		Name: "tozd",
		Path: "gitlab.com/tozd/go/errors",
		Uses: `errors.WithMessage(err, "…"), Details()`,
		Wire: func(err error) Trip {
			return Trip{
				Encode: func() ([]byte, error) { return json.Marshal(err) },
				Decode: func(b []byte) (error, error) {
					got, err := errors.UnmarshalJSON(b)
					if err != nil { // an errors.E: a nil one in an error is nil, but it has to be said
						return nil, err
					}
					return got, nil
				},
			}
		},
	}, api[errors.E]{
		first: func(f *Fault) errors.E { return errors.WithMessage(f, "open blob") },
		more:  func(err errors.E) errors.E { return errors.WithMessage(err, "open blob") },
		attrs: func(err errors.E) errors.E {
			err = errors.WithMessage(err, "open blob")
			d := err.Details()
			d["digest"], d["size"], d["took"] = Digest, Size, Took
			return err
		},
		root: func(err errors.E) error { return as(err) },
		any:  func(err error) error { return errors.WithMessage(err, "open blob") },
		ten: func(f *Fault) errors.E {
			err := errors.WithMessage(f, "open blob")
			err = errors.WithMessage(err, "read chunk")
			err = errors.WithMessage(err, "fetch input")
			err = errors.WithMessage(err, "materialise input")
			err = errors.WithMessage(err, "prepare sandbox")
			err = errors.WithMessage(err, "run action")
			err = errors.WithMessage(err, "build target")
			err = errors.WithMessage(err, "build package")
			err = errors.WithMessage(err, "run plan")
			return errors.WithMessage(err, "serve request")
		},
	})
}
