package sealed

import (
	"go/ast"

	"golang.org/x/tools/go/ast/edge"
	"golang.org/x/tools/go/ast/inspector"

	"github.com/holdfast-go/holdfast/lint/code"
)

// goesOn reports whether the error that x is of is used after a statement: then those that the statement knows not
// are dealt with there. A panic with it does not count, since it is what stands after a switch that is meant to be total.
func (f *finder) goesOn(stmt ast.Stmt, x ast.Expr) bool {
	c, ok := f.Inspect.Root().FindNode(stmt)
	if !ok {
		return false
	}
	errs := f.origins(c, x)
	for at := c; at.Valid(); at = at.Parent() {
		switch kind, _ := at.ParentEdge(); kind {
		case edge.FuncDecl_Body, edge.FuncLit_Body:
			return false
		case edge.BlockStmt_List, edge.CaseClause_Body, edge.CommClause_Body:
			for next, ok := at.NextSibling(); ok; next, ok = next.NextSibling() {
				if f.uses(next, errs) {
					return true
				}
			}
		}
	}
	return false
}

// origins returns the errors that x is taken from, such as err for err.Root(): each is one that may be used later in x's place.
func (f *finder) origins(c inspector.Cursor, x ast.Expr) []ast.Expr {
	var out []ast.Expr
	for x = ast.Unparen(x); x != nil && len(out) < 4; { // in a loop they may be taken from each other
		inner := from(x)
		if inner != nil && code.IsError(f.TypesInfo.TypeOf(inner)) {
			x = inner
			continue
		}
		out = append(out, x)
		x = f.value(c, x)
	}
	return out
}

// from returns err of err.Root(), or of err.Field.
func from(x ast.Expr) ast.Expr {
	if call, ok := x.(*ast.CallExpr); ok {
		x = ast.Unparen(call.Fun)
	}
	if sel, ok := x.(*ast.SelectorExpr); ok {
		return ast.Unparen(sel.X)
	}
	return nil
}

// value returns what the variable x was last given, if that is taken from another error.
func (f *finder) value(c inspector.Cursor, x ast.Expr) ast.Expr {
	v := code.Var(f.TypesInfo, x)
	if v == nil {
		return nil
	}
	if f.flow == nil {
		f.flow = code.NewFlow(f.TypesInfo)
	}
	defs, _ := f.flow.Defs(code.Home(code.Bodies(c), v), v, x.Pos())
	if len(defs) != 1 || defs[0].Value == nil || defs[0].Index >= 0 || defs[0].Append {
		return nil
	}
	y := ast.Unparen(defs[0].Value)
	if inner := from(y); inner == nil || !code.IsError(f.TypesInfo.TypeOf(inner)) {
		return nil
	}
	return y
}

func (f *finder) uses(c inspector.Cursor, errs []ast.Expr) bool {
	found := false
	ast.Inspect(c.Node(), func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr:
			if id, ok := ast.Unparen(n.Fun).(*ast.Ident); ok && id.Name == "panic" {
				return false
			}
		case *ast.ReturnStmt:
			found = found || len(n.Results) == 0 && f.returned(c, errs)
		case ast.Expr:
			for _, e := range errs {
				found = found || code.Same(f.TypesInfo, n, e)
			}
		}
		return !found
	})
	return found
}

// returned reports whether one of the errors is a named result of the function around c.
func (f *finder) returned(c inspector.Cursor, errs []ast.Expr) bool {
	for e := range c.Enclosing((*ast.FuncDecl)(nil), (*ast.FuncLit)(nil)) {
		var t *ast.FuncType
		switch n := e.Node().(type) {
		case *ast.FuncDecl:
			t = n.Type
		case *ast.FuncLit:
			t = n.Type
		}
		if t.Results == nil {
			return false
		}
		for _, x := range errs {
			if v := code.Var(f.TypesInfo, x); v != nil && t.Results.Pos() <= v.Pos() && v.Pos() < t.Results.End() {
				return true
			}
		}
		return false
	}
	return false
}
