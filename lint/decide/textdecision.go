package decide

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/ast/edge"
	"golang.org/x/tools/go/ast/inspector"

	"github.com/holdfast-go/holdfast/lint/check"
	"github.com/holdfast-go/holdfast/lint/code"
)

// TextDecision finds decisions on the text of an error.
var TextDecision = &check.Check{
	ID: "text-decision", Tier: check.Warning, Since: "v0.1.0",
	Title: "a decision on the text of an error",
	Why: `The text of an error is for people. A program that searches it takes another branch when a wrap adds a
word, when a release corrects one, when the system speaks another language, and when a file is called "permission denied". Most
of what is searched for has a typed equivalent, which survives all of these: a variable for errors.Is, a type for errors.As, or a
function such as IsConflict. The message says which, where it is known. What the own module makes can be given one.`,
	Before: `func remove(name string) error {
	err := os.Remove(name)
	if err != nil && strings.Contains(err.Error(), "no such file or directory") {
		return nil
	}
	return err
}`,
	After: `func remove(name string) error {
	err := os.Remove(name)
	if err != nil && errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}`,
	Silent: []string{
		"text that comes from elsewhere, such as the output of a command or the answer of a server",
		"texts that are known at run time only, two errors whose texts are compared, and text that is taken apart",
		"texts for which no typed equivalent is known and which the package does not make: in the strict profile only, if the package that the error comes from exports any",
	},
	Fix: "Asks errors.Is where the text is that of a variable. A person has to look: an error that was flattened on its way has the text and not the chain.",
}

// decision is a place that decides on a text.
type decision struct {
	c       inspector.Cursor
	node    ast.Node
	err     ast.Expr // whose text it is
	needles []string // what is searched for
	open    bool     // not all needles are known
	simple  bool     // the node is a condition on this one needle, and not more
	negated bool
	parses  bool // the text is taken apart
}

// subjects are functions that decide on a text, and the index of the text.
var subjects = map[string]int{
	"strings.Contains": 0, "strings.HasPrefix": 0, "strings.HasSuffix": 0, "strings.EqualFold": 0, "strings.Index": 0, "strings.LastIndex": 0,
	"strings.Count": 0, "strings.Compare": 0, "strings.ContainsAny": 0, "strings.Cut": 0, "strings.CutPrefix": 0, "strings.CutSuffix": 0,
	"strings.ContainsFunc": 0, "strings.Split": 0, "strings.SplitN": 0,
	"bytes.Contains": 0, "bytes.HasPrefix": 0, "bytes.HasSuffix": 0, "bytes.Equal": 0, "bytes.EqualFold": 0, "bytes.Index": 0, "bytes.Compare": 0,
	"regexp.MatchString": 1, "regexp.Match": 1,
	"(*regexp.Regexp).MatchString": 0, "(*regexp.Regexp).Match": 0, "(*regexp.Regexp).FindString": 0, "(*regexp.Regexp).FindStringSubmatch": 0,
	"(*regexp.Regexp).FindStringIndex": 0, "(*regexp.Regexp).FindSubmatch": 0, "(*regexp.Regexp).FindAllString": 0, "(*regexp.Regexp).FindAllStringSubmatch": 0,
	"slices.Contains": 1, "slices.Index": 1,
}

// parsers are beginnings of functions that take a text apart: that is a decision only if something known is searched for.
var parsers = []string{"strings.Split", "strings.ContainsFunc", "strings.ContainsAny", "strings.Count", "strings.Compare", "strings.Cut", "strings.Index", "strings.LastIndex", "(*regexp.Regexp).Find", "bytes.Compare"}

func matchesParser(name string) bool {
	return slices.ContainsFunc(parsers, func(p string) bool { return strings.HasPrefix(name, p) })
}

// names of the functions above: what is asked before the types are.
var subjectNames = func() map[string]bool {
	out := map[string]bool{}
	for name := range subjects {
		out[name[strings.LastIndexByte(name, '.')+1:]] = true
	}
	return out
}()

// through are functions whose result has the text of their first argument.
var through = []string{
	"strings.ToLower", "strings.ToUpper", "strings.TrimSpace", "strings.Trim", "strings.TrimPrefix", "strings.TrimSuffix", "strings.TrimLeft",
	"strings.TrimRight", "strings.ReplaceAll", "strings.Replace", "strings.Clone", "bytes.ToLower", "bytes.TrimSpace",
}

// makers are the names of functions that make an error of a text.
var makers = []string{"New", "Errorf", "Newf", "Wrap", "Wrapf", "WithMessage", "WithMessagef", "Error"}

func (f *finder) call(c inspector.Cursor, call *ast.CallExpr) {
	sel, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr)
	if !ok {
		return
	}
	name := sel.Sel.Name
	if name == "Error" && len(call.Args) == 0 || strings.HasPrefix(name, "Sprint") {
		f.note(c)
	}
	if len(call.Args) > 0 && slices.Contains(makers, name) {
		for _, arg := range call.Args {
			if _, lit := arg.(*ast.BasicLit); lit {
				if s, ok := code.Constant(f.info, arg); ok && s != "" {
					f.own = append(f.own, strings.ToLower(s))
				}
			}
		}
	}
	if !subjectNames[name] {
		return
	}
	full := code.Name(f.info, call)
	at, ok := subjects[full]
	if !ok || at >= len(call.Args) {
		return
	}
	x, direct := f.textOf(c, call.Args[at], 0)
	if x == nil {
		return
	}
	d := decision{c: c, node: call, err: x, simple: direct && len(call.Args) == 2 && (full == "strings.Contains" || full == "strings.HasPrefix" || full == "strings.HasSuffix" || full == "strings.EqualFold")}
	for i, arg := range call.Args {
		if i != at {
			d.needle(f, arg)
		}
	}
	if len(call.Args) == 1 {
		d.open = true
		d.needle(f, f.pattern(sel.X))
	}
	d.parses = matchesParser(full)
	f.decisions = append(f.decisions, d)
}

// pattern returns the source of a regular expression that is compiled in an initializer of a package's variable,
// or in place.
func (f *finder) pattern(e ast.Expr) ast.Expr {
	if call, ok := ast.Unparen(e).(*ast.CallExpr); ok && len(call.Args) == 1 {
		return call.Args[0]
	}
	v := code.Var(f.info, e)
	if v == nil {
		return nil
	}
	for _, init := range f.info.InitOrder {
		if len(init.Lhs) == 1 && init.Lhs[0] == v {
			if call, ok := init.Rhs.(*ast.CallExpr); ok && len(call.Args) == 1 {
				return call.Args[0]
			}
		}
	}
	return nil
}

// needle adds what an argument says is searched for.
func (d *decision) needle(f *finder, arg ast.Expr) {
	if arg == nil {
		return
	}
	switch x := ast.Unparen(arg).(type) {
	case *ast.CompositeLit:
		for _, e := range x.Elts {
			d.needle(f, e)
		}
		return
	case *ast.CallExpr:
		if len(x.Args) == 1 { // []byte("...")
			if y, ok := f.text(x); ok { // the text of an error, too: of a variable's perhaps
				d.sentinel(f, y)
				return
			}
			d.needle(f, x.Args[0])
			return
		}
		if y, ok := code.ErrorCall(f.info, x); ok {
			d.sentinel(f, y)
			return
		}
	}
	if s, ok := code.Constant(f.info, arg); ok {
		d.needles = append(d.needles, s)
		return
	}
	if tv := f.info.Types[arg]; tv.Type != nil && code.IsString(tv.Type) || d.open {
		d.open = true
	}
}

// sentinel adds the text of a variable: the typed equivalent is at hand.
func (d *decision) sentinel(f *finder, y ast.Expr) {
	d.open = true
	if code.IsSentinel(f.info, y) {
		d.needles = append(d.needles, sentinelMark+f.Src(y))
	}
}

// sentinelMark begins a needle that is the text of a package's variable.
const sentinelMark = "\x00"

// text returns x if e is the text of the error x by itself.
func (f *finder) text(e ast.Expr) (ast.Expr, bool) {
	e = ast.Unparen(e)
	if x, ok := code.ErrorCall(f.info, e); ok {
		return x, true
	}
	call, ok := e.(*ast.CallExpr)
	if !ok || len(call.Args) == 0 {
		return nil, false
	}
	if tv := f.info.Types[call.Fun]; tv.IsType() { // string(x), []byte(x)
		return f.text(call.Args[0])
	}
	sel, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr)
	if !ok {
		return nil, false
	}
	switch name := sel.Sel.Name; {
	case (name == "Sprint" || name == "Sprintf" || name == "Sprintln") && code.IsError(f.info.TypeOf(call.Args[len(call.Args)-1])):
		if _, ok := code.IsCall(f.info, call, "fmt.Sprint", "fmt.Sprintf", "fmt.Sprintln"); ok {
			return call.Args[len(call.Args)-1], true
		}
	case strings.HasPrefix(name, "T") || strings.HasPrefix(name, "R") || name == "Clone":
		if _, ok := code.IsCall(f.info, call, through...); ok {
			return f.text(call.Args[0])
		}
	}
	return nil, false
}

// textOf returns the error whose text e is, also through a local variable, and whether it is written there.
func (f *finder) textOf(c inspector.Cursor, e ast.Expr, depth int) (x ast.Expr, direct bool) {
	if x, ok := f.text(e); ok {
		return x, true
	}
	if call, ok := ast.Unparen(e).(*ast.CallExpr); ok && len(call.Args) > 0 && depth < 3 {
		if tv := f.info.Types[call.Fun]; tv.IsType() {
			x, _ := f.textOf(c, call.Args[0], depth+1)
			return x, false
		}
		if _, ok := code.IsCall(f.info, call, through...); ok {
			x, _ := f.textOf(c, call.Args[0], depth+1)
			return x, false
		}
		return nil, false
	}
	v := code.Var(f.info, e)
	if v == nil || !f.texts[v] || depth >= 3 {
		return nil, false
	}
	bodies := code.Bodies(c)
	home := code.Home(bodies, v)
	if home == nil {
		return nil, false
	}
	pos := e.Pos()
	if home != bodies[0] {
		pos = token.Pos(0)
		for b := range slices.Values(bodies) {
			if b == home {
				break
			}
			pos = b.Pos() // where the function that uses it is made
		}
	}
	defs, known := f.flow.Defs(home, v, pos)
	if !known || len(defs) == 0 {
		return nil, false
	}
	for _, d := range defs {
		switch {
		case d.Value == nil || d.Append:
			if s, ok := d.Node.(*ast.ValueSpec); ok && len(s.Values) == 0 {
				continue // empty until it is given the text
			}
			if _, again := f.text(orNil(d.Value)); d.Append && again {
				continue
			}
			if d.Append && d.Value != nil {
				continue // strings.ToLower(v) of the same variable
			}
			return nil, false
		default:
			if s, ok := code.Constant(f.info, d.Value); ok && s == "" {
				continue
			}
			y, ok := f.text(d.Value)
			if !ok {
				return nil, false
			}
			x = y
		}
	}
	return x, false
}

func orNil(e ast.Expr) ast.Expr {
	if e == nil {
		return &ast.BadExpr{}
	}
	return e
}

// note remembers the variable that is given the text at c.
func (f *finder) note(c inspector.Cursor) {
	for range 4 {
		kind, i := c.ParentEdge()
		c = c.Parent()
		switch kind {
		case edge.CallExpr_Args, edge.ParenExpr_X:
			continue
		case edge.AssignStmt_Rhs:
			if n := c.Node().(*ast.AssignStmt); len(n.Lhs) == len(n.Rhs) {
				if v := code.Var(f.info, n.Lhs[i]); v != nil && code.IsLocal(v) {
					f.texts[v] = true
				}
			}
		case edge.ValueSpec_Values:
			if n := c.Node().(*ast.ValueSpec); len(n.Names) == len(n.Values) {
				if v := code.Var(f.info, n.Names[i]); v != nil {
					f.texts[v] = true
				}
			}
		}
		return
	}
}

// binary is a comparison: of texts, or of errors.
func (f *finder) binary(c inspector.Cursor, b *ast.BinaryExpr) {
	if b.Op != token.EQL && b.Op != token.NEQ {
		return
	}
	t := f.info.TypeOf(b.X)
	if !code.IsString(t) {
		f.compare(c, b)
		return
	}
	for _, side := range [2][2]ast.Expr{{b.X, b.Y}, {b.Y, b.X}} {
		x, direct := f.textOf(c, side[0], 0)
		if x == nil {
			continue
		}
		d := decision{c: c, node: b, err: x, simple: direct, negated: b.Op == token.NEQ}
		d.needle(f, side[1])
		if len(d.needles) == 1 && d.needles[0] == "" {
			return
		}
		f.decisions = append(f.decisions, d)
		return
	}
}

// textSwitch is a switch over a text.
func (f *finder) textSwitch(c inspector.Cursor, s *ast.SwitchStmt) {
	if !code.IsString(f.info.TypeOf(s.Tag)) {
		return
	}
	x, _ := f.textOf(c, s.Tag, 0)
	if x == nil {
		return
	}
	d := decision{c: c, node: s.Tag, err: x}
	for _, clause := range s.Body.List {
		for _, e := range clause.(*ast.CaseClause).List {
			d.needle(f, e)
		}
	}
	if len(d.needles) > 0 || d.open {
		f.decisions = append(f.decisions, d)
	}
}

// reportDecisions reports what was found, now that the package's own texts are known.
func (f *finder) reportDecisions() {
	for _, d := range f.decisions {
		name := f.Src(d.err)
		if len(name) > 60 || strings.Contains(name, "\n") {
			name = "the error"
		}
		finding := check.Finding{Check: TextDecision, Node: d.node, Cause: d.err}
		eq, needle, known := f.equivalent(d.needles)
		switch {
		case known:
			finding.Message = fmt.Sprintf("decided on the text of %s, which a wrap or a release may change: ask %s", name, eq.question(name))
			if fix, ok := f.textFix(&d, eq, needle); ok {
				finding.Fixes = []check.Fix{fix}
			}
		case f.makes(d.needles):
			finding.Message = fmt.Sprintf("decided on the text of %s, which this package makes: give the error a variable or a type, and ask errors.Is or errors.As", name)
		case !f.mayAsk(&d):
			continue
		default:
			finding.Tier = check.OptIn
			finding.Message = fmt.Sprintf("decided on the text of %s, which a wrap or a release may change", name)
		}
		f.Report(finding)
	}
}

// mayAsk reports whether the producer of an error may have a typed equivalent of what is searched for. There is none
// for text that is only known at run time, and for that of a package which exports no errors at all.
func (f *finder) mayAsk(d *decision) bool {
	if len(d.needles) == 0 || d.parses {
		return false
	}
	defs, _ := f.values(d.c, d.err)
	for _, def := range defs {
		call, ok := ast.Unparen(orNil(def.Value)).(*ast.CallExpr)
		if !ok {
			return true
		}
		fn := code.Callee(f.info, call)
		if fn == nil || fn.Pkg() == nil || fn.Pkg() == f.Pkg || f.exportsErrors(fn.Pkg()) {
			return true
		}
	}
	return len(defs) == 0
}

// exportsErrors reports whether a package exports variables or types that are errors.
func (f *finder) exportsErrors(pkg *types.Package) bool {
	if known, ok := f.typedErrors[pkg]; ok {
		return known
	}
	found := slices.ContainsFunc(pkg.Scope().Names(), func(name string) bool {
		obj := pkg.Scope().Lookup(name)
		switch obj.(type) {
		case *types.Var, *types.TypeName:
			t := obj.Type()
			return obj.Exported() && (code.IsError(t) || code.IsError(types.NewPointer(t)))
		}
		return false
	})
	f.typedErrors[pkg] = found
	return found
}

// makes reports whether a text that is searched for is that of an error made in this package.
func (f *finder) makes(needles []string) bool {
	for _, n := range needles {
		n = strings.ToLower(strings.TrimSpace(n))
		if slices.Contains(f.own, n) || len(n) > 3 && slices.ContainsFunc(f.own, func(s string) bool { return strings.Contains(s, n) }) {
			return true
		}
	}
	return false
}

// textFix asks errors.Is, where a needle is the whole text of a variable.
func (f *finder) textFix(d *decision, eq *equivalent, needle string) (check.Fix, bool) {
	pos := d.node.Pos()
	if !d.simple || len(d.needles) != 1 || !f.Has(pos, "go1.13") || f.Commented(d.node) || !code.IsError(f.info.TypeOf(d.err)) {
		return check.Fix{}, false
	}
	target, edits, ok := "", []analysis.TextEdit(nil), false
	if s, own := strings.CutPrefix(needle, sentinelMark); own {
		target, ok = s, s != ""
	} else if eq.sentinel != "" && eq.text == needle {
		target, edits, ok = f.variable(pos, eq.sentinel)
	}
	if !ok {
		return check.Fix{}, false
	}
	name, more, ok := f.errors(pos, "Is")
	src := f.Src(d.err)
	if !ok || src == "" {
		return check.Fix{}, false
	}
	text := name + ".Is(" + src + ", " + target + ")"
	if d.negated {
		text = "!" + text
	}
	edits = append(append(edits, more...), check.Replace(d.node, text))
	edits = append(edits, f.dropUnused(d)...)
	return check.Fix{Message: "ask errors.Is", Edits: edits, Ask: true}, true
}

// dropUnused removes the imports that only the text needed.
func (f *finder) dropUnused(d *decision) []analysis.TextEdit {
	inside := func(id *ast.Ident, n ast.Node) bool { return n.Pos() <= id.Pos() && id.Pos() < n.End() }
	var edits []analysis.TextEdit
	done := map[string]bool{}
	ast.Inspect(d.node, func(n ast.Node) bool {
		id, ok := n.(*ast.Ident)
		if !ok {
			return true
		}
		if pkg, ok := f.info.Uses[id].(*types.PkgName); ok && !done[pkg.Imported().Path()] {
			done[pkg.Imported().Path()] = true
			edits = append(edits, f.Drop(id.Pos(), pkg.Imported().Path(), func(id *ast.Ident) bool { return !inside(id, d.node) || inside(id, d.err) })...)
		}
		return true
	})
	return edits
}

// variable returns the expression of a package's variable such as "io/fs.ErrExist", if its package is of the
// standard library or imported.
func (f *finder) variable(pos token.Pos, full string) (string, []analysis.TextEdit, bool) {
	i := strings.LastIndexByte(full, '.')
	path, name := full[:i], full[i+1:]
	if path == f.Pkg.Path() {
		return name, nil, true
	}
	if strings.Contains(strings.SplitN(path, "/", 2)[0], ".") && !f.imports(path) {
		return "", nil, false
	}
	pkg, edits, ok := f.Import(pos, path)
	return pkg + "." + name, edits, ok
}

// imports reports whether the package imports one that is at path or below.
func (f *finder) imports(path string) bool {
	return slices.ContainsFunc(f.Pkg.Imports(), func(p *types.Package) bool {
		return p.Path() == path || strings.HasPrefix(p.Path(), path+"/")
	})
}
