package code

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/go/ast/inspector"
)

// load type-checks a file without imports.
func load(t *testing.T, src string) (*types.Info, *ast.File) {
	t.Helper()
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, "p.go", "package p\n"+src, 0)
	if err != nil {
		t.Fatal(err)
	}
	info := &types.Info{
		Types: map[ast.Expr]types.TypeAndValue{}, Defs: map[*ast.Ident]types.Object{}, Uses: map[*ast.Ident]types.Object{},
		Selections: map[*ast.SelectorExpr]*types.Selection{}, Scopes: map[ast.Node]*types.Scope{}, Implicits: map[ast.Node]types.Object{},
	}
	if _, err := (&types.Config{}).Check("p", fset, []*ast.File{f}, info); err != nil {
		t.Fatal(err)
	}
	return info, f
}

// calls returns the calls of a function in a file.
func calls(f *ast.File, name string) []inspector.Cursor {
	var out []inspector.Cursor
	for c := range inspector.New([]*ast.File{f}).Root().Preorder((*ast.CallExpr)(nil)) {
		if id, ok := c.Node().(*ast.CallExpr).Fun.(*ast.Ident); ok && id.Name == name {
			out = append(out, c)
		}
	}
	return out
}

func TestDefs(t *testing.T) {
	for _, tt := range []struct {
		name, body, want string
	}{
		{"one", `x := "a"; use(x)`, `"a"`},
		{"the last one", `x := "a"; x = "b"; use(x)`, `"b"`},
		{"either", `x := "a"; if c { x = "b" }; use(x)`, `"a" "b"`},
		{"both branches", `x := "a"; if c { x = "b" } else { x = "d" }; use(x)`, `"b" "d"`},
		{"one that leaves", `x := "a"; if c { x = "b"; return }; use(x)`, `"a"`},
		{"one that panics", `x := "a"; if c { x = "b"; panic(x) }; use(x)`, `"a"`},
		{"before it", `x := "a"; use(x); x = "b"`, `"a"`},
		{"around a loop", `x := "a"; for c { use(x); x = "b" }`, `"a" "b"`},
		{"a sum", `x := "a"; x += "b"; use(x)`, `"a" "b"`},
		{"a sum with itself", `x := "a"; x = x + "b"; use(x)`, `"a" x + "b"`},
		{"an append", `x := []string{"a"}; x = append(x, "b"); use(x...)`, `[]string{…} append(x, "b")`},
		{"a zero value", `var x string; if c { x = "b" }; use(x)`, `"b" none`},
		{"a parameter", `use(param)`, `unknown`},
		{"a parameter with a value", `param = "a"; use(param)`, `"a"`},
		{"one of two results", `x, y := two(); _ = y; use(x)`, `two()#0`},
		{"a switch", `x := "a"; switch n { case 1: x = "b"; case 2: x = "d"; fallthrough; case 3: x = "e" }; use(x)`, `"a" "b" "e"`},
		{"a range", `for _, x := range list { use(x) }`, `none`},
		{"an address", `x := "a"; p := &x; _ = p; use(x)`, `unknown`},
		{"a closure that assigns", `x := "a"; f := func() { x = "b" }; f(); use(x)`, `unknown`},
		{"a closure that reads", `x := "a"; f := func() { _ = x }; f(); use(x)`, `"a"`},
		{"a goto", `x := "a"; if c { goto end }; x = "b"; end: use(x)`, `"a" "b"`},
		{"a select", `x := "a"; select { case <-ch: x = "b"; default: }; use(x)`, `"a" "b"`},
		{"the same statement", `x := "a"; x = same(use2(x)); _ = x`, `"a"`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			info, file := load(t, `
				func use(...string) {}
				func use2(s string) string { use(s); return s }
				func same(s string) string { return s }
				func two() (string, string) { return "", "" }
				func f(c bool, n int, list []string, ch chan int, param string) { `+tt.body+` }`)
			name := "use"
			if tt.name == "the same statement" {
				name = "use2"
			}
			all := calls(file, name)
			c := all[len(all)-1]
			arg := c.Node().(*ast.CallExpr).Args[0]
			v := Var(info, arg)
			bodies := Bodies(c)
			defs, known := NewFlow(info).Defs(Home(bodies, v), v, arg.Pos())
			var got []string
			for _, d := range defs {
				switch {
				case d.Value == nil:
					got = append(got, "none")
				case d.Index >= 0:
					got = append(got, fmt.Sprint(types.ExprString(d.Value), "#", d.Index))
				default:
					got = append(got, types.ExprString(d.Value))
				}
			}
			if len(got) == 0 && !known {
				got = []string{"unknown"}
			}
			slices.Sort(got)
			if s := strings.Join(got, " "); s != tt.want {
				t.Errorf("got %s, want %s", s, tt.want)
			}
		})
	}
}

func TestNonNil(t *testing.T) {
	for _, tt := range []struct {
		body, want string
	}{
		{`if err != nil { use(err) }`, "not nil"},
		{`if c && err != nil { use(err) }`, "not nil"},
		{`if c || err != nil { use(err) }`, "?"},
		{`if err == nil { use(err) }`, "nil"},
		{`if err == nil { } else { use(err) }`, "not nil"},
		{`if c || err == nil { } else { use(err) }`, "not nil"},
		{`if err == nil { return }; use(err)`, "not nil"},
		{`if err != nil { return }; use(err)`, "nil"},
		{`if err != nil { return }; err = get(); use(err)`, "?"},
		{`if err == nil || c { return }; use(err)`, "not nil"},
		{`if err == nil && c { return }; use(err)`, "?"},
		{`if err := get(); err != nil { use(err) }; use2()`, "not nil"},
		{`switch { case err != nil: use(err) }`, "not nil"},
		{`switch { case err == nil: default: use(err) }`, "not nil"},
		{`switch { case c: case err != nil: default: use(err) }`, "nil"},
		{`if err == sentinel { use(err) }`, "not nil"},
		{`use(sentinel)`, "not nil"},
		{`use(value{})`, "not nil"},
		{`use(&value{})`, "not nil"},
		{`use(err)`, "?"},
		{`_ = err != nil && use(err)`, "not nil"},
		{`_ = err == nil || use(err)`, "not nil"},
		{`if err != nil { err = get(); use(err) }`, "?"},
		{`for err != nil { use(err) }`, "?"},
		{`if err != nil { return }; if err = get(); err != nil { use(err) }`, "not nil"},
		{`if err != nil { return }; if err = get(); c { use(err) }`, "?"},
		{`if err != nil { return }; for c { use(err); err = get() }`, "?"},
		{`if err != nil { return }; for c { use(err) }`, "nil"},
		{`if err != nil { return }; func() { use(err) }()`, "?"},
		{`if err != nil { return }; switch err = get(); { case c: use(err) }`, "?"},
	} {
		info, file := load(t, `
			type value struct{}
			func (value) Error() string { return "" }
			var sentinel error = value{}
			func use(error) bool { return true }
			func use2() {}
			func get() error { return nil }
			func f(c bool, err error) { `+tt.body+` }`)
		all := calls(file, "use")
		c := all[len(all)-1]
		arg := c.Node().(*ast.CallExpr).Args[0]
		at, _ := c.FindNode(arg)
		got := "?"
		switch {
		case Nil(info, at, arg):
			got = "nil"
		case NonNil(info, at, arg):
			got = "not nil"
		}
		if got != tt.want {
			t.Errorf("%s: got %s, want %s", tt.body, got, tt.want)
		}
	}
}
