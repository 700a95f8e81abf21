package cas_test

import (
	"testing"

	"github.com/holdfast-go/holdfast/errctx/wire/wiretest"
	"github.com/holdfast-go/holdfast/executor/cas"
)

func TestWire(t *testing.T) {
	wiretest.Complete(t, cas.Wire, ".")
	var samples []cas.StoreError
	for _, v := range variants {
		if _, unknown := v.err.(cas.Unknown); !unknown {
			samples = append(samples, v.err)
		}
	}
	wiretest.RoundTrip(t, cas.Wire, samples...)
}
