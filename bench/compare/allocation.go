package compare

import (
	"fmt"

	"github.com/holdfast-go/holdfast/bench/cost"
	"github.com/holdfast-go/holdfast/bench/peer"
)

var oneAllocation = Feature{
	Name: "One allocation for a layer, call site included",
	Doc:  "Yes: one, and `%+v` of ten layers shows the ten lines that added them. Partly: one of the two.",
	probe: func(p peer.Peer) Outcome {
		allocs, bytes := cost.Allocations(p.More)
		shown := cost.CallSites(p)
		fact := fmt.Sprintf("allocations: %d, %d B; %d of 10 lines shown", allocs, bytes, shown)
		switch one, all := allocs == 1, shown == 10; {
		case one && all:
			return yes("%s", fact)
		case one || all:
			return partly("%s", fact)
		}
		return no("%s", fact)
	},
}
