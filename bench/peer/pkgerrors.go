package peer

import "github.com/pkg/errors"

// pkgErrors is github.com/pkg/errors: a message and a stack for each layer. Attributes are text.
func pkgErrors() Peer {
	return of(Peer{
		Name: "pkg/errors",
		Path: "github.com/pkg/errors",
		Uses: `errors.Wrap(err, "…")`,
	}, api[error]{
		first: func(f *Fault) error { return errors.Wrap(f, "open blob") },
		more:  func(err error) error { return errors.Wrap(err, "open blob") },
		attrs: func(err error) error { return errors.Wrapf(err, "open blob "+attrText, Digest, Size, Took) },
		root:  as,
		any:   func(err error) error { return errors.Wrap(err, "open blob") },
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
