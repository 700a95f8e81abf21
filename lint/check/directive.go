package check

import (
	"go/ast"
	"go/token"
	"slices"
	"strings"

	"golang.org/x/tools/go/ast/edge"
)

// A directive silences findings:
//
//	//errlint:opaque REASON             this line or the next one, or the function it documents, or the package
//	//errlint:opaque(CHECK,...) REASON  only these checks
//	//nolint, //nolint:errlint,CHECK    as golangci-lint has it
//	//lint:ignore CHECK REASON          as staticcheck has it, also //lint:file-ignore
//
// An opaque one without a reason, and one that silences nothing, are findings themselves.
type directive struct {
	comment  *ast.Comment
	from, to token.Pos
	checks   []string // empty: all
	opaque   bool
	reason   string
	used     bool
}

// Directive is the check of directives.
var Directive = &Check{
	ID: "directive", Tier: Warning, Since: "v0.1.0",
	Title: "a directive that has no reason, or silences nothing",
	Why: `An error that is given away as text on purpose is marked with //errlint:opaque and the reason, so that the
next reader need not guess. A mark without a reason, or one that is left over where nothing is lost any more, says
less than none.`,
	Before: `func reply(err error) error {
	return fmt.Errorf("refused: %v", err) //errlint:opaque
}`,
	After: `func reply(err error) error {
	return fmt.Errorf("refused: %v", err) //errlint:opaque clients of the public API see no internals
}`,
	Silent: []string{"//nolint and //lint:ignore that silence nothing: the tools that they belong to report them"},
}

// directives returns those of a file.
func (p *Pass) directives(f *file) []*directive {
	var out []*directive
	for _, group := range f.Comments {
		for _, c := range group.List {
			if !strings.HasPrefix(c.Text, "//errlint:") && !strings.HasPrefix(c.Text, "//nolint") && !strings.HasPrefix(c.Text, "//lint:") {
				continue
			}
			d := parseDirective(c)
			if d == nil {
				continue
			}
			p.place(f, group, d)
			out = append(out, d)
		}
	}
	return out
}

// parseDirective returns nil for a comment that is none, or is another tool's.
func parseDirective(c *ast.Comment) *directive {
	d := &directive{comment: c}
	word, rest, _ := strings.Cut(c.Text, " ")
	name, checks, _ := strings.Cut(strings.TrimPrefix(word, "//"), "(")
	switch {
	case name == "errlint:opaque":
		d.opaque = true
		if checks != "" {
			d.checks = list(strings.TrimSuffix(checks, ")"))
		}
		reason, _, _ := strings.Cut(" "+rest, " //")
		d.reason = strings.TrimSpace(reason)
	case name == "nolint":
	case strings.HasPrefix(name, "nolint:"):
		d.checks = list(strings.TrimPrefix(name, "nolint:"))
		if slices.Contains(d.checks, "errlint") || slices.Contains(d.checks, "all") {
			d.checks = nil
		}
	case name == "lint:ignore", name == "lint:file-ignore":
		which, reason, _ := strings.Cut(strings.TrimSpace(rest), " ")
		if reason == "" { // staticcheck does not take it either
			return nil
		}
		for _, c := range list(which) {
			d.checks = append(d.checks, strings.TrimPrefix(c, "errlint/"))
		}
		if slices.Contains(d.checks, "errlint") {
			d.checks = nil
		}
	default:
		return nil
	}
	return d
}

func list(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return r == ',' || r == ' ' })
}

// place says where a directive counts.
func (p *Pass) place(f *file, group *ast.CommentGroup, d *directive) {
	switch {
	case group == f.Doc || strings.HasPrefix(d.comment.Text, "//lint:file-ignore"):
		d.from, d.to = f.FileStart, f.FileEnd
		return
	case strings.HasPrefix(d.comment.Text, "//nolint") && d.comment.Pos() < f.Package:
		d.from, d.to = f.FileStart, f.FileEnd
		return
	}
	for _, decl := range f.Decls {
		if fn, ok := decl.(*ast.FuncDecl); ok && fn.Doc == group {
			d.from, d.to = fn.Pos(), fn.End()
			return
		}
		if g, ok := decl.(*ast.GenDecl); ok && g.Doc == group {
			d.from, d.to = g.Pos(), g.End()
			return
		}
	}
	tf := p.Fset.File(f.FileStart)
	line := tf.Line(d.comment.Pos())
	start := tf.LineStart(line)
	end := f.FileEnd
	next := line + 1
	if !p.alone(f, d.comment) {
		next = line // it stands beside code
	}
	if next < tf.LineCount() {
		end = tf.LineStart(next + 1)
	}
	d.from, d.to = start, end
}

// alone reports whether nothing but blanks is before a comment on its line.
func (p *Pass) alone(f *file, c *ast.Comment) bool {
	tf := p.Fset.File(f.FileStart)
	start := tf.LineStart(tf.Line(c.Pos()))
	return strings.TrimSpace(p.SrcRange(start, c.Pos())) == ""
}

// silences reports whether d is about a finding, which is in a statement.
func (d *directive) silences(f *Finding, around ast.Node) bool {
	if len(d.checks) > 0 && !slices.Contains(d.checks, f.Check.ID) && !slices.Contains(d.checks, f.Check.Analyzer()) {
		return false
	}
	for _, pos := range []token.Pos{f.Node.Pos(), around.Pos(), around.End() - 1} {
		if d.from <= pos && pos < d.to {
			return true
		}
	}
	return false
}

// around returns the statement, declaration or element of a list that a finding is in: where that goes over several lines, a
// directive may stand at the first one or at the last one.
func (p *Pass) around(n ast.Node) ast.Node {
	c, ok := p.Inspect.Root().FindByPos(n.Pos(), n.End())
	for ok {
		switch c.ParentEdgeKind() {
		case edge.BlockStmt_List, edge.CaseClause_Body, edge.CommClause_Body, edge.CompositeLit_Elts, edge.GenDecl_Specs, edge.File_Decls, edge.Invalid:
			return c.Node()
		case edge.IfStmt_Cond, edge.IfStmt_Init, edge.ForStmt_Cond, edge.SwitchStmt_Tag, edge.SwitchStmt_Init, edge.RangeStmt_X:
			return c.Node()
		}
		c = c.Parent()
	}
	return n
}

// packageDirectives returns the opaque directives in the package's documentation: they hold in all of its files.
func (p *Pass) packageDirectives(all [][]*directive) []*directive {
	var out []*directive
	for i, ds := range all {
		for _, d := range ds {
			if d.opaque && p.files[i].Doc != nil && p.files[i].Doc.Pos() <= d.comment.Pos() && d.comment.End() <= p.files[i].Doc.End() {
				out = append(out, d)
			}
		}
	}
	return out
}
