package home_test

import (
	"syscall"
	"testing"

	"github.com/holdfast-go/holdfast/errctx/wire/wiretest"
	"github.com/holdfast-go/holdfast/executor/cas"
	"github.com/holdfast-go/holdfast/executor/home"
	"github.com/holdfast-go/holdfast/executor/sandbox"
)

func TestWire(t *testing.T) {
	denied := &cas.Denied{Op: "create folder", Path: "/p", Err: syscall.EACCES}
	wiretest.Complete(t, home.Wire, ".")
	wiretest.RoundTrip[home.Error](t, home.Wire,
		&home.NoFolder{},
		&home.NotAStore{Dir: "/p"},
		&home.WrongVersion{Dir: "/p", Found: "holdfast 9"},
		home.StoreFault{StoreError: denied},
		home.SandboxFault{Cause: sandbox.StoreFault{StoreError: denied}})
}
