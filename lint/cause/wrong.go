package cause

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/ast/edge"
	"golang.org/x/tools/go/ast/inspector"

	"github.com/holdfast-go/holdfast/lint/check"
	"github.com/holdfast-go/holdfast/lint/code"
)

// WrongVariable finds branches that test one error and return another one, which is nil there.
var WrongVariable = &check.Check{
	ID: "wrong-variable", Tier: check.Warning, Since: "v0.1.0",
	Title: "one error is tested and another one, which is nil, is returned",
	Why: `The condition is about one variable and the return about another one that was tested before, and is nil here. The
function says that all went well. It is what remains of a line that was copied.`,
	Before: `func save(f *os.File, data []byte) error {
	_, err := f.Write(data)
	if err != nil {
		return err
	}
	serr := f.Sync()
	if serr != nil {
		return err
	}
	return nil
}`,
	After: `func save(f *os.File, data []byte) error {
	_, err := f.Write(data)
	if err != nil {
		return err
	}
	serr := f.Sync()
	if serr != nil {
		return serr
	}
	return nil
}`,
	Silent: []string{
		"a returned variable that may have an error: the first of two is returned on purpose",
		"branches that pass the tested error on in another way",
	},
	Fix: "Returns the error that was tested. The function starts to fail where it did not, so a person has to say yes.",
}

// wrongVariable reports a branch that returns another variable than it tests, if that one is nil.
func (f *finder) wrongVariable(b *branch, r result, u use) {
	id, ok := ast.Unparen(r.expr).(*ast.Ident)
	if !ok || u > noted || b.maybe || !isReturn(r.at) || r.nested {
		return
	}
	v := code.Var(f.info, id)
	if v == b.v || !code.IsLocal(v) || !code.IsError(v.Type()) || v.Name() == "_" {
		return
	}
	if !f.isNil(b.c, id, v) {
		return
	}
	finding := check.Finding{
		Check: WrongVariable, Node: id, Cause: b.err,
		Message: fmt.Sprintf("%s is tested and %s is returned, which is nil here: the caller sees no error", b.err.Name, id.Name),
	}
	if u == noted {
		finding.Tier = check.OptIn // it was said, and perhaps that is all there is to do
	}
	if f.visible(b.v, id.Pos()) && types.AssignableTo(b.v.Type(), v.Type()) {
		finding.Fixes = []check.Fix{{Message: "return " + b.err.Name, Ask: true, Edits: []analysis.TextEdit{check.Replace(id, b.err.Name)}}}
	}
	f.Report(finding)
}

// stale reports a condition on an error that is nil there, just after another one was assigned to.
func (f *finder) stale(c inspector.Cursor, s *ast.IfStmt) {
	x, ok := ast.Unparen(s.Cond).(*ast.BinaryExpr)
	if !ok || x.Op != token.NEQ {
		return
	}
	id := nilTest(x)
	if id == nil {
		return
	}
	var assigned *ast.Ident
	var at ast.Stmt
	if s.Init != nil {
		at = s.Init
	} else if kind, i := c.ParentEdge(); kind == edge.BlockStmt_List && i > 0 {
		at = c.Parent().Node().(*ast.BlockStmt).List[i-1]
	}
	a, ok := at.(*ast.AssignStmt)
	if !ok || len(a.Rhs) != 1 {
		return
	}
	if _, call := ast.Unparen(a.Rhs[0]).(*ast.CallExpr); !call {
		return
	}
	v := code.Var(f.info, id)
	if !code.IsLocal(v) || !code.IsError(v.Type()) {
		return
	}
	for _, l := range a.Lhs {
		w := code.Var(f.info, l)
		if w == v {
			return
		}
		if w != nil && code.IsError(w.Type()) && w.Name() != "_" {
			assigned = l.(*ast.Ident)
		}
	}
	if assigned == nil || !f.isNil(c, id, v) || f.mentions(s.Cond, code.Var(f.info, assigned)) {
		return
	}
	finding := check.Finding{
		Check: WrongVariable, Node: s.Cond, Cause: assigned,
		Message: fmt.Sprintf("%s is tested, which is nil here: %s, which was just assigned, is not", id.Name, assigned.Name),
	}
	if w := code.Var(f.info, assigned); f.visible(w, id.Pos()) {
		finding.Fixes = []check.Fix{{Message: "test " + assigned.Name, Ask: true, Edits: []analysis.TextEdit{check.Replace(id, assigned.Name)}}}
	}
	f.Report(finding)
}

// isNil reports whether an error is known to be nil at c: it was never given a value, or it was tested since.
func (f *finder) isNil(c inspector.Cursor, id *ast.Ident, v *types.Var) bool {
	var fn ast.Node
	for e := range c.Enclosing((*ast.FuncDecl)(nil), (*ast.FuncLit)(nil)) {
		fn = e.Node()
		break
	}
	if fn == nil || v.Pos() < fn.Pos() || f.captured(fn, v) {
		return false // of an outer function, or one in it changes it
	}
	for loop := range c.Enclosing((*ast.ForStmt)(nil), (*ast.RangeStmt)(nil)) {
		if n := loop.Node(); fn.Pos() <= n.Pos() && (v.Pos() < n.Pos() || v.Pos() >= n.End()) && code.Assigns(f.info, n, v) {
			return false
		}
	}
	return code.Nil(f.info, c, id) || f.neverAssigned(fn, v)
}

// captured reports whether a function in fn assigns to v.
func (f *finder) captured(fn ast.Node, v *types.Var) bool {
	found := false
	ast.Inspect(fn, func(n ast.Node) bool {
		if lit, ok := n.(*ast.FuncLit); ok && n != fn {
			found = found || code.Assigns(f.info, lit, v)
			return false
		}
		return !found
	})
	return found
}

// neverAssigned reports whether v is a named result that is never given a value.
func (f *finder) neverAssigned(fn ast.Node, v *types.Var) bool {
	var t *ast.FuncType
	switch fn := fn.(type) {
	case *ast.FuncDecl:
		t = fn.Type
	case *ast.FuncLit:
		t = fn.Type
	}
	if t.Results == nil || v.Pos() < t.Results.Pos() || v.Pos() >= t.Results.End() {
		return false
	}
	return !code.Assigns(f.info, fn, v)
}
