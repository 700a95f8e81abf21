// Package wiretest checks that a sum travels whole.
package wiretest

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"log/slog"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/holdfast-go/holdfast/errctx"
	"github.com/holdfast-go/holdfast/errctx/wire"
)

// Complete fails the test when the package that declares the sealed sum E has a
// variant that sum does not declare. dir is the folder of the package: "." in its own tests.
//
// It looks for the types that have E's unexported method: those that seal themselves. Files
// are read whatever they are built for.
func Complete[E errctx.Kind](t testing.TB, sum *wire.Sum[E], dir string) {
	t.Helper()
	seals := sealing(reflect.TypeFor[E]())
	if len(seals) == 0 {
		t.Errorf("%s is not sealed: it has no unexported method", reflect.TypeFor[E]())
		return
	}
	declared := map[string]bool{}
	for _, v := range sum.Variants() {
		if v.Kind() == reflect.Pointer {
			v = v.Elem()
		}
		name, _, _ := strings.Cut(v.Name(), "[")
		declared[name] = true
	}
	found := sealed(t, dir, seals)
	if len(found) == 0 {
		t.Errorf("%s: no type has the method %s", dir, strings.Join(seals, ", "))
	}
	for _, name := range found {
		if !declared[name] {
			t.Errorf("the sum %s has the variant %s, which its wire.Sum does not declare", reflect.TypeFor[E](), name)
		}
	}
}

// lostField names the first field that differs. Errors are compared by their text, since those of others
// arrive as a [wire.Foreign]; secrets are expected to be gone.
func lostField(a, b reflect.Value, path string) string {
	if a.IsValid() != b.IsValid() {
		return path
	}
	if !a.IsValid() {
		return ""
	}
	if a.Kind() == reflect.Interface || a.Type().Implements(errorType) && strings.Contains(path, ".") {
		if fmt.Sprint(a) != fmt.Sprint(b) {
			return path
		}
		return ""
	}
	switch a.Kind() {
	case reflect.Pointer:
		if a.IsNil() || b.IsNil() {
			if a.IsNil() != b.IsNil() {
				return path
			}
			return ""
		}
		return lostField(a.Elem(), b.Elem(), path)
	case reflect.Struct:
		for i := range a.NumField() {
			f := a.Type().Field(i)
			if !f.IsExported() || f.Tag.Get("errctx") == "secret" || f.Type.Implements(secretType) {
				continue
			}
			if field := lostField(a.Field(i), b.Field(i), path+"."+f.Name); field != "" {
				return field
			}
		}
		return ""
	case reflect.Slice:
		if a.Len() != b.Len() {
			return path
		}
		for i := range a.Len() {
			if field := lostField(a.Index(i), b.Index(i), path+"[]"); field != "" {
				return field
			}
		}
		return ""
	default:
		if !reflect.DeepEqual(a.Interface(), b.Interface()) {
			return path
		}
		return ""
	}
}

var (
	errorType  = reflect.TypeFor[error]()
	secretType = reflect.TypeFor[errctx.SecretValue]()
)

// sealing returns the unexported methods of an interface.
func sealing(sum reflect.Type) (names []string) {
	if sum.Kind() != reflect.Interface {
		return nil
	}
	for m := range sum.Methods() {
		if m.PkgPath != "" {
			names = append(names, m.Name)
		}
	}
	return names
}

// sealed returns the names of the types that have one of the methods, of their own or because
// they embed one that has: then that one is no variant, but what variants are made of.
func sealed(t testing.TB, dir string, methods []string) (types []string) {
	t.Helper()
	notTest := func(f fs.FileInfo) bool { return !strings.HasSuffix(f.Name(), "_test.go") }
	//lint:ignore SA1019 packages are not wanted here: files of every system are
	pkgs, err := parser.ParseDir(token.NewFileSet(), dir, notTest, parser.SkipObjectResolution)
	if err != nil {
		t.Errorf("read the package of the sum: %v", err)
		return nil
	}
	embedders := map[string][]string{} // by what they embed
	for _, pkg := range pkgs {
		for _, file := range pkg.Files {
			for _, d := range file.Decls {
				switch d := d.(type) {
				case *ast.FuncDecl:
					if d.Recv != nil && slices.Contains(methods, d.Name.Name) {
						types = append(types, receiver(d.Recv.List[0].Type))
					}
				case *ast.GenDecl:
					for _, s := range d.Specs {
						embeds(s, embedders)
					}
				}
			}
		}
	}
	var variants []string
	for _, name := range types {
		if made := embedders[name]; made != nil {
			variants = append(variants, made...)
		} else {
			variants = append(variants, name)
		}
	}
	slices.Sort(variants)
	return slices.Compact(variants)
}

// embeds notes what a type embeds of its own package.
func embeds(s ast.Spec, embedders map[string][]string) {
	spec, ok := s.(*ast.TypeSpec)
	if !ok {
		return
	}
	st, ok := spec.Type.(*ast.StructType)
	if !ok {
		return
	}
	for _, f := range st.Fields.List {
		if f.Names == nil {
			if name := receiver(f.Type); name != "" {
				embedders[name] = append(embedders[name], spec.Name.Name)
			}
		}
	}
}

func receiver(e ast.Expr) string {
	for {
		switch x := e.(type) {
		case *ast.StarExpr:
			e = x.X
		case *ast.IndexExpr:
			e = x.X
		case *ast.IndexListExpr:
			e = x.X
		case *ast.Ident:
			return x.Name
		default:
			return ""
		}
	}
}

// RoundTrip sends a sample of each variant of a sum, and fails the test when another
// variant arrives, another text or kind, a field with another value, or when what arrived is
// encoded in another way than what was sent. Every declared variant needs a sample. The
// peer is a trusted one; what a private field holds may not survive another.
func RoundTrip[E errctx.Kind](t *testing.T, sum *wire.Sum[E], samples ...E) {
	t.Helper()
	left := map[reflect.Type]bool{}
	for _, v := range sum.Variants()[1:] {
		left[v] = true
	}
	for _, sample := range samples {
		typ := reflect.TypeOf(sample)
		delete(left, typ)
		t.Run(typ.String(), func(t *testing.T) {
			sent := sum.Encode(errctx.New(sample, "send", errctx.Safe(slog.Int("n", 1))), wire.Trusted())
			got, bad := sum.Decode(sent)
			if bad != nil {
				t.Fatalf("%s\n%+v", sent, bad)
			}
			if reflect.TypeOf(got.Root()) != typ {
				t.Fatalf("%s arrived as a %T (%v)", sent, got.Root(), got)
			}
			if got.Error() != "send: "+sample.Error() || got.Root().ErrorKind() != sample.ErrorKind() {
				t.Errorf("%q (%s) arrived as %q (%s)", "send: "+sample.Error(), sample.ErrorKind(), got, got.Root().ErrorKind())
			}
			if field := lostField(reflect.ValueOf(sample), reflect.ValueOf(got.Root()), typ.String()); field != "" {
				t.Errorf("%s did not arrive as it was sent: %s", field, sent)
			}
			if _, remote := errctx.Origin(got); !remote {
				t.Error("it is not marked as remote")
			}
			if again := sum.Encode(got, wire.Trusted()); string(again) != string(sent) {
				t.Errorf("sent      %s\nand again %s", sent, again)
			}
		})
	}
	for v := range left {
		t.Errorf("no sample of %s", v)
	}
	const unknown = `{"v":1,"kind":"wiretest.no_such_kind","payload":{"a": 1}}`
	got, bad := sum.Decode([]byte(unknown))
	if bad != nil || reflect.TypeOf(got.Root()) != sum.Variants()[0] || string(sum.Encode(got)) != unknown {
		t.Errorf("an unknown kind arrived as %v, %v", got, bad)
	}
}
