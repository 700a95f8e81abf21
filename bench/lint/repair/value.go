package repair

import (
	"errors"
	"fmt"
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"hash/fnv"
	"strings"

	"golang.org/x/tools/go/types/typeutil"
)

// evaluator gives expressions values that stand for what they would be in a program. An expression that it knows nothing of
// is a value that depends on its source alone: so two sources have the same text if, and only if, they format the same
// things in the same way.
type evaluator struct {
	info *types.Info
	// seen are the errors that took part.
	seen map[string]*stub
}

// stub is an error.
type stub struct{ source string }

func (s *stub) Error() string { return "«" + s.source + "»" }

// opaque is a value of which nothing is known.
type opaque string

func (e *evaluator) eval(x ast.Expr) any {
	x = ast.Unparen(x)
	tv := e.info.Types[x]
	if tv.Value != nil {
		switch tv.Value.Kind() {
		case constant.String:
			return constant.StringVal(tv.Value)
		case constant.Int:
			n, _ := constant.Int64Val(tv.Value)
			return n
		}
	}
	switch x := x.(type) {
	case *ast.BinaryExpr:
		if a, ok := e.eval(x.X).(string); ok && x.Op == token.ADD {
			if b, ok := e.eval(x.Y).(string); ok {
				return a + b
			}
		}
	case *ast.CallExpr:
		if v := e.call(x); v != nil {
			return v
		}
	}
	return e.unknown(types.ExprString(x), tv.Type)
}

func (e *evaluator) unknown(source string, t types.Type) any {
	switch {
	case t == nil:
		return opaque(source)
	case isError(t):
		s := e.seen[source]
		if s == nil {
			s = &stub{source}
			e.seen[source] = s
		}
		return s
	}
	if b, ok := t.Underlying().(*types.Basic); ok && !stringer(t) {
		h := fnv.New32()
		h.Write([]byte(source))
		n := int(h.Sum32() % 10_000)
		switch {
		case b.Info()&types.IsString != 0:
			return "‹" + source + "›"
		case b.Info()&types.IsInteger != 0:
			return n
		case b.Info()&types.IsFloat != 0:
			return float64(n) / 8
		}
	}
	return opaque(source)
}

var errorType = types.Universe.Lookup("error").Type().Underlying().(*types.Interface)

func isError(t types.Type) bool { return t != nil && types.Implements(t, errorType) }

// stringer reports whether package fmt would call a method of t.
func stringer(t types.Type) bool {
	obj, _, _ := types.LookupFieldOrMethod(t, true, nil, "String")
	_, ok := obj.(*types.Func)
	return ok
}

// call evaluates calls of functions whose text is known, and returns nil for others.
func (e *evaluator) call(call *ast.CallExpr) any {
	fn, _ := typeutil.Callee(e.info, call).(*types.Func)
	if fn == nil {
		return nil
	}
	if sel, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr); ok && fn.Name() == "Error" && len(call.Args) == 0 {
		if err, ok := e.eval(sel.X).(error); ok {
			return err.Error()
		}
	}
	if call.Ellipsis.IsValid() {
		return nil
	}
	args := make([]any, len(call.Args))
	for i, a := range call.Args {
		args[i] = e.eval(a)
	}
	first, _ := at(args, 0).(string)
	cause, _ := at(args, 0).(error)
	switch fn.FullName() {
	case "fmt.Errorf":
		return fmt.Errorf(first, args[1:]...)
	case "fmt.Sprintf":
		return fmt.Sprintf(first, args[1:]...)
	case "fmt.Sprint":
		return fmt.Sprint(args...)
	case "fmt.Sprintln":
		return fmt.Sprintln(args...)
	case "errors.New", "github.com/pkg/errors.New", "golang.org/x/xerrors.New":
		return errors.New(first)
	case "github.com/pkg/errors.Wrap", "github.com/pkg/errors.WithMessage":
		if text, ok := at(args, 1).(string); ok && cause != nil {
			return fmt.Errorf("%s: %w", text, cause)
		}
	case "github.com/pkg/errors.Wrapf", "github.com/pkg/errors.WithMessagef":
		if format, ok := at(args, 1).(string); ok && cause != nil {
			return fmt.Errorf("%s: %w", fmt.Sprintf(format, args[2:]...), cause)
		}
	}
	return e.other(fn, args)
}

// other is a call of a function of some module. If it looks like a printf, then it is taken for one; else its text is that of its
// arguments.
func (e *evaluator) other(fn *types.Func, args []any) any {
	sig := fn.Signature()
	if sig.Results().Len() != 1 || !isError(sig.Results().At(0).Type()) {
		return nil
	}
	name := fn.FullName()
	if n := sig.Params().Len(); sig.Variadic() && strings.HasSuffix(fn.Name(), "f") && n >= 2 {
		if format, ok := at(args, n-2).(string); ok {
			return fmt.Errorf("%s(%s): %w", name, texts(args[:n-2]), fmt.Errorf(format, args[n-1:]...))
		}
	}
	return fmt.Errorf("%s(%s)", name, texts(args))
}

func texts(args []any) string {
	var out []string
	for _, a := range args {
		out = append(out, fmt.Sprint(a))
	}
	return strings.Join(out, ", ")
}

func at(args []any, i int) any {
	if i < len(args) {
		return args[i]
	}
	return nil
}
