package flatten

import (
	"go/ast"
	"strings"

	"golang.org/x/tools/go/analysis"

	"github.com/holdfast-go/holdfast/lint/check"
	"github.com/holdfast-go/holdfast/lint/code"
	"github.com/holdfast-go/holdfast/lint/facts"
	"github.com/holdfast-go/holdfast/lint/format"
	"github.com/holdfast-go/holdfast/lint/text"
)

type edit = analysis.TextEdit

// TextOperand is the check of fmt.Errorf("x: %s", err.Error()).
var TextOperand = &check.Check{
	ID: "text-operand", Tier: check.Error, Since: "v0.1.0",
	Title: "the text of an error is an operand of fmt.Errorf",
	Why: `err.Error() is a string: whatever verb prints it, the error is gone. Tools that look at the types of operands see nothing
wrong with it.`,
	Before: `func load(name string) error {
	if _, err := os.Stat(name); err != nil {
		return fmt.Errorf("load %s: %s", name, err.Error())
	}
	return nil
}`,
	After: `func load(name string) error {
	if _, err := os.Stat(name); err != nil {
		return fmt.Errorf("load %s: %w", name, err)
	}
	return nil
}`,
	Silent: []string{
		"in the default profile: beside a %w, and where the new error goes straight to a log",
		"text that came from another program, such as its standard error",
	},
	Fix: "The error itself becomes the operand, and the verb %w.",
}

// TextFormat is the check of fmt.Errorf("x: " + err.Error()).
var TextFormat = &check.Check{
	ID: "text-format", Tier: check.Error, Since: "v0.1.0",
	Title: "the text of an error is part of a format",
	Why: `The error is gone, and its text is read as a format: a percent sign in it, as in an escaped URL, comes out as
%!x(MISSING).`,
	Before: `func load(name string) error {
	if _, err := os.Stat(name); err != nil {
		return fmt.Errorf("load: " + err.Error())
	}
	return nil
}`,
	After: `func load(name string) error {
	if _, err := os.Stat(name); err != nil {
		return fmt.Errorf("load: %w", err)
	}
	return nil
}`,
	Silent: []string{"formats without text of an error in them: vet has a check for those"},
	Fix:    "The text becomes an operand with %w.",
}

// textOperand is a string operand with the text of an error in it.
func (m *maker) textOperand(src *format.Source, d *format.Directive, operand ast.Expr, s text.Source, wrapped int) {
	f := check.Finding{Check: byWay(s.Way, TextOperand), Node: operand, Cause: s.Err}
	if m.check(src) == PrintfConstructor {
		f.Check = PrintfConstructor
	}
	if wrapped > 0 {
		f.Tier = check.OptIn
	}
	f.Message = m.lost(s) + ": " + stops
	if s.Node == ast.Unparen(operand) && s.Way == text.Direct && m.facts.Printf == facts.Wrapping {
		if fix, ok := m.textOperandFix(src, d, operand, s, wrapped); ok {
			f.Fixes = []check.Fix{fix}
			f.Message += "; use %w"
		}
	}
	m.report(m.c, f)
}

// byWay returns the check for text that came on a detour, or the one for text that was made right there.
func byWay(w text.Way, there *check.Check) *check.Check {
	switch w {
	case text.Variable:
		return TextVariable
	case text.Helper:
		return TextHelper
	case text.List:
		return TextList
	}
	return there
}

// lost says what became of the error.
func (f *finder) lost(s text.Source) string {
	name := f.name(s.Err)
	switch s.Way {
	case text.Variable:
		return "the text of " + name + " comes through a variable, without the error"
	case text.Helper:
		return f.name(s.Node) + " returns the text of " + name + ", without the error"
	case text.List:
		return "the text of " + name + " comes through a list of texts, without the error"
	}
	return "only the text of " + name + " is kept"
}

func (m *maker) textOperandFix(src *format.Source, d *format.Directive, operand ast.Expr, s text.Source, wrapped int) (check.Fix, bool) {
	t := m.info.TypeOf(s.Err)
	if d.Flags != "" || !code.IsError(t) || !code.IsInterface(t) && code.HasMethod(t, "Format") {
		return check.Fix{}, false
	}
	fix, ok := m.verbFix(src, d, s.Err, wrapped+1)
	if !ok {
		return fix, false
	}
	// x.Error() would have panicked for a nil x, so it was none.
	fix.Ask = m.Exported(operand.Pos()) || src.Partial
	fix.Edits = append(fix.Edits, check.Replace(operand, m.Src(s.Err)))
	return fix, m.Src(s.Err) != ""
}

// textFormat is a format that is not constant.
func (m *maker) textFormat(arg ast.Expr, operands []ast.Expr) {
	for _, s := range m.text.First(m.bodies(m.c), arg) {
		f := check.Finding{
			Check: byWay(s.Way, TextFormat), Node: s.Node, Cause: s.Err,
			Message: m.lost(s) + ", and it is read as a format: " + stops,
		}
		if f.Check == TextFormat && m.check(&format.Source{Parts: []format.Part{{}}}) == PrintfConstructor {
			f.Check = PrintfConstructor
		}
		if f.Check != TextFormat && f.Check != PrintfConstructor {
			f.Node = arg
		}
		if fix, ok := m.textFormatFix(arg, operands, s); ok {
			f.Fixes = []check.Fix{fix}
		}
		m.report(m.c, f)
	}
}

// textFormatFix makes an operand of an error whose text is part of a sum that is a format.
func (m *maker) textFormatFix(arg ast.Expr, operands []ast.Expr, s text.Source) (check.Fix, bool) {
	if m.facts.Printf != facts.Wrapping || !code.IsError(m.info.TypeOf(s.Err)) || len(operands) > 0 || !m.Has(arg.Pos(), "go1.13") {
		return check.Fix{}, false
	}
	t := m.info.TypeOf(s.Err)
	if !code.IsInterface(t) && code.HasMethod(t, "Format") {
		return check.Fix{}, false
	}
	var b strings.Builder
	b.WriteByte('"')
	found := false
	for _, part := range format.Sum(arg) {
		part = ast.Unparen(part)
		if part == s.Node {
			b.WriteString("%w")
			found = true
			continue
		}
		lit, ok := part.(*ast.BasicLit)
		if !ok || !strings.HasPrefix(lit.Value, `"`) {
			return check.Fix{}, false
		}
		inner := lit.Value[1 : len(lit.Value)-1]
		for _, d := range format.Parse(inner) {
			if d.Rune != '%' {
				return check.Fix{}, false
			}
		}
		b.WriteString(inner)
	}
	b.WriteByte('"')
	return check.Fix{
		Message: "wrap " + m.finder.name(s.Err) + " with %w",
		Edits:   []edit{check.Replace(arg, b.String()+", "+m.Src(s.Err))},
		Ask:     m.Exported(arg.Pos()),
	}, found && m.Src(s.Err) != "" && !m.Commented(arg)
}
