package handle

import (
	"fmt"
	"go/ast"
	"go/types"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/tools/go/analysis"

	"github.com/holdfast-go/holdfast/lint/check"
	"github.com/holdfast-go/holdfast/lint/code"
	"github.com/holdfast-go/holdfast/lint/sealed"
)

// Unregistered finds variants that a sum's wire form forgets.
var Unregistered = &check.Check{
	ID: "errctx-unregistered", Tier: check.Warning, Since: "v0.1.0",
	Title: "a variant of a sealed sum is not declared in its wire form",
	Why: `wire.NewSum lists how each variant of a sum travels to another process. A variant that is not in the list
still travels, as an Unknown: it arrives with its text and without its type, so that the retry, the repair or the status
code that the receiver has for it never comes about. Nothing fails where it was forgotten.`,
	Before: `type queueError interface {
	errctx.Kind
	queueError()
}

type Full struct{ Limit int }

type Closed struct{ Why string }

type Unknown struct{ *wire.Unknown }

func (*Full) queueError()   {}
func (*Closed) queueError() {}
func (Unknown) queueError() {}

func (*Full) Error() string       { return "queue is full" }
func (*Full) ErrorKind() string   { return "queue.full" }
func (*Closed) Error() string     { return "queue is closed" }
func (*Closed) ErrorKind() string { return "queue.closed" }

var queueWire = wire.NewSum(func(u *wire.Unknown) queueError { return Unknown{u} }, nil,
	wire.Fields[queueError, *Full]("queue.full"),
)`,
	After: `type queueError interface {
	errctx.Kind
	queueError()
}

type Full struct{ Limit int }

type Closed struct{ Why string }

type Unknown struct{ *wire.Unknown }

func (*Full) queueError()   {}
func (*Closed) queueError() {}
func (Unknown) queueError() {}

func (*Full) Error() string       { return "queue is full" }
func (*Full) ErrorKind() string   { return "queue.full" }
func (*Closed) Error() string     { return "queue is closed" }
func (*Closed) ErrorKind() string { return "queue.closed" }

var queueWire = wire.NewSum(func(u *wire.Unknown) queueError { return Unknown{u} }, nil,
	wire.Fields[queueError, *Full]("queue.full"),
	wire.Fields[queueError, *Closed]("queue.closed"),
)`,
	Silent: []string{
		"the variant for unknown errors, which the first argument makes",
		"a sum whose variants are declared by a variable or a function of one's own: it is not known which they are",
		"variants that are declared in tests, and generic ones",
	},
	Fix: `Declares the variants by their fields and the kind that they return. A person has to say yes: that all exported
fields travel is a decision, and one that cannot travel needs wire.Custom.`,
}

// newSum reports a call of wire.NewSum that misses variants.
func (f *finder) newSum(call *ast.CallExpr) {
	if len(call.Args) < 2 || call.Ellipsis.IsValid() {
		return
	}
	args := sealed.Instance(f.info, call)
	if args == nil || args.Len() != 1 {
		return
	}
	sum := f.sums.Of(args.At(0))
	if sum == nil {
		return
	}
	declared := f.unknown(call.Args[0])
	for _, arg := range call.Args[2:] {
		variant, ok := ast.Unparen(arg).(*ast.CallExpr)
		if !ok {
			return
		}
		name := code.Name(f.info, variant)
		inst := sealed.Instance(f.info, variant)
		if name != wire+".Fields" && name != wire+".Custom" || inst == nil || inst.Len() != 2 {
			return
		}
		declared = append(declared, inst.At(1))
	}
	var missing []sealed.Variant
	for _, v := range sum.Variants {
		if !v.Test && !slices.ContainsFunc(declared, v.Is) && !f.embedsUnknown(v) {
			missing = append(missing, v)
		}
	}
	if len(missing) == 0 {
		return
	}
	var names []string
	for _, v := range missing {
		names = append(names, v.In(f.Pkg))
	}
	finding := check.Finding{
		Check: Unregistered, Node: call.Fun,
		Message: fmt.Sprintf("the wire form of %s lacks %s: such an error arrives as an unknown one, and errors.As does not find it", sum.Name.Name(), strings.Join(names, ", ")),
	}
	if fix, ok := f.declare(call, missing); ok {
		finding.Fixes = []check.Fix{fix}
	}
	f.Report(finding)
}

// unknown returns the types that the function for unknown errors makes.
func (f *finder) unknown(e ast.Expr) []types.Type {
	var body *ast.BlockStmt
	switch e := ast.Unparen(e).(type) {
	case *ast.FuncLit:
		body = e.Body
	case *ast.Ident:
		if fn, ok := f.info.Uses[e].(*types.Func); ok {
			if d := f.decl(fn); d != nil {
				body = d.Body
			}
		}
	}
	if body == nil {
		return nil
	}
	var out []types.Type
	ast.Inspect(body, func(n ast.Node) bool {
		if r, ok := n.(*ast.ReturnStmt); ok && len(r.Results) == 1 {
			out = append(out, f.info.TypeOf(r.Results[0]))
		}
		return true
	})
	return out
}

// embedsUnknown reports whether a variant is one for unknown errors.
func (f *finder) embedsUnknown(v sealed.Variant) bool {
	obj := f.Pkg.Scope().Lookup(v.Name)
	if obj == nil {
		return false
	}
	st, ok := obj.Type().Underlying().(*types.Struct)
	if !ok {
		return false
	}
	for field := range st.Fields() {
		if field.Embedded() && code.IsNamed(field.Type(), wire, "Unknown") {
			return true
		}
	}
	return false
}

// declare returns the fix that declares variants of this package by their fields.
func (f *finder) declare(call *ast.CallExpr, missing []sealed.Variant) (check.Fix, bool) {
	if len(call.Args) < 3 {
		return check.Fix{}, false
	}
	// Like the last one.
	last := ast.Unparen(call.Args[len(call.Args)-1]).(*ast.CallExpr)
	index, ok := ast.Unparen(last.Fun).(*ast.IndexListExpr)
	if !ok || len(index.Indices) != 2 || code.Name(f.info, last) != wire+".Fields" {
		return check.Fix{}, false
	}
	var lines []string
	for _, v := range missing {
		kind := f.kindOf(v)
		if kind == "" {
			return check.Fix{}, false
		}
		lines = append(lines, f.Src(index.X)+"["+f.Src(index.Indices[0])+", "+v.In(f.Pkg)+"]("+strconv.Quote(kind)+")")
	}
	edit := check.ReplaceRange(last.End(), last.End(), ", "+strings.Join(lines, ", "))
	tf := f.Fset.File(call.Rparen)
	line := tf.LineStart(tf.PositionFor(call.Rparen, false).Line)
	if end := f.SrcRange(line, call.Rparen); strings.TrimSpace(end) == "" && line > last.End() {
		indent := end + "\t"
		edit = check.ReplaceRange(line, line, indent+strings.Join(lines, ",\n"+indent)+",\n")
	}
	return check.Fix{Message: "declare the variants by their fields", Ask: true, Edits: []analysis.TextEdit{edit}}, true
}

// kindOf returns the constant that the method ErrorKind of a struct of this package returns, or "".
func (f *finder) kindOf(v sealed.Variant) string {
	obj := f.Pkg.Scope().Lookup(v.Name)
	if obj == nil {
		return ""
	}
	if _, ok := obj.Type().Underlying().(*types.Struct); !ok {
		return ""
	}
	m, _, _ := types.LookupFieldOrMethod(obj.Type(), true, f.Pkg, "ErrorKind")
	fn, ok := m.(*types.Func)
	if !ok {
		return ""
	}
	d := f.decl(fn)
	if d == nil || len(d.Body.List) != 1 {
		return ""
	}
	r, ok := d.Body.List[0].(*ast.ReturnStmt)
	if !ok || len(r.Results) != 1 {
		return ""
	}
	kind, _ := code.Constant(f.info, r.Results[0])
	return kind
}
