// Package sealed has the check of decisions on a sealed sum of errors: they decide on all of its variants.
package sealed

import (
	"go/ast"
	"go/types"

	"golang.org/x/tools/go/analysis"

	"github.com/holdfast-go/holdfast/lint/check"
	"github.com/holdfast-go/holdfast/lint/code"
)

// Family is the check.
var Family = family(Facts)

// family exists so that a test can take the facts away.
func family(facts *analysis.Analyzer) *check.Family {
	return &check.Family{
		Name: "sealed", Checks: []*check.Check{Switch}, Requires: []*analysis.Analyzer{facts},
		Run: func(p *check.Pass) {
			f := &finder{Pass: p, sums: p.ResultOf[facts].(*Sums), inner: map[*ast.IfStmt]bool{}}
			f.run()
		},
	}
}

// finder looks at one package.
type finder struct {
	*check.Pass
	sums *Sums
	// inner are those if statements that an "else" before them leads to.
	inner map[*ast.IfStmt]bool
	flow  *code.Flow // nil until a function has been asked
}

func (f *finder) run() {
	nodes := []ast.Node{(*ast.TypeSwitchStmt)(nil), (*ast.IfStmt)(nil)}
	if imports(f.Pkg, classifyPath) {
		nodes = append(nodes, (*ast.CallExpr)(nil))
	}
	f.Inspect.Preorder(nodes, func(n ast.Node) {
		switch n := n.(type) {
		case *ast.TypeSwitchStmt:
			f.typeSwitch(n)
		case *ast.IfStmt:
			if next, ok := n.Else.(*ast.IfStmt); ok {
				f.inner[next] = true
				if !f.inner[n] {
					f.chain(n)
				}
			}
		case *ast.CallExpr:
			f.policy(n)
		}
	})
}

func imports(pkg *types.Package, path string) bool {
	for _, imported := range pkg.Imports() {
		if imported.Path() == path {
			return true
		}
	}
	return false
}

// missing returns the variants of a sum that none of the types covers. What only tests have is nothing to those that are no tests.
func (f *finder) missing(at ast.Node, sum *Sum, by []types.Type) []Variant {
	var out []Variant
	for _, v := range sum.Variants {
		if !sum.Covered(v, by) && (!v.Test || inTest(f.Fset, at.Pos())) {
			out = append(out, v)
		}
	}
	return out
}
