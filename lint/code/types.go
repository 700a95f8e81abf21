// Package code answers questions about Go code that several checks ask: what is an error, who is called,
// what text is made of which error, and which values reach a use.
package code

import (
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"slices"

	"golang.org/x/tools/go/types/typeutil"
)

var (
	// ErrorType is the type error.
	ErrorType = types.Universe.Lookup("error").Type()
	// ErrorInterface is what an error has to have.
	ErrorInterface = ErrorType.Underlying().(*types.Interface)
)

// IsError reports whether a value of type t is an error: it has the method, also as a type parameter. A value
// whose pointer is one is none.
func IsError(t types.Type) bool {
	// Most types that are asked for are told without a look at methods.
	if t == nil {
		return false
	}
	t = types.Unalias(t)
	if t == ErrorType {
		return true
	}
	switch u := t.(type) {
	case *types.Named, *types.TypeParam, *types.Struct, *types.Interface:
	case *types.Pointer:
		switch types.Unalias(u.Elem()).(type) {
		case *types.Named, *types.Struct:
		default:
			return false
		}
	default:
		return false
	}
	return types.Implements(t, ErrorInterface)
}

// HasError reports whether t, or a pointer to it, is an error: whether it is a type of errors.
func HasError(t types.Type) bool {
	return t != nil && (IsError(t) || IsError(types.NewPointer(t)))
}

// IsInterface reports whether t is the type error, or another interface that has its method: what is
// in it is known at run time.
func IsInterface(t types.Type) bool { return IsError(t) && types.IsInterface(t) && !isTypeParam(t) }

func isTypeParam(t types.Type) bool { _, ok := types.Unalias(t).(*types.TypeParam); return ok }

// ElemError returns the element type of a slice, array or map of errors.
func ElemError(t types.Type) (types.Type, bool) {
	if t == nil {
		return nil, false
	}
	switch u := t.Underlying().(type) {
	case *types.Slice:
		return u.Elem(), IsError(u.Elem())
	case *types.Array:
		return u.Elem(), IsError(u.Elem())
	case *types.Map:
		return u.Elem(), IsError(u.Elem())
	}
	return nil, false
}

// IsString reports whether the underlying type of t is string.
func IsString(t types.Type) bool {
	if t == nil {
		return false
	}
	b, ok := t.Underlying().(*types.Basic)
	return ok && b.Info()&types.IsString != 0
}

// Named returns the named type of t or of what it points to, or nil.
func Named(t types.Type) *types.Named {
	if t == nil {
		return nil
	}
	t = types.Unalias(t)
	if p, ok := t.(*types.Pointer); ok {
		t = types.Unalias(p.Elem())
	}
	n, _ := t.(*types.Named)
	return n
}

// IsNamed reports whether t, or what it points to, is the type name of a package.
func IsNamed(t types.Type, pkg, name string) bool {
	n := Named(t)
	return n != nil && n.Obj().Name() == name && n.Obj().Pkg() != nil && n.Obj().Pkg().Path() == pkg
}

// HasMethod reports whether t or a pointer to it has a method of that name.
func HasMethod(t types.Type, name string) bool {
	obj, _, _ := types.LookupFieldOrMethod(t, true, nil, name)
	_, ok := obj.(*types.Func)
	return ok
}

// Callee returns the function or method that a call calls as far as types tell, such as an interface's method. It is
// nil for function values, conversions and builtins. Of a generic function it is the origin.
func Callee(info *types.Info, call *ast.CallExpr) *types.Func {
	fn, _ := typeutil.Callee(info, call).(*types.Func)
	if fn != nil {
		fn = fn.Origin()
	}
	return fn
}

// Name returns the full name of the function that a call calls, such as "fmt.Errorf" or "(*net/http.Client).Do", or "".
func Name(info *types.Info, call *ast.CallExpr) string {
	fn := Callee(info, call)
	if fn == nil {
		return ""
	}
	return FullName(fn)
}

// FullName is [types.Func.FullName], for those of packages vendored by the standard library too.
func FullName(fn *types.Func) string { return fn.FullName() }

// IsCall returns e as a call of one of the functions.
func IsCall(info *types.Info, e ast.Expr, names ...string) (*ast.CallExpr, bool) {
	call, ok := ast.Unparen(e).(*ast.CallExpr)
	if !ok || !slices.Contains(names, Name(info, call)) {
		return nil, false
	}
	return call, true
}

// ErrorCall returns x if e is x.Error(), where x is an error or its pointer is one.
func ErrorCall(info *types.Info, e ast.Expr) (x ast.Expr, ok bool) {
	call, isCall := ast.Unparen(e).(*ast.CallExpr)
	if !isCall || len(call.Args) != 0 {
		return nil, false
	}
	sel, isSel := ast.Unparen(call.Fun).(*ast.SelectorExpr)
	if !isSel || sel.Sel.Name != "Error" {
		return nil, false
	}
	s := info.Selections[sel]
	if s == nil || s.Kind() != types.MethodVal {
		return nil, false
	}
	sig, _ := s.Obj().Type().(*types.Signature)
	if sig == nil || sig.Params().Len() != 0 || sig.Results().Len() != 1 || !types.Identical(sig.Results().At(0).Type(), types.Typ[types.String]) {
		return nil, false
	}
	return sel.X, true
}

// Constant returns the constant string that e is.
func Constant(info *types.Info, e ast.Expr) (string, bool) {
	tv, ok := info.Types[e]
	if !ok || tv.Value == nil || tv.Value.Kind() != constant.String {
		return "", false
	}
	return constant.StringVal(tv.Value), true
}

// Var returns the variable that e names: a local one, a parameter, a package's.
func Var(info *types.Info, e ast.Expr) *types.Var {
	id, ok := ast.Unparen(e).(*ast.Ident)
	if !ok {
		return nil
	}
	v, _ := info.ObjectOf(id).(*types.Var)
	return v
}

// IsLocal reports whether v is declared in a function.
func IsLocal(v *types.Var) bool {
	return v != nil && !v.IsField() && v.Pkg() != nil && v.Parent() != nil && v.Parent() != v.Pkg().Scope()
}

// IsSentinel reports whether e names a variable of a package whose type is an error: one of the values
// that errors.Is is asked for.
func IsSentinel(info *types.Info, e ast.Expr) bool {
	var v *types.Var
	switch x := ast.Unparen(e).(type) {
	case *ast.Ident:
		v, _ = info.Uses[x].(*types.Var)
	case *ast.SelectorExpr:
		v, _ = info.Uses[x.Sel].(*types.Var)
	}
	return v != nil && !v.IsField() && v.Pkg() != nil && v.Parent() == v.Pkg().Scope() && IsError(v.Type())
}

// IsNil reports whether e is the predeclared nil.
func IsNil(info *types.Info, e ast.Expr) bool {
	tv, ok := info.Types[ast.Unparen(e)]
	return ok && tv.IsNil()
}

// Same reports whether two expressions without calls denote the same place.
func Same(info *types.Info, a, b ast.Expr) bool {
	a, b = ast.Unparen(a), ast.Unparen(b)
	switch a := a.(type) {
	case *ast.Ident:
		b, ok := b.(*ast.Ident)
		return ok && info.ObjectOf(a) != nil && info.ObjectOf(a) == info.ObjectOf(b)
	case *ast.SelectorExpr:
		b, ok := b.(*ast.SelectorExpr)
		return ok && info.ObjectOf(a.Sel) != nil && info.ObjectOf(a.Sel) == info.ObjectOf(b.Sel) && Same(info, a.X, b.X)
	case *ast.StarExpr:
		b, ok := b.(*ast.StarExpr)
		return ok && Same(info, a.X, b.X)
	case *ast.IndexExpr:
		b, ok := b.(*ast.IndexExpr)
		return ok && Same(info, a.X, b.X) && (Same(info, a.Index, b.Index) || sameConstant(info, a.Index, b.Index))
	}
	return false
}

func sameConstant(info *types.Info, a, b ast.Expr) bool {
	x, y := info.Types[a].Value, info.Types[b].Value
	return x != nil && y != nil && constant.Compare(x, token.EQL, y)
}
