package compare

import (
	"strings"

	"github.com/holdfast-go/holdfast/bench/peer"
)

var staticType = Feature{
	Name: "Wrap keeps the static type",
	Doc:  "Yes: the root of a wrapped error compiles as the type that went in, without an assertion.",
	probe: func(p peer.Peer) Outcome {
		s := snippets[p.Name]
		expr := put(s.root, put(s.wrap, put(s.start, "fault")))
		if err := s.compiles("var _ *Fault = " + expr); err != nil {
			return no("`var _ *Fault = %s`: %s", expr, strings.ReplaceAll(err.Error(), expr, "it"))
		}
		return yes("`var _ *Fault = %s` compiles", expr)
	},
}
