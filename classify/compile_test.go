package classify_test

import (
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"os"
	"strings"
	"testing"
)

// What the example of Sum forgets must not compile. Each case edits the example
// itself, so that what people copy is what is checked; the first one, which edits
// nothing, shows that the harness can tell.
func TestForgottenVariantDoesNotCompile(t *testing.T) {
	source, err := os.ReadFile("example_sum_test.go")
	if err != nil {
		t.Fatal(err)
	}
	const diskFull = `
type DiskFull struct{}
func (*DiskFull) Error() string { return "" }
func (*DiskFull) ErrorKind() string { return "store.disk_full" }
var _ StoreError = (*DiskFull)(nil)
`
	const newCase = "MissingDigest(*MissingDigest) T\n"
	fset := token.NewFileSet()
	imp := importer.ForCompiler(fset, "source", nil)
	for _, tt := range []struct{ name, old, new, add, want string }{
		{name: "the example as it stands"},
		{
			name: "a policy that forgets a variant", old: "func (storeVerdicts) CorruptBlob(", new: "func (storeVerdicts) corruptBlob(",
			want: "storeVerdicts does not implement StoreCases[classify.Verdict] (missing method CorruptBlob)",
		},
		{
			name: "a policy that decides on a variant that is gone", old: "CorruptBlob(*CorruptBlob) T\n", new: "",
			want: "c.CorruptBlob undefined",
		},
		{
			name: "a visitor that forgets a variant", old: "func (v *storeVisit[T]) CorruptBlob(", new: "func (v *storeVisit[T]) corruptBlob(",
			want: "(missing method CorruptBlob)",
		},
		{
			name: "a variant that is not sealed", add: diskFull,
			want: "(missing method storeError)",
		},
		{
			name: "a variant without a case", add: diskFull + "func (e *DiskFull) storeError(c StoreCases[struct{}]) { c.DiskFull(e) }",
			want: "c.DiskFull undefined",
		},
		{
			name: "a variant with a case that nobody decides on", old: newCase, new: newCase + "DiskFull(*DiskFull) T\n",
			add: diskFull + `func (e *DiskFull) storeError(c StoreCases[struct{}]) { c.DiskFull(e) }
func (v *storeVisit[T]) DiskFull(e *DiskFull) (_ struct{}) { v.said = v.cases.DiskFull(e); return }`,
			want: "storeVerdicts does not implement StoreCases[classify.Verdict] (missing method DiskFull)",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if tt.old != "" && strings.Count(string(source), tt.old) != 1 {
				t.Fatalf("the example has no single %q to edit", tt.old)
			}
			edited := strings.Replace(string(source), tt.old, tt.new, 1) + tt.add
			file, err := parser.ParseFile(fset, tt.name+".go", edited, 0)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			config := types.Config{Importer: imp, Error: func(err error) { got = append(got, err.Error()) }}
			_, _ = config.Check("p", fset, []*ast.File{file}, nil) // its error is the first of got
			switch all := strings.Join(got, "\n"); {
			case tt.want == "" && all != "":
				t.Errorf("does not compile: %s", all)
			case tt.want != "" && all == "":
				t.Error("compiles")
			case !strings.Contains(all, tt.want):
				t.Errorf("does not say %q:\n%s", tt.want, all)
			}
		})
	}
}
