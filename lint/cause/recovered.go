package cause

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/ast/edge"
	"golang.org/x/tools/go/ast/inspector"

	"github.com/holdfast-go/holdfast/lint/check"
	"github.com/holdfast-go/holdfast/lint/code"
	"github.com/holdfast-go/holdfast/lint/facts"
	"github.com/holdfast-go/holdfast/lint/format"
)

// RecoveredPanic finds errors that are made of the text of a recovered panic.
var RecoveredPanic = &check.Check{
	ID: "recovered-panic", Tier: check.Error, Since: "v0.1.0",
	Title: "a recovered panic becomes text in an error",
	Why: `What a panic was called with is often an error: a runtime.Error, or one that somebody panicked with to get out
of a deep recursion. Formatted into a new error it is text, and errors.Is and errors.As do not find it.`,
	Before: `func try(f func()) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v", r)
		}
	}()
	f()
	return nil
}`,
	After: `func try(f func()) (err error) {
	defer func() {
		if r := recover(); r != nil {
			if e, ok := r.(error); ok {
				err = fmt.Errorf("panic: %w", e)
			} else {
				err = fmt.Errorf("panic: %v", r)
			}
		}
	}()
	f()
	return nil
}`,
	Silent: []string{
		"functions that ask somewhere whether the recovered value is an error",
		"error types that keep the recovered value as it is",
		"errors that are only logged",
	},
	Fix: "Adds a branch for errors, which has %w for the verb. The text stays as it is.",
}

// recovers looks at r := recover().
func (f *finder) recovers(c inspector.Cursor, a *ast.AssignStmt) {
	if len(a.Lhs) != 1 || len(a.Rhs) != 1 {
		return
	}
	call, ok := ast.Unparen(a.Rhs[0]).(*ast.CallExpr)
	if !ok || len(call.Args) != 0 {
		return
	}
	id, ok := ast.Unparen(call.Fun).(*ast.Ident)
	if !ok || id.Name != "recover" {
		return
	}
	if _, builtin := f.info.Uses[id].(*types.Builtin); !builtin {
		return
	}
	r := code.Var(f.info, a.Lhs[0])
	if r == nil || !code.IsLocal(r) {
		return
	}
	for fn := range c.Enclosing((*ast.FuncDecl)(nil), (*ast.FuncLit)(nil)) {
		if !f.asksType(fn, r) {
			f.panics(fn, r)
		}
		return
	}
}

// asksType reports whether a function asks for the type of what r has.
func (f *finder) asksType(fn inspector.Cursor, r *types.Var) bool {
	for c := range fn.Preorder((*ast.TypeAssertExpr)(nil)) {
		if code.Var(f.info, c.Node().(*ast.TypeAssertExpr).X) == r {
			return true
		}
	}
	return false
}

// panics reports the errors that a function makes of the text of r.
func (f *finder) panics(fn inspector.Cursor, r *types.Var) {
	var inside ast.Node
	for c := range fn.Preorder((*ast.CallExpr)(nil), (*ast.CompositeLit)(nil)) {
		n := c.Node()
		if inside != nil && n.Pos() < inside.End() {
			continue
		}
		expr := n.(ast.Expr)
		if !code.IsError(f.info.TypeOf(expr)) && !isErrorPointer(f.info.TypeOf(expr)) {
			continue
		}
		arg := f.flattens(expr, r)
		if arg == nil || f.onlyNoted(c) {
			continue
		}
		inside = n
		finding := check.Finding{
			Check: RecoveredPanic, Node: n, Cause: arg,
			Message: fmt.Sprintf("errors.Is and errors.As on %s stop here: what was recovered may be an error, and becomes text", r.Name()),
		}
		if fix, ok := f.panicFix(c, r); ok {
			finding.Fixes = []check.Fix{fix}
		}
		f.Report(finding)
	}
}

func isErrorPointer(t types.Type) bool { return t != nil && code.IsError(types.NewPointer(t)) }

// flattens returns the use of r in e if it is text in the error that e makes.
func (f *finder) flattens(e ast.Expr, r *types.Var) ast.Expr {
	switch x := e.(type) {
	case *ast.CompositeLit:
		var text ast.Expr
		for _, el := range x.Elts {
			if kv, ok := el.(*ast.KeyValueExpr); ok {
				el = kv.Value
			}
			if code.Var(f.info, el) == r {
				return nil // it is kept
			}
			if code.IsString(f.info.TypeOf(el)) && f.mentions(el, r) {
				text = el
			}
		}
		return text
	case *ast.CallExpr:
		known := f.facts.Callee(x)
		if known == nil {
			return nil
		}
		if known.Printf == facts.Opaque || known.Printf == facts.Wrapping {
			return f.operand(x, known, r)
		}
		for _, i := range known.Texts {
			if i < len(x.Args) && f.mentions(x.Args[i], r) && code.IsString(f.info.TypeOf(x.Args[i])) {
				return x.Args[i]
			}
		}
	}
	return nil
}

// operand returns the operand of a format that is r, or text of it, unless it is wrapped or only its type is printed.
func (f *finder) operand(call *ast.CallExpr, known *facts.Func, r *types.Var) ast.Expr {
	var verbs []format.Directive
	if known.Format < len(call.Args) {
		if s, ok := code.Constant(f.info, call.Args[known.Format]); ok {
			verbs = format.Parse(s)
		}
	}
	for i, arg := range call.Args {
		if i <= known.Format || !f.mentions(arg, r) {
			continue
		}
		if slices.ContainsFunc(verbs, func(d format.Directive) bool {
			return d.Arg == i-known.Format-1 && (d.Rune == 'w' || d.Rune == 'T')
		}) {
			continue
		}
		if code.Var(f.info, arg) == r || code.IsString(f.info.TypeOf(arg)) {
			return arg
		}
	}
	return nil
}

// onlyNoted reports whether the error at c is an argument of a call that logs.
func (f *finder) onlyNoted(c inspector.Cursor) bool {
	for {
		kind, _ := c.ParentEdge()
		c = c.Parent()
		switch kind {
		case edge.ParenExpr_X, edge.UnaryExpr_X:
		case edge.SelectorExpr_X: // .Error()
			return true
		case edge.CallExpr_Args:
			call := c.Node().(*ast.CallExpr)
			if id, ok := call.Fun.(*ast.Ident); ok && id.Name == "panic" {
				return false
			}
			return f.notes(call) || strings.HasPrefix(f.short(call.Fun), "utilruntime.Handle")
		case edge.AssignStmt_Rhs, edge.ReturnStmt_Results, edge.SendStmt_Value, edge.KeyValueExpr_Value, edge.ValueSpec_Values, edge.CompositeLit_Elts:
			return false
		default:
			return true
		}
	}
}

// panicFix makes two branches of the statement around c: one for errors, one for the rest.
func (f *finder) panicFix(c inspector.Cursor, r *types.Var) (check.Fix, bool) {
	call, ok := c.Node().(*ast.CallExpr)
	if !ok || code.Name(f.info, call) != "fmt.Errorf" || len(call.Args) < 2 || !f.Has(call.Pos(), "go1.13") {
		return check.Fix{}, false
	}
	stmt := c.Parent().Node()
	returns := false
	switch kind, _ := c.ParentEdge(); kind {
	case edge.AssignStmt_Rhs:
		if a := stmt.(*ast.AssignStmt); a.Tok != token.ASSIGN || len(a.Lhs) != 1 {
			return check.Fix{}, false
		}
	case edge.ReturnStmt_Results:
		returns = true
	case edge.SendStmt_Value:
	default:
		return check.Fix{}, false
	}
	if kind, _ := c.Parent().ParentEdge(); kind != edge.BlockStmt_List && kind != edge.CaseClause_Body && kind != edge.CommClause_Body {
		return check.Fix{}, false
	}
	lit, ok := call.Args[0].(*ast.BasicLit)
	src := f.Src(stmt)
	tf := f.Fset.File(stmt.Pos())
	if !ok || src == "" || tf.Line(stmt.Pos()) != tf.Line(stmt.End()) || f.Commented(stmt) {
		return check.Fix{}, false
	}
	wrapped, ok := f.wrapOperand(call, lit, stmt, src, r)
	if !ok {
		return check.Fix{}, false
	}
	start := tf.LineStart(tf.Line(stmt.Pos()))
	indent := f.SrcRange(start, stmt.Pos())
	if strings.TrimSpace(indent) != "" {
		return check.Fix{}, false
	}
	text := "if e, ok := " + r.Name() + ".(error); ok {\n" + indent + "\t" + wrapped + "\n" + indent + "}"
	if returns {
		text += "\n" + indent + src
	} else {
		text += " else {\n" + indent + "\t" + src + "\n" + indent + "}"
	}
	return check.Fix{Message: "wrap what is an error", Edits: []analysis.TextEdit{check.Replace(stmt, text)}, Ask: f.Exported(stmt.Pos())}, true
}

// wrapOperand returns the source of a statement with %w for the verb of r, and e for r.
func (f *finder) wrapOperand(call *ast.CallExpr, lit *ast.BasicLit, stmt ast.Node, src string, r *types.Var) (string, bool) {
	taken := false
	ast.Inspect(stmt, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok && (id.Name == "e" || id.Name == "ok") {
			taken = true
		}
		return true
	})
	value := lit.Value
	if taken || lit.Kind != token.STRING || strings.Contains(value, `\`) || strings.Contains(value, "[") {
		return "", false // the offsets are those of the text
	}
	at := slices.IndexFunc(call.Args, func(e ast.Expr) bool { return code.Var(f.info, e) == r })
	if at < 1 {
		return "", false
	}
	verb := -1
	for _, d := range format.Parse(value) {
		if d.Arg == at-1 {
			if verb >= 0 || !d.Plain() {
				return "", false
			}
			verb = d.Verb
		}
		if d.Rune == 'w' && !f.Has(call.Pos(), "go1.20") {
			return "", false
		}
	}
	if verb < 0 {
		return "", false
	}
	from := func(n ast.Node) int { return int(n.Pos() - stmt.Pos()) }
	litAt, argAt := from(lit), from(call.Args[at])
	return src[:litAt+verb] + "w" + src[litAt+verb+1:argAt] + "e" + src[argAt+len(r.Name()):], true
}
