// Package facts learns what functions do with errors and with the text of errors, and carries it from package to
// package. Where the facts of a package are missing, its signatures and a table have to do.
package facts

import (
	"fmt"
	"go/ast"
	"go/types"
	"reflect"
	"strings"
	"sync"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/passes/inspect"
)

// Result is what a function makes of text.
type Result uint8

const (
	// Nothing that is known.
	Nothing Result = iota
	// Text is a string.
	Text
	// Opaque is an error which has nothing but the text.
	Opaque
	// Wrapping is an error; what a %w formats is wrapped.
	Wrapping
)

// Func is what is known of a function. Parameters are counted without the receiver.
type Func struct {
	// Printf is what the function makes of a format and its operands: the parameter Format
	// and those after it.
	Printf Result
	Format int
	// Texts are the parameters whose text becomes the text of an error that the function returns, such as 0 of errors.New.
	Texts []int
	// TextOf are the parameters of type error whose text is in the string that the function returns.
	TextOf []int
	// Through are the parameters of type string whose text is in the string that the function returns.
	Through []int
	// Wraps are the parameters of type error that the error which the function returns unwraps to.
	Wraps []int
}

// AFact makes Func a fact.
func (*Func) AFact() {}

// String lists what is known, such as "format 0: wrapping, texts [0]".
func (f *Func) String() string {
	var out []string
	if f.Printf != Nothing {
		out = append(out, fmt.Sprintf("format %d: %s", f.Format, resultNames[f.Printf]))
	}
	for _, list := range []struct {
		name    string
		indices []int
	}{{"texts", f.Texts}, {"text of", f.TextOf}, {"through", f.Through}, {"wraps", f.Wraps}} {
		if len(list.indices) > 0 {
			out = append(out, fmt.Sprint(list.name, " ", list.indices))
		}
	}
	return strings.Join(out, ", ")
}

var resultNames = [...]string{"nothing", "text", "opaque", "wrapping"}

func (f *Func) empty() bool {
	return f.Printf == Nothing && len(f.Texts) == 0 && len(f.TextOf) == 0 && len(f.Through) == 0 && len(f.Wraps) == 0
}

// Studied is a fact about a package whose functions have their facts: one without is not interesting.
type Studied struct{}

// AFact makes Studied a fact.
func (*Studied) AFact() {}

func (*Studied) String() string { return "studied" }

// Analyzer computes the facts of a package. Its result is a *Facts.
var Analyzer = &analysis.Analyzer{
	Name:       "errfacts",
	Doc:        "learn what functions do with errors and their text",
	Requires:   []*analysis.Analyzer{inspect.Analyzer},
	FactTypes:  []analysis.Fact{(*Func)(nil), (*Studied)(nil)},
	ResultType: reflect.TypeFor[*Facts](),
	Run:        run,
}

// Facts answers questions about the functions of a package and of all that it imports. It is safe for any number
// of goroutines: a driver may run several analyzers that ask it.
type Facts struct {
	mu    sync.Mutex
	pass  *analysis.Pass
	funcs map[*types.Func]*Func // nil: not interesting
	decls map[*types.Func]*ast.FuncDecl
	busy  map[*types.Func]bool
}

func run(pass *analysis.Pass) (any, error) {
	f := &Facts{pass: pass, funcs: map[*types.Func]*Func{}, decls: map[*types.Func]*ast.FuncDecl{}, busy: map[*types.Func]bool{}}
	var order []*types.Func // so that the same comes out each time where functions call each other
	for _, file := range pass.Files {
		for _, d := range file.Decls {
			if d, ok := d.(*ast.FuncDecl); ok && d.Body != nil {
				if fn, ok := pass.TypesInfo.Defs[d.Name].(*types.Func); ok && interesting(fn.Signature()) {
					f.decls[fn] = d
					order = append(order, fn)
				}
			}
		}
	}
	for _, fn := range order {
		if got := f.known(fn); got != nil {
			pass.ExportObjectFact(fn, got)
		}
	}
	pass.ExportPackageFact(new(Studied))
	return f, nil
}

// Func returns what is known of a function, or nil.
func (f *Facts) Func(fn *types.Func) *Func {
	if fn == nil {
		return nil
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.known(fn)
}

func (f *Facts) known(fn *types.Func) *Func {
	fn = fn.Origin()
	if got, ok := f.funcs[fn]; ok {
		return got
	}
	got := f.find(fn)
	if !f.busy[fn] {
		f.funcs[fn] = got
	}
	return got
}

func (f *Facts) find(fn *types.Func) *Func {
	if fn.Pkg() != nil && tabled[fn.Pkg().Path()] {
		if known, ok := table[fn.FullName()]; ok {
			return known
		}
	}
	if d := f.decls[fn]; d != nil {
		if f.busy[fn] {
			return nil // it calls itself
		}
		f.busy[fn] = true
		defer delete(f.busy, fn)
		got := study(f, fn, d)
		if got.empty() {
			return nil
		}
		return got
	}
	if fn.Pkg() == nil || fn.Pkg() == f.pass.Pkg {
		return nil
	}
	var got Func
	if f.pass.ImportObjectFact(fn, &got) {
		return &got
	}
	if f.pass.ImportPackageFact(fn.Pkg(), new(Studied)) {
		return nil
	}
	return bySignature(fn)
}

// Callee is Func of what a call calls.
func (f *Facts) Callee(call *ast.CallExpr) *Func {
	fn := callee(f.pass.TypesInfo, call)
	if fn == nil {
		return nil
	}
	return f.Func(fn)
}
