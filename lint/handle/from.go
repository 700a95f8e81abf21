package handle

import (
	"go/ast"
	"go/token"
	"go/types"

	"golang.org/x/tools/go/ast/edge"
	"golang.org/x/tools/go/ast/inspector"

	"github.com/holdfast-go/holdfast/lint/check"
	"github.com/holdfast-go/holdfast/lint/code"
)

// fromUnchecked reports "w, _ := errctx.From[E](err)" where w is then used as if it were there.
func (f *finder) fromUnchecked(c inspector.Cursor, call *ast.CallExpr) {
	if kind, _ := c.ParentEdge(); kind != edge.AssignStmt_Rhs {
		return
	}
	a := c.Parent().Node().(*ast.AssignStmt)
	if len(a.Lhs) != 2 {
		return
	}
	if ok, is := a.Lhs[1].(*ast.Ident); !is || ok.Name != "_" {
		return
	}
	v := code.Var(f.info, a.Lhs[0])
	if !code.IsLocal(v) {
		return
	}
	bodies := code.Bodies(c)
	if len(bodies) == 0 {
		return
	}
	if use := f.unchecked(bodies[0], v, a.End()); use != "" {
		f.Report(check.Finding{
			Check: Nil, Node: call, Cause: call.Args[0],
			Message: v.Name() + " is nil where " + f.Src(call.Args[0]) + " holds no " + f.handleName(root(v.Type())) + ", and nobody asks before " + use,
		})
	}
}

// unchecked returns the first use of v after pos that takes it for an error, if v is not compared with nil anywhere.
func (f *finder) unchecked(body *ast.BlockStmt, v *types.Var, pos token.Pos) (use string) {
	compared := false
	take := func(x ast.Expr, what string) {
		if use == "" && x.Pos() > pos && code.Var(f.info, x) == v {
			use = what
		}
	}
	ast.Inspect(body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.BinaryExpr:
			compared = compared || code.Var(f.info, n.X) == v || code.Var(f.info, n.Y) == v
		case *ast.ReturnStmt:
			for _, r := range n.Results {
				take(r, "it is returned: the error is lost")
			}
		case *ast.SelectorExpr:
			take(n.X, n.Sel.Name+" is called: that panics")
		case *ast.CallExpr:
			name := code.Name(f.info, n)
			if i, ok := passNil[name]; ok && i < len(n.Args) {
				take(n.Args[i], "it is wrapped: the error is lost")
			}
		}
		return true
	})
	if compared {
		return ""
	}
	return use
}
