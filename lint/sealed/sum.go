package sealed

import (
	"go/ast"
	"go/types"
	"slices"
	"strings"

	"github.com/holdfast-go/holdfast/lint/code"
)

// Sum is a sealed sum of errors: an interface which only types of its own package can implement, and they.
type Sum struct {
	Name     *types.TypeName
	Variants []Variant
}

// Variant is a type of a sum. It has a name and no type, because the export data of a
// package does not have those that are not exported.
type Variant struct {
	Path, Package, Name string
	// Pointer says that the type itself is none, and a pointer to it is.
	Pointer bool
	// Test says that it is declared in a test.
	Test bool
}

// Exported reports whether other packages can name v.
func (v Variant) Exported() bool { return ast.IsExported(v.Name) }

// In returns v as code in a package writes it.
func (v Variant) In(pkg *types.Package) string {
	name := v.Name
	if v.Path != path(pkg) {
		name = v.Package + "." + name
	}
	if v.Pointer {
		return "*" + name
	}
	return name
}

// Is reports whether t is v. A type that is a variant as a value is one as a pointer as well.
func (v Variant) Is(t types.Type) bool {
	t = types.Unalias(t)
	p, pointer := t.(*types.Pointer)
	if pointer {
		t = types.Unalias(p.Elem())
	}
	n, ok := t.(*types.Named)
	return ok && n.Obj().Name() == v.Name && n.Obj().Pkg() != nil && path(n.Obj().Pkg()) == v.Path && (pointer || !v.Pointer)
}

// path returns the import path of a package. A package that is built for its tests has another one in some drivers, such as "p [p.test]".
func path(pkg *types.Package) string {
	p, _, _ := strings.Cut(pkg.Path(), " ")
	return p
}

// sumName returns the name of the sealed sum that t is, or nil. Generic interfaces are none.
func sumName(t types.Type) *types.TypeName {
	n, ok := types.Unalias(t).(*types.Named)
	if !ok || n.Obj().Pkg() == nil || n.TypeParams().Len() > 0 {
		return nil
	}
	i, ok := n.Underlying().(*types.Interface)
	if !ok || len(seals(i, n.Obj().Pkg())) == 0 || !i.IsMethodSet() || !code.IsError(n) {
		return nil
	}
	return n.Obj()
}

// seals returns the methods of an interface that only one package can implement.
func seals(i *types.Interface, pkg *types.Package) []*types.Func {
	var out []*types.Func
	for m := range i.Methods() {
		if !m.Exported() && m.Pkg() == pkg {
			out = append(out, m)
		}
	}
	return out
}

// variantsOf returns the variants of a sum among types.
func variantsOf(sum *types.TypeName, among []*types.TypeName) []Variant {
	i := sum.Type().Underlying().(*types.Interface)
	var names []*types.TypeName
	var out []Variant
	for _, name := range among {
		t := name.Type()
		pointer := !types.Implements(t, i)
		if pointer && !types.Implements(types.NewPointer(t), i) || carries(t, i, sum.Pkg()) {
			continue
		}
		names = append(names, name)
		out = append(out, Variant{Path: path(name.Pkg()), Package: name.Pkg().Name(), Name: name.Name(), Pointer: pointer})
	}
	return slices.DeleteFunc(out, func(v Variant) bool { return !v.Exported() && base(v, names) })
}

// carries reports whether a type is of a sum only because it embeds the interface: then it brings an error of that sum into
// another one, and is itself an error of the other.
func carries(t types.Type, i *types.Interface, pkg *types.Package) bool {
	for _, m := range seals(i, pkg) {
		obj, _, _ := types.LookupFieldOrMethod(t, true, pkg, m.Name())
		if fn, ok := obj.(*types.Func); ok && fn.Signature().Recv() != nil && !types.IsInterface(fn.Signature().Recv().Type()) {
			return false
		}
	}
	return true
}

// base reports whether one of the other variants embeds v: it is what they are made of, and none of them.
func base(v Variant, others []*types.TypeName) bool {
	for _, o := range others {
		st, ok := o.Type().Underlying().(*types.Struct)
		if !ok {
			continue
		}
		for f := range st.Fields() {
			if n := code.Named(f.Type()); f.Embedded() && n != nil && n.Obj().Name() == v.Name && n.Obj().Pkg() == o.Pkg() {
				return true
			}
		}
	}
	return false
}

// Covered reports whether a case, or a rule, for one of the types takes all errors of variant v.
func (s *Sum) Covered(v Variant, by []types.Type) bool {
	for _, t := range by {
		if t == nil {
			continue
		}
		i, ok := types.Unalias(t).Underlying().(*types.Interface)
		if !ok {
			if v.Is(t) {
				return true
			}
			continue
		}
		found := s.lookup(v)
		if found == nil || types.Implements(found, i) {
			return true // of what cannot be seen, the best is assumed
		}
	}
	return false
}

// lookup returns the type of a variant, where the sum's package has it.
func (s *Sum) lookup(v Variant) types.Type {
	if v.Path != path(s.Name.Pkg()) {
		return nil
	}
	obj := s.Name.Pkg().Scope().Lookup(v.Name)
	if obj == nil {
		return nil
	}
	if v.Pointer {
		return types.NewPointer(obj.Type())
	}
	return obj.Type()
}
