package cause

import (
	"fmt"
	"go/ast"

	"golang.org/x/tools/go/analysis"

	"github.com/holdfast-go/holdfast/lint/check"
	"github.com/holdfast-go/holdfast/lint/code"
)

// ContextCause finds ctx.Err where the program gives its contexts causes.
var ContextCause = &check.Check{
	ID: "context-cause", Tier: check.OptIn, Since: "v0.1.0",
	Title: "ctx.Err is returned although contexts have causes here",
	Why: `A context that was cancelled with a cause says so in context.Cause only: ctx.Err is context.Canceled whatever
the cause is. A package that cancels with causes and returns ctx.Err drops them itself.`,
	Before: `func run(parent context.Context, work func() error) error {
	ctx, cancel := context.WithCancelCause(parent)
	go func() { cancel(work()) }()
	<-ctx.Done()
	return ctx.Err()
}`,
	After: `func run(parent context.Context, work func() error) error {
	ctx, cancel := context.WithCancelCause(parent)
	go func() { cancel(work()) }()
	<-ctx.Done()
	return context.Cause(ctx)
}`,
	Silent: []string{"packages that use no causes", "the method Err of a context"},
	Fix:    "Asks context.Cause, which gives another error, so a person has to say yes.",
}

// causeAPI are the functions of package context that know causes.
var causeAPI = map[string]bool{"Cause": true, "WithCancelCause": true, "WithTimeoutCause": true, "WithDeadlineCause": true}

// returnsContext collects the calls of ctx.Err in what a function returns.
func (f *finder) returnsContext(r *ast.ReturnStmt) {
	for _, e := range r.Results {
		call, ok := ast.Unparen(e).(*ast.CallExpr)
		if !ok {
			continue
		}
		f.contextErr(call)
		for _, arg := range call.Args {
			if inner, ok := ast.Unparen(arg).(*ast.CallExpr); ok {
				f.contextErr(inner)
			}
		}
	}
}

func (f *finder) contextErr(call *ast.CallExpr) {
	sel, ok := call.Fun.(*ast.SelectorExpr)
	if !ok || sel.Sel.Name != "Err" || len(call.Args) > 0 || code.Name(f.info, call) != "(context.Context).Err" {
		return
	}
	if d := f.Decl(call.Pos()); d == nil || d.Recv == nil || d.Name.Name != "Err" {
		f.contexts = append(f.contexts, call)
	}
}

// reportContexts reports what was collected, if the package uses causes.
func (f *finder) reportContexts() {
	if len(f.contexts) == 0 || !f.usesCauses() {
		return
	}
	for _, call := range f.contexts {
		x := call.Fun.(*ast.SelectorExpr).X
		finding := check.Finding{
			Check: ContextCause, Node: call, Cause: call,
			Message: fmt.Sprintf("the cause of %s stops here: its Err does not have it, ask context.Cause", f.short(x)),
		}
		if pkg, edits, ok := f.Import(call.Pos(), "context"); ok && f.Src(x) != "" && f.Has(call.Pos(), "go1.20") && !f.Commented(call) {
			finding.Fixes = []check.Fix{{Message: "ask context.Cause", Ask: true, Edits: append(edits, []analysis.TextEdit{check.Replace(call, pkg+".Cause("+f.Src(x)+")")}...)}}
		}
		f.Report(finding)
	}
}

func (f *finder) usesCauses() bool {
	for _, obj := range f.info.Uses {
		if causeAPI[obj.Name()] && obj.Pkg() != nil && obj.Pkg().Path() == "context" {
			return true
		}
	}
	return false
}
