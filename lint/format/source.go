package format

import (
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"strconv"
	"strings"
)

// Source is a constant format and the literals that it is made of.
type Source struct {
	Value string
	Parts []Part
	// Partial says that a part is not constant. It is taken for text without directives.
	Partial bool
}

// Part is an operand of the sum that a format is.
type Part struct {
	Expr ast.Expr
	// Lit is set where the part is a literal, which can be edited.
	Lit *ast.BasicLit
	// From and To are the offsets of the part in the format.
	From, To int
}

// Of returns the format that e is, if it, or a part of it, is constant.
func Of(info *types.Info, e ast.Expr) (*Source, bool) {
	s := &Source{}
	constants := 0
	for _, part := range Sum(e) {
		v, ok := constantString(info, part)
		if ok {
			constants++
		} else {
			s.Partial = true
		}
		lit, _ := ast.Unparen(part).(*ast.BasicLit)
		from := len(s.Value)
		s.Value += v
		s.Parts = append(s.Parts, Part{Expr: part, Lit: lit, From: from, To: len(s.Value)})
	}
	return s, constants > 0
}

// Sum returns the operands of a sum, in order; of any other expression the expression.
func Sum(e ast.Expr) []ast.Expr {
	var out []ast.Expr
	var add func(ast.Expr)
	add = func(e ast.Expr) {
		if b, ok := ast.Unparen(e).(*ast.BinaryExpr); ok && b.Op == token.ADD {
			add(b.X)
			add(b.Y)
			return
		}
		out = append(out, e)
	}
	add(e)
	return out
}

func constantString(info *types.Info, e ast.Expr) (string, bool) {
	tv, ok := info.Types[e]
	if !ok || tv.Value == nil || tv.Value.Kind() != constant.String {
		return "", false
	}
	return constant.StringVal(tv.Value), true
}

// Pos returns where in the source the byte at an offset of the format is, and whether it stands there as itself: in
// a literal, and not as an escape sequence.
func (s *Source) Pos(offset int) (token.Pos, bool) {
	for _, p := range s.Parts {
		if offset < p.From || offset >= p.To {
			continue
		}
		if p.Lit == nil {
			return p.Expr.Pos(), false
		}
		at, ok := within(p.Lit.Value, offset-p.From)
		return p.Lit.Pos() + token.Pos(at), ok
	}
	return token.NoPos, false
}

// within returns the offset in the source of a literal of the byte at an offset of its value.
func within(lit string, offset int) (int, bool) {
	if strings.HasPrefix(lit, "`") {
		if strings.Contains(lit, "\r") {
			return 0, false // not part of the value
		}
		return offset + 1, true
	}
	rest, at := lit[1:len(lit)-1], 0
	for rest != "" {
		r, multibyte, tail, err := strconv.UnquoteChar(rest, '"')
		if err != nil {
			return 0, false
		}
		size := 1
		if multibyte {
			size = len(string(r))
		}
		if offset < at+size {
			return len(lit) - 1 - len(rest), rest[0] != '\\' && offset == at
		}
		at += size
		rest = tail
	}
	return 0, false
}
