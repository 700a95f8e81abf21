package handle

import (
	"go/ast"
	"go/token"
	"go/types"

	"golang.org/x/tools/go/ast/edge"
	"golang.org/x/tools/go/ast/inspector"

	"github.com/holdfast-go/holdfast/lint/code"
)

// wrongOne returns the error that the condition around c says is there, if x is another one, was made right before
// as well, and nobody looks at the one that was checked.
func (f *finder) wrongOne(c inspector.Cursor, x ast.Expr) ast.Expr {
	var ifs inspector.Cursor
	for at := c; ; at = at.Parent() {
		kind, _ := at.ParentEdge()
		if kind == edge.IfStmt_Body {
			ifs = at.Parent()
			break
		}
		if kind == edge.Invalid || kind == edge.FuncDecl_Body || kind == edge.FuncLit_Body {
			return nil
		}
	}
	stmt := ifs.Node().(*ast.IfStmt)
	cond, ok := ast.Unparen(stmt.Cond).(*ast.BinaryExpr)
	if !ok || cond.Op != token.NEQ {
		return nil
	}
	checked := cond.X
	if code.IsNil(f.info, cond.X) {
		checked = cond.Y
	} else if !code.IsNil(f.info, cond.Y) {
		return nil
	}
	other, v := code.Var(f.info, checked), code.Var(f.info, x)
	if other == nil || other == v || !code.IsError(other.Type()) || f.mentions(stmt.Body, other) || code.Assigns(f.info, stmt.Body, v) {
		return nil
	}
	if !f.madeBefore(ifs, v) || code.NonNil(f.info, c, x) {
		return nil
	}
	return checked
}

func (f *finder) mentions(n ast.Node, v *types.Var) bool {
	found := false
	ast.Inspect(n, func(n ast.Node) bool {
		id, ok := n.(*ast.Ident)
		found = found || ok && f.info.Uses[id] == v
		return !found
	})
	return found
}

// madeBefore reports whether v was given what a call returned, in the if statement or in a statement before it in the same list.
func (f *finder) madeBefore(ifs inspector.Cursor, v *types.Var) bool {
	if f.gives(ifs.Node().(*ast.IfStmt).Init, v) {
		return true
	}
	switch kind, _ := ifs.ParentEdge(); kind {
	case edge.BlockStmt_List, edge.CaseClause_Body, edge.CommClause_Body:
		for prev, ok := ifs.PrevSibling(); ok; prev, ok = prev.PrevSibling() {
			s, isStmt := prev.Node().(ast.Stmt)
			if !isStmt {
				return false
			}
			if f.gives(s, v) {
				return true
			}
			if code.Assigns(f.info, s, v) {
				return false
			}
		}
	}
	return false
}

// gives reports whether a statement assigns to v what a call returned that may return nil.
func (f *finder) gives(s ast.Stmt, v *types.Var) bool {
	a, ok := s.(*ast.AssignStmt)
	if !ok {
		return false
	}
	for i, l := range a.Lhs {
		if code.Var(f.info, l) != v {
			continue
		}
		r := a.Rhs[0]
		if len(a.Rhs) == len(a.Lhs) {
			r = a.Rhs[i]
		}
		call, ok := ast.Unparen(r).(*ast.CallExpr)
		if !ok {
			return false
		}
		switch code.Name(f.info, call) {
		case "errors.New", "fmt.Errorf", errctx + ".New", errctx + ".Adopt", errctx + ".AdoptValue", errctx + ".Restore":
			return false
		}
		return true
	}
	return false
}
