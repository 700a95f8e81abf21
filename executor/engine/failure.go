package engine

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/holdfast-go/holdfast/classify"
	"github.com/holdfast-go/holdfast/errctx"
	"github.com/holdfast-go/holdfast/errctx/wire"
	"github.com/holdfast-go/holdfast/executor/event"
)

// Failure turns an error into what a report shows of it: this is where errors of a run
// become text, and nothing reads the text again. Who wants the error back takes the Wire form. It is
// of [Wire], or of one of the other sums that err may be of.
func Failure(err error, v classify.Verdict, others ...wire.Declared) *event.Failure {
	f := &event.Failure{Message: err.Error(), Detail: fmt.Sprintf("%+v", err)}
	if k, ok := errors.AsType[errctx.Kind](err); ok {
		f.Kind = k.ErrorKind()
	}
	opts := []wire.Option{wire.Trusted()} // the tree tells as much
	if v.Class != classify.None {
		f.Verdict = v.Explain().String()
		opts = append(opts, wire.Class(v.Class.String()))
	}
	if m, ok := err.(json.Marshaler); ok { //errlint:opaque(assertion) the handle itself writes the tree, layers and all
		if tree, merr := m.MarshalJSON(); merr == nil {
			f.Tree = tree
		}
	}
	f.Wire = wire.NewRegistry(append(others, Wire)...).Encode(err, opts...)
	return f
}
