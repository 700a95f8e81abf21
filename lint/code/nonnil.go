package code

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"

	"golang.org/x/tools/go/ast/edge"
	"golang.org/x/tools/go/ast/inspector"
)

// NonNil reports whether the error x at c is known not to be nil: a condition around says so, or it was made there.
func NonNil(info *types.Info, c inspector.Cursor, x ast.Expr) bool {
	return made(info, x) || asserted(info, c, x, token.NEQ)
}

// Nil reports whether the error x at c is known to be nil.
func Nil(info *types.Info, c inspector.Cursor, x ast.Expr) bool {
	return asserted(info, c, x, token.EQL)
}

// made reports whether x is a new error, or one of a package's variables.
func made(info *types.Info, x ast.Expr) bool {
	x = ast.Unparen(x)
	switch e := x.(type) {
	case *ast.UnaryExpr:
		return e.Op == token.AND
	case *ast.CompositeLit:
		return true
	case *ast.CallExpr:
		switch Name(info, e) {
		case "errors.New", "fmt.Errorf":
			return true
		}
		return false
	}
	if IsSentinel(info, x) {
		return true
	}
	switch t := info.TypeOf(x); t.Underlying().(type) {
	case *types.Interface, *types.Pointer, *types.Slice, *types.Map, *types.Signature, *types.Chan:
		return false
	default:
		return IsError(t) // a value that cannot be nil
	}
}

// asserted reports whether what is around c says that x is nil (EQL) or that it is not (NEQ), with no assignment to x between.
func asserted(info *types.Info, c inspector.Cursor, x ast.Expr, op token.Token) bool {
	x = ast.Unparen(x)
	if call, ok := x.(*ast.CallExpr); ok {
		return op == token.NEQ && afterDone(info, c, call)
	}
	other := token.EQL
	if op == token.EQL {
		other = token.NEQ
	}
	for at := c; at.Valid(); at = at.Parent() {
		kind, i := at.ParentEdge()
		parent := at.Parent()
		switch kind {
		case edge.Invalid, edge.FuncDecl_Body, edge.FuncLit_Body:
			return false // a function may run at another time than where it stands
		case edge.IfStmt_Body, edge.IfStmt_Else:
			f := parent.Node().(*ast.IfStmt)
			if kind == edge.IfStmt_Body && holds(info, f.Cond, x, op, token.LAND) || kind == edge.IfStmt_Else && holds(info, f.Cond, x, other, token.LOR) {
				return true
			}
			if f.Init != nil && assigns(info, f.Init, x) {
				return false
			}
		case edge.ForStmt_Body, edge.RangeStmt_Body:
			// What was so before a loop need not be so in its second round.
			if assigns(info, parent.Node(), x) {
				return false
			}
		case edge.SwitchStmt_Body:
			if init := parent.Node().(*ast.SwitchStmt).Init; init != nil && assigns(info, init, x) {
				return false
			}
		case edge.TypeSwitchStmt_Body:
			if init := parent.Node().(*ast.TypeSwitchStmt).Init; init != nil && assigns(info, init, x) {
				return false
			}
		case edge.BinaryExpr_Y:
			b := parent.Node().(*ast.BinaryExpr)
			if b.Op == token.LAND && holds(info, b.X, x, op, token.LAND) || b.Op == token.LOR && holds(info, b.X, x, other, token.LOR) {
				return true
			}
		case edge.CaseClause_Body:
			clause := parent.Node().(*ast.CaseClause)
			if sw, ok := parent.Parent().Parent().Node().(*ast.SwitchStmt); ok && sw.Tag == nil && len(clause.List) == 1 && holds(info, clause.List[0], x, op, token.LAND) {
				return true
			}
			if is, decided := before(info, clause.Body, i, x, op, other); decided {
				return is
			}
			if sw, ok := parent.Parent().Parent().Node().(*ast.SwitchStmt); ok && sw.Tag == nil {
				// A case that was passed by did not hold.
				for _, s := range sw.Body.List {
					if s == ast.Stmt(clause) {
						break
					}
					for _, e := range s.(*ast.CaseClause).List {
						if holds(info, e, x, other, token.LOR) {
							return true
						}
					}
				}
			}
		case edge.CommClause_Body:
			clause := parent.Node().(*ast.CommClause)
			if is, decided := before(info, clause.Body, i, x, op, other); decided {
				return is
			}
			if clause.Comm != nil && assigns(info, clause.Comm, x) {
				return false
			}
		case edge.BlockStmt_List:
			if is, decided := before(info, parent.Node().(*ast.BlockStmt).List, i, x, op, other); decided {
				return is
			}
		}
	}
	return false
}

// before looks at the statements of a list before the i-th one: if x is the other thing, one of them leaves. It decides too
// where one of them assigns to x.
func before(info *types.Info, list []ast.Stmt, i int, x ast.Expr, op, other token.Token) (is, decided bool) {
	for i--; i >= 0; i-- {
		if f, ok := list[i].(*ast.IfStmt); ok && f.Else == nil && leaves(info, f.Body) && holds(info, f.Cond, x, other, token.LOR) && f.Init == nil {
			return true, true
		}
		if assigns(info, list[i], x) {
			a, ok := list[i].(*ast.AssignStmt)
			if ok && len(a.Lhs) == len(a.Rhs) {
				for j, l := range a.Lhs {
					if Same(info, l, x) {
						return op == token.NEQ && made(info, a.Rhs[j]) || op == token.EQL && IsNil(info, a.Rhs[j]), true
					}
				}
			}
			return false, true
		}
	}
	return false, false
}

// Assigns reports whether n gives v a value, or hands out its address.
func Assigns(info *types.Info, n ast.Node, v *types.Var) bool {
	return assignsTo(n, func(e ast.Expr) bool { return Var(info, e) == v })
}

func assigns(info *types.Info, n ast.Node, x ast.Expr) bool {
	return assignsTo(n, func(e ast.Expr) bool { return Same(info, e, x) })
}

func assignsTo(n ast.Node, is func(ast.Expr) bool) bool {
	found := false
	ast.Inspect(n, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			found = found || slices.ContainsFunc(n.Lhs, is)
		case *ast.ValueSpec:
			found = found || slices.ContainsFunc(n.Names, func(id *ast.Ident) bool { return is(id) })
		case *ast.RangeStmt:
			found = found || n.Key != nil && is(n.Key) || n.Value != nil && is(n.Value)
		case *ast.UnaryExpr:
			found = found || n.Op == token.AND && is(n.X)
		}
		return !found
	})
	return found
}

// leaves reports whether a block ends by leaving what is around it.
func leaves(info *types.Info, b *ast.BlockStmt) bool {
	if len(b.List) == 0 {
		return false
	}
	switch s := b.List[len(b.List)-1].(type) {
	case *ast.ReturnStmt, *ast.BranchStmt:
		return true
	case *ast.ExprStmt:
		call, ok := s.X.(*ast.CallExpr)
		return ok && !mayReturn(info, call)
	}
	return false
}

// holds reports whether a condition that is true (join LAND), or false (LOR), means "x op nil", where op is what is written.
func holds(info *types.Info, cond, x ast.Expr, op, join token.Token) bool {
	switch c := ast.Unparen(cond).(type) {
	case *ast.BinaryExpr:
		switch {
		case c.Op == join:
			return holds(info, c.X, x, op, join) || holds(info, c.Y, x, op, join)
		case c.Op == op:
			return Same(info, c.X, x) && IsNil(info, c.Y) || Same(info, c.Y, x) && IsNil(info, c.X)
		case join == token.LAND && op == token.NEQ && c.Op == token.EQL:
			// Equal to a sentinel.
			return Same(info, c.X, x) && IsSentinel(info, c.Y) || Same(info, c.Y, x) && IsSentinel(info, c.X)
		}
	case *ast.CallExpr:
		if join != token.LAND || op != token.NEQ {
			return false
		}
		switch Name(info, c) {
		case "errors.Is", "errors.As", "os.IsNotExist", "os.IsExist", "os.IsPermission", "os.IsTimeout":
			if Same(info, c.Args[0], x) {
				return true
			}
			if len(c.Args) == 2 {
				if u, ok := ast.Unparen(c.Args[1]).(*ast.UnaryExpr); ok && u.Op == token.AND {
					return Same(info, u.X, x)
				}
			}
		}
	case *ast.UnaryExpr:
		if c.Op == token.NOT && join == token.LOR && op == token.EQL {
			return holds(info, c.X, x, token.NEQ, token.LAND)
		}
	}
	return false
}

// afterDone reports whether call is ctx.Err(), or context.Cause(ctx), in a case that waited for <-ctx.Done().
func afterDone(info *types.Info, c inspector.Cursor, call *ast.CallExpr) bool {
	var ctx ast.Expr
	if sel, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr); ok && sel.Sel.Name == "Err" && len(call.Args) == 0 {
		ctx = sel.X
	} else if Name(info, call) == "context.Cause" {
		ctx = call.Args[0]
	} else {
		return false
	}
	for e := range c.Enclosing((*ast.CommClause)(nil), (*ast.FuncDecl)(nil), (*ast.FuncLit)(nil)) {
		clause, ok := e.Node().(*ast.CommClause)
		if !ok {
			return false
		}
		s, ok := clause.Comm.(*ast.ExprStmt)
		if !ok {
			return false
		}
		u, ok := ast.Unparen(s.X).(*ast.UnaryExpr)
		if !ok || u.Op != token.ARROW {
			return false
		}
		done, ok := ast.Unparen(u.X).(*ast.CallExpr)
		if !ok {
			return false
		}
		sel, ok := ast.Unparen(done.Fun).(*ast.SelectorExpr)
		return ok && sel.Sel.Name == "Done" && Same(info, sel.X, ctx)
	}
	return false
}
