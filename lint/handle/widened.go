package handle

import (
	"go/ast"
	"go/types"

	"golang.org/x/tools/go/ast/edge"
	"golang.org/x/tools/go/ast/inspector"

	"github.com/holdfast-go/holdfast/lint/check"
	"github.com/holdfast-go/holdfast/lint/code"
)

// Widened finds handles that become plain errors and are asked for again.
var Widened = &check.Check{
	ID: "errctx-widened", Tier: check.Warning, Since: "v0.1.0",
	Title: "a handle is put into a plain error and asserted back",
	Why: `A WithContext[E] says in its type what can have gone wrong. In a variable or a result of type error that is
forgotten, and what follows has to ask at run time for what the compiler knew: the question has an answer "no", which is written
without ever happening, and which hides the mistake on the day when the function returns something else.

Generics make one mistake easy: a WithContext[StoreError] is never a WithContext[*MissingDigest], whatever its root. Such an assertion
never holds.`,
	Before: `func absent(find func(digest string) errctx.WithContext[errctx.Kind]) bool {
	var err error = find("sha256:ab")
	w, ok := errctx.From[errctx.Kind](err)
	return ok && w.Root().ErrorKind() == "store.missing"
}`,
	After: `func absent(find func(digest string) errctx.WithContext[errctx.Kind]) bool {
	err := find("sha256:ab")
	return err != nil && err.Root().ErrorKind() == "store.missing"
}`,
	Silent: []string{
		"errors that may come from several places, of which one is not a handle on the same type",
		"results of exported functions, methods and function values: others may dictate that they are errors",
		"errors.As and errors.AsType for an error inside: a variant, a cause",
	},
}

// assertion is err.(errctx.WithContext[E]).
func (f *finder) assertion(c inspector.Cursor, a *ast.TypeAssertExpr) {
	if a.Type == nil {
		return
	}
	if e := root(f.info.TypeOf(a.Type)); e != nil {
		f.widened(c, a, a.X, e, true)
	}
}

// typeSwitch is the same in the cases of a switch.
func (f *finder) typeSwitch(c inspector.Cursor, sw *ast.TypeSwitchStmt) {
	for _, s := range sw.Body.List {
		clause, ok := s.(*ast.CaseClause)
		if !ok {
			continue
		}
		for _, t := range clause.List {
			if e := root(f.info.TypeOf(t)); e != nil && f.info.Types[t].IsType() {
				if a := asserted(sw); a != nil {
					f.widened(c, t, a.X, e, true)
				}
			}
		}
	}
}

func asserted(sw *ast.TypeSwitchStmt) *ast.TypeAssertExpr {
	var e ast.Expr
	switch s := sw.Assign.(type) {
	case *ast.ExprStmt:
		e = s.X
	case *ast.AssignStmt:
		e = s.Rhs[0]
	}
	a, _ := ast.Unparen(e).(*ast.TypeAssertExpr)
	return a
}

// assertionCall is the same by means of a function.
func (f *finder) assertionCall(c inspector.Cursor, call *ast.CallExpr, name string) {
	switch name {
	case errctx + ".From", "errors.AsType":
		if len(call.Args) != 1 {
			return
		}
		if e := root(f.typeOf(call, 0)); e != nil {
			f.widened(c, call, call.Args[0], e, false)
		}
	case "errors.As":
		if len(call.Args) != 2 {
			return
		}
		if p, ok := types.Unalias(f.info.TypeOf(call.Args[1])).(*types.Pointer); ok {
			if e := root(p.Elem()); e != nil {
				f.widened(c, call, call.Args[0], e, false)
			}
		}
	}
}

// widened reports that x, which is asked to be a handle on an E, was one. exact says that
// what is asked is x itself, not what it wraps.
func (f *finder) widened(c inspector.Cursor, n ast.Node, x ast.Expr, e types.Type, exact bool) {
	was, from, cause := f.before(c, x)
	if was == nil {
		return
	}
	src := f.Src(x)
	finding := check.Finding{Check: Widened, Node: n}
	if cause != x {
		finding.Cause = cause
	}
	switch {
	case !types.Identical(was, e) && exact:
		finding.Message = src + " is a " + f.handleName(was) + ", which is never a " + f.handleName(e) + ": switch on its root"
	case !types.Identical(was, e):
		return // something inside of it
	case from != nil:
		finding.Message = "what " + from.Name() + " returns as an error is always a " + f.handleName(was) + ": return that, and nothing need be asked of " + src
	case root(f.info.TypeOf(x)) != nil:
		finding.Message = src + " is a " + f.handleName(was) + " already"
	default:
		finding.Message = src + " was a " + f.handleName(was) + " before it became a plain error: keep the type, and nothing need be asked of it"
	}
	f.Report(finding)
}

// before returns the E of the handle that x always was, the function that hides it if one does, and the place where
// it was last seen.
func (f *finder) before(c inspector.Cursor, x ast.Expr) (e types.Type, from *types.Func, cause ast.Expr) {
	if e, from = f.handleOf(x, -1); e != nil {
		return e, from, x
	}
	v := code.Var(f.info, x)
	if !code.IsLocal(v) || !types.IsInterface(v.Type()) {
		return nil, nil, nil
	}
	bodies := code.Bodies(c)
	defs, known := f.flow.Defs(code.Home(bodies, v), v, x.Pos())
	if !known {
		return nil, nil, nil
	}
	for _, d := range defs {
		if d.Value == nil {
			if _, ranged := d.Node.(*ast.RangeStmt); ranged {
				return nil, nil, nil
			}
			continue // nil
		}
		if code.IsNil(f.info, d.Value) {
			continue
		}
		got, hides := f.handleOf(d.Value, d.Index)
		if got == nil || e != nil && !types.Identical(e, got) {
			return nil, nil, nil
		}
		e, from, cause = got, hides, d.Value
	}
	return e, from, cause
}

// handleOf returns the E of the handle that the i-th value of an expression is: by its type, because it is a handle
// that was converted, or because all that the function called returns is one.
func (f *finder) handleOf(x ast.Expr, i int) (types.Type, *types.Func) {
	x = ast.Unparen(x)
	if e := root(f.typeOf(x, i)); e != nil {
		return e, nil
	}
	call, ok := x.(*ast.CallExpr)
	if !ok {
		return nil, nil
	}
	if f.info.Types[call.Fun].IsType() {
		if len(call.Args) != 1 {
			return nil, nil
		}
		return f.handleOf(call.Args[0], -1)
	}
	fn := code.Callee(f.info, call)
	if fn == nil {
		return nil, nil
	}
	if fn.FullName() == errctx+".Annotate" && len(call.Args) > 1 {
		return f.handleOf(call.Args[0], -1)
	}
	if e := f.hidden(fn, max(i, 0)); e != nil {
		return e, fn
	}
	return nil, nil
}

// hidden returns E if all that a function of this package returns as its i-th result, an error, is handles on an E
// and nil, and nobody but this package's calls need it to be an error.
func (f *finder) hidden(fn *types.Func, i int) types.Type {
	d := f.decl(fn)
	if d == nil || fn.Exported() || d.Recv != nil || i >= fn.Signature().Results().Len() ||
		!types.Identical(fn.Signature().Results().At(i).Type(), code.ErrorType) {
		return nil
	}
	var e types.Type
	good := true
	ast.Inspect(d.Body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.ReturnStmt:
			if len(n.Results) <= i || len(n.Results) != fn.Signature().Results().Len() {
				good = false
				return false
			}
			if code.IsNil(f.info, n.Results[i]) {
				return true
			}
			got := root(f.info.TypeOf(n.Results[i]))
			good = good && got != nil && (e == nil || types.Identical(e, got))
			e = got
		}
		return good
	})
	if !good || e == nil || !f.onlyCalled(fn) {
		return nil
	}
	return e
}

// onlyCalled reports whether a function is never used as a value.
func (f *finder) onlyCalled(fn *types.Func) bool {
	for c := range f.Inspect.Root().Preorder((*ast.Ident)(nil)) {
		if f.info.Uses[c.Node().(*ast.Ident)] != fn {
			continue
		}
		if kind, _ := c.ParentEdge(); kind != edge.CallExpr_Fun {
			return false
		}
	}
	return true
}
