// Package libraries translates the errors of libraries that announce nothing by a method, so that package packs,
// which imports the standard library only, cannot know them. Who uses such a library imports it, and can say what
// its errors mean: each file here is an example of how, and each row of its tables names where that is written down.
//
//	role := libraries.Before(roles.QueueRunner(), roles.DB, libraries.MySQL...)
//
// As everywhere text never matters. What a library says by text only stays unknown, and its caller,
// who knows what was being done, marks it: a handshake of golang.org/x/crypto/ssh that was refused is such a case.
package libraries

import (
	"slices"

	"github.com/holdfast-go/holdfast/classify"
)

// Before returns the role with packs in front of those that an edge has: who knows a library speaks before
// those who know the standard library. The role that was given is not changed. Before panics if the role
// declares no such edge, a mistake in the program like those that [classify.Must] is for.
func Before(r classify.Role, edge string, first ...classify.Pack) classify.Role {
	i := slices.IndexFunc(r.Edges, func(e classify.Edge) bool { return e.Name == edge })
	if i < 0 {
		panic("role " + r.Name + " declares no edge " + edge)
	}
	r.Edges = slices.Clone(r.Edges)
	r.Edges[i].Packs = slices.Concat(first, r.Edges[i].Packs)
	return r
}

// row is a line of a table: what a library says, what it means, and where that is written down.
type row[K comparable] struct {
	says   K
	means  classify.Finding
	source string
}

// table is what the rows of a library say. The compiler finds a key that is twice only where it is a constant in
// a map, so a test does.
type table[K comparable] []row[K]

// index returns the table as its rule asks it: what has no row has no opinion.
func (t table[K]) index() func(K) classify.Finding {
	m := make(map[K]classify.Finding, len(t))
	for _, r := range t {
		m[r.says] = r.means
	}
	return func(k K) classify.Finding { return m[k] }
}

// sentinels returns a rule for each value of a table.
func sentinels(t table[error]) []classify.Rule {
	var rules []classify.Rule
	for _, r := range t {
		rules = append(rules, classify.KindIs(r.says.Error(), r.says, r.means))
	}
	return rules
}

// one is a pack with one rule.
func one[E error](name, rule string, f func(E) classify.Finding) classify.Pack {
	return classify.Pack{Name: name, Rules: []classify.Rule{classify.KindFunc(rule, f)}}
}

// unsure is a finding about an operation that may have been carried out.
func unsure(f classify.Finding) classify.Finding {
	f.OutcomeUnknown = true
	return f
}

// The kinds by the names that tables use.
var (
	unavailable   = classify.Finding{Kind: classify.Unavailable}
	interrupted   = classify.Finding{Kind: classify.Interrupted}
	throttled     = classify.Finding{Kind: classify.Throttled}
	timeout       = classify.Finding{Kind: classify.Timeout}
	conflict      = classify.Finding{Kind: classify.Conflict}
	missing       = classify.Finding{Kind: classify.Missing}
	exists        = classify.Finding{Kind: classify.Exists}
	invalid       = classify.Finding{Kind: classify.Invalid}
	denied        = classify.Finding{Kind: classify.Denied}
	misconfigured = classify.Finding{Kind: classify.Misconfigured}
	exhausted     = classify.Finding{Kind: classify.Exhausted}
	corrupt       = classify.Finding{Kind: classify.Corrupt}
	readOnly      = classify.Finding{Kind: classify.ReadOnly}
	hardware      = classify.Finding{Kind: classify.Hardware}
	stopped       = classify.Finding{Kind: classify.Stopped}
	bug           = classify.Finding{Kind: classify.Bug}
)
