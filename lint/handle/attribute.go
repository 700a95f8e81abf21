package handle

import (
	"go/ast"
	"go/token"
	"go/types"
	"strconv"
	"strings"

	"github.com/holdfast-go/holdfast/lint/check"
	"github.com/holdfast-go/holdfast/lint/code"
)

// moveToAttribute returns the fix for a message that ends with one value.
func (f *finder) moveToAttribute(call *ast.CallExpr, i int) []check.Fix {
	if call.Ellipsis.IsValid() {
		return nil
	}
	text, value := f.split(call.Args[i])
	text = strings.TrimRight(text, " :=,\"'(")
	key := keyOf(value)
	if text == "" || key == "" || !f.takesAttributes(call, i) {
		return nil
	}
	slog, edits, ok := f.Import(call.Pos(), "log/slog")
	src := f.Src(value)
	if !ok || src == "" {
		return nil
	}
	constructor := "Any"
	if t, ok := types.Unalias(f.info.TypeOf(value)).(*types.Basic); ok {
		constructor = constructors[t.Kind()]
		if constructor == "" {
			return nil
		}
	}
	edits = append(edits, check.Replace(call.Args[i], strconv.Quote(text)+", "+slog+"."+constructor+"("+strconv.Quote(key)+", "+src+")"))
	edits = append(edits, f.Drop(call.Pos(), "fmt", func(id *ast.Ident) bool {
		return id.Pos() < call.Args[i].Pos() || id.Pos() >= call.Args[i].End()
	})...)
	return []check.Fix{{Message: "make an attribute of " + src, Edits: edits, Ask: true}}
}

// constructors are those of slog, by the type that they take.
var constructors = map[types.BasicKind]string{
	types.String: "String", types.Int: "Int", types.Int64: "Int64", types.Uint64: "Uint64", types.Float64: "Float64", types.Bool: "Bool",
	types.Int8: "Any", types.Int16: "Any", types.Int32: "Any", types.Uint: "Any", types.Uint8: "Any", types.Uint16: "Any", types.Uint32: "Any", types.Float32: "Any",
}

// takesAttributes reports whether a call takes attributes right after its message.
func (f *finder) takesAttributes(call *ast.CallExpr, i int) bool {
	sig, ok := types.Unalias(f.info.TypeOf(call.Fun)).(*types.Signature)
	if !ok || !sig.Variadic() || sig.Params().Len() != i+2 {
		return false
	}
	s, ok := sig.Params().At(i + 1).Type().(*types.Slice)
	return ok && code.IsNamed(s.Elem(), "log/slog", "Attr")
}

// split returns the constant text of a message and the value after it, or nothing.
func (f *finder) split(msg ast.Expr) (text string, value ast.Expr) {
	switch msg := ast.Unparen(msg).(type) {
	case *ast.BinaryExpr:
		if text, ok := code.Constant(f.info, msg.X); ok && msg.Op == token.ADD {
			return text, msg.Y
		}
	case *ast.CallExpr:
		if code.Name(f.info, msg) != "fmt.Sprintf" || len(msg.Args) != 2 || msg.Ellipsis.IsValid() {
			return "", nil
		}
		format, ok := code.Constant(f.info, msg.Args[0])
		at := strings.IndexByte(format, '%')
		if !ok || at < 0 {
			return "", nil
		}
		switch strings.TrimRight(format[at:], "\"')") {
		case "%s", "%q", "%v", "%d", "%+v", "%t":
			return format[:at], msg.Args[1]
		}
	}
	return "", nil
}

// keyOf returns the name that a value has.
func keyOf(value ast.Expr) string {
	switch x := value.(type) {
	case *ast.Ident:
		return strings.ToLower(x.Name[:1]) + x.Name[1:]
	case *ast.SelectorExpr:
		return keyOf(x.Sel)
	}
	return ""
}
