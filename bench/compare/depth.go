package compare

import (
	"errors"
	"fmt"
	"time"

	"github.com/holdfast-go/holdfast/bench/peer"
)

var errOther = errors.New("something else")

var depth = Feature{
	Name: "Is, As and AsType cost the same at any depth",
	Doc:  "Yes: a chain of 1000 layers takes less than 5 times what one of 10 takes.",
	probe: func(p peer.Peer) Outcome {
		verdict, said := Yes, ""
		for _, op := range []struct {
			name string
			do   func(error)
		}{
			{"Is miss", func(err error) { errors.Is(err, errOther) }},
			{"As hit", func(err error) {
				var f *peer.Fault
				errors.As(err, &f)
			}},
			{"AsType hit", func(err error) { errors.AsType[*peer.Fault](err) }},
		} {
			fact, same := grows(p, op.do)
			if !same {
				verdict = No
			}
			if said != "" {
				said += ", "
			}
			said += op.name + " " + fact
		}
		return Outcome{verdict, said}
	},
}

// grows tells how the time of an operation goes with the depth. It goes there in steps: what
// is exponential must not be started at 1000.
func grows(p peer.Peer, do func(error)) (fact string, same bool) {
	const limit = 20 * time.Millisecond
	shallow := fastest(p.Chain(10), do)
	for d := 11; d < 1000; d += 1 + d/10 {
		err := p.Chain(d)
		start := time.Now()
		do(err)
		if took := time.Since(start); took > limit {
			return fmt.Sprintf("%s → %s at depth %d, and no further", short(shallow), short(took), d), false
		}
	}
	deep := fastest(p.Chain(1000), do)
	return fmt.Sprintf("%s → %s", short(shallow), short(deep)), deep < 5*shallow
}

// fastest returns the least time that an operation takes, of ten tries.
func fastest(err error, do func(error)) time.Duration {
	const n = 200
	best := time.Hour
	for range 10 {
		start := time.Now()
		for range n {
			do(err)
		}
		best = min(best, time.Since(start)/n)
	}
	return best
}

func short(d time.Duration) string {
	if d < time.Microsecond {
		return d.String()
	}
	return d.Round(d / 100).String()
}
