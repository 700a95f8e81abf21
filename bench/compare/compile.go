package compare

import (
	"bytes"
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
	"strings"
	"sync"
)

// snippets are the same lines in the words of each library.
type snippet struct {
	imports string
	start   string // a layer on the expression %s, a *Fault
	wrap    string // one more layer on the expression %s
	root    string // the root of the expression %s
	decl    string // declarations
}

var snippets = map[string]snippet{
	"errctx":        {`"github.com/holdfast-go/holdfast/errctx"`, `errctx.New(%s, "m")`, `errctx.Wrap(%s, "m")`, `%s.Root()`, ``},
	"bare struct":   {``, `&layer{%s, "m"}`, `&layer{%s, "m"}`, `(%s).cause`, `type layer struct { cause error; msg string }; func (*layer) Error() string { return "" }`},
	"fmt.Errorf %w": {`"fmt"; "errors"`, `fmt.Errorf("m: %%w", %s)`, `fmt.Errorf("m: %%w", %s)`, `errors.Unwrap(%s)`, ``},
	"pkg/errors":    {`"github.com/pkg/errors"`, `errors.Wrap(%s, "m")`, `errors.Wrap(%s, "m")`, `errors.Cause(%s)`, ``},
	"go-faster":     {`"github.com/go-faster/errors"`, `errors.Wrap(%s, "m")`, `errors.Wrap(%s, "m")`, `errors.Unwrap(%s)`, ``},
	"tozd":          {`"gitlab.com/tozd/go/errors"`, `errors.WithMessage(%s, "m")`, `errors.WithMessage(%s, "m")`, `errors.Unwrap(%s)`, ``},
	"cockroachdb":   {`"github.com/cockroachdb/errors"`, `errors.Wrap(%s, "m")`, `errors.Wrap(%s, "m")`, `errors.UnwrapAll(%s)`, ``},
	"eris":          {`"github.com/rotisserie/eris"`, `eris.Wrap(%s, "m")`, `eris.Wrap(%s, "m")`, `eris.Cause(%s)`, ``},
	"errorx":        {`"github.com/joomcode/errorx"`, `errorx.Decorate(%s, "m")`, `errorx.Decorate(%s, "m")`, `%s.Cause()`, ``},
	"oops":          {`"github.com/samber/oops"; "errors"`, `oops.Wrapf(%s, "m")`, `oops.Wrapf(%s, "m")`, `errors.Unwrap(%s)`, `var _ = errors.Unwrap`},
}

// put fills an expression into another one.
func put(outer, inner string) string { return fmt.Sprintf(outer, inner) }

// compiles type-checks statements and returns the compiler's message if they do not pass.
func (s snippet) compiles(body string) error {
	src := `package p
import (` + s.imports + `)
` + s.decl + `
type Fault struct{}
func (*Fault) Error() string { return "" }
func (*Fault) ErrorKind() string { return "p.fault" }
type Other struct{ error }
func (Other) ErrorKind() string { return "p.other" }
func f(fault *Fault) {
` + body + `
}
`
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, "p.go", src, 0)
	if err != nil {
		return err
	}
	var first error
	config := types.Config{Importer: importer.ForCompiler(fset, "gc", export), Error: func(err error) {
		// What a snippet imports and does not need says nothing.
		if first == nil && !strings.Contains(err.Error(), "imported and not used") {
			first = err
		}
	}}
	_, _ = config.Check("p", fset, []*ast.File{file}, nil)
	if e, ok := errors.AsType[types.Error](first); ok {
		return errors.New(e.Msg)
	}
	return first
}

// export opens what the compiler exports of a package.
func export(path string) (io.ReadCloser, error) {
	files, err := exports()
	if err != nil {
		return nil, err
	}
	if files[path] == "" {
		return nil, fmt.Errorf("nothing is exported of %s", path)
	}
	return os.Open(files[path])
}

var exports = sync.OnceValues(func() (map[string]string, error) {
	args := []string{"list", "-export", "-deps", "-f", "{{.ImportPath}} {{.Export}}"}
	for _, s := range snippets {
		for path := range strings.SplitSeq(s.imports, ";") {
			if path = strings.Trim(path, ` "`); path != "" {
				args = append(args, path)
			}
		}
	}
	out, err := goCommand(args...)
	if err != nil {
		return nil, err
	}
	files := map[string]string{}
	for line := range strings.Lines(out) {
		path, file, _ := strings.Cut(strings.TrimSpace(line), " ")
		files[path] = file
	}
	return files, nil
})

// goCommand runs the go command in the module that this is.
func goCommand(args ...string) (string, error) {
	cmd := exec.Command("go", args...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("go %s: %w: %s", args[0], err, stderr.String())
	}
	return string(out), nil
}
