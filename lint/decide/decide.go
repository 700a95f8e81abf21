// Package decide has the checks of code that decides what to do about an error by its text, by ==, or by its outermost type.
package decide

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/ast/inspector"

	"github.com/holdfast-go/holdfast/lint/check"
	"github.com/holdfast-go/holdfast/lint/code"
)

// Family is the checks of decisions on errors.
var Family = &check.Family{Name: "decide", Checks: []*check.Check{TextDecision, Comparison, Assertion}, Run: run}

// finder looks at one package.
type finder struct {
	*check.Pass
	info *types.Info
	flow *code.Flow
	// texts are the local variables that are given the text of an error somewhere.
	texts map[*types.Var]bool
	// own are the texts of errors that the package makes.
	own []string
	// decisions wait for own.
	decisions []decision
	// typedErrors are the packages that were asked whether they export errors.
	typedErrors map[*types.Package]bool
	// declared are the names that fixes declare in a block.
	declared map[declared]bool
}

type declared struct {
	in   *ast.BlockStmt
	name string
}

func run(p *check.Pass) {
	f := &finder{Pass: p, info: p.TypesInfo, flow: code.NewFlow(p.TypesInfo), texts: map[*types.Var]bool{}, declared: map[declared]bool{}, typedErrors: map[*types.Package]bool{}}
	for file := range p.Inspect.Root().Children() {
		if p.Skipped(file.Node().Pos()) {
			continue
		}
		for c := range file.Preorder((*ast.CallExpr)(nil), (*ast.BinaryExpr)(nil), (*ast.SwitchStmt)(nil), (*ast.TypeAssertExpr)(nil)) {
			switch n := c.Node().(type) {
			case *ast.CallExpr:
				f.call(c, n)
			case *ast.BinaryExpr:
				f.binary(c, n)
			case *ast.SwitchStmt:
				if n.Tag != nil {
					f.textSwitch(c, n)
					f.valueSwitch(c, n)
				}
			case *ast.TypeAssertExpr:
				f.assert(c, n)
			}
		}
	}
	f.reportDecisions()
}

// answering reports whether c is in a method that errors.Is or errors.As call: it is what they do with one level.
func (f *finder) answering(c inspector.Cursor) bool {
	d := f.Decl(c.Node().Pos())
	return d != nil && d.Recv != nil && slices.Contains([]string{"Is", "As", "Unwrap"}, d.Name.Name)
}

// values returns what x may be at c: the definitions that reach it, or itself if it is no local variable. It is not
// ok where some are not known.
func (f *finder) values(c inspector.Cursor, x ast.Expr) (defs []code.Def, ok bool) {
	v := code.Var(f.info, x)
	if v == nil {
		return []code.Def{{Value: x, Index: -1}}, true
	}
	bodies := code.Bodies(c)
	home := code.Home(bodies, v)
	if !code.IsLocal(v) || home == nil || home != bodies[0] {
		return nil, false
	}
	defs, ok = f.flow.Defs(home, v, x.Pos())
	if !ok && v.Pos() < home.Pos() {
		// A parameter or a result: what came from outside does not matter after an assignment.
		ok = slices.ContainsFunc(defs, func(d code.Def) bool { return follows(c, d.Node) })
	}
	return defs, ok
}

// follows reports whether the statement s is before c on each way through the function: in a list around c, or
// as the initial statement of what is around it.
func follows(c inspector.Cursor, s ast.Node) bool {
	for at := c; at.Valid(); at = at.Parent() {
		var list []ast.Stmt
		switch n := at.Parent().Node().(type) {
		case *ast.BlockStmt:
			list = n.List
		case *ast.CaseClause:
			list = n.Body
		case *ast.CommClause:
			list = append([]ast.Stmt{n.Comm}, n.Body...)
		case *ast.IfStmt:
			list = []ast.Stmt{n.Init}
		case *ast.SwitchStmt:
			list = []ast.Stmt{n.Init}
		case *ast.FuncDecl, *ast.FuncLit, *ast.File, nil:
			return false
		}
		for _, l := range list {
			if l == s && l != at.Node() {
				return l.Pos() < at.Node().Pos()
			}
		}
	}
	return false
}

// level reports whether a value is one level of a chain that is walked by hand: the result of Unwrap or Cause.
func (f *finder) level(e ast.Expr) bool {
	call, ok := ast.Unparen(e).(*ast.CallExpr)
	if !ok {
		return false
	}
	fn := code.Callee(f.info, call)
	return fn != nil && (fn.Name() == "Unwrap" || fn.Name() == "Cause" || fn.Name() == "UnwrapAll" || fn.Name() == "UnwrapOnce")
}

// walked reports whether x at c may be a level of a chain that is walked by hand.
func (f *finder) walked(c inspector.Cursor, x ast.Expr) bool {
	if f.level(x) {
		return true
	}
	v := code.Var(f.info, x)
	if v == nil || !code.IsLocal(v) {
		return false
	}
	defs, _ := f.values(c, x)
	return slices.ContainsFunc(defs, func(d code.Def) bool {
		if r, ok := d.Node.(*ast.RangeStmt); ok {
			return f.level(r.X)
		}
		return d.Value != nil && f.level(d.Value)
	})
}

// errors returns the name by which code at pos calls package errors, or a package of that name which has the function
// as well: many modules have one that stands for it.
func (f *finder) errors(pos token.Pos, function string) (string, []analysis.TextEdit, bool) {
	name, edits, ok := f.Import(pos, "errors")
	if ok {
		return name, edits, ok
	}
	scope := f.Pkg.Scope().Innermost(pos)
	if scope == nil {
		return "", nil, false
	}
	_, obj := scope.LookupParent("errors", pos)
	pkg, ok := obj.(*types.PkgName)
	if !ok {
		return "", nil, false
	}
	fn, ok := pkg.Imported().Scope().Lookup(function).(*types.Func)
	if !ok || function == "AsType" {
		return "", nil, false
	}
	sig := fn.Signature()
	return "errors", nil, sig.Params().Len() == 2 && sig.Results().Len() == 1 && types.Identical(sig.Params().At(0).Type(), code.ErrorType)
}
