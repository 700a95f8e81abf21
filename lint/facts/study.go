package facts

import (
	"go/ast"
	"go/token"
	"go/types"
	"strings"

	"golang.org/x/tools/go/types/typeutil"

	"github.com/holdfast-go/holdfast/lint/code"
	"github.com/holdfast-go/holdfast/lint/format"
)

func callee(info *types.Info, call *ast.CallExpr) *types.Func {
	fn, _ := typeutil.Callee(info, call).(*types.Func)
	return fn
}

// maxParams is how many parameters are told apart.
const maxParams = 32

// interesting reports whether a function of this signature can make errors of text, or text of errors.
func interesting(sig *types.Signature) bool {
	in := false
	for i := range sig.Params().Len() {
		if i < maxParams && carries(sig.Params().At(i).Type()) {
			in = true
		}
	}
	if !in {
		return false
	}
	for r := range sig.Results().Variables() {
		if code.IsError(r.Type()) || types.Identical(r.Type(), types.Typ[types.String]) {
			return true
		}
	}
	return false
}

// carries reports whether values of type t can have text of an error in them: strings, errors, any, and slices of those.
func carries(t types.Type) bool {
	if s, ok := t.Underlying().(*types.Slice); ok {
		t = s.Elem()
	}
	if code.IsString(t) || code.IsError(t) {
		return true
	}
	i, ok := t.Underlying().(*types.Interface)
	return ok && i.Empty()
}

// origin is where a value has its text from.
type origin struct {
	texts uint32 // parameters whose text is in it
	errs  uint32 // parameters, errors, whose text is in it
	wraps uint32 // parameters, errors, that it is, or unwraps to
	made  Result // what was made of the format and its operands
}

func (o origin) union(p origin) origin {
	return origin{o.texts | p.texts, o.errs | p.errs, o.wraps | p.wraps, max(o.made, p.made)}
}

// asText is the origin of the text of an error.
func (o origin) asText() origin {
	out := origin{texts: o.texts, errs: o.errs | o.wraps}
	if o.made != Nothing {
		out.made = Text
	}
	return out
}

// student goes through one function.
type student struct {
	*Facts
	info   *types.Info
	params map[*types.Var]int
	format int // the parameter that is a format, or -1
	vars   map[*types.Var]origin
	out    Func
	texts, errs, through,
	wraps uint32
	made Result
}

func study(f *Facts, fn *types.Func, d *ast.FuncDecl) *Func {
	sig := fn.Signature()
	s := &student{Facts: f, info: f.pass.TypesInfo, params: map[*types.Var]int{}, format: -1, vars: map[*types.Var]origin{}}
	n := sig.Params().Len()
	for i := range min(n, maxParams) {
		s.params[sig.Params().At(i)] = i
	}
	if sig.Variadic() && n >= 2 && n <= maxParams && isAnySlice(sig.Params().At(n-1).Type()) && code.IsString(sig.Params().At(n-2).Type()) {
		s.format = n - 2
	}
	var results []*types.Var
	for r := range sig.Results().Variables() {
		if r.Name() != "" {
			results = append(results, r)
		}
	}
	ast.Inspect(d.Body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.AssignStmt:
			s.assign(n.Lhs, n.Rhs, n.Tok)
		case *ast.ValueSpec:
			lhs := make([]ast.Expr, len(n.Names))
			for i, id := range n.Names {
				lhs[i] = id
			}
			s.assign(lhs, n.Values, token.DEFINE)
		case *ast.ReturnStmt:
			for _, e := range n.Results {
				s.give(s.info.TypeOf(e), s.of(e))
			}
			if len(n.Results) == 0 {
				for _, r := range results {
					s.give(r.Type(), s.vars[r])
				}
			}
		}
		return true
	})
	out := &Func{TextOf: set(s.errs), Through: set(s.through), Wraps: set(s.wraps)}
	if s.made != Nothing {
		out.Printf, out.Format = s.made, s.format
		s.texts &^= 1<<s.format | 1<<(s.format+1)
	}
	out.Texts = set(s.texts)
	return out
}

func set(bits uint32) []int {
	var out []int
	for i := range maxParams {
		if bits&(1<<i) != 0 {
			out = append(out, i)
		}
	}
	return out
}

// assign notes what variables have in them. It is enough to be right where each has one value, and a
// superset elsewhere.
func (s *student) assign(lhs, rhs []ast.Expr, tok token.Token) {
	if len(lhs) != len(rhs) {
		if len(rhs) == 1 {
			if o := s.of(rhs[0]); o != (origin{}) {
				for _, l := range lhs {
					if v := code.Var(s.info, l); v != nil && (code.IsError(v.Type()) || code.IsString(v.Type())) {
						s.vars[v] = s.vars[v].union(o)
					}
				}
			}
		}
		return
	}
	for i, l := range lhs {
		o := s.of(rhs[i])
		if o == (origin{}) {
			continue
		}
		target := ast.Unparen(l)
		for {
			// What is put into a field of an error of ours is in the error.
			if sel, ok := target.(*ast.SelectorExpr); ok && code.HasError(s.info.TypeOf(sel.X)) {
				if code.IsError(s.info.TypeOf(rhs[i])) && !unwraps(s.info.TypeOf(sel.X)) {
					o = o.asText()
				}
				target = ast.Unparen(sel.X)
				continue
			}
			break
		}
		if v := code.Var(s.info, target); v != nil {
			s.vars[v] = s.vars[v].union(o)
		}
	}
}

// give notes a value that the function returns.
func (s *student) give(t types.Type, o origin) {
	switch {
	case t == nil:
	case code.IsError(t):
		s.texts |= o.texts
		s.wraps |= o.wraps
		if o.made > Text || o.made == Text && s.format >= 0 {
			s.made = max(s.made, max(o.made, Opaque))
		}
	case code.IsString(t):
		s.errs |= o.errs
		s.through |= o.texts
		if o.made != Nothing && s.made == Nothing {
			s.made = Text
		}
	}
}

// of returns where the text of e comes from.
func (s *student) of(e ast.Expr) origin {
	switch e := ast.Unparen(e).(type) {
	case *ast.Ident:
		v, _ := s.info.Uses[e].(*types.Var)
		if v == nil {
			return origin{}
		}
		o := s.vars[v]
		if i, ok := s.params[v]; ok && carries(v.Type()) {
			if _, list := code.ElemError(v.Type()); list || code.IsError(v.Type()) {
				o.wraps |= 1 << i
			} else {
				o.texts |= 1 << i
			}
		}
		return o
	case *ast.BinaryExpr:
		if e.Op == token.ADD {
			return s.of(e.X).union(s.of(e.Y))
		}
	case *ast.UnaryExpr:
		if e.Op == token.AND {
			return s.of(e.X)
		}
	case *ast.StarExpr:
		return s.of(e.X)
	case *ast.TypeAssertExpr:
		return s.of(e.X)
	case *ast.SliceExpr:
		return s.of(e.X)
	case *ast.CompositeLit:
		return s.literal(e)
	case *ast.CallExpr:
		return s.call(e)
	}
	return origin{}
}

// literal is the origin of an error whose fields have text: others are data.
func (s *student) literal(lit *ast.CompositeLit) origin {
	t := s.info.TypeOf(lit)
	if _, ok := t.Underlying().(*types.Slice); ok {
		var o origin
		for _, e := range lit.Elts {
			o = o.union(s.of(e))
		}
		return o
	}
	if !code.HasError(t) {
		return origin{}
	}
	var o origin
	for _, e := range lit.Elts {
		if kv, ok := e.(*ast.KeyValueExpr); ok {
			e = kv.Value
		}
		field := s.of(e)
		if !unwraps(t) {
			field = origin{texts: field.texts, errs: field.errs | field.wraps, made: field.made}
			if field.made == Wrapping {
				field.made = Opaque
			}
		}
		o = o.union(field)
	}
	if o.made == Text {
		o.made = Opaque
	}
	return o
}

func (s *student) call(call *ast.CallExpr) origin {
	if x, ok := code.ErrorCall(s.info, call); ok {
		return s.of(x).asText()
	}
	if tv := s.info.Types[call.Fun]; tv.IsType() {
		if len(call.Args) != 1 {
			return origin{}
		}
		o := s.of(call.Args[0])
		if code.IsError(tv.Type) && o.made == Text {
			o.made = Opaque
		}
		return o
	}
	if id, ok := ast.Unparen(call.Fun).(*ast.Ident); ok && id.Name == "append" {
		var o origin
		for _, a := range call.Args {
			o = o.union(s.of(a))
		}
		return o
	}
	fn := callee(s.info, call)
	if fn == nil {
		return origin{}
	}
	f := s.known(fn)
	if f == nil {
		return origin{}
	}
	sig, _ := s.info.TypeOf(call.Fun).(*types.Signature)
	if sig == nil {
		return origin{}
	}
	var o origin
	arg := func(i int, use func(origin)) {
		for ; i < len(call.Args); i++ {
			use(s.of(call.Args[i]))
			if !sig.Variadic() || i < sig.Params().Len()-1 {
				return
			}
		}
	}
	for _, i := range f.Texts {
		arg(i, func(a origin) {
			a = a.asText()
			if a.made != Nothing {
				a.made = Opaque
			}
			o = o.union(a)
		})
	}
	for _, i := range f.TextOf {
		arg(i, func(a origin) { o = o.union(a.asText()) })
	}
	for _, i := range f.Through {
		arg(i, func(a origin) { o = o.union(origin{texts: a.texts, errs: a.errs, made: min(a.made, Text)}) })
	}
	for _, i := range f.Wraps {
		arg(i, func(a origin) { o = o.union(a) })
	}
	if f.Printf != Nothing && f.Format < len(call.Args) {
		format := s.of(call.Args[f.Format])
		forwards := s.format >= 0 && format.texts&(1<<s.format) != 0 && call.Ellipsis.IsValid() &&
			s.of(call.Args[len(call.Args)-1]).texts&(1<<(s.format+1)) != 0
		if forwards {
			o.made = max(o.made, f.Printf)
		}
		o.texts |= format.texts
		w := f.Printf == Wrapping && hasW(s.info, call.Args[f.Format])
		for _, a := range call.Args[min(f.Format+1, len(call.Args)):] {
			p := s.of(a)
			if !w {
				p = p.asText()
			}
			if p.made != Nothing && f.Printf != Text {
				p.made = Opaque
			}
			o = o.union(p)
		}
	}
	return o
}

func hasW(info *types.Info, e ast.Expr) bool {
	f, ok := format.Of(info, e)
	return ok && strings.Contains(f.Value, "%w")
}

// unwraps reports whether errors of type t, or pointers to it, have more than text for errors.Is and errors.As.
func unwraps(t types.Type) bool {
	return code.HasMethod(t, "Unwrap") || code.HasMethod(t, "As") || code.HasMethod(t, "Is") || code.HasMethod(t, "Cause")
}
