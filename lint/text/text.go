// Package text finds the errors whose text an expression is made of.
package text

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"

	"github.com/holdfast-go/holdfast/lint/code"
	"github.com/holdfast-go/holdfast/lint/facts"
	"github.com/holdfast-go/holdfast/lint/format"
)

// Way is how the text of an error came to where it was found.
type Way uint8

const (
	// Direct is x.Error(), or x printed by package fmt, right there.
	Direct Way = iota
	// Built is text put together there: a sum, a Sprintf, a trimmed text.
	Built
	// Variable is text that was in a local variable.
	Variable
	// Helper is text that another function returned.
	Helper
	// List is text that was put into a list, or a builder, of texts.
	List
)

// Source is an error whose text is used.
type Source struct {
	// Err is the error.
	Err ast.Expr
	// Node is what made text of it: Err.Error(), the operand of a print, the call of a helper.
	Node ast.Expr
	Way  Way
}

// Finder finds sources in a package.
type Finder struct {
	info  *types.Info
	facts *facts.Facts
	flow  *code.Flow
}

// NewFinder returns a Finder for a package.
func NewFinder(info *types.Info, f *facts.Facts) *Finder {
	return &Finder{info: info, facts: f, flow: code.NewFlow(info)}
}

// maxDepth bounds how far a text is followed.
const maxDepth = 8

// Sources returns the errors whose text is in e, which is a string or a list of strings, in functions with these bodies,
// the innermost first.
func (f *Finder) Sources(bodies []*ast.BlockStmt, e ast.Expr) []Source {
	s := search{Finder: f, bodies: bodies, seen: map[*types.Var]bool{}}
	s.find(e, Direct, maxDepth)
	return s.out
}

// First is Sources for those who report a use once, whatever comes together in it.
func (f *Finder) First(bodies []*ast.BlockStmt, e ast.Expr) []Source {
	out := f.Sources(bodies, e)
	return out[:min(len(out), 1)]
}

type search struct {
	*Finder
	bodies []*ast.BlockStmt
	seen   map[*types.Var]bool
	out    []Source
}

func (s *search) add(err, node ast.Expr, way Way) {
	for _, o := range s.out {
		if o.Node == node {
			return
		}
	}
	s.out = append(s.out, Source{Err: err, Node: node, Way: way})
}

func (s *search) find(e ast.Expr, way Way, depth int) {
	e = ast.Unparen(e)
	if depth == 0 {
		return
	}
	if tv, ok := s.info.Types[e]; !ok || tv.Value != nil {
		return // a constant
	}
	if x, ok := code.ErrorCall(s.info, e); ok && code.HasError(s.info.TypeOf(x)) {
		s.add(x, e, way)
		return
	}
	switch e := e.(type) {
	case *ast.BinaryExpr:
		if e.Op == token.ADD {
			s.find(e.X, max(way, Built), depth-1)
			s.find(e.Y, max(way, Built), depth-1)
		}
	case *ast.IndexExpr:
		s.find(e.X, max(way, Built), depth-1)
	case *ast.SliceExpr:
		s.find(e.X, max(way, Built), depth-1)
	case *ast.CompositeLit:
		if _, ok := s.info.TypeOf(e).Underlying().(*types.Slice); ok {
			for _, elt := range e.Elts {
				s.find(elt, max(way, List), depth-1)
			}
		}
	case *ast.Ident:
		s.variable(e, way, depth)
	case *ast.CallExpr:
		s.call(e, way, depth)
	}
}

// Printed is find for an operand that package fmt prints: an error is text there.
func (s *search) printed(e ast.Expr, way Way, depth int) {
	if t := s.info.TypeOf(e); code.IsError(t) {
		s.add(ast.Unparen(e), ast.Unparen(e), way)
		return
	}
	s.find(e, way, depth)
}

func (s *search) call(call *ast.CallExpr, way Way, depth int) {
	if tv := s.info.Types[call.Fun]; tv.IsType() {
		if len(call.Args) == 1 && (code.IsString(tv.Type) || isBytes(tv.Type)) {
			s.find(call.Args[0], max(way, Built), depth-1)
		}
		return
	}
	if id, ok := ast.Unparen(call.Fun).(*ast.Ident); ok && id.Name == "append" {
		if _, builtin := s.info.Uses[id].(*types.Builtin); builtin {
			for _, a := range call.Args {
				s.find(a, max(way, List), depth-1)
			}
			return
		}
	}
	if b := s.built(call); b != nil {
		s.writes(b, max(way, List), depth)
		return
	}
	fn := s.facts.Callee(call)
	if fn == nil {
		return
	}
	local := code.Callee(s.info, call)
	// What package fmt and strings do is done here; what a function of the program does is a helper's.
	known := local != nil && local.Pkg() != nil && (local.Pkg().Path() == "fmt" || local.Pkg().Path() == "strings")
	next := max(way, Built)
	if fn.Printf == facts.Text && fn.Format < len(call.Args) {
		s.find(call.Args[fn.Format], next, depth-1)
		operands := call.Args[fn.Format+1:]
		var verbs []format.Directive
		if f, ok := format.Of(s.info, call.Args[fn.Format]); ok && !f.Partial {
			verbs = format.Parse(f.Value)
		}
		for i, a := range operands {
			if verbs == nil || slices.ContainsFunc(verbs, func(d format.Directive) bool { return d.Arg == i && d.Rune != 'T' && d.Rune != 'p' }) {
				s.printed(a, next, depth-1)
			}
		}
		return
	}
	each := func(indices []int, use func(ast.Expr)) {
		sig, _ := s.info.TypeOf(call.Fun).(*types.Signature)
		for _, i := range indices {
			for ; i < len(call.Args); i++ {
				use(call.Args[i])
				if sig == nil || !sig.Variadic() || i < sig.Params().Len()-1 {
					break
				}
			}
		}
	}
	each(fn.TextOf, func(a ast.Expr) {
		switch {
		case known:
			s.printed(a, next, depth-1)
		case code.IsError(s.info.TypeOf(a)):
			s.add(ast.Unparen(a), call, max(way, Helper))
		}
	})
	each(fn.Through, func(a ast.Expr) {
		switch {
		case known && local.Name() == "Join":
			s.find(a, max(way, List), depth-1)
		case known:
			s.printed(a, next, depth-1)
		default:
			s.find(a, max(way, Helper), depth-1)
		}
	})
}

// variable follows the values that a local variable may have.
func (s *search) variable(id *ast.Ident, way Way, depth int) {
	v := code.Var(s.info, id)
	if !code.IsLocal(v) || s.seen[v] || len(s.bodies) == 0 {
		return
	}
	list := !code.IsString(v.Type()) && !isBytes(v.Type())
	if list {
		if sl, ok := v.Type().Underlying().(*types.Slice); !ok || !code.IsString(sl.Elem()) {
			return
		}
	}
	home := code.Home(s.bodies, v)
	if !slices.ContainsFunc(s.flow.Values(home, v), mayBeText) {
		return
	}
	s.seen[v] = true
	defer delete(s.seen, v)
	next := max(way, Variable)
	if list {
		next = max(way, List)
	}
	defs, _ := s.flow.Defs(home, v, id.Pos())
	for _, d := range defs {
		switch {
		case d.Value == nil || d.Index > 0:
		default:
			s.find(d.Value, next, depth-1)
		}
	}
}

// mayBeText is false for the values that most variables have.
func mayBeText(e ast.Expr) bool {
	switch e := ast.Unparen(e).(type) {
	case *ast.CallExpr, *ast.Ident, *ast.IndexExpr, *ast.SliceExpr:
		return true
	case *ast.BinaryExpr:
		return e.Op == token.ADD
	case *ast.CompositeLit:
		return len(e.Elts) > 0
	}
	return false
}

// built returns the local strings.Builder, or bytes.Buffer, whose text a call of its String is.
func (s *search) built(call *ast.CallExpr) *types.Var {
	sel, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr)
	if !ok || sel.Sel.Name != "String" || len(call.Args) != 0 {
		return nil
	}
	v := code.Var(s.info, sel.X)
	if !code.IsLocal(v) || !isBuilder(v.Type()) {
		return nil
	}
	return v
}

func isBuilder(t types.Type) bool {
	return code.IsNamed(t, "strings", "Builder") || code.IsNamed(t, "bytes", "Buffer")
}

// writes finds what is written to a builder, anywhere in the function.
func (s *search) writes(b *types.Var, way Way, depth int) {
	if len(s.bodies) == 0 || s.seen[b] {
		return
	}
	s.seen[b] = true
	defer delete(s.seen, b)
	ast.Inspect(code.Home(s.bodies, b), func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		switch name := code.Name(s.info, call); name {
		case "(*strings.Builder).WriteString", "(*bytes.Buffer).WriteString", "(*bytes.Buffer).Write", "(*strings.Builder).Write":
			if sel, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr); ok && code.Var(s.info, sel.X) == b && len(call.Args) == 1 {
				s.find(call.Args[0], way, depth-1)
			}
		case "fmt.Fprintf", "fmt.Fprint", "fmt.Fprintln":
			if len(call.Args) > 1 && s.isAddr(call.Args[0], b) {
				for _, a := range call.Args[1:] {
					s.printed(a, way, depth-1)
				}
			}
		}
		return true
	})
}

func (s *search) isAddr(e ast.Expr, v *types.Var) bool {
	if u, ok := ast.Unparen(e).(*ast.UnaryExpr); ok && u.Op == token.AND {
		e = u.X
	}
	return code.Var(s.info, e) == v
}

func isBytes(t types.Type) bool {
	s, ok := t.Underlying().(*types.Slice)
	if !ok {
		return false
	}
	b, ok := s.Elem().Underlying().(*types.Basic)
	return ok && b.Kind() == types.Byte
}
