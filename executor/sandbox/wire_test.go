package sandbox_test

import (
	"syscall"
	"testing"

	"github.com/holdfast-go/holdfast/errctx"
	"github.com/holdfast-go/holdfast/errctx/wire/wiretest"
	"github.com/holdfast-go/holdfast/executor/cas"
	"github.com/holdfast-go/holdfast/executor/digest"
	"github.com/holdfast-go/holdfast/executor/merkle"
	"github.com/holdfast-go/holdfast/executor/sandbox"
)

func TestWire(t *testing.T) {
	missing := errctx.New[cas.StoreError](&cas.MissingDigest{Digest: digest.Empty, Where: "disk"}, "open")
	wiretest.Complete(t, sandbox.Wire, ".")
	wiretest.RoundTrip[sandbox.Error](t, sandbox.Wire,
		&sandbox.InputsLost{Lost: []sandbox.Lost{{Path: "a", Err: missing}, {Path: "b", Err: missing}}},
		sandbox.StoreFault{StoreError: &cas.Denied{Op: "link", Path: "p", Err: syscall.EACCES}},
		sandbox.TreeFault{WalkError: &merkle.Malformed{Digest: digest.Empty, Path: "a", Reason: "not sorted"}})
}
