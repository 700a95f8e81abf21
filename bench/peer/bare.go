package peer

import (
	"fmt"
	"runtime"
)

// Bare is the least that a layer with a call site can be: what one writes by hand,
// and the measure of what a library costs on top.
type Bare struct {
	cause error
	msg   string
	pc    uintptr
}

func (b *Bare) Error() string { return b.msg + ": " + b.cause.Error() }

// Unwrap returns the next layer.
func (b *Bare) Unwrap() error { return b.cause }

// wrap captures its caller as errctx does: runtime.Callers into an array of one.
func wrap(err error, msg string) error {
	var pc [1]uintptr
	runtime.Callers(2, pc[:])
	return &Bare{err, msg, pc[0]}
}

// bareStruct is Bare. Attributes are text.
func bareStruct() Peer {
	return of(Peer{
		Name: "bare struct",
		Uses: "a struct of cause, message and pc, by hand",
	}, api[error]{
		first: func(f *Fault) error { return wrap(f, "open blob") },
		more:  func(err error) error { return wrap(err, "open blob") },
		attrs: func(err error) error {
			return wrap(err, fmt.Sprintf("open blob "+attrText, Digest, Size, Took))
		},
		root: as,
		any:  func(err error) error { return wrap(err, "open blob") },
		ten: func(f *Fault) error {
			err := wrap(f, "open blob")
			err = wrap(err, "read chunk")
			err = wrap(err, "fetch input")
			err = wrap(err, "materialise input")
			err = wrap(err, "prepare sandbox")
			err = wrap(err, "run action")
			err = wrap(err, "build target")
			err = wrap(err, "build package")
			err = wrap(err, "run plan")
			return wrap(err, "serve request")
		},
	})
}
