package check

import (
	"go/ast"
	"go/token"
	"go/types"
	"go/version"
	"slices"
	"strings"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/ast/inspector"
)

// Pass is a package as a family sees it.
type Pass struct {
	*analysis.Pass
	Inspect *inspector.Inspector
	Config  *Config

	files    []file
	findings []Finding
}

// file is a file, and what is asked about it again and again.
type file struct {
	*ast.File
	name      string
	test      bool
	generated bool
	// mapped says that positions in it are said to be elsewhere, as in what cgo makes of a file: it is reported
	// there, and cannot be edited here.
	mapped bool
	src    []byte
}

func newPass(p *analysis.Pass, in *inspector.Inspector, cfg *Config) *Pass {
	out := &Pass{Pass: p, Inspect: in, Config: cfg}
	for _, f := range p.Files {
		name := p.Fset.File(f.FileStart).Name()
		shown := p.Fset.Position(f.Package).Filename
		out.files = append(out.files, file{
			File: f, name: name,
			test:      strings.HasSuffix(shown, "_test.go"),
			generated: shown == name && ast.IsGenerated(f) || !strings.HasSuffix(shown, ".go"), // cgo marks what it makes of a file
			mapped:    shown != name,
		})
	}
	slices.SortFunc(out.files, func(a, b file) int { return int(a.FileStart - b.FileStart) })
	return out
}

// Report is called with each finding. What tests, generated files and directives make of it is not the family's business.
func (p *Pass) Report(f Finding) { p.findings = append(p.findings, f) }

// file returns the file that pos is in, or nil.
func (p *Pass) file(pos token.Pos) *file {
	i, ok := slices.BinarySearchFunc(p.files, pos, func(f file, pos token.Pos) int {
		switch {
		case pos < f.FileStart:
			return 1
		case pos > f.FileEnd:
			return -1
		}
		return 0
	})
	if !ok {
		return nil
	}
	return &p.files[i]
}

// File returns the file that pos is in.
func (p *Pass) File(pos token.Pos) *ast.File {
	if f := p.file(pos); f != nil {
		return f.File
	}
	return nil
}

// Skipped reports whether what is found at pos is not reported whatever it is, because it is in a test, or
// generated: a family may save itself the work.
func (p *Pass) Skipped(pos token.Pos) bool {
	f := p.file(pos)
	return f == nil || f.generated && !p.Config.Generated || f.test && !p.Config.Tests
}

// Decl returns the declared function around pos, or nil.
func (p *Pass) Decl(pos token.Pos) *ast.FuncDecl {
	f := p.file(pos)
	if f == nil {
		return nil
	}
	i, ok := slices.BinarySearchFunc(f.Decls, pos, func(d ast.Decl, pos token.Pos) int {
		switch {
		case pos < d.Pos():
			return 1
		case pos >= d.End():
			return -1
		}
		return 0
	})
	if !ok {
		return nil
	}
	d, _ := f.Decls[i].(*ast.FuncDecl)
	return d
}

// Src returns the source of n as it is in the file, or "" where it cannot be read.
func (p *Pass) Src(n ast.Node) string { return p.SrcRange(n.Pos(), n.End()) }

// SrcRange is Src for the range [pos, end) of one file.
func (p *Pass) SrcRange(pos, end token.Pos) string {
	f := p.file(pos)
	if f == nil || end < pos {
		return ""
	}
	if f.src == nil {
		src, err := p.ReadFile(f.name)
		if err != nil || len(src) == 0 {
			return ""
		}
		f.src = src
	}
	from, to := int(pos-f.FileStart), int(end-f.FileStart)
	if to > len(f.src) {
		return ""
	}
	return string(f.src[from:to])
}

// Commented reports whether a comment is in n, which an edit of the whole would lose.
func (p *Pass) Commented(n ast.Node) bool {
	f := p.File(n.Pos())
	if f == nil {
		return true
	}
	i, _ := slices.BinarySearchFunc(f.Comments, n.Pos(), func(g *ast.CommentGroup, pos token.Pos) int { return int(g.Pos() - pos) })
	return i < len(f.Comments) && f.Comments[i].Pos() < n.End()
}

// Has reports whether the file around pos is compiled as version v, such as "go1.20", or a later one.
func (p *Pass) Has(pos token.Pos, v string) bool {
	f := p.file(pos)
	if f == nil {
		return false
	}
	have := p.TypesInfo.FileVersions[f.File]
	return !version.IsValid(have) || version.Compare(have, v) >= 0
}

// Test reports whether pos is in a test: in its file, or in a helper that takes a testing.TB.
func (p *Pass) Test(pos token.Pos) bool {
	f := p.file(pos)
	if f != nil && f.test {
		return true
	}
	d := p.Decl(pos)
	return d != nil && (p.takesTB(d.Type.Params) || p.takesTB(d.Recv))
}

func (p *Pass) takesTB(list *ast.FieldList) bool {
	if list == nil {
		return false
	}
	for _, field := range list.List {
		t := p.TypesInfo.TypeOf(field.Type)
		if ptr, ok := types.Unalias(t).(*types.Pointer); ok {
			t = ptr.Elem()
		}
		if n, ok := types.Unalias(t).(*types.Named); ok && n.Obj().Pkg() != nil && n.Obj().Pkg().Path() == "testing" {
			return true
		}
	}
	return false
}

// Exported reports whether pos is in a function that programs outside of the module can call: its errors are
// part of an interface that a person has to answer for.
func (p *Pass) Exported(pos token.Pos) bool {
	path := p.Pkg.Path()
	if p.Pkg.Name() == "main" || strings.HasPrefix(path, "internal/") || strings.Contains(path, "/internal/") || strings.HasSuffix(path, "/internal") {
		return false
	}
	d := p.Decl(pos)
	if d == nil || !d.Name.IsExported() {
		return false
	}
	if d.Recv == nil || len(d.Recv.List) == 0 {
		return true
	}
	t := d.Recv.List[0].Type
	for {
		switch x := t.(type) {
		case *ast.StarExpr:
			t = x.X
		case *ast.IndexExpr:
			t = x.X
		case *ast.IndexListExpr:
			t = x.X
		case *ast.ParenExpr:
			t = x.X
		case *ast.Ident:
			return x.IsExported()
		default:
			return true
		}
	}
}
