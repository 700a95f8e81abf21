package unwrap

import (
	"fmt"
	"go/ast"
	"go/types"
	"slices"
	"strings"

	"github.com/holdfast-go/holdfast/lint/check"
	"github.com/holdfast-go/holdfast/lint/code"
)

// NoUnwrap finds error types that hide the error they keep.
var NoUnwrap = &check.Check{
	ID: "no-unwrap", Tier: check.Warning, Since: "v0.1.0",
	Title: "an error type keeps an error and has no method Unwrap",
	Why: `errors.Is and errors.As go from an error to its cause through the method Unwrap. A type that keeps the
cause in a field, or embeds it, and has no such method ends the chain there: the cause is in the text and in the debugger,
and no handler can reach it. The interface error has no method Unwrap, so that embedding an error does not help either.

A type with a method Is or As answers for what it keeps, and is left alone.`,
	Before: `type loadError struct {
	Path string
	Err  error
}

func (e *loadError) Error() string { return "load " + e.Path + ": " + e.Err.Error() }`,
	After: `type loadError struct {
	Path string
	Err  error
}

func (e *loadError) Error() string { return "load " + e.Path + ": " + e.Err.Error() }

func (e *loadError) Unwrap() error { return e.Err }`,
	Silent: []string{
		"types with a method Unwrap, Is or As, also one that an embedded type brings along",
		"fields whose type is an error that holds nothing, such as a code: only in the strict profile",
		"an embedded error of a concrete type whose Unwrap is promoted, so that its own level is skipped: only in the strict profile",
	},
	Fix: `Adds the method after Error: of one field it returns the error, of a list or of several fields a list. For
an exported type that other modules can see, and where the method is more than a return of one field, a person has to say yes.`,
}

// kept is a place where a type keeps errors.
type kept struct {
	name  string // of the field; empty if the type itself is a list
	node  ast.Expr
	typ   types.Type
	list  bool
	weak  bool // the error there holds no other one, as far as its type says
	embed bool
}

// inspectType reports an error type that keeps errors.
func inspectType(p *check.Pass, g *ast.GenDecl, spec *ast.TypeSpec, named *types.Named) {
	var fields []kept
	switch path := answers(named); len(path) {
	case 0:
		fields = keeps(p, spec, named)
	case 1:
		return // its own method
	default:
		fields = skipped(p, spec, named, path[0])
	}
	strong := 0
	for _, k := range fields {
		if !k.weak {
			strong++
		}
	}
	f := check.Finding{Check: NoUnwrap, Node: spec.Name}
	switch {
	case len(fields) == 0:
		return
	case strong == 0:
		f.Tier = check.OptIn
	default:
		// What holds nothing is not worth a list.
		var only []kept
		for _, k := range fields {
			if !k.weak {
				only = append(only, k)
			}
		}
		fields = only
	}
	f.Cause = fields[0].node
	f.Message = message(spec.Name.Name, fields)
	if fix, ok := addMethod(p, g, spec, named, fields); ok {
		f.Fixes = []check.Fix{fix}
	}
	p.Report(f)
}

func message(typ string, fields []kept) string {
	var names []string
	for _, k := range fields {
		names = append(names, k.name)
	}
	switch {
	case fields[0].name == "":
		return fmt.Sprintf("errors.Is and errors.As on %s stop here: it is a list of errors and has no method Unwrap", typ)
	case len(names) > 1:
		return fmt.Sprintf("errors.Is and errors.As on %s stop here: it keeps the errors %s and has no method Unwrap", typ, strings.Join(names, ", "))
	case fields[0].embed:
		return fmt.Sprintf("errors.Is and errors.As on %s stop here: it embeds %s and has no method Unwrap of its own", typ, names[0])
	}
	return fmt.Sprintf("errors.Is and errors.As on %s stop here: it keeps %s and has no method Unwrap", typ, names[0])
}

// keeps returns where a type keeps errors.
func keeps(p *check.Pass, spec *ast.TypeSpec, named *types.Named) []kept {
	switch u := named.Underlying().(type) {
	case *types.Slice:
		if a, ok := spec.Type.(*ast.ArrayType); ok && code.IsError(u.Elem()) {
			return []kept{{node: a.Elt, typ: u.Elem(), list: true, weak: !holds(u.Elem())}}
		}
	case *types.Struct:
		if st, ok := spec.Type.(*ast.StructType); ok {
			return fieldsOf(p, st, named)
		}
	}
	return nil
}

func fieldsOf(p *check.Pass, st *ast.StructType, named *types.Named) []kept {
	var out []kept
	for _, field := range st.Fields.List {
		t := p.TypesInfo.TypeOf(field.Type)
		elem, list := code.ElemError(t)
		if _, array := types.Unalias(t).Underlying().(*types.Array); array {
			list = false
		}
		switch {
		case code.IsError(t):
			list, elem = false, t
		case !list:
			continue
		}
		if n := code.Named(elem); n != nil && n.Origin() == named.Origin() {
			continue // a tree of its own
		}
		if len(field.Names) == 0 && isBase(t) {
			continue
		}
		k := kept{node: field.Type, typ: elem, list: list, weak: !holds(elem), embed: len(field.Names) == 0}
		if k.embed {
			k.name = embeddedName(field.Type)
			// A concrete type that is embedded is what this one is, more than what it was caused by.
			k.weak = k.weak || !types.IsInterface(t)
			if k.name != "" {
				out = append(out, k)
			}
			continue
		}
		for _, n := range field.Names {
			if n.Name != "_" {
				k.name, k.node = n.Name, n
				out = append(out, k)
			}
		}
	}
	return out
}

// bases are error types that exist to be embedded: nobody asks for them, but for what embeds them.
var bases = [][2]string{{"github.com/holdfast-go/holdfast/errctx/wire", "Unknown"}}

func isBase(t types.Type) bool {
	return slices.ContainsFunc(bases, func(b [2]string) bool { return code.IsNamed(t, b[0], b[1]) })
}

// holds reports whether an error of type t may have others in it: it is an interface, or has a method for them, or
// a field.
func holds(t types.Type) bool {
	if types.IsInterface(t) {
		return true
	}
	n := code.Named(t)
	if n == nil {
		return false
	}
	if unwraps(n) {
		return true
	}
	if st, ok := n.Underlying().(*types.Struct); ok {
		for v := range st.Fields() {
			if _, list := code.ElemError(v.Type()); list || code.IsInterface(v.Type()) {
				return true
			}
		}
	}
	return false
}

// skipped returns the embedded error whose method Unwrap is promoted to the type: that method gives the
// causes of the embedded error, so that errors.As never sees itself. An interface is seen: the type has its methods.
func skipped(p *check.Pass, spec *ast.TypeSpec, named *types.Named, index int) []kept {
	u, _ := named.Underlying().(*types.Struct)
	st, _ := spec.Type.(*ast.StructType)
	if u == nil || st == nil {
		return nil
	}
	v := u.Field(index)
	if types.IsInterface(v.Type()) || !code.IsError(v.Type()) || isBase(v.Type()) {
		return nil
	}
	for _, field := range st.Fields.List {
		if len(field.Names) == 0 && embeddedName(field.Type) == v.Name() {
			return []kept{{name: v.Name(), node: field.Type, typ: v.Type(), weak: true, embed: true}}
		}
	}
	return nil
}

func embeddedName(e ast.Expr) string {
	switch x := ast.Unparen(e).(type) {
	case *ast.StarExpr:
		return embeddedName(x.X)
	case *ast.Ident:
		return x.Name
	case *ast.SelectorExpr:
		return x.Sel.Name
	case *ast.IndexExpr:
		return embeddedName(x.X)
	case *ast.IndexListExpr:
		return embeddedName(x.X)
	}
	return ""
}

func isError(n *types.Named) bool {
	if types.IsInterface(n) {
		return false
	}
	return code.IsError(n) || code.IsError(types.NewPointer(n))
}

// unwraps reports whether errors.Is or errors.As ask a method of n, or of a pointer to it.
func unwraps(n *types.Named) bool { return len(answers(n)) > 0 }

// answers returns the path to a method that errors.Is or errors.As ask: the indices of the embedded fields that it is
// promoted from, and its own. It is empty if there is none.
func answers(n *types.Named) []int {
	var best []int
	for _, name := range []string{"Unwrap", "Is", "As"} {
		obj, index, _ := types.LookupFieldOrMethod(n, true, n.Obj().Pkg(), name)
		fn, ok := obj.(*types.Func)
		if ok && asks(name, fn.Signature()) && (best == nil || len(index) < len(best)) {
			best = index
		}
	}
	return best
}

func asks(name string, sig *types.Signature) bool {
	if sig.Results().Len() != 1 {
		return false
	}
	result := sig.Results().At(0).Type()
	switch name {
	case "Unwrap":
		elem, list := code.ElemError(result)
		return sig.Params().Len() == 0 && (types.Identical(result, code.ErrorType) || list && types.Identical(elem, code.ErrorType))
	case "Is":
		return sig.Params().Len() == 1 && types.Identical(sig.Params().At(0).Type(), code.ErrorType)
	default:
		return sig.Params().Len() == 1 && types.IsInterface(sig.Params().At(0).Type())
	}
}
