// Package flatten has the checks for errors whose text becomes a new error.
package flatten

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/ast/inspector"

	"github.com/holdfast-go/holdfast/lint/check"
	"github.com/holdfast-go/holdfast/lint/code"
	"github.com/holdfast-go/holdfast/lint/facts"
	"github.com/holdfast-go/holdfast/lint/text"
)

// Family is the checks for errors whose text becomes a new error.
var Family = &check.Family{
	Name: "flatten",
	Checks: []*check.Check{
		Verb, ConstantFormat, MixedVerbs, ErrorList,
		TextOperand, TextFormat, TextCopy, TextVariable, TextHelper, TextList,
		ErrorLiteral, StringError, PrintfConstructor, StringConstructor, StatusError, TextBesideCause, PanicText,
	},
	Requires: []*analysis.Analyzer{facts.Analyzer},
	Run:      run,
}

// finder looks at one package.
type finder struct {
	*check.Pass
	info  *types.Info
	facts *facts.Facts
	text  *text.Finder
	// inside are the calls that another finding has dealt with.
	inside map[*ast.CallExpr]bool
	sinks  sinkSet
}

func run(p *check.Pass) {
	f := &finder{Pass: p, info: p.TypesInfo, facts: p.ResultOf[facts.Analyzer].(*facts.Facts), inside: map[*ast.CallExpr]bool{}, sinks: sinksOf(p.Config)}
	f.text = text.NewFinder(f.info, f.facts)
	for file := range p.Inspect.Root().Children() {
		if p.Skipped(file.Node().Pos()) {
			continue
		}
		for c := range file.Preorder((*ast.CallExpr)(nil), (*ast.CompositeLit)(nil)) {
			switch n := c.Node().(type) {
			case *ast.CallExpr:
				if !f.inside[n] {
					f.call(c, n)
				}
			case *ast.CompositeLit:
				f.literal(c, n)
			}
		}
	}
}

// call finds out what sort of constructor a call is, if it is one.
func (f *finder) call(c inspector.Cursor, call *ast.CallExpr) {
	if len(call.Args) == 0 {
		return
	}
	if tv := f.info.Types[call.Fun]; tv.IsType() {
		f.conversion(c, call, tv.Type)
		return
	}
	if id, ok := call.Fun.(*ast.Ident); ok && id.Name == "panic" {
		f.panics(c, call)
		return
	}
	fn := code.Callee(f.info, call)
	if fn == nil {
		return
	}
	known := f.facts.Func(fn)
	if k := f.configured(fn); k != nil {
		known = k
	}
	if known == nil {
		return
	}
	if !f.makesError(fn) {
		if len(known.Texts) == 0 || !isStatus(fn) {
			return
		}
	}
	m := maker{finder: f, c: c, call: call, fn: fn, name: fn.FullName(), facts: known}
	switch {
	case isStatus(fn):
		m.status()
	case known.Printf == facts.Wrapping || known.Printf == facts.Opaque:
		m.printf()
	}
	if len(known.Texts) > 0 && !isStatus(fn) {
		m.texts()
	}
	if len(known.Wraps) > 0 && isStatus(fn) {
		m.statusOfError()
	}
}

// makesError reports whether an error is among the results of a function.
func (f *finder) makesError(fn *types.Func) bool {
	for r := range fn.Signature().Results().Variables() {
		if code.IsError(r.Type()) {
			return true
		}
	}
	return false
}

// configured returns what the user's configuration says of a function.
func (f *finder) configured(fn *types.Func) *facts.Func {
	for _, c := range f.Config.Constructors {
		if c.Func != fn.FullName() {
			continue
		}
		switch {
		case c.Format && c.Wraps:
			return &facts.Func{Printf: facts.Wrapping, Format: c.Text}
		case c.Format:
			return &facts.Func{Printf: facts.Opaque, Format: c.Text}
		default:
			return &facts.Func{Texts: []int{c.Text}}
		}
	}
	return nil
}

// maker is a call that makes an error.
type maker struct {
	*finder
	c     inspector.Cursor
	call  *ast.CallExpr
	fn    *types.Func
	name  string
	facts *facts.Func
}

// report adds what is the same for all findings about a call.
func (f *finder) report(c inspector.Cursor, finding check.Finding) {
	if finding.Tier == 0 && f.sinks.takes(f.info, c) {
		finding.Tier = check.OptIn // only people read it
	}
	f.Report(finding)
}

// bodies are the functions around a place.
func (f *finder) bodies(c inspector.Cursor) []*ast.BlockStmt { return code.Bodies(c) }

// at returns the cursor of a node at or below c.
func at(c inspector.Cursor, n ast.Node) inspector.Cursor {
	if got, ok := c.FindNode(n); ok {
		return got
	}
	return c
}

// src is the source of an expression for a message: short, on one line.
func (f *finder) src(e ast.Expr) string {
	s := f.Src(e)
	if s == "" || len(s) > 40 || slices.Contains([]byte(s), '\n') {
		return types.ExprString(e)
	}
	return s
}

// name returns what a message calls the error: its expression, cut where it is long.
func (f *finder) name(e ast.Expr) string {
	s := f.src(e)
	if len(s) > 60 {
		s = s[:57] + "..."
	}
	return s
}

const stops = "errors.Is and errors.As stop here"

// asks reports whether a person has to look at a change to the chain of the error made at c: functions that are
// called from other modules promise what they return, and %w prints no nil.
func (f *finder) asks(c inspector.Cursor, x ast.Expr) bool {
	return f.Exported(x.Pos()) || !code.NonNil(f.info, at(c, x), x)
}

// several reports whether fmt.Errorf may have more than one %w at pos.
func (f *finder) several(pos token.Pos) bool { return f.Has(pos, "go1.20") }
