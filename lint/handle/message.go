package handle

import (
	"go/ast"
	"go/types"

	"golang.org/x/tools/go/ast/inspector"

	"github.com/holdfast-go/holdfast/lint/check"
	"github.com/holdfast-go/holdfast/lint/code"
)

// Message finds context messages with data in them.
var Message = &check.Check{
	ID: "errctx-message", Tier: check.Warning, Since: "v0.1.0",
	Title: "the message of a layer of context is not constant",
	Why: `errctx shows the messages of layers to everybody: in logs, over the wire, in metrics, to strangers. That is safe because they
are constants. A path, a name or the text of another error that is formatted into a message goes where the reader of the code
does not expect it, past all that is said about private and secret values; and a message with data in it groups and counts as
one of its own each time.

What varies is an attribute: it has a key, and it is shown to those who may see it. An error in a message is worse: errors.Is and errors.As do
not find it there.`,
	Before: `func settings(path string) ([]byte, error) {
	data, err := os.ReadFile(path)
	return data, errctx.Annotate(err, fmt.Sprintf("read settings %s", path))
}`,
	After: `func settings(path string) ([]byte, error) {
	data, err := os.ReadFile(path)
	return data, errctx.Annotate(err, "read settings", slog.String("path", path))
}`,
	Silent: []string{
		"constants, also concatenated ones, and variables that hold nothing else",
		"a function that passes one of its parameters on as the message: its callers are asked instead",
		"variables of packages",
	},
	Fix: `Moves one value at the end of the message into an attribute, named after the variable. The text of the error
changes, so that a person has to say yes.`,
}

// messages are the functions that take a message, and which argument it is.
var messages = map[string]int{
	errctx + ".New":        1,
	errctx + ".Adopt":      1,
	errctx + ".AdoptValue": 1,
	errctx + ".Wrap":       1,
	errctx + ".Annotate":   1,
}

// message reports a call with a message that is not constant.
func (f *finder) message(c inspector.Cursor, call *ast.CallExpr, fn *types.Func, name string) {
	i, ok := messages[name]
	if !ok {
		i = f.forward(fn)
	}
	if i < 0 || i >= len(call.Args) {
		return
	}
	msg := call.Args[i]
	if f.constant(c, msg) {
		return
	}
	finding := check.Finding{Check: Message, Node: msg}
	switch err := f.errorIn(msg); {
	case err == nil:
		finding.Message = "the message that " + f.name(fn) + " is given is not constant: what varies is an attribute, so that it is shown to those who may see it"
		finding.Fixes = f.moveToAttribute(call, i)
	case code.Same(f.info, err, call.Args[0]):
		finding.Message = "the message that " + f.name(fn) + " is given has the text of " + f.Src(err) + " in it, which is what it is put around"
	default:
		finding.Cause = err
		finding.Message = "errors.Is and errors.As on " + f.Src(err) + " stop here: it is text in the message that " + f.name(fn) + " is given"
	}
	f.Report(finding)
}

// name returns a function as it is called here.
func (f *finder) name(fn *types.Func) string {
	if fn.Signature().Recv() != nil || fn.Pkg() == nil || fn.Pkg() == f.Pkg {
		return fn.Name()
	}
	return fn.Pkg().Name() + "." + fn.Name()
}

// constant reports whether a message is one, or is for somebody else to answer for.
func (f *finder) constant(c inspector.Cursor, msg ast.Expr) bool {
	if f.info.Types[msg].Value != nil {
		return true
	}
	v := code.Var(f.info, msg)
	switch {
	case v == nil:
		return false
	case !code.IsLocal(v), f.parameter(c, v):
		return true
	}
	bodies := code.Bodies(c)
	defs, known := f.flow.Defs(code.Home(bodies, v), v, msg.Pos())
	if !known {
		return true // nobody knows
	}
	for _, d := range defs {
		if d.Value == nil {
			if _, ranged := d.Node.(*ast.RangeStmt); ranged {
				return true
			}
			continue // the empty string
		}
		if d.Append || f.info.Types[d.Value].Value == nil {
			return false
		}
	}
	return true
}

// parameter reports whether v is a parameter of a function around c.
func (f *finder) parameter(c inspector.Cursor, v *types.Var) bool {
	for e := range c.Enclosing((*ast.FuncDecl)(nil), (*ast.FuncLit)(nil)) {
		var t *ast.FuncType
		switch n := e.Node().(type) {
		case *ast.FuncDecl:
			t = n.Type
		case *ast.FuncLit:
			t = n.Type
		}
		if t.Params != nil && t.Params.Pos() <= v.Pos() && v.Pos() < t.Params.End() {
			return true
		}
	}
	return false
}

// errorIn returns an error whose text is in a message.
func (f *finder) errorIn(msg ast.Expr) (found ast.Expr) {
	ast.Inspect(msg, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.CallExpr:
			if x, ok := code.ErrorCall(f.info, n); ok {
				found = x
			} else {
				for _, arg := range n.Args {
					if found == nil && code.IsError(f.info.TypeOf(arg)) {
						found = arg
					}
				}
			}
		}
		return found == nil
	})
	return found
}

// forward returns which parameter of a function is passed on as a message, or -1.
func (f *finder) forward(fn *types.Func) int {
	if i, ok := f.forwards[fn]; ok {
		return i
	}
	f.forwards[fn] = -1 // while it is looked at, it may call itself
	i := -1
	if f.givesError(fn) {
		if d := f.decl(fn); d != nil {
			i = f.passedOn(fn, d)
		} else if fn.Pkg() != f.Pkg {
			i = bySignature(fn)
		}
	}
	f.forwards[fn] = i
	return i
}

// givesError is a cheap question: whether a function can be a constructor.
func (f *finder) givesError(fn *types.Func) bool {
	results := fn.Signature().Results()
	return results.Len() > 0 && fn.Signature().Params().Len() > 0 && code.IsError(results.At(results.Len()-1).Type())
}

// passedOn looks for a parameter in the place of a message.
func (f *finder) passedOn(fn *types.Func, d *ast.FuncDecl) int {
	params := map[*types.Var]int{}
	for i := range fn.Signature().Params().Len() {
		if v := fn.Signature().Params().At(i); code.IsString(v.Type()) {
			params[v] = i
		}
	}
	found := -1
	if len(params) == 0 {
		return found
	}
	ast.Inspect(d.Body, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok || found >= 0 {
			return found < 0
		}
		callee := code.Callee(f.info, call)
		if callee == nil {
			return true
		}
		at, ok := messages[callee.FullName()]
		if !ok {
			at = f.forward(callee)
		}
		if at < 0 || at >= len(call.Args) {
			return true
		}
		if i, ok := params[code.Var(f.info, call.Args[at])]; ok {
			found = i
		}
		return true
	})
	return found
}

// bySignature knows the constructors of other packages: a message and attributes, and a handle comes out.
func bySignature(fn *types.Func) int {
	sig := fn.Signature()
	n := sig.Params().Len()
	if n < 2 || !sig.Variadic() || root(sig.Results().At(sig.Results().Len()-1).Type()) == nil {
		return -1
	}
	attrs, ok := sig.Params().At(n - 1).Type().(*types.Slice)
	msg := sig.Params().At(n - 2)
	if !ok || !code.IsNamed(attrs.Elem(), "log/slog", "Attr") || !code.IsString(msg.Type()) || msg.Name() != "msg" && msg.Name() != "message" {
		return -1
	}
	return n - 2
}
