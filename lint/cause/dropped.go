package cause

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/tools/go/analysis"

	"github.com/holdfast-go/holdfast/lint/check"
	"github.com/holdfast-go/holdfast/lint/code"
	"github.com/holdfast-go/holdfast/lint/facts"
)

// DroppedCause finds new errors that are returned instead of the one in hand.
var DroppedCause = &check.Check{
	ID: "dropped-cause", Tier: check.Warning, Since: "v0.1.0",
	Title: "a new error is returned, and the one in hand is not in it",
	Why: `The branch is taken because there is an error, and returns another one that does not wrap it. Nothing further up
can tell a missing file from a full disk or a context that ended, and the message does not say it either. An
error that was logged is known to the reader of the log, not to the caller.`,
	Before: `func load(name string) error {
	if _, err := os.Stat(name); err != nil {
		return fmt.Errorf("no configuration %s", name)
	}
	return nil
}`,
	After: `func load(name string) error {
	if _, err := os.Stat(name); err != nil {
		return fmt.Errorf("no configuration %s: %w", name, err)
	}
	return nil
}`,
	Silent: []string{
		"branches that pass the error on in another way: to a function, a field, a channel, another result",
		"branches that ask what the error is before, with errors.Is or by a helper: only in the strict profile",
		"errors of functions that only say again what was wrong with their argument, such as strconv.Atoi: only in the strict profile",
		"answers for another program, such as status.Error: only in the strict profile",
	},
	Fix: `Adds the error to the message, with %w. The text changes, so a person has to say yes.`,
}

// SentinelInstead finds variables that are returned instead of the error in hand.
var SentinelInstead = &check.Check{
	ID: "sentinel-instead", Tier: check.OptIn, Since: "v0.1.0",
	Title: "a variable is returned, and the error in hand is not",
	Why: `A variable such as ErrNotFound says what the error means here. It need not replace why: since Go 1.20 an error
can wrap both, and errors.Is finds the variable as before.`,
	Before: `var errNoConfig = errors.New("no configuration")

func load(name string) error {
	if _, err := os.Stat(name); err != nil {
		return errNoConfig
	}
	return nil
}`,
	After: `var errNoConfig = errors.New("no configuration")

func load(name string) error {
	if _, err := os.Stat(name); err != nil {
		return fmt.Errorf("%w: %w", errNoConfig, err)
	}
	return nil
}`,
	Silent: []string{"branches that ask what the error is before"},
	Fix:    "Wraps both. Callers that compare with == see the difference, so a person has to say yes.",
}

// result reports one error that a branch gives, if the branch's own is lost.
func (f *finder) result(b *branch, r result, u use) {
	if u == kept || f.mentions(r.expr, b.v) {
		return
	}
	if stmt, ok := r.at.(*ast.ReturnStmt); ok {
		for _, e := range stmt.Results {
			if e != r.expr && f.mentions(e, b.v) {
				return
			}
		}
	}
	if code.IsSentinel(f.info, r.expr) {
		if u != decided && !b.narrowed && !r.nested {
			f.sentinelInstead(b, r)
		}
		return
	}
	if v := code.Var(f.info, r.expr); v != nil {
		f.wrongVariable(b, r, u)
		return
	}
	kind := f.fresh(r.expr)
	if kind == none || u == decided && r.nested {
		return
	}
	finding := check.Finding{Check: DroppedCause, Node: r.expr, Cause: b.err}
	name := b.err.Name
	finding.Message = fmt.Sprintf("errors.Is and errors.As on %s stop here: the error that is returned instead does not wrap it", name)
	if u == decided || kind == answer || f.restated(b) {
		finding.Tier = check.OptIn
	}
	if fix, ok := f.wrapFix(b, r.expr); ok {
		finding.Fixes = []check.Fix{fix}
	}
	f.Report(finding)
}

func (f *finder) mentions(n ast.Node, v *types.Var) bool {
	found := false
	ast.Inspect(n, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok && f.info.Uses[id] == v {
			found = true
		}
		return !found
	})
	return found
}

// freshness says what an expression makes.
type freshness uint8

const (
	none   freshness = iota
	made             // an error for this program
	answer           // one for another program
)

// fresh reports whether e makes an error of what it is given: a literal, a conversion of text, a constructor.
func (f *finder) fresh(e ast.Expr) freshness {
	e = ast.Unparen(e)
	if !code.IsError(f.info.TypeOf(e)) {
		return none
	}
	switch x := e.(type) {
	case *ast.UnaryExpr:
		if lit, ok := x.X.(*ast.CompositeLit); ok && x.Op == token.AND {
			return f.freshLiteral(lit)
		}
	case *ast.CompositeLit:
		return f.freshLiteral(x)
	case *ast.CallExpr:
		if tv := f.info.Types[x.Fun]; tv.IsType() {
			if len(x.Args) == 1 && code.IsString(f.info.TypeOf(x.Args[0])) {
				return made
			}
			return none
		}
		fn := code.Callee(f.info, x)
		if fn == nil || f.takesErrors(x) {
			return none
		}
		if isAnswer(fn) {
			return answer
		}
		if f.constructs(fn, x) {
			return made
		}
	}
	return none
}

// constructorNames are the names of functions that make an error of what they are given. What has text in its
// errors may be anything that can fail.
var constructorNames = regexp.MustCompile(`Err|^err|^[Nn]ew|[Ff]ail(f|ed|ure)?$|^([Bb]ad|[Ii]nvalid|[Ii]llegal|[Nn]ot(Found|Impl|Supp|Allow|Valid)|[Nn]oSuch|[Mm]issing|[Uu]nknown|[Uu]nsupported|[Uu]nexpected|[Cc]onflict|[Ii]nternal|[Ff]orbidden|[Uu]nauthorized)`)

// newErrors are those that say it all.
var newErrors = regexp.MustCompile(`(?i)^new.*(err|fault|failure)`)

// constructs reports whether a function makes a new error of text, or of its other arguments.
func (f *finder) constructs(fn *types.Func, call *ast.CallExpr) bool {
	if fn.Signature().Results().Len() != 1 || len(call.Args) == 0 {
		return false
	}
	if newErrors.MatchString(fn.Name()) {
		return true
	}
	known := f.facts.Func(fn)
	return known != nil && (known.Printf == facts.Opaque || known.Printf == facts.Wrapping || len(known.Texts) > 0) && constructorNames.MatchString(fn.Name())
}

// freshLiteral is fresh for a literal. One that has another error in it has its cause.
func (f *finder) freshLiteral(lit *ast.CompositeLit) freshness {
	for _, e := range lit.Elts {
		if kv, ok := e.(*ast.KeyValueExpr); ok {
			e = kv.Value
		}
		if t := f.info.TypeOf(e); code.IsInterface(t) && !code.IsSentinel(f.info, e) {
			return none
		}
	}
	return made
}

// takesErrors reports whether a call has errors among its arguments that are no variables of a package: it wraps something.
func (f *finder) takesErrors(call *ast.CallExpr) bool {
	return slices.ContainsFunc(call.Args, func(e ast.Expr) bool {
		t := f.info.TypeOf(e)
		return code.IsError(t) && types.IsInterface(t) && !code.IsSentinel(f.info, e) && !code.IsNil(f.info, e) && f.fresh(e) == none
	})
}

// restated reports whether the error says nothing that its caller did not know.
func (f *finder) restated(b *branch) bool {
	call := f.origin(b)
	if call == nil {
		return false
	}
	fn := code.Callee(f.info, call)
	return fn != nil && (isRestating(fn) || parses(fn))
}

// parses reports whether a function takes apart what it is given, by its name: it has nothing to wait for, and nothing to
// read from.
func parses(fn *types.Func) bool {
	if !strings.HasPrefix(strings.ToLower(fn.Name()), "parse") {
		return false
	}
	for v := range fn.Signature().Params().Variables() {
		if types.IsInterface(v.Type()) {
			return false
		}
	}
	return true
}

// origin returns the call that the error of a branch comes from, where it is the statement before, or the initial one.
func (f *finder) origin(b *branch) *ast.CallExpr {
	of := func(s ast.Stmt) *ast.CallExpr {
		a, ok := s.(*ast.AssignStmt)
		if !ok || len(a.Rhs) != 1 || !slices.ContainsFunc(a.Lhs, func(l ast.Expr) bool { return code.Var(f.info, l) == b.v }) {
			return nil
		}
		call, _ := ast.Unparen(a.Rhs[0]).(*ast.CallExpr)
		return call
	}
	for at := b.c; at.Valid(); at = at.Parent() {
		if s, ok := at.Node().(*ast.IfStmt); ok && s.Init != nil {
			if call := of(s.Init); call != nil {
				return call
			}
		}
		if s, ok := at.Node().(*ast.SwitchStmt); ok && s.Init != nil {
			if call := of(s.Init); call != nil {
				return call
			}
		}
		var list []ast.Stmt
		switch n := at.Parent().Node().(type) {
		case *ast.BlockStmt:
			list = n.List
		case *ast.CaseClause:
			list = n.Body
		case *ast.CommClause:
			list = n.Body
		case *ast.FuncDecl, *ast.FuncLit, nil:
			return nil
		}
		for _, s := range slices.Backward(list) {
			if s.Pos() >= at.Node().Pos() {
				continue
			}
			if call := of(s); call != nil {
				return call
			}
			if code.Assigns(f.info, s, b.v) {
				return nil
			}
		}
	}
	return nil
}

// wrapFix appends the error to the message of errors.New or fmt.Errorf.
func (f *finder) wrapFix(b *branch, e ast.Expr) (check.Fix, bool) {
	call, ok := ast.Unparen(e).(*ast.CallExpr)
	if !ok || b.maybe || len(call.Args) == 0 || call.Ellipsis.IsValid() || !f.Has(e.Pos(), "go1.13") || !f.visible(b.v, e.Pos()) {
		return check.Fix{}, false
	}
	lit, ok := ast.Unparen(call.Args[0]).(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return check.Fix{}, false
	}
	quote := lit.Value[len(lit.Value)-1:]
	text := strings.TrimRight(lit.Value[1:len(lit.Value)-1], ".:! ")
	if strings.HasSuffix(text, `\`) || strings.HasSuffix(text, `\n`) {
		return check.Fix{}, false
	}
	fix := check.Fix{Message: "wrap " + b.err.Name, Ask: true}
	switch code.Name(f.info, call) {
	case "fmt.Errorf":
		if strings.Contains(text, "%[") || strings.Contains(text, "%w") && !f.Has(e.Pos(), "go1.20") {
			return check.Fix{}, false
		}
		last := call.Args[len(call.Args)-1]
		fix.Edits = []analysis.TextEdit{
			check.Replace(lit, quote+text+": %w"+quote),
			check.ReplaceRange(last.End(), last.End(), ", "+b.err.Name),
		}
		if last == call.Args[0] {
			fix.Edits = []analysis.TextEdit{check.Replace(lit, quote+text+": %w"+quote+", "+b.err.Name)}
		}
		return fix, true
	case "errors.New":
		name, edits, ok := f.Import(e.Pos(), "fmt")
		if !ok || f.Commented(call) {
			return check.Fix{}, false
		}
		text = strings.ReplaceAll(text, "%", "%%")
		fix.Edits = append(edits, check.Replace(call, name+".Errorf("+quote+text+": %w"+quote+", "+b.err.Name+")"))
		fix.Edits = append(fix.Edits, f.Drop(e.Pos(), "errors", func(id *ast.Ident) bool { return id.Pos() < call.Pos() || id.Pos() >= call.End() })...)
		return fix, true
	}
	return check.Fix{}, false
}

func (f *finder) sentinelInstead(b *branch, r result) {
	name := f.short(r.expr)
	finding := check.Finding{
		Check: SentinelInstead, Node: r.expr, Cause: b.err,
		Message: fmt.Sprintf("errors.Is and errors.As on %s stop here: %s is returned instead, and does not wrap it", b.err.Name, name),
	}
	if pkg, edits, ok := f.Import(r.expr.Pos(), "fmt"); ok && !b.maybe && f.Has(r.expr.Pos(), "go1.20") && f.visible(b.v, r.expr.Pos()) && f.Src(r.expr) != "" {
		finding.Fixes = []check.Fix{{
			Message: "wrap both", Ask: true,
			Edits: append(edits, check.Replace(r.expr, pkg+`.Errorf("%w: %w", `+f.Src(r.expr)+", "+b.err.Name+")")),
		}}
	}
	f.Report(finding)
}
