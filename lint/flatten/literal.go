package flatten

import (
	"go/ast"
	"go/types"
	"slices"

	"golang.org/x/tools/go/ast/edge"
	"golang.org/x/tools/go/ast/inspector"

	"github.com/holdfast-go/holdfast/lint/check"
	"github.com/holdfast-go/holdfast/lint/code"
	"github.com/holdfast-go/holdfast/lint/text"
)

// ErrorLiteral is the check of &MyErr{Msg: err.Error()}.
var ErrorLiteral = &check.Check{
	ID: "error-literal", Tier: check.Error, Since: "v0.1.0",
	Title: "an error of our own type has the text of its cause, and not the cause",
	Why: `A type of our own is there to be found by errors.As. What it was made of must be found as well: the type needs a field for
the cause and an Unwrap that returns it, and the field has to be set.`,
	Before: `type LoadError struct{ Name, Msg string }

func (e *LoadError) Error() string { return e.Name + ": " + e.Msg }

func load(name string) error {
	if _, err := os.Stat(name); err != nil {
		return &LoadError{Name: name, Msg: err.Error()}
	}
	return nil
}`,
	After: `type LoadError struct {
	Name string
	Err  error
}

func (e *LoadError) Error() string { return e.Name + ": " + e.Err.Error() }

func (e *LoadError) Unwrap() error { return e.Err }

func load(name string) error {
	if _, err := os.Stat(name); err != nil {
		return &LoadError{Name: name, Err: err}
	}
	return nil
}`,
	Silent: []string{
		"literals that have an error in another field: the check no-unwrap sees whether it can be reached",
		"types that are not errors, such as bodies of answers and conditions of a status",
	},
	Fix: "Where the type has a cause that is left unset, setting it is suggested.",
}

// StringError is the check of BadConfig(err.Error()).
var StringError = &check.Check{
	ID: "string-error", Tier: check.Error, Since: "v0.1.0",
	Title: "the text of an error is converted to an error type that is a string",
	Why: `An error type whose underlying type is string has no room for a cause. It is right for constants; what is made of another
error needs a struct.`,
	Before: `type BadConfig string

func (e BadConfig) Error() string { return "bad config: " + string(e) }

func load(name string) error {
	if _, err := os.Stat(name); err != nil {
		return BadConfig(err.Error())
	}
	return nil
}`,
	After: `type BadConfig struct{ Err error }

func (e BadConfig) Error() string { return "bad config: " + e.Err.Error() }

func (e BadConfig) Unwrap() error { return e.Err }

func load(name string) error {
	if _, err := os.Stat(name); err != nil {
		return BadConfig{err}
	}
	return nil
}`,
	Silent: []string{"conversions of text that is no error's"},
}

// literal looks at the fields of an error that is made.
func (f *finder) literal(c inspector.Cursor, lit *ast.CompositeLit) {
	if len(lit.Elts) == 0 {
		return
	}
	t := f.info.TypeOf(lit)
	if t == nil {
		return
	}
	st, ok := t.Underlying().(*types.Struct)
	if !ok || !code.HasError(t) {
		return
	}
	var texts []ast.Expr
	set := map[string]bool{}
	for i, e := range lit.Elts {
		name := ""
		if kv, ok := e.(*ast.KeyValueExpr); ok {
			if id, ok := kv.Key.(*ast.Ident); ok {
				name = id.Name
			}
			e = kv.Value
		} else if i < st.NumFields() {
			name = st.Field(i).Name()
		}
		set[name] = true
		switch vt := f.info.TypeOf(e); {
		case vt == nil:
		case code.IsError(vt) && !code.IsNil(f.info, e), isErrorList(vt):
			return // it keeps an error
		case carriesText(vt):
			texts = append(texts, e)
		}
	}
	if len(texts) == 0 || f.keptLater(c) {
		return
	}
	var tier check.Tier
	if f.asData(c) {
		tier = check.OptIn
	}
	for _, e := range texts {
		for _, s := range f.text.First(f.bodies(c), e) {
			finding := check.Finding{
				Check: byWay(s.Way, ErrorLiteral), Node: e, Cause: s.Err, Tier: tier,
				Message: typeName(t) + " gets the text of " + f.name(s.Err) + " and not the error: " + stops,
			}
			if field := f.causeField(st, t, set); field != "" {
				finding.Message += "; set " + field
				if s.Way <= text.Built && len(lit.Elts) > 0 {
					if _, keyed := lit.Elts[len(lit.Elts)-1].(*ast.KeyValueExpr); keyed && f.Src(s.Err) != "" {
						last := lit.Elts[len(lit.Elts)-1]
						finding.Fixes = []check.Fix{{
							Message: "set " + field, Ask: true,
							Edits: []edit{check.ReplaceRange(last.End(), last.End(), ", "+field+": "+f.Src(s.Err))},
						}}
					}
				}
			}
			f.report(c, finding)
		}
	}
}

// asData reports whether a literal is handed on as what it is, and not as an error: to a function that writes it
// as the body of an answer, for instance, or as part of something larger.
func (f *finder) asData(c inspector.Cursor) bool {
	kind, i := c.ParentEdge()
	for kind == edge.UnaryExpr_X || kind == edge.ParenExpr_X {
		c = c.Parent()
		kind, i = c.ParentEdge()
	}
	switch kind {
	case edge.CompositeLit_Elts:
		return true
	case edge.KeyValueExpr_Value:
		return !code.IsInterface(f.info.TypeOf(c.Parent().Node().(*ast.KeyValueExpr).Key))
	case edge.CallExpr_Args:
		sig, ok := f.info.TypeOf(c.Parent().Node().(*ast.CallExpr).Fun).(*types.Signature)
		if !ok || sig.Params().Len() == 0 {
			return false
		}
		t := sig.Params().At(min(i, sig.Params().Len()-1)).Type()
		if s, ok := t.(*types.Slice); ok && sig.Variadic() && i >= sig.Params().Len()-1 {
			t = s.Elem()
		}
		return !code.IsInterface(t)
	}
	return false
}

// keptLater reports whether an error is given to a literal after it was made: by a method such as Wrap, or by
// setting a field of the variable that it is put into.
func (f *finder) keptLater(c inspector.Cursor) bool {
	kind := c.ParentEdgeKind()
	for kind == edge.UnaryExpr_X || kind == edge.ParenExpr_X {
		c = c.Parent()
		kind = c.ParentEdgeKind()
	}
	takesError := func(call *ast.CallExpr) bool {
		return slices.ContainsFunc(call.Args, func(a ast.Expr) bool { return code.IsError(f.info.TypeOf(a)) })
	}
	switch kind {
	case edge.SelectorExpr_X:
		call, ok := c.Parent().Parent().Node().(*ast.CallExpr)
		return ok && takesError(call)
	case edge.AssignStmt_Rhs:
		assign := c.Parent().Node().(*ast.AssignStmt)
		_, i := c.ParentEdge()
		if len(assign.Lhs) != len(assign.Rhs) {
			return false
		}
		v := code.Var(f.info, assign.Lhs[i])
		bodies := f.bodies(c)
		if !code.IsLocal(v) || len(bodies) == 0 {
			return false
		}
		found := false
		ast.Inspect(bodies[0], func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.CallExpr:
				sel, ok := ast.Unparen(n.Fun).(*ast.SelectorExpr)
				found = found || ok && n.Pos() > assign.End() && code.Var(f.info, sel.X) == v && takesError(n)
			case *ast.AssignStmt:
				for i, l := range n.Lhs {
					sel, ok := ast.Unparen(l).(*ast.SelectorExpr)
					found = found || ok && len(n.Lhs) == len(n.Rhs) && code.Var(f.info, sel.X) == v && code.IsError(f.info.TypeOf(n.Rhs[i]))
				}
			}
			return !found
		})
		return found
	}
	return false
}

// causeField returns a field for an error that is not set, of a type that unwraps to what is in it.
func (f *finder) causeField(st *types.Struct, t types.Type, set map[string]bool) string {
	if !code.HasMethod(t, "Unwrap") {
		return ""
	}
	for field := range st.Fields() {
		if types.Identical(field.Type(), code.ErrorType) && !set[field.Name()] && (field.Exported() || field.Pkg() == f.Pkg) && !field.Anonymous() {
			return field.Name()
		}
	}
	return ""
}

func typeName(t types.Type) string {
	return types.TypeString(t, func(p *types.Package) string { return p.Name() })
}

// conversion looks at T(text), where T is an error.
func (f *finder) conversion(c inspector.Cursor, call *ast.CallExpr, t types.Type) {
	if len(call.Args) != 1 || !code.IsString(t) || !code.HasError(t) {
		return
	}
	for _, s := range f.text.First(f.bodies(c), call.Args[0]) {
		f.report(c, check.Finding{
			Check: byWay(s.Way, StringError), Node: call.Args[0], Cause: s.Err,
			Message: typeName(t) + " is a string with an Error method, and has only the text of " + f.name(s.Err) + ": " + stops,
		})
	}
}
