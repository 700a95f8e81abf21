package merkle_test

import (
	"syscall"
	"testing"

	"github.com/holdfast-go/holdfast/errctx"
	"github.com/holdfast-go/holdfast/errctx/wire/wiretest"
	"github.com/holdfast-go/holdfast/executor/cas"
	"github.com/holdfast-go/holdfast/executor/digest"
	"github.com/holdfast-go/holdfast/executor/merkle"
)

func TestWire(t *testing.T) {
	malformed := &merkle.Malformed{Digest: digest.Empty, Path: "a", Reason: "not sorted"}
	large := &merkle.TooLarge{Path: "a", What: "entries", Limit: 3}
	lost := func(path string) merkle.Lost {
		return merkle.Lost{Path: path, Err: errctx.New[cas.StoreError](&cas.MissingDigest{Digest: digest.Empty, Where: "disk"}, "open")}
	}

	wiretest.Complete(t, merkle.WalkWire, ".")
	wiretest.RoundTrip[merkle.WalkError](t, merkle.WalkWire, malformed, large,
		&merkle.Incomplete{Faults: []merkle.Lost{lost("."), lost("a")}},
		merkle.StoreFault{StoreError: &cas.StoreIO{Op: "read", Path: "p", Err: syscall.EIO}})
	wiretest.Complete(t, merkle.BuildWire, ".")
	wiretest.RoundTrip[merkle.BuildError](t, merkle.BuildWire, large,
		&merkle.BadPath{Path: "..", Reason: "not a name"},
		&merkle.Conflict{Path: "a", First: file("a", "1"), Other: link("a", "b")})
	wiretest.Complete(t, merkle.TreeWire, ".")
	wiretest.RoundTrip[merkle.TreeError](t, merkle.TreeWire, malformed, large)
}
