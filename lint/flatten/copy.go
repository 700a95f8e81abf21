package flatten

import (
	"go/ast"
	"go/types"
	"strings"

	"golang.org/x/tools/go/ast/edge"

	"github.com/holdfast-go/holdfast/lint/check"
	"github.com/holdfast-go/holdfast/lint/code"
	"github.com/holdfast-go/holdfast/lint/format"
	"github.com/holdfast-go/holdfast/lint/text"
)

// TextCopy is the check of errors.New(err.Error()).
var TextCopy = &check.Check{
	ID: "text-copy", Tier: check.Error, Since: "v0.1.0",
	Title: "a new error is made of the text of another one",
	Why: `errors.New(err.Error()) reads like the same error, and equals nothing: neither errors.Is nor errors.As find the one that it
was made of.`,
	Before: `func load(name string) error {
	if _, err := os.Stat(name); err != nil {
		return errors.New("load: " + err.Error())
	}
	return nil
}`,
	After: `func load(name string) error {
	if _, err := os.Stat(name); err != nil {
		return fmt.Errorf("load: %w", err)
	}
	return nil
}`,
	Silent: []string{"in the default profile: an error that goes straight to a log, or a panic"},
	Fix:    "A plain copy becomes the error itself; a sum, and a fmt.Sprintf, become fmt.Errorf with %w.",
}

// TextVariable is the check of text that was in a variable.
var TextVariable = &check.Check{
	ID: "text-variable", Tier: check.Error, Since: "v0.1.0",
	Title: "the text of an error becomes a new error by way of a variable",
	Why: `The text is wanted twice, for a log and for the caller, and so it is put into a variable. The caller needs the error. Where
several texts may be in the variable, those that reach the new error count, and no others.`,
	Before: `func load(name string) error {
	if _, err := os.Stat(name); err != nil {
		msg := fmt.Sprintf("load %s: %v", name, err)
		log.Print(msg)
		return errors.New(msg)
	}
	return nil
}`,
	After: `func load(name string) error {
	if _, err := os.Stat(name); err != nil {
		err = fmt.Errorf("load %s: %w", name, err)
		log.Print(err)
		return err
	}
	return nil
}`,
	Silent: []string{"a variable that has another value by then"},
}

// TextHelper is the check of text that a function returned.
var TextHelper = &check.Check{
	ID: "text-helper", Tier: check.Error, Since: "v0.1.0",
	Title: "a helper returns the text of an error, which becomes a new error",
	Why: `A function that makes a string of an error is fine for a log. Where an error is made of what it returned, the one it was
given is lost; what is reported is that use, not the helper.`,
	Before: `func describe(err error) string { return "it did not work: " + err.Error() }

func load(name string) error {
	if _, err := os.Stat(name); err != nil {
		return errors.New(describe(err))
	}
	return nil
}`,
	After: `func load(name string) error {
	if _, err := os.Stat(name); err != nil {
		return fmt.Errorf("it did not work: %w", err)
	}
	return nil
}`,
	Silent: []string{"helpers whose text goes elsewhere"},
}

// TextList is the check of texts that were collected.
var TextList = &check.Check{
	ID: "text-list", Tier: check.Error, Since: "v0.1.0",
	Title: "texts of errors are collected, and become one error",
	Why: `A list of texts, or a strings.Builder, ends in an error that has none of those it speaks of. errors.Join makes one
error of many, and keeps them.`,
	Before: `func closeAll(files []*os.File) error {
	var errs []string
	for _, f := range files {
		if err := f.Close(); err != nil {
			errs = append(errs, err.Error())
		}
	}
	if len(errs) > 0 {
		return errors.New(strings.Join(errs, "; "))
	}
	return nil
}`,
	After: `func closeAll(files []*os.File) error {
	var errs []error
	for _, f := range files {
		if err := f.Close(); err != nil {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}`,
	Silent: []string{"lists that are logged, or are data in an answer"},
}

// texts looks at the parameters that become the text of an error.
func (m *maker) texts() {
	for _, i := range m.facts.Texts {
		for ; i < len(m.call.Args); i++ {
			m.textArg(m.call.Args[i])
			if !m.fn.Signature().Variadic() || i < m.fn.Signature().Params().Len()-1 {
				break
			}
		}
	}
}

// standard are the constructors that everybody knows: others are those of a program.
func standard(name string) bool {
	switch name {
	case "errors.New", "golang.org/x/xerrors.New", "github.com/pkg/errors.New", "github.com/cockroachdb/errors.New", "github.com/juju/errors.New":
		return true
	}
	return false
}

func (m *maker) textArg(arg ast.Expr) {
	if t := m.info.TypeOf(arg); code.IsError(t) && m.takesAny(arg) {
		m.errorArg(arg)
		return
	}
	for _, s := range m.text.First(m.bodies(m.c), arg) {
		f := check.Finding{Check: byWay(s.Way, TextCopy), Node: arg, Cause: s.Err, Message: m.lost(s) + ": " + stops}
		switch {
		case len(m.facts.Wraps) > 0:
			if m.keeps(s) {
				continue
			}
			f.Check = TextBesideCause
		case !standard(m.name):
			if f.Check == TextCopy {
				f.Check = StringConstructor
			} else {
				f.Tier = check.Warning
			}
			f.Message = m.fn.Name() + " makes an error of text; " + f.Message
		}
		if f.Check == TextCopy && m.name == "errors.New" {
			if fix, ok := m.copyFix(arg, s); ok {
				f.Fixes = []check.Fix{fix}
			}
		}
		m.report(m.c, f)
	}
}

// takesAny reports whether the parameter of an argument takes anything, so that an error is printed there.
func (m *maker) takesAny(arg ast.Expr) bool {
	sig := m.fn.Signature()
	for i, a := range m.call.Args {
		if a != arg || sig.Params().Len() == 0 {
			continue
		}
		t := sig.Params().At(min(i, sig.Params().Len()-1)).Type()
		if s, ok := t.(*types.Slice); ok && sig.Variadic() && i >= sig.Params().Len()-1 {
			t = s.Elem()
		}
		it, ok := t.Underlying().(*types.Interface)
		// One that takes a single value of any type takes data, which it may print when something else goes wrong.
		return ok && it.Empty() && sig.Variadic()
	}
	return false
}

// errorArg is an error given to a function that prints it.
func (m *maker) errorArg(arg ast.Expr) {
	for _, i := range m.facts.Wraps {
		if i < len(m.call.Args) && m.call.Args[i] == arg {
			return
		}
	}
	m.report(m.c, check.Finding{
		Check: StringConstructor, Node: arg, Cause: arg,
		Message: m.fn.Name() + " keeps only the text of " + m.finder.name(arg) + ": " + stops,
	})
}

// keeps reports whether an error whose text is used is also among the causes that the call wraps.
func (m *maker) keeps(s text.Source) bool {
	for _, i := range m.facts.Wraps {
		for ; i < len(m.call.Args); i++ {
			if code.Same(m.info, m.call.Args[i], s.Err) {
				return true
			}
			if !m.fn.Signature().Variadic() {
				break
			}
		}
	}
	return false
}

// copyFix turns errors.New of a text into an error that wraps.
func (m *maker) copyFix(arg ast.Expr, s text.Source) (check.Fix, bool) {
	t := m.info.TypeOf(s.Err)
	if !code.IsError(t) || !code.IsInterface(t) && code.HasMethod(t, "Format") || m.Commented(m.call) || m.Src(s.Err) == "" {
		return check.Fix{}, false
	}
	fix := check.Fix{Ask: m.Exported(arg.Pos())}
	name := m.finder.name(s.Err)
	whole := ast.Unparen(arg)
	switch whole := whole.(type) {
	case *ast.CallExpr:
		switch {
		case whole == s.Node && types.Identical(t, code.ErrorType) && m.assignable():
			fix.Message = "use " + name + " itself"
			fix.Edits = []edit{check.Replace(m.call, m.Src(s.Err))}
			return m.withoutErrors(fix), true
		case code.Name(m.info, whole) == "fmt.Sprintf" && !whole.Ellipsis.IsValid():
			return m.sprintfFix(fix, whole, s)
		}
	case *ast.BinaryExpr:
		return m.sumFix(fix, whole, s)
	}
	return check.Fix{}, false
}

// assignable reports whether the call stands where any error may: its type is not what a variable is declared by.
func (m *maker) assignable() bool {
	kind := m.c.ParentEdgeKind()
	return kind == edge.ReturnStmt_Results || kind == edge.CallExpr_Args || kind == edge.AssignStmt_Rhs || kind == edge.SendStmt_Value || kind == edge.KeyValueExpr_Value
}

// sprintfFix is for errors.New(fmt.Sprintf("x: %v", err)).
func (m *maker) sprintfFix(fix check.Fix, call *ast.CallExpr, s text.Source) (check.Fix, bool) {
	src, ok := format.Of(m.info, call.Args[0])
	if !ok || src.Partial {
		return fix, false
	}
	pkg, edits, ok := m.Import(m.call.Pos(), "fmt")
	if !ok {
		return fix, false
	}
	others := 0
	for i, a := range call.Args[1:] {
		if ast.Unparen(a) != s.Node {
			if code.IsError(m.info.TypeOf(a)) {
				others++
			}
			continue
		}
		for _, d := range format.Parse(src.Value) {
			if d.Arg != i {
				continue
			}
			if d.Sized || d.Rune != 'v' && d.Rune != 's' || d.Flags != "" {
				return fix, false
			}
			pos, ok := src.Pos(d.Verb)
			if !ok {
				return fix, false
			}
			edits = append(edits, check.ReplaceRange(pos, pos+1, "w"))
		}
		if s.Node != s.Err {
			edits = append(edits, check.Replace(a, m.Src(s.Err)))
		} else if !code.NonNil(m.info, at(m.c, s.Err), s.Err) {
			fix.Ask = true
		}
	}
	if others > 0 {
		return fix, false
	}
	fix.Message = "wrap " + m.finder.name(s.Err) + " with fmt.Errorf"
	fix.Edits = append(edits,
		check.ReplaceRange(m.call.Pos(), call.Lparen, pkg+".Errorf"),
		check.ReplaceRange(call.Rparen+1, m.call.Rparen+1, ""))
	return m.withoutErrors(fix), true
}

// sumFix is for errors.New("x: " + err.Error()).
func (m *maker) sumFix(fix check.Fix, sum *ast.BinaryExpr, s text.Source) (check.Fix, bool) {
	pkg, edits, ok := m.Import(m.call.Pos(), "fmt")
	if !ok {
		return fix, false
	}
	var b strings.Builder
	var operands []string
	found := 0
	for _, part := range format.Sum(sum) {
		part = ast.Unparen(part)
		switch lit, isLit := part.(*ast.BasicLit); {
		case part == s.Node:
			b.WriteString("%w")
			operands = append(operands, m.Src(s.Err))
			found++
		case isLit && strings.HasPrefix(lit.Value, `"`):
			b.WriteString(strings.ReplaceAll(lit.Value[1:len(lit.Value)-1], "%", "%%"))
		case types.Identical(m.info.TypeOf(part), types.Typ[types.String]):
			if x, ok := code.ErrorCall(m.info, part); ok && code.IsError(m.info.TypeOf(x)) {
				return fix, false // two errors: each has a finding of its own
			}
			b.WriteString("%s")
			operands = append(operands, m.Src(part))
		default:
			return fix, false
		}
	}
	if found != 1 {
		return fix, false
	}
	fix.Message = "wrap " + m.finder.name(s.Err) + " with fmt.Errorf"
	fix.Edits = append(edits, check.Replace(m.call, pkg+`.Errorf("`+b.String()+`", `+strings.Join(operands, ", ")+")"))
	return m.withoutErrors(fix), true
}

// withoutErrors removes the import of package errors where nothing else needs it.
func (m *maker) withoutErrors(fix check.Fix) check.Fix {
	drop := m.Drop(m.call.Pos(), "errors", func(id *ast.Ident) bool { return id.Pos() < m.call.Pos() || m.call.End() <= id.Pos() })
	fix.Edits = append(fix.Edits, drop...)
	return fix
}
