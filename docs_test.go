package holdfast_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The code in the documentation is code that is compiled and run: the block below
//
//	<!-- example FOLDER NAME -->
//
// is the body of the example of that name, with its output, and the one below
//
//	<!-- source FILE NAME… -->
//
// is these declarations of a file. HOLDFAST_UPDATE=1 writes the blocks anew.
var codeBlock = regexp.MustCompile("(?s)<!-- (example|source) ([^>]*) -->\n```go\n(.*?)```\n")

func TestDocs(t *testing.T) {
	files, err := filepath.Glob("docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	blocks := 0
	for _, file := range append(files, "README.md") {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		got := codeBlock.ReplaceAllStringFunc(string(text), func(s string) string {
			blocks++
			m := codeBlock.FindStringSubmatch(s)
			code, err := snippet(m[1], strings.Fields(m[2]))
			if err != nil {
				t.Errorf("%s: %s %s: %v", file, m[1], m[2], err)
				return s
			}
			return fmt.Sprintf("<!-- %s %s -->\n```go\n%s```\n", m[1], m[2], code)
		})
		if os.Getenv("HOLDFAST_UPDATE") != "" {
			if err := os.WriteFile(file, []byte(got), 0o666); err != nil {
				t.Fatal(err)
			}
			continue
		}
		if diff := cmp.Diff(got, string(text)); diff != "" {
			t.Errorf("%s is not what the code says (-code +documentation):\n%s", file, diff)
		}
	}
	cookbook, err := os.ReadFile("docs/errors.md")
	if err != nil {
		t.Fatal(err)
	}
	if all, marked := strings.Count(string(cookbook), "```go\n"), len(codeBlock.FindAll(cookbook, -1)); all != marked {
		t.Errorf("docs/errors.md has %d blocks of Go, and says of %d where they are from", all, marked)
	}
	if blocks == 0 {
		t.Error("no block of code was found in the documentation")
	}
}

var (
	link = regexp.MustCompile(`\]\(([^)#\s]+)(#[^)]*)?\)`)
	code = regexp.MustCompile("(?s)```.*?```|`[^`\n]*`")
)

// What the documentation links to is there.
func TestLinks(t *testing.T) {
	files, err := filepath.Glob("*.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, pattern := range []string{"docs/*.md", "*/*.md"} {
		more, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, more...)
	}
	links := 0
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range link.FindAllSubmatch(code.ReplaceAll(text, nil), -1) {
			to := string(m[1])
			if strings.Contains(to, "://") {
				continue
			}
			links++
			if _, err := os.Stat(filepath.Join(filepath.Dir(file), to)); err != nil {
				t.Errorf("%s links to %s: %v", file, to, err)
			}
		}
	}
	if links < 20 {
		t.Errorf("only %d links were found", links)
	}
}

// snippet returns the code that a directive asks for.
func snippet(kind string, args []string) (string, error) {
	if len(args) < 2 {
		return "", fmt.Errorf("it takes a place and a name")
	}
	files := args[:1]
	if kind == "example" {
		var err error
		if files, err = filepath.Glob(path.Join(args[0], "*_test.go")); err != nil {
			return "", err
		}
	}
	var parts []string
	for _, file := range files {
		src, err := os.ReadFile(file)
		if err != nil {
			return "", err
		}
		fset := token.NewFileSet()
		f, err := parser.ParseFile(fset, file, src, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return "", err
		}
		at := func(p token.Pos) int { return fset.Position(p).Offset }
		for _, d := range f.Decls {
			switch fn, isFunc := d.(*ast.FuncDecl); {
			case !slices.ContainsFunc(names(d), func(name string) bool { return slices.Contains(args[1:], name) }):
			case kind == "source":
				start := d.Pos()
				if doc := docOf(d); doc != nil {
					start = doc.Pos()
				}
				parts = append(parts, string(src[at(start):at(d.End())])+"\n")
			case isFunc:
				body := strings.Trim(string(src[at(fn.Body.Lbrace)+1:at(fn.Body.Rbrace)]), "\n")
				parts = append(parts, strings.ReplaceAll("\n"+strings.TrimRight(body, "\t\n"), "\n\t", "\n")[1:]+"\n")
			}
		}
	}
	if want := len(args) - 1; len(parts) < want {
		return "", fmt.Errorf("%d of %d declarations found", len(parts), want)
	}
	return strings.Join(parts, "\n"), nil
}

// names returns what a declaration declares; methods are TYPE.NAME.
func names(d ast.Decl) (all []string) {
	switch d := d.(type) {
	case *ast.FuncDecl:
		name := d.Name.Name
		if d.Recv != nil {
			recv := d.Recv.List[0].Type
			if star, ok := recv.(*ast.StarExpr); ok {
				recv = star.X
			}
			name = fmt.Sprint(recv, ".", name)
		}
		return []string{name}
	case *ast.GenDecl:
		for _, s := range d.Specs {
			switch s := s.(type) {
			case *ast.TypeSpec:
				all = append(all, s.Name.Name)
			case *ast.ValueSpec:
				for _, n := range s.Names {
					all = append(all, n.Name)
				}
			}
		}
	}
	return all
}

func docOf(d ast.Decl) *ast.CommentGroup {
	switch d := d.(type) {
	case *ast.FuncDecl:
		return d.Doc
	case *ast.GenDecl:
		return d.Doc
	}
	return nil
}
