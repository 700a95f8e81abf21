package sandbox

import (
	"fmt"

	"github.com/holdfast-go/holdfast/errctx"
	"github.com/holdfast-go/holdfast/executor/cas"
	"github.com/holdfast-go/holdfast/executor/merkle"
	"github.com/holdfast-go/holdfast/executor/scratch"
)

// Err is what the package's functions return.
type Err = errctx.WithContext[Error]

// Error is the sealed sum of why a sandbox could not be had:
// [*InputsLost] | [StoreFault] | [TreeFault]; or [Unknown], from elsewhere.
type Error interface {
	errctx.Kind
	sandboxError()
}

// InputsLost names every blob of an input tree that the store no longer has, each
// with the store's own [*cas.MissingDigest] or [*cas.CorruptBlob].
type InputsLost struct{ Lost []Lost }

// Lost is one of them.
type Lost struct {
	Path string // in the tree
	Err  cas.StoreErr
}

// StoreFault is a fault of the store, or of the disk that it shares with the sandboxes.
type StoreFault struct{ cas.StoreError }

// TreeFault says that the input root is not a well-formed tree: a [*merkle.Malformed] or a [*merkle.TooLarge].
type TreeFault struct{ merkle.WalkError }

func (*InputsLost) sandboxError() {}
func (StoreFault) sandboxError()  {}
func (TreeFault) sandboxError()   {}
func (Unknown) sandboxError()     {}

// ErrorKind implements errctx.Kind.
func (*InputsLost) ErrorKind() string { return "sandbox.inputs_lost" }

func (e *InputsLost) Error() string {
	if len(e.Lost) == 1 {
		return fmt.Sprintf("%s: %v", e.Lost[0].Path, e.Lost[0].Err.Root())
	}
	return fmt.Sprintf("%d inputs lost, first %s: %v", len(e.Lost), e.Lost[0].Path, e.Lost[0].Err.Root())
}

// Unwrap returns the store's errors.
func (e *InputsLost) Unwrap() []error {
	all := make([]error, len(e.Lost))
	for i, l := range e.Lost {
		all[i] = l.Err
	}
	return all
}

// Unwrap returns the store's error.
func (e StoreFault) Unwrap() error { return e.StoreError }

// Unwrap returns the tree's error.
func (e TreeFault) Unwrap() error { return e.WalkError }

func storeFault(e cas.StoreError) Error   { return StoreFault{e} }
func scratchFault(e *scratch.Fault) Error { return StoreFault{cas.FromErrno(e.Op, e.Path, e.Err)} }

// walkFault tells what is wrong with a tree from what is wrong with the store that it is in.
func walkFault(e merkle.WalkError) Error {
	if f, ok := e.(merkle.StoreFault); ok {
		return StoreFault(f)
	}
	return TreeFault{e}
}

func local(op, path string, err error) Error { return StoreFault{cas.FromErrno(op, path, err)} }
