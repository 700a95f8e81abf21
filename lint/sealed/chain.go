package sealed

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"

	"github.com/holdfast-go/holdfast/lint/check"
	"github.com/holdfast-go/holdfast/lint/code"
)

// chain reports "if _, ok := x.(*A); ok {} else if …" over a sum that misses a variant and has no else.
func (f *finder) chain(first *ast.IfStmt) {
	var asked []types.Type
	var x ast.Expr
	for s := first; ; {
		subject, t := f.question(s)
		if subject == nil || x != nil && !f.same(x, subject) {
			return
		}
		x = subject
		asked = append(asked, t)
		if s.Else == nil {
			break
		}
		next, ok := s.Else.(*ast.IfStmt)
		if !ok {
			return // an else
		}
		s = next
	}
	if f.Skipped(first.Pos()) {
		return
	}
	sum := f.sums.Of(f.root(f.TypesInfo.TypeOf(x)))
	if sum == nil {
		return
	}
	if missing := f.missing(first, sum, asked); len(missing) > 0 && !f.goesOn(first, x) {
		f.Report(check.Finding{
			Check: Switch, Node: first.Cond,
			Message: fmt.Sprintf("the chain of ifs over %s misses %s and has no else: such an error goes by as if nothing had happened", f.sumIn(sum), f.list(missing)),
		})
	}
}

// question returns x and T of a condition which asks nothing but whether x is a T.
func (f *finder) question(s *ast.IfStmt) (x ast.Expr, t types.Type) {
	switch cond := ast.Unparen(s.Cond).(type) {
	case *ast.Ident:
		a, ok := s.Init.(*ast.AssignStmt)
		if !ok || a.Tok != token.DEFINE || len(a.Lhs) != 2 || len(a.Rhs) != 1 || !code.Same(f.TypesInfo, a.Lhs[1], cond) {
			return nil, nil
		}
		switch r := ast.Unparen(a.Rhs[0]).(type) {
		case *ast.TypeAssertExpr:
			if r.Type != nil {
				return r.X, f.TypesInfo.TypeOf(r.Type)
			}
		case *ast.CallExpr:
			tuple, ok := f.TypesInfo.TypeOf(r).(*types.Tuple)
			if ok && len(r.Args) == 1 && code.Name(f.TypesInfo, r) == "errors.AsType" {
				return r.Args[0], tuple.At(0).Type()
			}
		}
	case *ast.CallExpr:
		if s.Init != nil || len(cond.Args) != 2 || code.Name(f.TypesInfo, cond) != "errors.As" {
			return nil, nil
		}
		if p, ok := types.Unalias(f.TypesInfo.TypeOf(cond.Args[1])).(*types.Pointer); ok {
			return cond.Args[0], p.Elem()
		}
	}
	return nil, nil
}

// same reports whether two expressions denote the same error; also two calls of Root on one handle do.
func (f *finder) same(a, b ast.Expr) bool {
	x, ok := ast.Unparen(a).(*ast.CallExpr)
	if !ok {
		return code.Same(f.TypesInfo, a, b)
	}
	y, ok := ast.Unparen(b).(*ast.CallExpr)
	return ok && len(x.Args) == 0 && len(y.Args) == 0 && code.Same(f.TypesInfo, x.Fun, y.Fun)
}

const errctxPath = "github.com/holdfast-go/holdfast/errctx"

// root returns E for a handle on an E: errors.As finds in it what is in its root.
func (f *finder) root(t types.Type) types.Type {
	n, ok := types.Unalias(t).(*types.Named)
	if ok && code.IsNamed(n, errctxPath, "WithContext") && n.TypeArgs().Len() == 1 {
		return n.TypeArgs().At(0)
	}
	return t
}
