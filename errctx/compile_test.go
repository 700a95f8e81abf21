package errctx_test

import (
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"strings"
	"testing"
)

// What must not compile, with a part of the compiler's message; and, so that the
// harness itself can fail, what must.
func TestCompile(t *testing.T) {
	const prelude = `package p
import ("io/fs"; "syscall"; "github.com/holdfast-go/holdfast/errctx")
type E struct{}
func (*E) Error() string { return "" }
func (*E) ErrorKind() string { return "p.e" }
var _, _ = syscall.ENOENT, fs.ErrExist
var handle errctx.WithContext[*E]
func f() {
`
	fset := token.NewFileSet()
	imp := importer.ForCompiler(fset, "source", nil)
	for _, tt := range []struct{ name, body, want string }{
		{"a kind", `_ = errctx.New(&E{}, "m")`, ""},
		{"a foreign pointer", `_ = errctx.Adopt(&fs.PathError{}, "m")`, ""},
		{"a foreign value", `_ = errctx.AdoptValue(syscall.ENOENT, "m")`, ""},
		{"the root needs no assertion", `var _ *E = errctx.Wrap(handle, "m").Root()`, ""},
		{"New of a handle", `_ = errctx.New(handle, "m")`, "missing method ErrorKind"},
		{"Adopt of a handle", `_ = errctx.Adopt(handle, "m")`, "does not satisfy"},
		{"AdoptValue of a handle", `_ = errctx.AdoptValue(handle, "m")`, "does not satisfy"},
		{"AdoptValue of a plain error", `_ = errctx.AdoptValue(error(&E{}), "m")`, "does not satisfy"},
		{"Map to a handle", `_ = errctx.Map(handle, func(e *E) errctx.WithContext[*E] { return errctx.New(e, "m") })`, "missing method ErrorKind"},
		{"From of a handle type", `_, _ = errctx.From[errctx.WithContext[*E]](handle)`, "missing method ErrorKind"},
		{"Wrap of a plain error", `var err error = handle; _ = errctx.Wrap(err, "m")`, "cannot infer E"},
		{"another type without Map", `var _ errctx.WithContext[*fs.PathError] = errctx.Wrap(handle, "m")`, "cannot use"},
		{"a handle of one's own", `var _ errctx.WithContext[*E] = struct{ *E }{}`, "missing method"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			file, err := parser.ParseFile(fset, tt.name+".go", prelude+tt.body+"\n}\n", 0)
			if err != nil {
				t.Fatal(err)
			}
			_, err = (&types.Config{Importer: imp}).Check("p", fset, []*ast.File{file}, nil)
			switch {
			case tt.want == "" && err != nil:
				t.Errorf("does not compile: %v", err)
			case tt.want != "" && err == nil:
				t.Error("compiles")
			case tt.want != "" && !strings.Contains(err.Error(), tt.want):
				t.Errorf("message %q does not say %q", err, tt.want)
			}
		})
	}
}
