package plan_test

import (
	"io/fs"
	"syscall"
	"testing"

	"github.com/holdfast-go/holdfast/errctx/wire/wiretest"
	"github.com/holdfast-go/holdfast/executor/plan"
)

func TestWire(t *testing.T) {
	refused := &fs.PathError{Op: "open", Path: "/p", Err: syscall.EACCES}
	wiretest.Complete(t, plan.Wire, ".")
	wiretest.RoundTrip[plan.PlanError](t, plan.Wire,
		&plan.Unreadable{Path: "/p", Err: refused},
		&plan.Invalid{Faults: []plan.Fault{
			{Pos: plan.Position{File: "plan.yaml", Line: 3, Column: 7}, Kind: plan.UnknownStep, Message: "no step", Hint: "did you mean a?"},
			{Pos: plan.Position{File: "plan.yaml", Line: 4, Column: 1}, Kind: plan.UnreadableFile, Message: "cannot be read", Err: refused},
		}})
}
