package peer

import "github.com/samber/oops"

// oopsPeer is github.com/samber/oops: a message, a stack, an identifier and a map of context for each layer.
func oopsPeer() Peer {
	return of(Peer{
		Name: "oops",
		Path: "github.com/samber/oops",
		Uses: `oops.Wrapf(err, "…"), With`,
	}, api[error]{
		first: func(f *Fault) error { return oops.Wrapf(f, "open blob") },
		more:  func(err error) error { return oops.Wrapf(err, "open blob") },
		attrs: func(err error) error {
			return oops.With("digest", Digest, "size", Size, "took", Took).Wrapf(err, "open blob")
		},
		root: as,
		any:  func(err error) error { return oops.Wrapf(err, "open blob") },
		ten: func(f *Fault) error {
			err := oops.Wrapf(f, "open blob")
			err = oops.Wrapf(err, "read chunk")
			err = oops.Wrapf(err, "fetch input")
			err = oops.Wrapf(err, "materialise input")
			err = oops.Wrapf(err, "prepare sandbox")
			err = oops.Wrapf(err, "run action")
			err = oops.Wrapf(err, "build target")
			err = oops.Wrapf(err, "build package")
			err = oops.Wrapf(err, "run plan")
			return oops.Wrapf(err, "serve request")
		},
	})
}
