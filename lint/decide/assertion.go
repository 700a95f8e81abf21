package decide

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"slices"

	"golang.org/x/tools/go/ast/edge"
	"golang.org/x/tools/go/ast/inspector"

	"github.com/holdfast-go/holdfast/lint/check"
	"github.com/holdfast-go/holdfast/lint/code"
)

// Assertion finds errors whose outermost type is asked for.
var Assertion = &check.Check{
	ID: "assertion", Tier: check.Warning, Since: "v0.1.0",
	Title: "a type assertion, or a type switch, on an error",
	Why: `A type assertion sees the outermost error only. When somebody on the way wraps the error, the assertion
fails and the branch is not taken any more, without a word from the compiler. errors.As, and errors.AsType since
Go 1.26, look at the whole chain.`,
	Before: `func code(err error) int {
	if exit, ok := err.(*exec.ExitError); ok {
		return exit.ExitCode()
	}
	return 1
}`,
	After: `func code(err error) int {
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		return exit.ExitCode()
	}
	return 1
}`,
	Silent: []string{
		"interfaces with a method Unwrap, Is or As: that is how a chain is walked",
		"methods Is, As and Unwrap, and code that walks a chain by hand",
		"what comes straight from a function that promises errors of just this type, such as *os.PathError from os.Open",
		"values whose type is a sealed sum of errors: its variants are told apart by a type switch",
		"values whose type is another wider interface than error: only in the strict profile",
	},
	Fix: "An assertion with two results becomes errors.AsType where the file is Go 1.26, and errors.As below. Type switches, and assertions that panic, are for a person.",
}

func (f *finder) assert(c inspector.Cursor, a *ast.TypeAssertExpr) {
	t := f.info.TypeOf(a.X)
	if !code.IsInterface(t) || isSealed(t) || a.Type != nil && f.walks(f.info.TypeOf(a.Type)) || f.answering(c) || f.walked(c, a.X) {
		return
	}
	finding := check.Finding{Check: Assertion, Node: a, Cause: a.X}
	if t.Underlying().(*types.Interface).NumMethods() > 1 {
		finding.Tier = check.OptIn
	}
	name := f.short(a.X)
	if a.Type == nil {
		asked := f.switchTypes(c)
		if len(asked) == 0 || f.promisesAll(c, a.X, asked) {
			return
		}
		finding.Message = fmt.Sprintf("type switch on %s: it sees the outermost error only, ask errors.As", name)
		f.Report(finding)
		return
	}
	typ := f.info.TypeOf(a.Type)
	if f.promisesAll(c, a.X, []types.Type{typ}) {
		return
	}
	finding.Message = fmt.Sprintf("%s.(%s) sees the outermost error only: an error that wraps a %s is none, ask errors.As", name, f.short(a.Type), f.short(a.Type))
	if fix, ok := f.asFix(c, a, typ); ok {
		finding.Fixes = []check.Fix{fix}
	}
	f.Report(finding)
}

// isSealed reports whether t is an interface that only its package implements.
func isSealed(t types.Type) bool {
	i, ok := t.Underlying().(*types.Interface)
	if !ok {
		return false
	}
	for m := range i.Methods() {
		if !m.Exported() {
			return true
		}
	}
	return false
}

// walks reports whether t is an interface with which a chain is walked.
func (f *finder) walks(t types.Type) bool {
	if t == nil || !types.IsInterface(t) {
		return false
	}
	return slices.ContainsFunc([]string{"Unwrap", "Is", "As", "Cause", "WrappedErrors"}, func(m string) bool { return code.HasMethod(t, m) })
}

// switchTypes returns the types that the type switch around c asks for; none if it walks a chain.
func (f *finder) switchTypes(c inspector.Cursor) []types.Type {
	var out []types.Type
	for s := range c.Enclosing((*ast.TypeSwitchStmt)(nil)) {
		for _, clause := range s.Node().(*ast.TypeSwitchStmt).Body.List {
			for _, e := range clause.(*ast.CaseClause).List {
				if code.IsNil(f.info, e) {
					continue
				}
				t := f.info.TypeOf(e)
				if f.walks(t) {
					return nil
				}
				if t != nil {
					out = append(out, t)
				}
			}
		}
		break
	}
	return out
}

// promisesAll reports whether all calls that an error may come from promise errors of just these types.
func (f *finder) promisesAll(c inspector.Cursor, err ast.Expr, asked []types.Type) bool {
	for _, t := range asked {
		if typed[typeName(t)] == nil {
			return false
		}
	}
	defs, ok := f.values(c, err)
	if !ok || len(defs) == 0 {
		return false
	}
	for _, d := range defs {
		call, ok := ast.Unparen(orNil(d.Value)).(*ast.CallExpr)
		if !ok {
			return false
		}
		name := code.Name(f.info, call)
		if !slices.ContainsFunc(asked, func(t types.Type) bool { return slices.Contains(typed[typeName(t)], name) }) {
			return false
		}
	}
	return true
}

// typeName returns the name of a type such as "*io/fs.PathError", whatever alias was used.
func typeName(t types.Type) string {
	n := code.Named(t)
	if n == nil || n.Obj().Pkg() == nil {
		return ""
	}
	name := n.Obj().Pkg().Path() + "." + n.Obj().Name()
	if _, ptr := types.Unalias(t).(*types.Pointer); ptr {
		name = "*" + name
	}
	return name
}

// asFix asks errors.AsType, or errors.As.
func (f *finder) asFix(c inspector.Cursor, a *ast.TypeAssertExpr, typ types.Type) (check.Fix, bool) {
	kind, _ := c.ParentEdge()
	s, ok := c.Parent().Node().(*ast.AssignStmt)
	if kind != edge.AssignStmt_Rhs || !ok || len(s.Lhs) != 2 || f.Commented(a) {
		return check.Fix{}, false
	}
	x, t := f.Src(a.X), f.Src(a.Type)
	how := "As"
	if f.Has(a.Pos(), "go1.26") && code.IsError(typ) {
		how = "AsType"
	}
	name, edits, ok := f.errors(a.Pos(), how)
	if !ok || x == "" || t == "" {
		return check.Fix{}, false
	}
	outer := c.Parent().Parent()
	branch, plain := outer.Node().(*ast.IfStmt)
	asked := ast.Expr(nil)
	if plain {
		asked = leftmost(branch.Cond)
		plain = branch.Init == s && s.Tok == token.DEFINE && code.Same(f.info, asked, s.Lhs[1])
	}
	ask := !plain || asked != branch.Cond || f.givesBack(branch, s.Lhs[0])
	if how == "AsType" {
		return check.Fix{
			Message: "ask errors.AsType",
			Edits:   append(edits, check.Replace(a, name+".AsType["+t+"]("+x+")")),
			Ask:     ask,
		}, true
	}
	// var x T before the statement, errors.As in it: x is seen below the statement, too, so its name must be new there.
	id, isName := s.Lhs[0].(*ast.Ident)
	if !plain || !isName || id.Name == "_" || f.uses(branch, s.Lhs[1]) > 1 || !f.Has(a.Pos(), "go1.13") || types.IsInterface(typ) && !code.IsError(typ) {
		return check.Fix{}, false
	}
	list, ok := outer.Parent().Node().(*ast.BlockStmt)
	if !ok || !f.free(list, id.Name) || f.declared[declared{list, id.Name}] {
		return check.Fix{}, false
	}
	f.declared[declared{list, id.Name}] = true
	edits = append(edits,
		check.ReplaceRange(branch.Pos(), branch.Pos(), "var "+id.Name+" "+t+"\n"+f.indent(branch)),
		check.ReplaceRange(s.Pos(), asked.End(), name+".As("+x+", &"+id.Name+")"))
	return check.Fix{Message: "ask errors.As", Edits: edits, Ask: ask}, true
}

// leftmost returns the first operand of a && b && c.
func leftmost(e ast.Expr) ast.Expr {
	for {
		b, ok := e.(*ast.BinaryExpr)
		if !ok || b.Op != token.LAND {
			return e
		}
		e = b.X
	}
}

// givesBack reports whether a branch returns the error it found: what is around it would be lost.
func (f *finder) givesBack(branch *ast.IfStmt, x ast.Expr) bool {
	found := false
	if branch == nil {
		return false
	}
	ast.Inspect(branch.Body, func(n ast.Node) bool {
		if r, ok := n.(*ast.ReturnStmt); ok {
			for _, e := range r.Results {
				found = found || code.Same(f.info, e, x)
			}
		}
		return !found
	})
	return found
}

// uses counts where a variable is used in a statement.
func (f *finder) uses(in ast.Node, x ast.Expr) int {
	v, n := code.Var(f.info, x), 0
	ast.Inspect(in, func(m ast.Node) bool {
		if id, ok := m.(*ast.Ident); ok && f.info.Uses[id] == v {
			n++
		}
		return true
	})
	return n
}

// free reports whether a name means nothing in a block, or around it.
func (f *finder) free(b *ast.BlockStmt, name string) bool {
	scope := f.Pkg.Scope().Innermost(b.Lbrace + 1)
	if scope == nil {
		return false
	}
	if _, obj := scope.LookupParent(name, b.Rbrace); obj != nil {
		return false
	}
	return true
}

// indent returns what is before a statement on its line.
func (f *finder) indent(n ast.Node) string {
	tf := f.Fset.File(n.Pos())
	return f.SrcRange(tf.LineStart(tf.Line(n.Pos())), n.Pos())
}
