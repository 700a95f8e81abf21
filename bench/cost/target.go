package cost

import (
	"fmt"
	"math"

	"github.com/holdfast-go/holdfast/bench/peer"
)

// target is what we promised ourselves: a number that must not be above a limit.
type target struct {
	what  string
	limit float64
	unit  string
	value func(*measured) float64 // NaN: not measured
}

const sum = "errctx, sum"

var targets = []target{
	{"wrap x1: allocations", 1, "", allocs("wrap x1", 0, us)},
	{"wrap x1: bytes", 48, "B", bytes("wrap x1", 0, us)},
	{"wrap x1 on a sum: allocations", 1, "", allocs("wrap x1", 0, sum)},
	{"wrap x1 on a sum: bytes", 64, "B", bytes("wrap x1", 0, sum)},
	{"wrap x1: time against the bare struct", 1.15, "×", over(ns("wrap x1", 0, us), ns("wrap x1", 0, "bare struct"))},
	{"wrap with three attributes: allocations", 1, "", allocs("wrap, three attributes", 0, us)},
	{"wrap with three attributes: bytes", 192, "B", bytes("wrap, three attributes", 0, us)},
	{"wrap with three attributes: time against wrap x1", 1.5, "×", over(ns("wrap, three attributes", 0, us), ns("wrap x1", 0, us))},
	{"Root: time", 5, "ns", ns("root", 0, us)},
	{"Root: allocations", 0, "", allocs("root", 0, us)},
	{"From: time", 5, "ns", ns("from", 0, us)},
	{"From: allocations", 0, "", allocs("from", 0, us)},
	{"AsType hit: allocations at depth 1000", 0, "", allocs("errors.AsType, hit", 1000, us)},
	{"AsType hit: depth 1000 against depth 10", sameCost, "×", over(ns("errors.AsType, hit", 1000, us), ns("errors.AsType, hit", 10, us))},
	{"Is miss: allocations at depth 1000", 0, "", allocs("errors.Is, miss", 1000, us)},
	{"Is miss: depth 1000 against depth 10", sameCost, "×", over(ns("errors.Is, miss", 1000, us), ns("errors.Is, miss", 10, us))},
	{"Error() at depth 10: allocations", 1, "", allocs("Error()", 10, us)},
	{"slog JSON at depth 10: allocations", 3, "", allocs("slog JSON", 10, us)},
	{"slog JSON at depth 10: time against the quickest structured peer", 1.0 / 5, "×", over(ns("slog JSON", 10, us), quickestStructured)},
	{"wire, ten layers of ten lines: bytes", 350, "B", size("wire round trip", us)},
	{"wire, ten layers of one line: bytes", 350, "B", size("wire round trip, one line", us)},
	{"wire round trip: time against cockroachdb", 1.0 / 10, "×", over(ns("wire round trip", 0, us), ns("wire round trip", 0, "cockroachdb"))},
}

// sameCost allows for noise where two things are to cost the same.
const sameCost = 1.2

// measured is a report with the peers that it is about.
type measured struct {
	*Report
	peers []peer.Peer
}

// targets is the table of what was promised, what is, and whether that is enough.
func (r *Report) targets(peers []peer.Peer) [][]string {
	table := [][]string{{"target", "at most", "measured", ""}}
	m := &measured{r, peers}
	for _, t := range targets {
		value := t.value(m)
		verdict, shown := "met", t.number(value)
		switch {
		case math.IsNaN(value):
			verdict, shown = "not measured", "–"
		case value > t.limit:
			verdict = "**missed**"
		}
		table = append(table, []string{t.what, t.number(t.limit), shown, verdict})
	}
	return table
}

func (t target) number(x float64) string {
	switch t.unit {
	case "":
		return fmt.Sprint(x)
	case "×":
		return fmt.Sprintf("%.2f×", x)
	}
	return fmt.Sprintf("%.3g %s", x, t.unit)
}

// of returns a value of a cell that was measured to its end.
func of(op string, depth int, peer string, value func(Cell) float64) func(*measured) float64 {
	return func(m *measured) float64 {
		c, ok := m.cell(op, depth, peer)
		if !ok || c.GivenUp != "" {
			return math.NaN()
		}
		return value(c)
	}
}

func ns(op string, depth int, peer string) func(*measured) float64 {
	return of(op, depth, peer, func(c Cell) float64 { return c.NS })
}

func allocs(op string, depth int, peer string) func(*measured) float64 {
	return of(op, depth, peer, func(c Cell) float64 { return float64(c.Allocs) })
}

func bytes(op string, depth int, peer string) func(*measured) float64 {
	return of(op, depth, peer, func(c Cell) float64 { return float64(c.Bytes) })
}

func size(op, peer string) func(*measured) float64 {
	return of(op, 0, peer, func(c Cell) float64 { return float64(c.Size) })
}

func over(a, b func(*measured) float64) func(*measured) float64 {
	return func(m *measured) float64 { return a(m) / b(m) }
}

// quickestStructured is the best of those whose errors a log gets as more than a text.
func quickestStructured(m *measured) float64 {
	best := math.NaN()
	for _, p := range m.peers {
		if p.Name == us || p.Name == sum || !Structured(p) {
			continue
		}
		if x := ns("slog JSON", 10, p.Name)(m); math.IsNaN(best) || x < best {
			best = x
		}
	}
	return best
}
