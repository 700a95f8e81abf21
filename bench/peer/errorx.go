package peer

import "github.com/joomcode/errorx"

// Properties are declared once, as the library has it.
var (
	propDigest = errorx.RegisterPrintableProperty("digest")
	propSize   = errorx.RegisterPrintableProperty("size")
	propTook   = errorx.RegisterPrintableProperty("took")
)

// errorxPeer is github.com/joomcode/errorx: a message for each layer, a stack for the first, properties.
func errorxPeer() Peer {
	return of(Peer{
		Name: "errorx",
		Path: "github.com/joomcode/errorx",
		Uses: `errorx.Decorate(err, "…"), WithProperty`,
	}, api[*errorx.Error]{
		first: func(f *Fault) *errorx.Error { return errorx.Decorate(f, "open blob") },
		more:  func(err *errorx.Error) *errorx.Error { return errorx.Decorate(err, "open blob") },
		attrs: func(err *errorx.Error) *errorx.Error {
			return errorx.Decorate(err, "open blob").
				WithProperty(propDigest, Digest).
				WithProperty(propSize, Size).
				WithProperty(propTook, Took)
		},
		root: func(err *errorx.Error) error { return as(err) },
		any:  func(err error) error { return errorx.Decorate(err, "open blob") },
		ten: func(f *Fault) *errorx.Error {
			err := errorx.Decorate(f, "open blob")
			err = errorx.Decorate(err, "read chunk")
			err = errorx.Decorate(err, "fetch input")
			err = errorx.Decorate(err, "materialise input")
			err = errorx.Decorate(err, "prepare sandbox")
			err = errorx.Decorate(err, "run action")
			err = errorx.Decorate(err, "build target")
			err = errorx.Decorate(err, "build package")
			err = errorx.Decorate(err, "run plan")
			return errorx.Decorate(err, "serve request")
		},
	})
}

// Properties returns what the layers with attributes are given, by their keys.
func Properties(err error) (digest, size, took any) {
	digest, _ = errorx.ExtractProperty(err, propDigest)
	size, _ = errorx.ExtractProperty(err, propSize)
	took, _ = errorx.ExtractProperty(err, propTook)
	return digest, size, took
}
