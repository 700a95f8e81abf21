package flatten

import (
	"go/ast"
	"go/types"
	"slices"

	"github.com/holdfast-go/holdfast/lint/check"
	"github.com/holdfast-go/holdfast/lint/code"
	"github.com/holdfast-go/holdfast/lint/facts"
	"github.com/holdfast-go/holdfast/lint/format"
)

// Verb is the check of fmt.Errorf("x: %v", err).
var Verb = &check.Check{
	ID: "verb", Tier: check.Error, Since: "v0.1.0",
	Title: "an error is formatted into another one with a verb that keeps only its text",
	Why: `fmt.Errorf wraps what %w formats; of what %v, %s and the other verbs format it keeps the text. Whoever calls errors.Is or
errors.As on the result no longer finds the error: a retry that waited for it, a "not found" that had an answer, a
cancellation that was none of our business all become the same nameless failure.`,
	Before: `func load(name string) error {
	if _, err := os.Stat(name); err != nil {
		return fmt.Errorf("load %s: %v", name, err)
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
		"%T and %p, which print no text of the error",
		"in the default profile: an error that is known to be nil there, and one that goes straight to a log, a panic or an answer",
	},
	Fix: "The verb becomes %w; index and flags stay. With a width, a precision, %q or %d the text would change, so there is no fix. In an exported function of a package that others can import, and where the error may be nil, the fix is a suggestion.",
}

// ConstantFormat is the check of the same where the format is no plain literal.
var ConstantFormat = &check.Check{
	ID: "constant-format", Tier: check.Error, Since: "v0.1.0",
	Title: "an error is formatted with a verb that keeps only its text, in a format that is put together",
	Why: `It is the same fault as the check "verb" reports: only the text of the error stays. Where the format is a sum, or a named
constant, it is easily overlooked, also by tools that read literals only.`,
	Before: `const prefix = "store: "

func get(key string) error {
	if _, err := os.ReadFile(key); err != nil {
		return fmt.Errorf(prefix+"get %s: %v", key, err)
	}
	return nil
}`,
	After: `const prefix = "store: "

func get(key string) error {
	if _, err := os.ReadFile(key); err != nil {
		return fmt.Errorf(prefix+"get %s: %w", key, err)
	}
	return nil
}`,
	Silent: []string{"what the check verb is silent about"},
	Fix:    "The verb becomes %w in the literal where it stands. A format that is a constant declared elsewhere is not changed.",
}

// MixedVerbs is the check of an error beside a %w that has only its text printed.
var MixedVerbs = &check.Check{
	ID: "mixed-verbs", Tier: check.OptIn, Since: "v0.1.0",
	Title: "an error loses its identity beside another one that is wrapped",
	Why: `fmt.Errorf("%w: %v", ErrUnavailable, err) says what the failure is for the caller and hides why. That may be meant: the
cause is then no part of the interface. Since Go 1.20 a format may have several %w, and both can be found.`,
	Before: `var ErrUnavailable = errors.New("unavailable")

func dial(addr string) error {
	if _, err := net.Dial("tcp", addr); err != nil {
		return fmt.Errorf("%w: %v", ErrUnavailable, err)
	}
	return nil
}`,
	After: `var ErrUnavailable = errors.New("unavailable")

func dial(addr string) error {
	if _, err := net.Dial("tcp", addr); err != nil {
		return fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	return nil
}`,
	Silent: []string{"files compiled as a version before Go 1.20, where one %w is all that there may be"},
	Fix:    "The verb becomes %w.",
}

// ErrorList is the check of several errors printed at once.
var ErrorList = &check.Check{
	ID: "error-list", Tier: check.Error, Since: "v0.1.0",
	Title: "a list of errors is formatted into one that has only their text",
	Why: `Printing a slice of errors keeps none of them. errors.Join makes one error of them that errors.Is and errors.As
look into.`,
	Before: `func closeAll(files []*os.File) error {
	var errs []error
	for _, f := range files {
		errs = append(errs, f.Close())
	}
	return fmt.Errorf("close: %v", errs)
}`,
	After: `func closeAll(files []*os.File) error {
	var errs []error
	for _, f := range files {
		errs = append(errs, f.Close())
	}
	return fmt.Errorf("close: %w", errors.Join(errs...))
}`,
	Silent: []string{"types that are errors themselves, and lists"},
	Fix:    "The suggestion is errors.Join with %w. It prints each error on a line of its own, so it is never applied by itself.",
}

// printf looks at the operands of a format.
func (m *maker) printf() {
	if m.facts.Format >= len(m.call.Args) {
		return
	}
	formatArg := m.call.Args[m.facts.Format]
	operands := m.call.Args[m.facts.Format+1:]
	src, ok := format.Of(m.info, formatArg)
	if !ok || src.Partial {
		m.textFormat(formatArg, operands)
	}
	if !ok || m.call.Ellipsis.IsValid() {
		return
	}
	verbs := format.Parse(src.Value)
	wrapped := 0
	seen := map[int]bool{} // operands that are wrapped, or dealt with
	var kept []ast.Expr
	if m.facts.Printf == facts.Wrapping {
		for _, d := range verbs {
			if d.Rune == 'w' {
				wrapped++
				seen[d.Arg] = true
				if d.Arg < len(operands) {
					kept = append(kept, operands[d.Arg])
				}
			}
		}
	}
	// One that is printed and also wrapped is not lost.
	keeps := func(x ast.Expr) bool {
		return slices.ContainsFunc(kept, func(k ast.Expr) bool { return code.Same(m.info, k, x) })
	}
	flattened := 0
	for _, d := range verbs {
		if 0 <= d.Arg && d.Arg < len(operands) && !seen[d.Arg] && code.IsError(m.info.TypeOf(operands[d.Arg])) {
			flattened++
		}
	}
	for _, d := range verbs {
		if d.Arg < 0 || d.Arg >= len(operands) || seen[d.Arg] {
			continue
		}
		operand := operands[d.Arg]
		if d.Rune == 'w' && m.facts.Printf == facts.Wrapping || d.Rune == 'T' || d.Rune == 'p' || d.Rune == 0 || d.Rune == 't' || d.Rune == 'c' {
			continue
		}
		t := m.info.TypeOf(operand)
		switch {
		case t == nil:
		case keeps(operand) || m.given(operand):
		case code.IsError(t):
			seen[d.Arg] = true
			m.operand(src, &d, operand, wrapped, flattened)
		case isErrorList(t):
			seen[d.Arg] = true
			m.list(src, &d, operand, wrapped)
		case carriesText(t):
			seen[d.Arg] = true
			for _, s := range m.text.First(m.bodies(m.c), operand) {
				if !keeps(s.Err) && !m.given(s.Err) {
					m.textOperand(src, &d, operand, s, wrapped)
				}
			}
		}
	}
}

func carriesText(t types.Type) bool {
	if s, ok := t.Underlying().(*types.Slice); ok {
		t = s.Elem()
	}
	return code.IsString(t)
}

func isErrorList(t types.Type) bool {
	_, ok := code.ElemError(t)
	return ok
}

// operand is an error formatted with a verb that does not wrap.
func (m *maker) operand(src *format.Source, d *format.Directive, operand ast.Expr, wrapped, flattened int) {
	c := at(m.c, operand)
	if code.Nil(m.info, c, operand) {
		m.report(m.c, check.Finding{
			Check: Verb, Tier: check.OptIn, Node: operand,
			Message: m.finder.name(operand) + " is nil here, and is formatted with " + verbName(d),
		})
		return
	}
	f := check.Finding{Check: m.check(src), Node: operand, Cause: operand}
	switch {
	case f.Check == Verb && m.facts.Printf == facts.Opaque:
		f.Check = PrintfConstructor
	case wrapped > 0 && f.Check != PrintfConstructor:
		if !m.several(operand.Pos()) {
			return
		}
		f.Check = MixedVerbs
	}
	name := m.finder.name(operand)
	f.Message = name + " is formatted with " + verbName(d) + ", which keeps only its text: " + stops
	if m.facts.Printf == facts.Wrapping {
		f.Message += "; use %w"
		if fix, ok := m.verbFix(src, d, operand, wrapped+flattened); ok {
			f.Fixes = append(f.Fixes, fix)
		}
	} else {
		f.Message = m.fn.Name() + " keeps only the text of " + name + ": " + stops
	}
	m.report(m.c, f)
}

// given reports whether the constructor gets x as a cause, too.
func (m *maker) given(x ast.Expr) bool {
	for _, i := range m.facts.Wraps {
		if i < m.facts.Format && i < len(m.call.Args) && code.Same(m.info, m.call.Args[i], x) {
			return true
		}
	}
	return false
}

// check returns which check a constructor's format is a case of.
func (m *maker) check(src *format.Source) *check.Check {
	switch {
	case m.name != "fmt.Errorf" && m.name != "golang.org/x/xerrors.Errorf":
		return PrintfConstructor
	case len(src.Parts) > 1 || src.Parts[0].Lit == nil:
		return ConstantFormat
	}
	return Verb
}

func verbName(d *format.Directive) string { return "%" + d.Flags + string(d.Rune) }

// verbFix makes %w of a directive. After it there are n of them.
func (m *maker) verbFix(src *format.Source, d *format.Directive, operand ast.Expr, n int) (check.Fix, bool) {
	if d.Sized || d.Rune != 'v' && d.Rune != 's' || d.Flags != "" && d.Flags != "+" || n > 1 && !m.several(operand.Pos()) || !m.Has(operand.Pos(), "go1.13") {
		return check.Fix{}, false
	}
	if d.Rune == 's' && !code.IsInterface(m.info.TypeOf(operand)) && code.HasMethod(m.info.TypeOf(operand), "Format") {
		return check.Fix{}, false // it may print other things for %s and for %v, which %w is
	}
	pos, ok := src.Pos(d.Verb)
	if !ok {
		return check.Fix{}, false
	}
	return check.Fix{
		Message: "wrap " + m.finder.name(operand) + " with %w",
		Edits:   []edit{check.ReplaceRange(pos, pos+1, "w")},
		Ask:     m.asks(m.c, operand) || src.Partial,
	}, true
}

// list is a slice, an array or a map of errors.
func (m *maker) list(src *format.Source, d *format.Directive, operand ast.Expr, wrapped int) {
	f := check.Finding{
		Check: ErrorList, Node: operand, Cause: operand,
		Message: "the errors in " + m.finder.name(operand) + " are formatted with " + verbName(d) + ", which keeps only their text: " + stops,
	}
	if sl, ok := m.info.TypeOf(operand).Underlying().(*types.Slice); ok && m.facts.Printf == facts.Wrapping && types.Identical(sl.Elem(), code.ErrorType) && !d.Sized && (wrapped == 0 || m.several(operand.Pos())) && m.several(operand.Pos()) {
		if pos, ok := src.Pos(d.Verb); ok && (d.Rune == 'v' || d.Rune == 's') {
			if pkg, edits, ok := m.Import(operand.Pos(), "errors"); ok {
				f.Fixes = []check.Fix{{
					Message: "join them, and wrap that with %w",
					Edits:   append(edits, check.ReplaceRange(pos, pos+1, "w"), check.Replace(operand, pkg+".Join("+m.Src(operand)+"...)")),
					Ask:     true,
				}}
			}
		}
	}
	m.report(m.c, f)
}
