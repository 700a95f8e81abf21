// Package graph is a directed graph of who needs whom.
//
// Nodes are the integers 0 … Len()-1, in the order the caller has them; an edge
// from→to says that from needs to. Promises:
//
//   - Every answer is deterministic and follows the order of the nodes.
//   - Every walk takes time linear in nodes and edges and uses no recursion: a
//     chain of a million nodes is as safe as a tree.
//   - A Graph that is no longer changed may be read by any number of goroutines.
//
// Like an index of a slice, a node outside the graph is a mistake of the caller and panics.
package graph

import (
	"fmt"
	"slices"
	"strings"

	"github.com/holdfast-go/holdfast/errctx"
)

// Graph is a directed graph of a fixed number of nodes. The zero Graph has none.
type Graph struct {
	needs, neededBy [][]int
}

// New returns a graph of n nodes and no edges.
func New(n int) *Graph {
	return &Graph{needs: make([][]int, n), neededBy: make([][]int, n)}
}

// Need adds the edge from→to, once however often it is called. A node may need itself: that is a cycle.
func (g *Graph) Need(from, to int) {
	// The shorter list decides, so that neither a node that needs everything nor one that everything needs is slow.
	if needs, by := g.needs[from], g.neededBy[to]; len(needs) < len(by) && slices.Contains(needs, to) ||
		len(needs) >= len(by) && slices.Contains(by, from) {
		return
	}
	g.needs[from] = append(g.needs[from], to)
	g.neededBy[to] = append(g.neededBy[to], from)
}

// Len returns the number of nodes.
func (g *Graph) Len() int { return len(g.needs) }

// Needs returns the nodes that n needs itself, in the order the edges were added. Read only.
func (g *Graph) Needs(n int) []int { return g.needs[n] }

// NeededBy returns the nodes that need n themselves, in the order the edges were added. Read only.
func (g *Graph) NeededBy(n int) []int { return g.neededBy[n] }

// Sinks returns the nodes that no other node needs: what is asked for when nothing is named.
func (g *Graph) Sinks() []int {
	var sinks []int
	for n, by := range g.neededBy {
		if len(by) == 0 {
			sinks = append(sinks, n)
		}
	}
	return sinks
}

// Ancestors returns the given nodes and everything they need, directly or not, in ascending order.
func (g *Graph) Ancestors(of ...int) []int { return reach(g.needs, of) }

// Dependants returns the given nodes and everything that needs them, directly or not, in ascending order.
func (g *Graph) Dependants(of ...int) []int { return reach(g.neededBy, of) }

func reach(edges [][]int, from []int) []int {
	seen := make([]bool, len(edges))
	var found []int
	visit := func(nodes []int) {
		for _, n := range nodes {
			if !seen[n] {
				seen[n] = true
				found = append(found, n)
			}
		}
	}
	visit(from)
	for i := 0; i < len(found); i++ {
		visit(edges[found[i]])
	}
	slices.Sort(found)
	return found
}

// Order returns all nodes, each after everything it needs and otherwise in
// ascending order; when ascending order is such an order already, it is the one
// returned. It returns a [*Cycle], the first of [Graph.Cycles], if there is no such order.
func (g *Graph) Order() ([]int, errctx.WithContext[*Cycle]) {
	order := make([]int, 0, g.Len())
	for _, c := range g.components() {
		if g.cyclic(c) {
			return nil, errctx.New(&Cycle{Path: g.Cycles()[0]}, "order the graph")
		}
		order = append(order, c[0])
	}
	return order, nil
}

// Cycle says that nodes need each other. Each node of Path needs the next one; the last is the first again.
type Cycle struct{ Path []int }

// ErrorKind implements errctx.Kind.
func (*Cycle) ErrorKind() string { return "graph.cycle" }

func (e *Cycle) Error() string {
	return "cycle " + strings.Trim(strings.ReplaceAll(fmt.Sprint(e.Path), " ", " -> "), "[]")
}

// Cycles returns one cycle for each group of nodes that all need each other
// (strongly connected component), in ascending order of their first nodes. Each is
// a shortest one through the group's lowest node, which is its first and its last element.
func (g *Graph) Cycles() [][]int {
	var cycles [][]int
	for _, c := range g.components() {
		if g.cyclic(c) {
			cycles = append(cycles, g.witness(c))
		}
	}
	slices.SortFunc(cycles, func(a, b []int) int { return a[0] - b[0] })
	return cycles
}

func (g *Graph) cyclic(component []int) bool {
	return len(component) > 1 || slices.Contains(g.needs[component[0]], component[0])
}

// witness searches breadth first from the component's lowest node back to it.
func (g *Graph) witness(component []int) []int {
	start := slices.Min(component)
	const unseen = -1
	came := make(map[int]int, len(component)) // node → the node it was reached from
	for _, n := range component {
		came[n] = unseen
	}
	for queue := []int{start}; ; queue = queue[1:] {
		n := queue[0]
		for _, m := range g.needs[n] {
			if m == start {
				path := []int{start}
				for ; n != start; n = came[n] {
					path = append(path, n)
				}
				path = append(path, start)
				slices.Reverse(path)
				return path
			}
			if from, inside := came[m]; inside && from == unseen {
				came[m] = n
				queue = append(queue, m)
			}
		}
	}
}

// components returns the strongly connected components, each after those it
// needs, by Tarjan's algorithm with the call stack made explicit.
func (g *Graph) components() [][]int {
	var (
		done    [][]int
		flat    = make([]int, 0, g.Len()) // what done's elements are slices of
		index   = make([]int, g.Len())    // 1-based time of the first visit, 0 before it
		low     = make([]int, g.Len())    // the earliest node on the stack that is reachable
		onStack = make([]bool, g.Len())
		stack   []int
		clock   int
	)
	type frame struct{ node, edge int }
	for root := range g.needs {
		if index[root] != 0 {
			continue
		}
		calls := []frame{{root, 0}}
		for len(calls) > 0 {
			f := &calls[len(calls)-1]
			n := f.node
			if f.edge == 0 {
				clock++
				index[n], low[n] = clock, clock
				stack, onStack[n] = append(stack, n), true
			}
			if f.edge < len(g.needs[n]) {
				m := g.needs[n][f.edge]
				f.edge++
				if index[m] == 0 {
					calls = append(calls, frame{m, 0})
				} else if onStack[m] {
					low[n] = min(low[n], index[m])
				}
				continue
			}
			if low[n] == index[n] {
				at := len(flat)
				for last := -1; last != n; {
					last = stack[len(stack)-1]
					stack, onStack[last] = stack[:len(stack)-1], false
					flat = append(flat, last)
				}
				done = append(done, flat[at:len(flat):len(flat)])
			}
			calls = calls[:len(calls)-1]
			if len(calls) > 0 {
				caller := calls[len(calls)-1].node
				low[caller] = min(low[caller], low[n])
			}
		}
	}
	return done
}
