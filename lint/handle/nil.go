package handle

import (
	"go/ast"
	"go/token"
	"go/types"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/ast/inspector"

	"github.com/holdfast-go/holdfast/lint/check"
	"github.com/holdfast-go/holdfast/lint/code"
)

// Nil finds questions for nil that are asked of the wrong thing.
var Nil = &check.Check{
	ID: "errctx-nil", Tier: check.Warning, Since: "v0.1.0",
	Title: "a handle is nil where it is used as an error",
	Why: `A nil handle is no error, and all of errctx keeps to that: Wrap, Map and Annotate of nil are nil. So a fault that
is reported by wrapping a handle which happens to be nil is not reported at all: the function returns nil, and its caller
goes on as if all were well. It happens after an early return that has dealt with the error, and where one error is checked and
another one is wrapped. A fault of one's own starts with errctx.New.

Root has nothing to return for a nil handle and panics, so that comparing what it returns with nil is too late. From returns nil where it finds
nothing.`,
	Before: `func load(find func(name string) errctx.WithContext[errctx.Kind], name string) errctx.WithContext[errctx.Kind] {
	err := find(name)
	if err != nil {
		return err
	}
	if name == "" {
		return errctx.Wrap(err, "load without a name")
	}
	return nil
}`,
	After: `type noName struct{}

func (noName) Error() string     { return "no name" }
func (noName) ErrorKind() string { return "load.no_name" }

func load(find func(name string) errctx.WithContext[errctx.Kind], name string) errctx.WithContext[errctx.Kind] {
	err := find(name)
	if err != nil {
		return err
	}
	if name == "" {
		return errctx.New[errctx.Kind](noName{}, "load")
	}
	return nil
}`,
	Silent: []string{
		"handles that may be nil as far as the code around says: Wrap of a nil handle is how one passes on success",
		"a handle that is returned as an error, or stored in one: nil stays nil, since a handle is an interface",
		"another error than the one that was checked, where that one is used as well",
	},
	Fix: `Where the root is compared with nil, compares the handle. A person has to say yes: what was a panic is an answer now.`,
}

// passNil are the functions that make nil of nil, and of which argument.
var passNil = map[string]int{
	errctx + ".New":      0,
	errctx + ".Adopt":    0,
	errctx + ".Wrap":     0,
	errctx + ".Map":      0,
	errctx + ".Annotate": 0,
}

// usesNil reports a call on or with an error that is nil, or is not the one that was checked.
func (f *finder) usesNil(c inspector.Cursor, call *ast.CallExpr, fn *types.Func, name string) {
	x, passes := f.handleIn(call, name)
	if x == nil || !f.place(x) {
		return
	}
	src := f.Src(x)
	if code.Nil(f.info, c, x) {
		finding := check.Finding{Check: Nil, Node: call, Cause: x}
		if passes {
			finding.Message = src + " is nil here, and " + f.name(fn) + " of nil is nil: what this is to report is no error"
		} else {
			finding.Message = src + " is nil here, and " + fn.Name() + " of a nil handle panics"
		}
		f.Report(finding)
		return
	}
	if other := f.wrongOne(c, x); other != nil {
		finding := check.Finding{Check: Nil, Node: call, Cause: other}
		if passes {
			finding.Message = f.Src(other) + " is checked and " + src + " is used: where that one is nil, so is what " + f.name(fn) + " returns, and " + f.Src(other) + " is lost"
		} else {
			finding.Message = f.Src(other) + " is checked and " + src + " is used: where that one is nil, " + fn.Name() + " panics"
		}
		f.Report(finding)
	}
}

// handleIn returns the error that a call makes nothing of if it is nil, or the handle whose method it calls.
func (f *finder) handleIn(call *ast.CallExpr, name string) (x ast.Expr, passes bool) {
	if i, ok := passNil[name]; ok {
		if i < len(call.Args) {
			return ast.Unparen(call.Args[i]), true
		}
		return nil, false
	}
	sel, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr)
	if !ok || len(call.Args) > 0 {
		return nil, false
	}
	switch sel.Sel.Name {
	case "Root", "Unwrap", "Error":
		if root(f.info.TypeOf(sel.X)) != nil {
			return ast.Unparen(sel.X), false
		}
	}
	return nil, false
}

// place reports whether x is a local variable: others may change behind the back.
func (f *finder) place(x ast.Expr) bool { return code.IsLocal(code.Var(f.info, x)) }

// rootCompared reports w.Root() == nil.
func (f *finder) rootCompared(b *ast.BinaryExpr) {
	if b.Op != token.EQL && b.Op != token.NEQ {
		return
	}
	x := b.X
	if !code.IsNil(f.info, b.Y) {
		if x = b.Y; !code.IsNil(f.info, b.X) {
			return
		}
	}
	call, ok := ast.Unparen(x).(*ast.CallExpr)
	if !ok {
		return
	}
	sel, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr)
	if !ok || sel.Sel.Name != "Root" || root(f.info.TypeOf(sel.X)) == nil {
		return
	}
	finding := check.Finding{Check: Nil, Node: b, Cause: sel.X, Message: f.Src(sel.X) + " has a root that is not nil, or is nil itself and panics here: compare the handle"}
	if f.place(sel.X) {
		finding.Fixes = []check.Fix{{Message: "compare " + f.Src(sel.X), Ask: true, Edits: []analysis.TextEdit{check.Replace(x, f.Src(sel.X))}}}
	}
	f.Report(finding)
}
