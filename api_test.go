package holdfast_test

import (
	"errors"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/exp/apidiff"
)

// The packages whose API others build on. What each of them exports is written down in
// testdata/api, and HOLDFAST_UPDATE=1 writes it anew.
var public = []string{
	"errctx",
	"errctx/wire",
	"errctx/errgrpc",
	"classify",
	"classify/retry",
	"classify/supervise",
}

// The API is that of linux/amd64, on whatever system the test runs.
const goos, goarch = "linux", "amd64"

func TestAPI(t *testing.T) {
	imp := exportData()
	for _, dir := range public {
		t.Run(dir, func(t *testing.T) {
			got, err := apiOf(imp, module+"/"+dir, dir)
			if err != nil {
				t.Fatal(err)
			}
			golden := filepath.Join("testdata/api", filepath.FromSlash(dir)+".txt")
			if os.Getenv("HOLDFAST_UPDATE") != "" {
				if err := os.MkdirAll(filepath.Dir(golden), 0o777); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(golden, []byte(got), 0o666); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			diff := cmp.Diff(string(want), got)
			changes, err := compare(imp, module+"/"+dir, string(want), got)
			switch {
			case err != nil:
				t.Errorf("the API cannot be compared: %v\n%s", err, diff)
			case diff != "":
				t.Errorf("the API of %s is not the one in %s (-want +got):\n%s\n%s", dir, golden, diff, strings.Join(changes, "\n"))
			case len(changes) > 0:
				t.Errorf("an API is not the same as itself:\n%s", strings.Join(changes, "\n"))
			}
		})
	}
}

// What the comparison has to notice, and to say about it.
func TestAPIChanges(t *testing.T) {
	imp := exportData()
	for _, tt := range []struct {
		name, old, new string
		want           []string
	}{
		{"nothing", `func F()`, `func F()`, nil},
		{"removed function", `func F(); func G()`, `func G()`, []string{
			"incompatible: F: removed",
		}},
		{"changed signature", `func F(s string) error`, `func F(s []byte) error`, []string{
			"incompatible: F: changed from func(string) error to func([]byte) error",
		}},
		{"added function", `func F()`, `func F(); func G()`, []string{
			"compatible: G: added",
		}},
		{"the worst comes first", `func A()`, `func F(); type T = int`, []string{
			"incompatible: A: removed",
			"compatible: F: added",
			"compatible: T: added",
		}},
		{"added method, others may implement", `type I interface{ A() }`, `type I interface{ A(); B() }`, []string{
			"incompatible: I.B: added",
		}},
		{"added method, sealed", `type I interface{ A(); i() }`, `type I interface{ A(); B(); i() }`, []string{
			"compatible: I.B: added",
		}},
		{"added method, sealed by an embedded interface", `type I interface{ A(); h }; type h interface{ i(int) }`, `type I interface{ A(); B(); h }; type h interface{ i(string) }`, []string{
			"compatible: I.B: added",
		}},
		{"sealed", `type I interface{ A() }`, `type I interface{ A(); i() }`, []string{
			"incompatible: I.i: added unexported method",
		}},
		{"left a sealed sum", `type I interface{ i(t) }; type t int; type A int; func (A) i(t)`, `type I interface{ i(t) }; type t int; type A int`, []string{
			"incompatible: A: no longer implements I",
		}},
		{"removed method of an unexported type", `func F() *t; type t struct{}; func (*t) M()`, `func F() *t; type t struct{}`, []string{
			"incompatible: (*t).M: removed",
		}},
		{"removed field of an embedded, unexported type", `type T struct{ t }; type t struct{ A, b int }`, `type T struct{ t }; type t struct{ b int }`, []string{
			"incompatible: T.A: removed",
		}},
		{"no longer comparable", `type T struct{ A int; b string }`, `type T struct{ A int; b []string }`, []string{
			"incompatible: T: old is comparable, new is not",
		}},
		{"inserted constant", `type C int; const ( A C = iota; B )`, `type C int; const ( A C = iota; X; B )`, []string{
			"incompatible: B: value changed from 1 to 2",
			"compatible: X: added",
		}},
		{"alias of another type", `import "os"; type T = os.File`, `import "log/slog"; type T = slog.Attr`, []string{
			"incompatible: T: changed from os.File to log/slog.Attr",
		}},
		{"alias of a generic type", `type A = G[int]; type G[T any] struct{ X T }`, `type A = G[string]; type G[T any] struct{ X T }`, []string{
			"incompatible: A: changed from G[int] to G[string]",
		}},
		{"generic alias", `type A[T any] = G[T]; type G[T any] struct{ X T }`, `type A[T any] = []T; type G[T any] struct{ X T }`, []string{
			"incompatible: A: changed from G[T] to []T",
		}},
		{"constraint of a type", `type G[T any] struct{ X T }`, `type G[T error] struct{ X T }`, []string{
			"incompatible: G: changed from G[T any] to G[T error]",
		}},
		{"constraint of a function", `func F[E any](e E)`, `func F[E error](e E)`, []string{
			"not judged: F: type parameters changed from [E any] to [E error]",
		}},
		{"fewer type parameters", `func F[E, F any](e E) F`, `func F[E any](e E) E`, []string{
			"incompatible: F: changed from func(E) F to func(E) E",
			"not judged: F: type parameters changed from [E any, F any] to [E any]",
		}},
		{"union of a constraint", `type N interface{ ~int | ~string }`, `type N interface{ ~int }`, []string{
			"not judged: apidiff names no change",
		}},
		{"parameter's name", `func F(a int)`, `func F(b int)`, []string{
			"not judged: apidiff names no change",
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			old, err := apiOf(imp, "p", sources(t, "a.go", "package p;"+tt.old))
			if err != nil {
				t.Fatal(err)
			}
			new, err := apiOf(imp, "p", sources(t, "a.go", "package p;"+tt.new))
			if err != nil {
				t.Fatal(err)
			}
			got, err := compare(imp, "p", old, new)
			if err != nil {
				t.Fatalf("%v\n%s", err, new)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("%s\n%s\n%s", diff, old, new)
			}
			if (old == new) != (got == nil) {
				t.Errorf("text and report disagree about whether anything changed:\n%s\n%s", old, new)
			}
		})
	}
}

// sources writes files, given as names and contents, and returns their folder.
func sources(t *testing.T, files ...string) string {
	t.Helper()
	dir := t.TempDir()
	for f := range slices.Chunk(files, 2) {
		if err := os.WriteFile(filepath.Join(dir, f[0]), []byte(f[1]), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// compare says what changes for the users of a package between two texts of its API, the worst
// first. It says nothing only where the texts are equal: apidiff passes over the constraints of
// functions and over unions, and the names of parameters mean something to readers.
func compare(imp types.Importer, pkg, old, new string) (changes []string, err error) {
	parse := func(name, text string) *types.Package {
		fset := token.NewFileSet()
		f, e := parser.ParseFile(fset, name, text, parser.SkipObjectResolution)
		if e != nil {
			err = errors.Join(err, e)
			return nil
		}
		p, e := check(imp, fset, pkg, f)
		err = errors.Join(err, e)
		return p
	}
	o, n := parse("old", old), parse("new", new)
	if err != nil {
		return nil, err
	}
	var unjudged, compatible []string
	for _, c := range apidiff.Changes(o, n).Changes {
		if c.Compatible {
			compatible = append(compatible, "compatible: "+c.Message)
		} else {
			changes = append(changes, "incompatible: "+c.Message)
		}
	}
	for _, name := range o.Scope().Names() {
		was, is := typeParams(o, name), typeParams(n, name)
		if was != is && n.Scope().Lookup(name) != nil {
			unjudged = append(unjudged, fmt.Sprintf("not judged: %s: type parameters changed from [%s] to [%s]", name, was, is))
		}
	}
	changes = slices.Concat(changes, unjudged, compatible)
	if changes == nil && old != new {
		changes = []string{"not judged: apidiff names no change"}
	}
	return changes, nil
}

// typeParams returns the type parameters of a function as its declaration has them.
func typeParams(p *types.Package, function string) string {
	f, ok := p.Scope().Lookup(function).(*types.Func)
	if !ok {
		return ""
	}
	var params []string
	for tp := range f.Signature().TypeParams().TypeParams() {
		params = append(params, tp.Obj().Name()+" "+types.TypeString(tp.Constraint(), types.RelativeTo(p)))
	}
	return strings.Join(params, ", ")
}

// check type-checks declarations; their bodies do not matter and may be missing.
func check(imp types.Importer, fset *token.FileSet, pkg string, files ...*ast.File) (*types.Package, error) {
	for _, f := range files {
		for _, d := range f.Decls {
			if d, ok := d.(*ast.FuncDecl); ok {
				d.Body = &ast.BlockStmt{}
			}
		}
	}
	conf := types.Config{Importer: imp, IgnoreFuncBodies: true, Sizes: types.SizesFor("gc", goarch)}
	return conf.Check(pkg, fset, files, nil)
}

// exportData returns an importer of what the go command compiled.
func exportData() types.Importer {
	files := map[string]string{}
	list := func(args ...string) error {
		cmd := exec.Command("go", append([]string{"list", "-export", "-f", "{{.ImportPath}} {{.Export}}"}, args...)...)
		cmd.Env = append(os.Environ(), "GOOS="+goos, "GOARCH="+goarch)
		out, err := cmd.Output()
		if e, ok := errors.AsType[*exec.ExitError](err); ok {
			return fmt.Errorf("%v: %w\n%s", cmd, err, e.Stderr)
		}
		for line := range strings.Lines(string(out)) {
			pkg, file, _ := strings.Cut(strings.TrimSpace(line), " ")
			files[pkg] = file
		}
		return err
	}
	return importer.ForCompiler(token.NewFileSet(), "gc", func(pkg string) (io.ReadCloser, error) {
		if len(files) == 0 { // one call for nearly all; what is broken is asked for again, and says so
			args := []string{"-e", "-deps"}
			for _, dir := range public {
				args = append(args, "./"+dir)
			}
			if err := list(args...); err != nil {
				return nil, err
			}
		}
		if files[pkg] == "" {
			if err := list(pkg); err != nil {
				return nil, err
			}
		}
		return os.Open(files[pkg])
	})
}
