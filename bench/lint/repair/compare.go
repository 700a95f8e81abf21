package repair

import (
	"errors"
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"reflect"

	"golang.org/x/tools/go/packages"
)

// Change is one place that a fix changed.
type Change struct {
	Kind string
	File string
	Line int
	// Old and New are the texts of the error there, before and after, if it is a change of kind "text".
	Old, New string
	// Gained counts the errors that errors.Is finds after the fix and not before, Lost the other way.
	Gained, Lost int
}

// The kinds of changes.
const (
	Text     = "text"     // an error is made in another way
	Literal  = "literal"  // a literal of an error type has more fields
	Decision = "decision" // a condition is asked in another way
	Method   = "method"   // a method was added
	Other    = "other"
)

// comparer compares a package before and after fixes.
type comparer struct {
	before, after *packages.Package
	changes       []Change
}

// files compares two versions of a file.
func (c *comparer) files(a, b *ast.File) {
	named := map[string]ast.Decl{}
	for _, d := range a.Decls {
		named[declName(d)] = d
	}
	for _, d := range b.Decls {
		old := named[declName(d)]
		switch {
		case isImport(d):
		case old == nil:
			kind := Other
			if f, ok := d.(*ast.FuncDecl); ok && f.Recv != nil {
				kind = Method
			}
			c.add(Change{Kind: kind}, c.after, d)
		case !c.same(old, d):
			c.add(Change{Kind: Other}, c.before, old)
		}
	}
}

func isImport(d ast.Decl) bool {
	g, ok := d.(*ast.GenDecl)
	return ok && g.Tok == token.IMPORT
}

// declName tells the declarations of a file apart.
func declName(d ast.Decl) string {
	switch d := d.(type) {
	case *ast.FuncDecl:
		if d.Recv != nil && len(d.Recv.List) > 0 {
			return types.ExprString(d.Recv.List[0].Type) + "." + d.Name.Name
		}
		return d.Name.Name
	case *ast.GenDecl:
		for _, s := range d.Specs {
			switch s := s.(type) {
			case *ast.TypeSpec:
				return "type " + s.Name.Name
			case *ast.ValueSpec:
				return "value " + s.Names[0].Name + fmt.Sprint(len(d.Specs))
			}
		}
	}
	return ""
}

func (c *comparer) add(change Change, p *packages.Package, n ast.Node) {
	pos := p.Fset.Position(n.Pos())
	change.File, change.Line = pos.Filename, pos.Line
	c.changes = append(c.changes, change)
}

// same reports whether two trees are the same, but for changes that it understood and noted.
func (c *comparer) same(a, b ast.Node) bool {
	if a, ok := a.(ast.Expr); ok {
		if b, ok := b.(ast.Expr); ok {
			return c.sameExpr(a, b)
		}
	}
	return reflect.TypeOf(a) == reflect.TypeOf(b) && sameWord(a, b) && c.sameChildren(a, b)
}

func (c *comparer) sameExpr(a, b ast.Expr) bool {
	noted := len(c.changes)
	if reflect.TypeOf(a) == reflect.TypeOf(b) && sameWord(a, b) && c.sameChildren(a, b) {
		return true
	}
	ta, tb := c.before.TypesInfo.TypeOf(a), c.after.TypesInfo.TypeOf(b)
	switch {
	case isError(ta) && isError(tb) && isLiteral(a) && isLiteral(b):
		c.changes = c.changes[:noted]
		c.add(Change{Kind: Literal}, c.before, a)
	case isError(ta) && isError(tb):
		c.changes = c.changes[:noted] // the larger one speaks for those in it
		c.add(c.text(a, b), c.before, a)
	case isBool(ta) && isBool(tb):
		c.changes = c.changes[:noted]
		c.add(Change{Kind: Decision}, c.before, a)
	default:
		return false
	}
	return true
}

// isLiteral reports whether x is T{} or &T{}.
func isLiteral(x ast.Expr) bool {
	if u, ok := x.(*ast.UnaryExpr); ok {
		x = u.X
	}
	_, ok := x.(*ast.CompositeLit)
	return ok
}

func isBool(t types.Type) bool {
	if t == nil {
		return false
	}
	b, ok := t.Underlying().(*types.Basic)
	return ok && b.Info()&types.IsBoolean != 0
}

// text evaluates both.
func (c *comparer) text(a, b ast.Expr) Change {
	seen := map[string]*stub{} // of both, so that an error is the same one in both
	old := asError((&evaluator{c.before.TypesInfo, seen}).eval(a))
	now := asError((&evaluator{c.after.TypesInfo, seen}).eval(b))
	change := Change{Kind: Text, Old: old.Error(), New: now.Error()}
	for _, s := range seen {
		was, is := errors.Is(old, s), errors.Is(now, s)
		if is && !was {
			change.Gained++
		}
		if was && !is {
			change.Lost++
		}
	}
	return change
}

func asError(v any) error {
	if err, ok := v.(error); ok {
		return err
	}
	return fmt.Errorf("%v", v) // a string that is an error by its type
}

// sameWord compares what nodes hold beside other nodes.
func sameWord(a, b ast.Node) bool {
	switch a := a.(type) {
	case *ast.Ident:
		return a.Name == b.(*ast.Ident).Name
	case *ast.BasicLit:
		return a.Value == b.(*ast.BasicLit).Value
	case *ast.BinaryExpr:
		return a.Op == b.(*ast.BinaryExpr).Op
	case *ast.UnaryExpr:
		return a.Op == b.(*ast.UnaryExpr).Op
	case *ast.AssignStmt:
		return a.Tok == b.(*ast.AssignStmt).Tok
	case *ast.BranchStmt:
		return a.Tok == b.(*ast.BranchStmt).Tok
	case *ast.IncDecStmt:
		return a.Tok == b.(*ast.IncDecStmt).Tok
	case *ast.CallExpr:
		return a.Ellipsis.IsValid() == b.(*ast.CallExpr).Ellipsis.IsValid()
	}
	return true
}

func (c *comparer) sameChildren(a, b ast.Node) bool {
	as, bs := children(a), children(b)
	if len(as) != len(bs) {
		return false
	}
	same := true
	for i := range as {
		same = c.same(as[i], bs[i]) && same
	}
	return same
}

// children returns the nodes right below n, without comments.
func children(n ast.Node) []ast.Node {
	var out []ast.Node
	ast.Inspect(n, func(m ast.Node) bool {
		if m == n {
			return true
		}
		if _, ok := m.(*ast.CommentGroup); m != nil && !ok {
			out = append(out, m)
		}
		return false
	})
	return out
}
