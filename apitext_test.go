package holdfast_test

import (
	"fmt"
	"go/ast"
	"go/build"
	"go/constant"
	"go/format"
	"go/parser"
	"go/token"
	"go/types"
	"maps"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// What the text shows of a package, and what makes no difference to it.
func TestAPIText(t *testing.T) {
	const want = `// The API of p on linux/amd64, as HOLDFAST_UPDATE=1 go test . writes it.

package p

import "log/slog"

const A C = 0
const B C = 1
const Half = 1.0 / 2
const One = 1.0
const Rune = 'a'
const Text = "a/b"
const Third float64 = 6004799503160661.0 / 18014398509481984

var Default *V

func F[E error](w W[E], attrs ...slog.Attr) *t

type C uint8

func (C) String() string

type Empty interface{}

type Flags[K comparable] = G[K, bool]
type G[K comparable, V any] map[K]V

func (G[K, V]) Get(k K) V

type Sum interface {
	error
	sum()
}

type V struct {
	*t
	Name string     ` + "`json:\"name\"`" + `
	_    []struct{} // unexported fields, not comparable
}

func (*V) Error() string
func (*V) sum()

type W[E error] interface {
	handle
	Root() E
}

type handle interface {
	top()
}

type t struct {
	Exported int
	_        struct{} // unexported fields
}

func (t) Method()
`
	imp := exportData()
	for name, dir := range map[string]string{
		"one file": sources(t, "p.go", `
// Package p is documented.
package p

import (
	"fmt"
	"log/slog"
)

// C is documented.
type C uint8

const (
	A C = iota // comment
	B
	c
)

const (
	Half  = 0.5
	One   = 1.0
	Third float64 = One/3
	Rune  = 'a'
	Text  = "a" + "/b"
)

func (c C) String() string { return fmt.Sprint(uint8(c)) }

type G[K comparable, V any] map[K]V

func (g G[K, V]) Get(k K) V { return g[k] }

type Sum interface{ error; sum() }
type Empty interface{}
type Flags[K comparable] = G[K, bool]
type V struct { *t; Name string `+"`json:\"name\"`"+`; parts []string }

func (*V) Error() string { return "" }
func (*V) sum() {}
func (*V) internal() {}

type W[E error] interface { Root() E; handle }
type handle interface { top() *node }
type node struct{ next *node }
type t struct { Exported, internal int }
func (t) Method() {}
func F[E error](w W[E], attrs ...slog.Attr) *t { return nil }
var Default = &V{}
func internal() {}
`),
		"many files": sources(t, "a.go", `package p
import log "log/slog"
type G[K comparable, V any] map[K]V
func (g G[K, V]) Get(k K) V { return g[k] }
func F[E error](w W[E], attrs ...log.Attr) *t { return nil }
const ( Half = One/2; One = 1.0; Third float64 = 1./3; Rune = rune0; Text = "a/b"; rune0 = 'a' )
type Empty interface{}
type Flags[K comparable] = G[K, bool]
`, "b.go", `package p
type W[E error] interface { handle; Root() E }
type handle interface { top() string }
type ( t struct { hidden string; Exported int }; Sum interface{ sum(); error } )
func (x t) Method() {}
type V struct { *t; Name string `+"`json:\"name\"`"+`; f func() }
func (*V) sum() {}
func (*V) Error() string { return "" }
var Default *V = nil
`, "c.go", `package p
type C uint8
const ( B C = 1; A C = 0 )
func (C) String() string { return "" }
`, "d_windows.go", `package p
func Windows() {}
`, "e.go", `//go:build arm64
package p
func Arm() {}
`, "f_test.go", `package p
func Test() {}
`),
	} {
		t.Run(name, func(t *testing.T) {
			got, err := apiOf(imp, "p", dir)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// apiOf returns the exported declarations of the package in a folder as Go source without bodies
// and comments. It depends on nothing that users cannot see: on the layout of the source, on how
// constants are computed, on unexported fields (except that there are some, and whether they can be
// compared) and on the parameters of unexported methods.
//
// Unexported types appear where exported declarations mention them, and unexported methods where
// interfaces ask for them: they decide who implements the interface.
func apiOf(imp types.Importer, pkgPath, dir string) (string, error) {
	ctx := build.Default
	ctx.GOOS, ctx.GOARCH, ctx.CgoEnabled = goos, goarch, false
	p, err := ctx.ImportDir(dir, 0)
	if err != nil {
		return "", err
	}
	fset := token.NewFileSet()
	var files []*ast.File
	for _, name := range p.GoFiles {
		f, err := parser.ParseFile(fset, filepath.Join(dir, name), nil, parser.SkipObjectResolution)
		if err != nil {
			return "", err
		}
		files = append(files, f)
	}
	pkg, err := check(imp, fset, pkgPath, files...)
	if err != nil {
		return "", err
	}

	a := api{pkg: pkg, imports: map[string]string{}, sealing: map[string]bool{}}
	var todo []string
	for _, name := range pkg.Scope().Names() {
		obj := pkg.Scope().Lookup(name)
		if obj.Exported() {
			todo = append(todo, name)
		}
		if i, ok := obj.Type().Underlying().(*types.Interface); ok {
			for m := range i.ExplicitMethods() {
				a.sealing[m.Name()] = !m.Exported()
			}
		}
	}
	decls := map[string]string{}
	for ; len(todo) > 0; todo = todo[1:] {
		if decls[todo[0]] == "" {
			decls[todo[0]] = own.ReplaceAllStringFunc(a.declaration(pkg.Scope().Lookup(todo[0])), func(s string) string {
				todo = append(todo, s[len(here)+1:])
				return s[len(here)+1:]
			})
		}
	}

	var b strings.Builder
	fmt.Fprintf(&b, "// The API of %s on %s/%s, as HOLDFAST_UPDATE=1 go test . writes it.\n\n", pkgPath, goos, goarch)
	fmt.Fprintf(&b, "package %s\n\n", pkg.Name())
	for _, imported := range slices.Sorted(maps.Keys(a.imports)) {
		name := a.imports[imported]
		if name == path.Base(imported) {
			name = ""
		}
		fmt.Fprintf(&b, "import %s %q\n", name, imported)
	}
	names := slices.Sorted(maps.Keys(decls))
	for _, keyword := range []string{"const", "var", "func", "type"} {
		for _, name := range names {
			if strings.HasPrefix(decls[name], keyword) {
				fmt.Fprintf(&b, "\n%s", decls[name])
			}
		}
	}
	text, err := format.Source([]byte(b.String()))
	return string(text), err
}

// here stands for the package itself where go/types writes a type: what the package declares can
// then be told from everything else, and be declared too.
const here = "\x00"

var own = regexp.MustCompile(here + `\.[\pL\pN_]+`)

// api writes the declarations of one package.
type api struct {
	pkg     *types.Package
	imports map[string]string // names of the packages mentioned, by path
	sealing map[string]bool   // the unexported methods that interfaces ask for
}

// qualifier does not tell two packages of one name apart: the text would not type-check.
func (a *api) qualifier(p *types.Package) string {
	if p == a.pkg {
		return here
	}
	a.imports[p.Path()] = p.Name()
	return p.Name()
}

func (a *api) typ(t types.Type) string { return types.TypeString(t, a.qualifier) }

func (a *api) declaration(obj types.Object) string {
	switch obj := obj.(type) {
	case *types.Const:
		if basic, ok := obj.Type().(*types.Basic); ok && basic.Info()&types.IsUntyped != 0 {
			return "const " + obj.Name() + " = " + value(obj)
		}
		return "const " + obj.Name() + " " + a.typ(obj.Type()) + " = " + value(obj)
	case *types.TypeName:
		if named, ok := obj.Type().(*types.Named); ok && !obj.IsAlias() {
			return "type " + a.typ(named) + " " + a.underlying(named) + a.methods(named) + "\n"
		}
	}
	return types.ObjectString(obj, a.qualifier)
}

// value writes a constant such that it has the same type and value again.
func value(c *types.Const) string {
	basic := c.Type().Underlying().(*types.Basic)
	s := c.Val().ExactString()
	switch {
	case basic.Kind() == types.UntypedRune:
		r, _ := constant.Int64Val(c.Val())
		return strconv.QuoteRune(rune(r))
	case basic.Info()&(types.IsFloat|types.IsComplex) == 0:
		return s
	case basic.Kind() == types.UntypedFloat && !strings.ContainsAny(s, "./p"):
		return s + ".0"
	}
	return strings.ReplaceAll(s, "/", ".0/")
}

func (a *api) underlying(named *types.Named) string {
	var lines []string
	switch u := named.Underlying().(type) {
	case *types.Struct:
		hidden, comparable := false, true
		for i := range u.NumFields() {
			f := u.Field(i)
			switch {
			case f.Embedded():
				lines = append(lines, a.typ(f.Type())+" "+tag(u.Tag(i)))
			case f.Exported():
				lines = append(lines, f.Name()+" "+a.typ(f.Type())+" "+tag(u.Tag(i)))
			default:
				hidden, comparable = true, comparable && types.Comparable(f.Type())
			}
		}
		switch {
		case hidden && comparable:
			lines = append(lines, "_ struct{} // unexported fields")
		case hidden:
			lines = append(lines, "_ []struct{} // unexported fields, not comparable")
		}
		return block("struct", lines)
	case *types.Interface:
		for e := range u.EmbeddedTypes() {
			lines = append(lines, a.typ(e))
		}
		slices.Sort(lines) // what is embedded comes in the order of the source, methods are sorted
		for m := range u.ExplicitMethods() {
			lines = append(lines, m.Name()+a.signature(m))
		}
		return block("interface", lines)
	default:
		return a.typ(u)
	}
}

// methods writes the methods that users can call, or that make the type implement an interface.
func (a *api) methods(named *types.Named) string {
	var lines []string
	for m := range named.Methods() {
		if m.Exported() || a.sealing[m.Name()] {
			recv := m.Signature().Recv().Type()
			lines = append(lines, fmt.Sprintf("\nfunc (%s) %s%s", a.typ(recv), m.Name(), a.signature(m)))
		}
	}
	slices.Sort(lines)
	return strings.Join(lines, "")
}

// signature leaves out the parameters of unexported methods.
func (a *api) signature(m *types.Func) string {
	if !m.Exported() {
		return "()"
	}
	return strings.TrimPrefix(a.typ(m.Signature()), "func")
}

func block(keyword string, lines []string) string {
	if lines == nil {
		return keyword + "{}"
	}
	return keyword + " {\n" + strings.Join(lines, "\n") + "\n}"
}

func tag(s string) string {
	switch {
	case s == "":
		return ""
	case strconv.CanBackquote(s):
		return "`" + s + "`"
	}
	return strconv.Quote(s)
}
