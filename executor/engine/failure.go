package engine

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/holdfast-go/holdfast/classify"
	"github.com/holdfast-go/holdfast/errctx"
	"github.com/holdfast-go/holdfast/executor/event"
)

// Failure turns an error into what a report shows of it: this is where errors of a run
// become text, and nothing reads the text again.
func Failure(err error, v classify.Verdict) *event.Failure {
	f := &event.Failure{Message: err.Error(), Detail: fmt.Sprintf("%+v", err)}
	if k, ok := errors.AsType[errctx.Kind](err); ok {
		f.Kind = k.ErrorKind()
	}
	if v.Class != classify.None {
		f.Verdict = v.Explain().String()
	}
	if m, ok := err.(json.Marshaler); ok {
		if tree, merr := m.MarshalJSON(); merr == nil {
			f.Tree = tree
		}
	}
	return f
}
