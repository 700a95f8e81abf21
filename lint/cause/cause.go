// Package cause has the checks of places that have an error in hand and go on without it.
package cause

import (
	"go/ast"
	"go/token"
	"go/types"
	"strings"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/ast/inspector"

	"github.com/holdfast-go/holdfast/lint/check"
	"github.com/holdfast-go/holdfast/lint/code"
	"github.com/holdfast-go/holdfast/lint/facts"
)

// Family is the checks of causes that are left behind.
var Family = &check.Family{
	Name:     "cause",
	Checks:   []*check.Check{DroppedCause, SentinelInstead, WrongVariable, ContextCause, DiscardedError, RecoveredPanic},
	Requires: []*analysis.Analyzer{facts.Analyzer},
	Run:      run,
}

// finder looks at one package.
type finder struct {
	*check.Pass
	info  *types.Info
	facts *facts.Facts
	flow  *code.Flow
	// contexts are the calls of ctx.Err that are returned.
	contexts []*ast.CallExpr
}

func run(p *check.Pass) {
	f := &finder{Pass: p, info: p.TypesInfo, facts: p.ResultOf[facts.Analyzer].(*facts.Facts), flow: code.NewFlow(p.TypesInfo)}
	for file := range p.Inspect.Root().Children() {
		if p.Skipped(file.Node().Pos()) {
			continue
		}
		for c := range file.Preorder((*ast.IfStmt)(nil), (*ast.CaseClause)(nil), (*ast.ReturnStmt)(nil), (*ast.AssignStmt)(nil)) {
			switch n := c.Node().(type) {
			case *ast.IfStmt:
				f.branches(c, n)
				f.stale(c, n)
			case *ast.CaseClause:
				f.clause(c, n)
			case *ast.ReturnStmt:
				f.returnsContext(n)
			case *ast.AssignStmt:
				f.discards(c, n)
				f.recovers(c, n)
			}
		}
	}
	f.reportContexts()
}

// short is the source of e for a message.
func (f *finder) short(e ast.Expr) string {
	src := f.Src(e)
	if src == "" || len(src) > 40 || strings.Contains(src, "\n") {
		return "the error"
	}
	return src
}

// visible reports whether the name of v means v at pos.
func (f *finder) visible(v *types.Var, pos token.Pos) bool {
	scope := f.Pkg.Scope().Innermost(pos)
	if scope == nil {
		return false
	}
	_, obj := scope.LookupParent(v.Name(), pos)
	return obj == v
}

// signature returns that of the function around c.
func (f *finder) signature(c inspector.Cursor) *types.Signature {
	for e := range c.Enclosing((*ast.FuncDecl)(nil), (*ast.FuncLit)(nil)) {
		var t types.Type
		switch n := e.Node().(type) {
		case *ast.FuncDecl:
			if obj := f.info.Defs[n.Name]; obj != nil {
				t = obj.Type()
			}
		case *ast.FuncLit:
			t = f.info.TypeOf(n)
		}
		sig, _ := t.(*types.Signature)
		return sig
	}
	return nil
}

// returnsErrors reports whether a function has an error among its results.
func returnsErrors(sig *types.Signature) bool {
	for v := range sig.Results().Variables() {
		if code.IsError(v.Type()) {
			return true
		}
	}
	return false
}
