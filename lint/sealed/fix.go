package sealed

import (
	"go/ast"
	"go/token"
	"go/types"
	"strings"

	"golang.org/x/tools/go/analysis"

	"github.com/holdfast-go/holdfast/lint/check"
)

// fixes returns what can be added to a switch: a case, or where it cannot be written a default. Both do nothing, as the switch did.
func (f *finder) fixes(sw *ast.TypeSwitchStmt, missing []Variant) []check.Fix {
	line, indent, ok := f.lineOf(sw.Body.Rbrace)
	if !ok {
		return nil
	}
	fix := check.Fix{Message: "add a default that does nothing", Ask: true}
	clause, comment := "default:", "nothing for the others"
	if names, edits, ok := f.names(sw.Body.Rbrace, missing); ok {
		fix.Message, fix.Edits = "add a case that does nothing", edits
		clause, comment = "case "+strings.Join(names, ", ")+":", "not decided yet"
	}
	fix.Edits = append(fix.Edits, check.ReplaceRange(line, line, indent+clause+"\n"+indent+"\t// "+comment+"\n"))
	return []check.Fix{fix}
}

// lineOf returns the start of a closing brace's line and what is before the brace, if that is only blanks.
func (f *finder) lineOf(brace token.Pos) (start token.Pos, indent string, ok bool) {
	tf := f.Fset.File(brace)
	if tf == nil {
		return token.NoPos, "", false
	}
	start = tf.LineStart(tf.PositionFor(brace, false).Line)
	indent = f.SrcRange(start, brace)
	return start, indent, strings.TrimLeft(indent, "\t ") == "" && len(indent) == int(brace-start)
}

// names returns how variants are written at pos, with the imports that are needed.
func (f *finder) names(pos token.Pos, variants []Variant) (names []string, edits []analysis.TextEdit, ok bool) {
	imported := map[string]string{}
	for _, v := range variants {
		switch {
		case v.Path == path(f.Pkg):
			_, got := f.scope(pos).LookupParent(v.Name, pos)
			if got == nil || got.Parent() != f.Pkg.Scope() {
				return nil, nil, false
			}
			v.Package = ""
		case !v.Exported():
			return nil, nil, false
		case imported[v.Path] != "":
			v.Package = imported[v.Path]
		default:
			name, add, can := f.Import(pos, v.Path)
			if !can {
				return nil, nil, false
			}
			v.Package, imported[v.Path], edits = name, name, append(edits, add...)
		}
		names = append(names, v.In(f.Pkg))
	}
	return names, edits, true
}

func (f *finder) scope(pos token.Pos) *types.Scope {
	s := f.TypesInfo.Scopes[f.File(pos)]
	if s == nil {
		return f.Pkg.Scope()
	}
	if inner := s.Innermost(pos); inner != nil {
		return inner
	}
	return s
}
