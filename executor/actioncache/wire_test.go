package actioncache_test

import (
	"syscall"
	"testing"

	"github.com/holdfast-go/holdfast/errctx/wire/wiretest"
	"github.com/holdfast-go/holdfast/executor/action"
	"github.com/holdfast-go/holdfast/executor/actioncache"
	"github.com/holdfast-go/holdfast/executor/cas"
	"github.com/holdfast-go/holdfast/executor/digest"
)

func TestWire(t *testing.T) {
	bad := &action.Malformed{Field: "result.exit_code", Reason: "it is out of range"}
	fault := actioncache.StoreFault{StoreError: &cas.StoreIO{Op: "read", Path: "p", Err: syscall.EIO}}

	wiretest.Complete(t, actioncache.GetWire, ".")
	wiretest.RoundTrip[actioncache.GetError](t, actioncache.GetWire, fault,
		&actioncache.Miss{Key: digest.Empty, Reason: actioncache.OtherFormat},
		&actioncache.CorruptEntry{Key: digest.Empty, Reason: "not the result of an action", Err: bad, Kept: "q/1"})
	wiretest.Complete(t, actioncache.PutWire, ".")
	wiretest.RoundTrip[actioncache.PutError](t, actioncache.PutWire, fault, &actioncache.BadResult{Key: digest.Empty, Err: bad})
}
