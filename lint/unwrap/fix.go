package unwrap

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"strings"

	"golang.org/x/tools/go/analysis"

	"github.com/holdfast-go/holdfast/lint/check"
	"github.com/holdfast-go/holdfast/lint/code"
)

// addMethod returns the fix that gives a type its method Unwrap: after the method Error, or after the type if that
// one is promoted.
func addMethod(p *check.Pass, g *ast.GenDecl, spec *ast.TypeSpec, named *types.Named, fields []kept) (check.Fix, bool) {
	if obj, index, _ := types.LookupFieldOrMethod(named, true, p.Pkg, "Unwrap"); obj != nil && len(index) == 1 {
		return check.Fix{}, false // a field, or one with another signature
	}
	recv, typ, after, ok := receiver(p, g, spec, named)
	if !ok || p.Skipped(after) {
		return check.Fix{}, false
	}
	body, result, ask, ok := method(p, recv, after, fields)
	if !ok {
		return check.Fix{}, false
	}
	pos := lineEnd(p, after)
	text := fmt.Sprintf("\n\nfunc (%s %s) Unwrap() %s %s", recv, typ, result, body)
	return check.Fix{
		Message: "add the method Unwrap",
		Ask:     ask || seen(p, named),
		Edits:   []analysis.TextEdit{{Pos: pos, End: pos, NewText: []byte(text)}},
	}, true
}

// seen reports whether other modules can see the type: its methods are promises.
func seen(p *check.Pass, named *types.Named) bool {
	path := p.Pkg.Path()
	return named.Obj().Exported() && p.Pkg.Name() != "main" && !strings.HasPrefix(path, "internal/") &&
		!strings.HasSuffix(path, "/internal") && !strings.Contains(path, "/internal/")
}

// receiver returns the name and type of a receiver as the method Error has it, and the position to put a method after.
func receiver(p *check.Pass, g *ast.GenDecl, spec *ast.TypeSpec, named *types.Named) (name, typ string, after token.Pos, ok bool) {
	obj, index, _ := types.LookupFieldOrMethod(named, true, p.Pkg, "Error")
	if len(index) > 1 {
		typ = spec.Name.Name
		if spec.TypeParams != nil {
			var names []string
			for _, f := range spec.TypeParams.List {
				for _, n := range f.Names {
					names = append(names, n.Name)
				}
			}
			typ += "[" + strings.Join(names, ", ") + "]"
		}
		return "e", typ, g.End(), true
	}
	fn, _ := obj.(*types.Func)
	if fn == nil {
		return "", "", 0, false
	}
	d := p.Decl(fn.Pos())
	if d == nil || d.Recv == nil || len(d.Recv.List) != 1 || d.Body == nil {
		return "", "", 0, false
	}
	r := d.Recv.List[0]
	name = "e"
	if len(r.Names) == 1 && r.Names[0].Name != "_" {
		name = r.Names[0].Name
	}
	typ = p.Src(r.Type)
	return name, typ, d.End(), typ != ""
}

// method returns the body of Unwrap and the type of its result.
func method(p *check.Pass, recv string, at token.Pos, fields []kept) (body, result string, ask, ok bool) {
	k := fields[0]
	plain := types.Identical(k.typ, code.ErrorType)
	switch {
	case k.list && (len(fields) > 1 || !plain || !p.Has(at, "go1.20")):
		return "", "", false, false
	case k.name == "":
		return "{ return " + recv + " }", "[]error", false, true
	case k.list:
		return "{ return " + recv + "." + k.name + " }", "[]error", false, true
	case len(fields) > 1:
		return several(p, recv, at, fields)
	case types.IsInterface(k.typ):
		return "{ return " + recv + "." + k.name + " }", "error", k.embed && !plain, true
	case isPointer(k.typ):
		// A nil pointer in an interface is no nil error.
		return "{\n\tif " + recv + "." + k.name + " == nil {\n\t\treturn nil\n\t}\n\treturn " + recv + "." + k.name + "\n}", "error", true, true
	case code.IsError(k.typ):
		return "{ return " + recv + "." + k.name + " }", "error", true, true
	}
	return "", "", false, false
}

func several(p *check.Pass, recv string, at token.Pos, fields []kept) (body, result string, ask, ok bool) {
	if !p.Has(at, "go1.20") || recv == "causes" || recv == "cause" {
		return "", "", false, false
	}
	var names []string
	for _, k := range fields {
		if k.list || !types.IsInterface(k.typ) {
			return "", "", false, false
		}
		names = append(names, recv+"."+k.name)
	}
	return "{\n\tvar causes []error\n\tfor _, cause := range []error{" + strings.Join(names, ", ") +
		"} {\n\t\tif cause != nil {\n\t\t\tcauses = append(causes, cause)\n\t\t}\n\t}\n\treturn causes\n}", "[]error", true, true
}

func isPointer(t types.Type) bool {
	_, ok := types.Unalias(t).Underlying().(*types.Pointer)
	return ok
}

// lineEnd returns the end of the line that pos is on: a comment may follow.
func lineEnd(p *check.Pass, pos token.Pos) token.Pos {
	tf := p.Fset.File(pos)
	line := tf.Line(pos)
	if line == tf.LineCount() {
		return pos
	}
	return tf.LineStart(line+1) - 1
}
