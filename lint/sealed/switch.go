package sealed

import (
	"fmt"
	"go/ast"
	"go/types"
	"strings"

	"github.com/holdfast-go/holdfast/lint/check"
)

// Switch finds decisions on a sealed sum that forget a variant.
var Switch = &check.Check{
	ID: "sealed-switch", Tier: check.Warning, Since: "v0.1.0",
	Title: "a switch over a sealed sum of errors misses a variant and has no default",
	Why: `A sealed sum is an interface with the method Error and one that is not exported, so that all its
variants are in one package, and a reader can know what can go wrong. A type switch over it is a decision on each of
them. When a variant is added, the compiler says nothing about the switches that do not know it: such an error goes by
as if nothing had happened, and whatever was to retry, repair or report it never runs.

A default says what becomes of the others, also of those to come. For a decision that must be taken anew for each
new variant leave it out: then this check finds the places. So it does for else-if chains, and for a policy of
package classify that has rules for some variants and none for the rest.`,
	Before: `type storeError interface {
	error
	storeError()
}

type missing struct{ digest string }

type corrupt struct{ digest, got string }

func (*missing) storeError() {}
func (*corrupt) storeError() {}

func (m *missing) Error() string { return m.digest + " is missing" }
func (c *corrupt) Error() string { return c.digest + " reads as " + c.got }

type full struct{ path string }

func (full) storeError() {}

func (f full) Error() string { return f.path + " is full" }

func repair(err storeError, produce func(digest string)) {
	switch err := err.(type) {
	case *missing:
		produce(err.digest)
	case full:
		panic(err)
	}
}`,
	After: `type storeError interface {
	error
	storeError()
}

type missing struct{ digest string }

type corrupt struct{ digest, got string }

func (*missing) storeError() {}
func (*corrupt) storeError() {}

func (m *missing) Error() string { return m.digest + " is missing" }
func (c *corrupt) Error() string { return c.digest + " reads as " + c.got }

type full struct{ path string }

func (full) storeError() {}

func (f full) Error() string { return f.path + " is full" }

func repair(err storeError, produce func(digest string)) {
	switch err := err.(type) {
	case *missing:
		produce(err.digest)
	case full:
		panic(err)
	case *corrupt:
		// not decided yet
	}
}`,
	Silent: []string{
		"a switch with a default, or a chain that ends with an else",
		"a switch with a single case, of one type or several: it asks one question, as an if with an assertion does",
		"a switch after which the error is used, returned for instance: that is what becomes of the others",
		"variants that a case for an interface takes, such as one for a sum within the sum",
		"types that are of the sum only because they embed the interface: they carry an error of it into another sum",
		"types that only other variants are made of, those that are declared in tests, and generic ones",
		"interfaces that are generic, or sealed by another package only",
	},
	Fix: `Adds a case for the variants that are missing, which does what happened before: nothing. It is never applied by
itself, since the point is to decide. Where a variant is not exported and cannot be named, it adds a default.`,
}

// typeSwitch reports a switch over a sum that misses a variant.
func (f *finder) typeSwitch(sw *ast.TypeSwitchStmt) {
	var cases []types.Type
	clauses := 0
	for _, s := range sw.Body.List {
		c, ok := s.(*ast.CaseClause)
		if !ok || c.List == nil {
			return // a default
		}
		before := len(cases)
		for _, e := range c.List {
			if tv := f.TypesInfo.Types[e]; tv.IsType() {
				cases = append(cases, tv.Type)
			}
		}
		if len(cases) > before {
			clauses++
		}
	}
	if clauses < 2 || f.Skipped(sw.Pos()) {
		return
	}
	x := subject(sw)
	if x == nil {
		return
	}
	sum := f.sums.Of(f.TypesInfo.TypeOf(x))
	if sum == nil {
		return
	}
	missing := f.missing(sw, sum, cases)
	if len(missing) == 0 || f.goesOn(sw, x) {
		return
	}
	f.Report(check.Finding{
		Check: Switch, Node: sw.Assign,
		Message: fmt.Sprintf("the switch over %s misses %s and has no default: such an error goes by as if nothing had happened", f.sumIn(sum), f.list(missing)),
		Fixes:   f.fixes(sw, missing),
	})
}

// subject returns x of "switch x.(type)", or nil.
func subject(sw *ast.TypeSwitchStmt) ast.Expr {
	var e ast.Expr
	switch s := sw.Assign.(type) {
	case *ast.ExprStmt:
		e = s.X
	case *ast.AssignStmt:
		if len(s.Rhs) == 1 {
			e = s.Rhs[0]
		}
	}
	if a, ok := ast.Unparen(e).(*ast.TypeAssertExpr); ok {
		return a.X
	}
	return nil
}

func (f *finder) sumIn(sum *Sum) string {
	if sum.Name.Pkg() == f.Pkg {
		return sum.Name.Name()
	}
	return sum.Name.Pkg().Name() + "." + sum.Name.Name()
}

// list names variants: first those that have a case to write.
func (f *finder) list(variants []Variant) string {
	var names, hidden []string
	for _, v := range variants {
		if f.nameable(v) {
			names = append(names, v.In(f.Pkg))
		} else {
			hidden = append(hidden, v.In(f.Pkg)+", which cannot be named here")
		}
	}
	return enumerate(append(names, hidden...))
}

func enumerate(names []string) string {
	if len(names) == 1 {
		return names[0]
	}
	return strings.Join(names[:len(names)-1], ", ") + " and " + names[len(names)-1]
}

// nameable reports whether code of this package can write a case for v.
func (f *finder) nameable(v Variant) bool { return v.Exported() || v.Path == path(f.Pkg) }
