package compare

import (
	"errors"

	crdb "github.com/cockroachdb/errors"
	gofaster "github.com/go-faster/errors"
	"github.com/joomcode/errorx"
	"github.com/samber/oops"
	tozd "gitlab.com/tozd/go/errors"

	"github.com/holdfast-go/holdfast/bench/peer"
	"github.com/holdfast-go/holdfast/errctx"
)

// joins are the libraries' ways to make one error of many.
var joins = map[string]struct {
	name string
	join func(...error) error
}{
	"fmt.Errorf %w": {"errors.Join", errors.Join},
	"go-faster":     {"Join", gofaster.Join},
	"tozd":          {"Join", func(errs ...error) error { return tozd.Join(errs...) }},
	"cockroachdb":   {"Join", crdb.Join},
	"oops":          {"Join", oops.Join},
	"errorx":        {"DecorateMany", func(errs ...error) error { return errorx.DecorateMany("many", errs...) }},
}

var typedJoin = Feature{
	Name: "Typed join",
	Doc:  "Yes: many roots of one type, iterated as that type. Partly: the library joins, errors.Is finds every branch, statically it is an error.",
	probe: func(p peer.Peer) Outcome {
		j, ok := joins[p.Name]
		if !ok {
			return no("the library does not join")
		}
		a, b := &peer.Fault{Digest: "a"}, &peer.Fault{Digest: "b"}
		err := j.join(p.Any(a), p.Any(b))
		if !errors.Is(err, a) || !errors.Is(err, b) {
			return no("%s: errors.Is finds the first branch: %t, the second: %t", j.name, errors.Is(err, a), errors.Is(err, b))
		}
		return partly("%s: errors.Is finds both branches; statically an error, and errors.AsType gives the first one only", j.name)
	},
	special: map[string]func() Outcome{
		"errctx": func() Outcome {
			a, b := &peer.Fault{Digest: "a"}, &peer.Fault{Digest: "b"}
			joined := errctx.Join(errctx.New(a, "open blob"), errctx.New(b, "open blob"))
			var roots []*peer.Fault
			for root := range joined.Root().Roots() {
				roots = append(roots, root) // a *Fault, statically
			}
			if len(roots) != 2 || roots[0] != a || roots[1] != b || !errors.Is(joined, a) || !errors.Is(joined, b) {
				return no("roots %v", roots)
			}
			return yes("Join: Root().Roots() yields both as *Fault; errors.Is finds both")
		},
	},
}
