package sealed

import (
	"fmt"
	"go/ast"
	"go/types"
	"slices"

	"github.com/holdfast-go/holdfast/lint/check"
	"github.com/holdfast-go/holdfast/lint/code"
)

const classifyPath = "github.com/holdfast-go/holdfast/classify"

// typed are the functions that make a rule for errors of a type, their first type argument.
var typed = map[string]bool{
	classifyPath + ".On":     true,
	classifyPath + ".OnFunc": true,
	classifyPath + ".Sum":    true,
}

// policy reports a policy with rules for variants of a sum that has none for the others. All its rules have to
// be there to see.
func (f *finder) policy(call *ast.CallExpr) {
	if len(call.Args) < 3 || call.Ellipsis.IsValid() || code.Name(f.TypesInfo, call) != classifyPath+".New" || f.Skipped(call.Pos()) {
		return
	}
	var by []types.Type
	for _, arg := range call.Args[1:] {
		rule, ok := ast.Unparen(arg).(*ast.CallExpr)
		if !ok {
			return
		}
		fn := code.Callee(f.TypesInfo, rule)
		if fn == nil || fn.Pkg() == nil || fn.Pkg().Path() != classifyPath {
			return
		}
		if typed[fn.FullName()] {
			by = append(by, f.typeArgument(rule))
		}
	}
	if len(by) < 2 {
		return
	}
	sums := f.sumsOf(by)
	for _, sum := range sums {
		missing := f.missing(call, sum, by)
		if len(missing) == 0 || !meant(sum, sums, by) {
			continue
		}
		f.Report(check.Finding{
			Check: Switch, Node: call.Fun,
			Message: fmt.Sprintf("the policy has rules for variants of %s and none for %s: such an error becomes the role's default", f.sumIn(sum), f.list(missing)),
		})
	}
}

// meant reports whether rules are about this sum: there are several for its variants, and not only for those that it has
// in common with others.
func meant(sum *Sum, sums []*Sum, by []types.Type) bool {
	has := func(s *Sum, t types.Type) bool {
		return t != nil && slices.ContainsFunc(s.Variants, func(v Variant) bool { return v.Is(t) })
	}
	rules, own := 0, false
	for _, t := range by {
		if has(sum, t) {
			rules++
			own = own || !slices.ContainsFunc(sums, func(s *Sum) bool { return s != sum && has(s, t) })
		}
	}
	return rules > 1 && own
}

// typeArgument returns the first type argument of a call, given or inferred.
func (f *finder) typeArgument(call *ast.CallExpr) types.Type {
	if args := Instance(f.TypesInfo, call); args != nil && args.Len() > 0 {
		return args.At(0)
	}
	return nil
}

// Instance returns the type arguments of a call of a generic function.
func Instance(info *types.Info, call *ast.CallExpr) *types.TypeList {
	e := ast.Unparen(call.Fun)
	switch x := e.(type) {
	case *ast.IndexExpr:
		e = x.X
	case *ast.IndexListExpr:
		e = x.X
	}
	switch x := ast.Unparen(e).(type) {
	case *ast.Ident:
		return info.Instances[x].TypeArgs
	case *ast.SelectorExpr:
		return info.Instances[x.Sel].TypeArgs
	}
	return nil
}

// sumsOf returns the sums that types are variants of: those of the package of each type.
func (f *finder) sumsOf(variants []types.Type) []*Sum {
	var out []*Sum
	seen := map[*types.Package]bool{}
	for _, t := range variants {
		n := code.Named(t)
		if n == nil || n.Obj().Pkg() == nil || seen[n.Obj().Pkg()] {
			continue
		}
		seen[n.Obj().Pkg()] = true
		scope := n.Obj().Pkg().Scope()
		for _, name := range scope.Names() {
			if obj, ok := scope.Lookup(name).(*types.TypeName); ok && !obj.IsAlias() && types.IsInterface(obj.Type()) {
				if sum := f.sums.Of(obj.Type()); sum != nil {
					out = append(out, sum)
				}
			}
		}
	}
	return out
}
