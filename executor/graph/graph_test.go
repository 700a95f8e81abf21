package graph_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/holdfast-go/holdfast/executor/graph"
)

type edge [2]int

func build(n int, edges ...edge) *graph.Graph {
	g := graph.New(n)
	for _, e := range edges {
		g.Need(e[0], e[1])
	}
	return g
}

func TestOrderAndCycles(t *testing.T) {
	for _, tt := range []struct {
		name   string
		n      int
		edges  []edge
		order  []int
		cycles [][]int
	}{
		{name: "the empty graph has the empty order", order: []int{}},
		{name: "no edges keep the order of the nodes", n: 3, order: []int{0, 1, 2}},
		{name: "an order that is valid already is kept", n: 4, edges: []edge{{1, 0}, {3, 1}, {2, 0}}, order: []int{0, 1, 2, 3}},
		{name: "needs are pulled just before their first user", n: 4, edges: []edge{{0, 2}, {1, 3}}, order: []int{2, 0, 3, 1}},
		{name: "a diamond has each node once", n: 4, edges: []edge{{0, 1}, {0, 2}, {1, 3}, {2, 3}}, order: []int{3, 1, 2, 0}},
		{name: "a node that needs itself is a cycle", n: 2, edges: []edge{{1, 1}}, cycles: [][]int{{1, 1}}},
		{name: "two nodes", n: 2, edges: []edge{{0, 1}, {1, 0}}, cycles: [][]int{{0, 1, 0}}},
		{
			name: "each group is reported once, lowest first, whatever leads into it", n: 7,
			edges:  []edge{{0, 5}, {5, 6}, {6, 5}, {1, 2}, {2, 3}, {3, 1}, {4, 1}},
			cycles: [][]int{{1, 2, 3, 1}, {5, 6, 5}},
		},
		{
			name: "the witness is a shortest cycle through the lowest node", n: 5,
			edges:  []edge{{0, 1}, {1, 2}, {2, 3}, {3, 0}, {1, 0}, {2, 4}},
			cycles: [][]int{{0, 1, 0}},
		},
		{
			name: "the witness stays inside its group", n: 4,
			edges:  []edge{{0, 3}, {0, 1}, {1, 2}, {2, 0}, {2, 3}},
			cycles: [][]int{{0, 1, 2, 0}},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			g := build(tt.n, tt.edges...)
			if diff := cmp.Diff(tt.cycles, g.Cycles()); diff != "" {
				t.Errorf("Cycles (-want +got):\n%s", diff)
			}
			order, err := g.Order()
			if diff := cmp.Diff(tt.order, order); diff != "" {
				t.Errorf("Order (-want +got):\n%s", diff)
			}
			if (err != nil) != (tt.cycles != nil) {
				t.Fatalf("Order: %v", err)
			}
			if err != nil {
				if diff := cmp.Diff(&graph.Cycle{Path: tt.cycles[0]}, err.Root()); diff != "" {
					t.Errorf("Cycle (-want +got):\n%s", diff)
				}
			}
		})
	}
}

func TestCycleText(t *testing.T) {
	_, err := build(3, edge{0, 2}, edge{2, 1}, edge{1, 0}).Order()
	if got, want := err.Error(), "order the graph: cycle 0 -> 2 -> 1 -> 0"; got != want {
		t.Errorf("Error() = %q, want %q", got, want)
	}
	if got, want := err.Root().ErrorKind(), "graph.cycle"; got != want {
		t.Errorf("ErrorKind() = %q, want %q", got, want)
	}
}

func TestNeighbourhoods(t *testing.T) {
	// 0 and 1 need 2, which needs 3; 4 is alone; the edge 0→2 is added twice.
	g := build(5, edge{0, 2}, edge{1, 2}, edge{2, 3}, edge{0, 2})
	for _, tt := range []struct {
		name      string
		got, want []int
	}{
		{"Needs", g.Needs(0), []int{2}},
		{"NeededBy", g.NeededBy(2), []int{0, 1}},
		{"Sinks", g.Sinks(), []int{0, 1, 4}},
		{"Ancestors of one", g.Ancestors(0), []int{0, 2, 3}},
		{"Ancestors of a set", g.Ancestors(4, 1), []int{1, 2, 3, 4}},
		{"Ancestors of the same node twice", g.Ancestors(3, 3), []int{3}},
		{"Ancestors of none", g.Ancestors(), nil},
		{"Dependants", g.Dependants(3), []int{0, 1, 2, 3}},
	} {
		if diff := cmp.Diff(tt.want, tt.got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
}

// Sizes at which recursion would overflow and a quadratic step would not end.
func TestLarge(t *testing.T) {
	const n = 200_000
	chain, ring, all := graph.New(n), graph.New(n), graph.New(n)
	for i := range n {
		if i+1 < n {
			chain.Need(i, i+1)
			all.Need(0, i+1)
		}
		ring.Need(i, (i+1)%n)
	}
	order, err := chain.Order()
	if err != nil || order[0] != n-1 || order[n-1] != 0 {
		t.Errorf("chain: %v", err)
	}
	if got := len(chain.Ancestors(0)); got != n {
		t.Errorf("chain: %d ancestors", got)
	}
	if c := ring.Cycles(); len(c) != 1 || len(c[0]) != n+1 {
		t.Errorf("ring: %d cycles", len(c))
	}
	if order, err := all.Order(); err != nil || order[n-1] != 0 {
		t.Errorf("a node that needs all: %v", err)
	}
}

// On random graphs, an order is valid exactly when there is no cycle, and cycles are cycles.
func TestRandom(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	ordered := 0
	for range 2000 {
		n := 1 + rnd.IntN(8)
		g := graph.New(n)
		for range rnd.IntN(2 * n) {
			g.Need(rnd.IntN(n), rnd.IntN(n))
		}
		order, err := g.Order()
		cycles := g.Cycles()
		if (err == nil) != (len(cycles) == 0) {
			t.Fatalf("Order says %v, Cycles %v", err, cycles)
		}
		seen := make([]int, n) // in how many cycles
		for _, c := range cycles {
			for i := range c[1:] {
				seen[c[i]]++
				if !cmp.Equal(g.Ancestors(c[i]), g.Ancestors(c[i+1])) || !slices.Contains(g.Needs(c[i]), c[i+1]) {
					t.Fatalf("%v is not a cycle", c)
				}
			}
		}
		for node, times := range seen {
			if times > 1 {
				t.Fatalf("node %d is in %d cycles", node, times)
			}
		}
		if err != nil {
			continue
		}
		ordered++
		at := make([]int, n)
		for i, node := range order {
			at[node] = i
		}
		for node := range n {
			for _, need := range g.Needs(node) {
				if at[need] >= at[node] {
					t.Fatalf("%v puts %d before its need %d", order, node, need)
				}
			}
		}
	}
	if ordered == 0 || ordered == 2000 {
		t.Errorf("%d of 2000 graphs were acyclic: the test does not see both sides", ordered)
	}
}
