package repair

import (
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"strings"
	"testing"

	"golang.org/x/tools/go/packages"
)

// std reads the export data of the standard library, once.
var std = importer.Default()

func check(t *testing.T, body string) *packages.Package {
	t.Helper()
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, "a.go", "package a\n\nimport (\n\t\"errors\"\n\t\"fmt\"\n)\n\nvar _, _ = errors.New, fmt.Sprint\n\n"+body, 0)
	if err != nil {
		t.Fatal(err)
	}
	info := &types.Info{Types: map[ast.Expr]types.TypeAndValue{}, Uses: map[*ast.Ident]types.Object{}, Defs: map[*ast.Ident]types.Object{}, Selections: map[*ast.SelectorExpr]*types.Selection{}}
	pkg, err := (&types.Config{Importer: std}).Check("a", fset, []*ast.File{f}, info)
	if err != nil {
		t.Fatal(err)
	}
	return &packages.Package{Fset: fset, Syntax: []*ast.File{f}, Types: pkg, TypesInfo: info}
}

func TestCompare(t *testing.T) {
	const head = "type e struct{ text string; cause error }\n\nfunc (e *e) Error() string { return e.text }\n\n"
	for _, test := range []struct {
		name, before, after string
		kind                string
		different           bool
		gained              int
	}{
		{"verb", `fmt.Errorf("load %s: %v", s, err)`, `fmt.Errorf("load %s: %w", s, err)`, Text, false, 1},
		{"operand", `fmt.Errorf("%d: %s", n, err.Error())`, `fmt.Errorf("%d: %w", n, err)`, Text, false, 1},
		{"copy", `errors.New(err.Error())`, `err`, Text, false, 1},
		{"sum", `errors.New("x " + s + ": " + err.Error())`, `fmt.Errorf("x %s: %w", s, err)`, Text, false, 1},
		{"formatted", `errors.New(fmt.Sprintf("%q: %v", s, err))`, `fmt.Errorf("%q: %w", s, err)`, Text, false, 1},
		{"a percent sign appears", `errors.New("100% " + err.Error())`, `fmt.Errorf("100% %w", err)`, Text, true, 0},
		{"a lost colon", `fmt.Errorf("x: %v", err)`, `fmt.Errorf("x %w", err)`, Text, true, 1},
		{"quotes", `fmt.Errorf("x: %q", err)`, `fmt.Errorf("x: %w", err)`, Text, true, 1},
		{"a literal", `&e{text: err.Error()}`, `&e{text: err.Error(), cause: err}`, Literal, false, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			function := func(x string) string {
				return head + "func f(err error, s string, n int) error {\n\treturn " + x + "\n}\n"
			}
			c := comparer{before: check(t, function(test.before)), after: check(t, function(test.after))}
			c.files(c.before.Syntax[0], c.after.Syntax[0])
			if len(c.changes) != 1 {
				t.Fatalf("changes %+v", c.changes)
			}
			got := c.changes[0]
			if got.Kind != test.kind || (got.Old != got.New) != test.different || got.Gained != test.gained || got.Lost != 0 {
				t.Errorf("got %+v", got)
			}
		})
	}
}

func TestCompareOther(t *testing.T) {
	before := check(t, "type e struct{ cause error }\n\nfunc (e *e) Error() string { return \"\" }\n\nfunc f(err error) bool { return err == errors.ErrUnsupported }\n\nfunc g() {}\n")
	after := check(t, "type e struct{ cause error }\n\nfunc (e *e) Error() string { return \"\" }\n\nfunc (e *e) Unwrap() error { return e.cause }\n\nfunc f(err error) bool { return errors.Is(err, errors.ErrUnsupported) }\n\nfunc g() { return }\n")
	c := comparer{before: before, after: after}
	c.files(before.Syntax[0], after.Syntax[0])
	var kinds []string
	for _, change := range c.changes {
		kinds = append(kinds, change.Kind)
	}
	if got := strings.Join(kinds, " "); got != "method decision other" {
		t.Errorf("got %s", got)
	}
}
