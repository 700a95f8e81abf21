package peer

import "github.com/go-faster/errors"

// goFaster is github.com/go-faster/errors: a message and a frame for each layer. Attributes are text.
func goFaster() Peer {
	return of(Peer{
		Name: "go-faster",
		Path: "github.com/go-faster/errors",
		Uses: `errors.Wrap(err, "…")`,
	}, api[error]{
		first: func(f *Fault) error { return errors.Wrap(f, "open blob") },
		more:  func(err error) error { return errors.Wrap(err, "open blob") },
		attrs: func(err error) error { return errors.Wrapf(err, "open blob "+attrText, Digest, Size, Took) },
		root: func(err error) error {
			f, _ := errors.Into[*Fault](err)
			return f
		},
		any: func(err error) error { return errors.Wrap(err, "open blob") },
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
