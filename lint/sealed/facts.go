package sealed

import (
	"go/token"
	"go/types"
	"reflect"
	"slices"
	"strings"

	"golang.org/x/tools/go/analysis"

	"github.com/holdfast-go/holdfast/lint/code"
)

// Variants is a fact about the name of a sealed sum.
type Variants struct{ All []Variant }

// AFact makes Variants a fact.
func (*Variants) AFact() {}

func (v *Variants) String() string {
	var names []string
	for _, x := range v.All {
		names = append(names, x.Name)
	}
	return "sum(" + strings.Join(names, ", ") + ")"
}

// Foreign is a fact about a package that has variants of other packages' sums: a package may export the
// method that seals its sum in a type for others to embed.
type Foreign struct {
	All []ForeignVariant
}

// ForeignVariant is a variant of a sum of another package.
type ForeignVariant struct {
	Path, Sum string // of the sum
	Variant   Variant
}

// AFact makes Foreign a fact.
func (*Foreign) AFact() {}

func (*Foreign) String() string { return "foreign" }

// Facts finds the sealed sums of a package and their variants, and tells the packages that import it. Its result is a *Sums.
var Facts = &analysis.Analyzer{
	Name:       "errsums",
	Doc:        "find sealed sums of errors and their variants",
	FactTypes:  []analysis.Fact{(*Variants)(nil), (*Foreign)(nil)},
	ResultType: reflect.TypeFor[*Sums](),
	Run:        findSums,
}

// Sums knows the sealed sums that a package can see.
type Sums struct {
	pass    *analysis.Pass
	known   map[*types.TypeName]*Sum
	foreign map[string][]Variant // by the sum; nil before the first question
}

func findSums(pass *analysis.Pass) (any, error) {
	s := &Sums{pass: pass, known: map[*types.TypeName]*Sum{}}
	var sums, concrete []*types.TypeName
	embeds := map[*types.Package]bool{}
	scope := pass.Pkg.Scope()
	for _, name := range scope.Names() {
		t, ok := scope.Lookup(name).(*types.TypeName)
		if !ok || t.IsAlias() {
			continue
		}
		n, ok := t.Type().(*types.Named)
		switch {
		case !ok || n.TypeParams().Len() > 0:
		case types.IsInterface(n):
			if sumName(n) != nil {
				sums = append(sums, t)
			}
		default:
			concrete = append(concrete, t)
			embedded(n, embeds)
		}
	}
	for _, name := range sums {
		all := s.here(name, concrete)
		s.known[name] = &Sum{name, all}
		pass.ExportObjectFact(name, &Variants{all})
	}
	delete(embeds, pass.Pkg)
	s.exportForeign(embeds, concrete)
	return s, nil
}

// embedded notes the packages of the types that n embeds.
func embedded(n *types.Named, packages map[*types.Package]bool) {
	st, ok := n.Underlying().(*types.Struct)
	if !ok {
		return
	}
	for f := range st.Fields() {
		if t := code.Named(f.Type()); f.Embedded() && t != nil && t.Obj().Pkg() != nil && !types.IsInterface(t) {
			packages[t.Obj().Pkg()] = true
		}
	}
}

// here returns the variants of a sum among types of this package.
func (s *Sums) here(sum *types.TypeName, among []*types.TypeName) []Variant {
	all := variantsOf(sum, among)
	for i := range all {
		all[i].Test = inTest(s.pass.Fset, s.pass.Pkg.Scope().Lookup(all[i].Name).Pos())
	}
	return all
}

func inTest(fset *token.FileSet, pos token.Pos) bool {
	return strings.HasSuffix(fset.Position(pos).Filename, "_test.go")
}

// exportForeign tells which types here are variants of the sums of some other packages.
func (s *Sums) exportForeign(packages map[*types.Package]bool, concrete []*types.TypeName) {
	var fact Foreign
	for pkg := range packages {
		for _, name := range pkg.Scope().Names() {
			t, ok := pkg.Scope().Lookup(name).(*types.TypeName)
			if !ok || t.IsAlias() || sumName(t.Type()) == nil {
				continue
			}
			for _, v := range s.here(t, concrete) {
				// What embeds a variant is that variant, with something around it.
				if !s.embedsVariant(v, t) {
					fact.All = append(fact.All, ForeignVariant{path(pkg), name, v})
				}
			}
		}
	}
	if len(fact.All) == 0 {
		return
	}
	slices.SortFunc(fact.All, func(a, b ForeignVariant) int {
		return strings.Compare(a.Path+" "+a.Sum+" "+a.Variant.Name, b.Path+" "+b.Sum+" "+b.Variant.Name)
	})
	s.pass.ExportPackageFact(&fact)
}

// embedsVariant reports whether the method that seals a sum comes to a type by way of a variant of it.
func (s *Sums) embedsVariant(v Variant, sum *types.TypeName) bool {
	i := sum.Type().Underlying().(*types.Interface)
	t := s.pass.Pkg.Scope().Lookup(v.Name).Type()
	_, index, _ := types.LookupFieldOrMethod(t, true, sum.Pkg(), seals(i, sum.Pkg())[0].Name())
	for _, field := range index[:max(0, len(index)-1)] {
		if p, ok := types.Unalias(t).(*types.Pointer); ok {
			t = p.Elem()
		}
		st, ok := t.Underlying().(*types.Struct)
		if !ok || field >= st.NumFields() {
			return true
		}
		t = st.Field(field).Type()
		if types.Implements(t, i) || types.Implements(types.NewPointer(t), i) {
			return true
		}
	}
	return false
}

// Of returns the sealed sum that t is, or nil.
func (s *Sums) Of(t types.Type) *Sum {
	if t == nil {
		return nil
	}
	name := sumName(t)
	if name == nil {
		return nil
	}
	if sum, ok := s.known[name]; ok {
		return sum
	}
	sum := &Sum{name, s.imported(name)}
	sum.Variants = append(sum.Variants, s.elsewhere(name)...)
	s.known[name] = sum
	return sum
}

// imported returns the variants of a sum of another package. Without facts, they are what the package exports.
func (s *Sums) imported(sum *types.TypeName) []Variant {
	var fact Variants
	if sum.Pkg() != s.pass.Pkg && s.pass.ImportObjectFact(sum, &fact) {
		return slices.Clone(fact.All)
	}
	var exported []*types.TypeName
	scope := sum.Pkg().Scope()
	for _, name := range scope.Names() {
		t, ok := scope.Lookup(name).(*types.TypeName)
		if !ok || t.IsAlias() || !t.Exported() || types.IsInterface(t.Type()) {
			continue
		}
		if n, ok := t.Type().(*types.Named); ok && n.TypeParams().Len() == 0 {
			exported = append(exported, t)
		}
	}
	return variantsOf(sum, exported)
}

// elsewhere returns the variants of a sum in other packages than its own.
func (s *Sums) elsewhere(sum *types.TypeName) []Variant {
	if s.foreign == nil {
		s.foreign = map[string][]Variant{}
		for _, f := range s.pass.AllPackageFacts() {
			fact, ok := f.Fact.(*Foreign)
			if !ok {
				continue
			}
			for _, v := range fact.All {
				s.foreign[v.Path+" "+v.Sum] = append(s.foreign[v.Path+" "+v.Sum], v.Variant)
			}
		}
	}
	return s.foreign[path(sum.Pkg())+" "+sum.Name()]
}
