package peer

import (
	"context"

	"github.com/cockroachdb/errors"
	"github.com/gogo/protobuf/proto"
)

// cockroach is github.com/cockroachdb/errors: a message and a stack for each layer, details as text,
// and a wire form for which types are registered.
func cockroach() Peer {
	return of(Peer{
		Name: "cockroachdb",
		Path: "github.com/cockroachdb/errors",
		Uses: `errors.Wrap(err, "…"), WithDetailf`,
		Wire: func(err error) Trip {
			return Trip{
				Encode: func() ([]byte, error) {
					e := errors.EncodeError(context.Background(), err)
					return e.Marshal()
				},
				Decode: func(b []byte) (error, error) {
					var e errors.EncodedError
					if err := e.Unmarshal(b); err != nil {
						return nil, err
					}
					return errors.DecodeError(context.Background(), e), nil
				},
			}
		},
	}, api[error]{
		first: func(f *Fault) error { return errors.Wrap(f, "open blob") },
		more:  func(err error) error { return errors.Wrap(err, "open blob") },
		attrs: func(err error) error {
			return errors.WithDetailf(errors.Wrap(err, "open blob"), attrText, Digest, Size, Took)
		},
		root: as,
		any:  func(err error) error { return errors.Wrap(err, "open blob") },
		ten: func(f *Fault) error {
			err := errors.Wrap(f, "open blob")
			err = errors.Wrap(err, "read chunk")
			err = errors.Wrap(err, "fetch input")
			err = errors.Wrap(err, "materialise input")
			err = errors.Wrap(err, "prepare sandbox")
			err = errors.Wrap(err, "run action")
			err = errors.Wrap(err, "build target")
			err = errors.Wrap(err, "build package")
			err = errors.Wrap(err, "run plan")
			return errors.Wrap(err, "serve request")
		},
	})
}

// The library asks for decoders to be registered when the program starts.
func init() {
	errors.RegisterLeafDecoder(errors.GetTypeKey((*Fault)(nil)),
		func(_ context.Context, _ string, details []string, _ proto.Message) error {
			if len(details) == 0 {
				return nil // the library then keeps the error opaque
			}
			return &Fault{Digest: details[0]}
		})
}
