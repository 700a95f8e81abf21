// Package handle has the checks of how errctx is used. They know it by its import path, and cost nothing where it is not used.
package handle

import (
	"go/ast"
	"go/types"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/ast/inspector"

	"github.com/holdfast-go/holdfast/lint/check"
	"github.com/holdfast-go/holdfast/lint/code"
	"github.com/holdfast-go/holdfast/lint/sealed"
)

// Family is the checks of how errctx is used.
var Family = &check.Family{
	Name:     "handle",
	Checks:   []*check.Check{Message, Widened, Nil, Unregistered},
	Requires: []*analysis.Analyzer{sealed.Facts},
	Run:      run,
}

const (
	errctx = "github.com/holdfast-go/holdfast/errctx"
	wire   = errctx + "/wire"
)

// finder looks at one package.
type finder struct {
	*check.Pass
	info  *types.Info
	flow  *code.Flow
	sums  *sealed.Sums
	decls map[*types.Func]*ast.FuncDecl // nil before the first question
	// forwards are the parameters of functions that become messages; -1 is none.
	forwards map[*types.Func]int
}

func run(p *check.Pass) {
	if !sees(p.Pkg) {
		return
	}
	f := &finder{
		Pass: p, info: p.TypesInfo, flow: code.NewFlow(p.TypesInfo),
		sums: p.ResultOf[sealed.Facts].(*sealed.Sums), forwards: map[*types.Func]int{},
	}
	for file := range p.Inspect.Root().Children() {
		if p.Skipped(file.Node().Pos()) {
			continue
		}
		for c := range file.Preorder((*ast.CallExpr)(nil), (*ast.TypeAssertExpr)(nil), (*ast.TypeSwitchStmt)(nil), (*ast.BinaryExpr)(nil)) {
			switch n := c.Node().(type) {
			case *ast.CallExpr:
				f.call(c, n)
			case *ast.TypeAssertExpr:
				f.assertion(c, n)
			case *ast.TypeSwitchStmt:
				f.typeSwitch(c, n)
			case *ast.BinaryExpr:
				f.rootCompared(n)
			}
		}
	}
}

func (f *finder) call(c inspector.Cursor, call *ast.CallExpr) {
	fn := code.Callee(f.info, call)
	if fn == nil {
		return
	}
	name := fn.FullName()
	f.message(c, call, fn, name)
	f.assertionCall(c, call, name)
	f.usesNil(c, call, fn, name)
	if name == errctx+".From" {
		f.fromUnchecked(c, call)
	}
	if name == wire+".NewSum" {
		f.newSum(call)
	}
}

// sees reports whether a package can have to do with errctx: it imports it, or a package that does.
func sees(pkg *types.Package) bool {
	if pkg.Path() == errctx {
		return true
	}
	for _, direct := range pkg.Imports() {
		if direct.Path() == errctx {
			return true
		}
		for _, other := range direct.Imports() {
			if other.Path() == errctx {
				return true
			}
		}
	}
	return false
}

// root returns E if t is a handle on an E, else nil.
func root(t types.Type) types.Type {
	if t == nil {
		return nil
	}
	n, ok := types.Unalias(t).(*types.Named)
	if !ok || n.TypeArgs().Len() != 1 || !code.IsNamed(n, errctx, "WithContext") {
		return nil
	}
	return n.TypeArgs().At(0)
}

// typeOf returns the type of the i-th value that e gives, or of e if i is negative.
func (f *finder) typeOf(e ast.Expr, i int) types.Type {
	t := f.info.TypeOf(e)
	if tuple, ok := t.(*types.Tuple); ok {
		if i < 0 || i >= tuple.Len() {
			return nil
		}
		return tuple.At(i).Type()
	}
	return t
}

// handleName returns how a handle on an E is written here.
func (f *finder) handleName(e types.Type) string {
	return "WithContext[" + types.TypeString(e, func(p *types.Package) string {
		if p == f.Pkg {
			return ""
		}
		return p.Name()
	}) + "]"
}

// decl returns the declaration of a function of this package, or nil.
func (f *finder) decl(fn *types.Func) *ast.FuncDecl {
	if fn.Pkg() != f.Pkg {
		return nil
	}
	if f.decls == nil {
		f.decls = map[*types.Func]*ast.FuncDecl{}
		for _, file := range f.Files {
			for _, d := range file.Decls {
				if d, ok := d.(*ast.FuncDecl); ok && d.Body != nil {
					if fn, ok := f.info.Defs[d.Name].(*types.Func); ok {
						f.decls[fn] = d
					}
				}
			}
		}
	}
	return f.decls[fn]
}
