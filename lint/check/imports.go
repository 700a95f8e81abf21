package check

import (
	"go/ast"
	"go/token"
	"go/types"
	"path"
	"regexp"
	"strconv"
	"strings"

	"golang.org/x/tools/go/analysis"
)

// Import returns the name by which code at pos calls a package, such as "errors", and the edit that imports it
// if the file does not yet. It is not ok where the name means something else at pos.
func (p *Pass) Import(pos token.Pos, importPath string) (name string, edits []analysis.TextEdit, ok bool) {
	f := p.File(pos)
	if f == nil {
		return "", nil, false
	}
	for _, spec := range f.Imports {
		if got, err := strconv.Unquote(spec.Path.Value); err != nil || got != importPath {
			continue
		}
		pkg := p.TypesInfo.PkgNameOf(spec)
		if pkg == nil || pkg.Name() == "_" || pkg.Name() == "." {
			continue
		}
		return pkg.Name(), nil, p.means(pos, pkg.Name(), pkg)
	}
	name = guess(importPath)
	if !p.means(pos, name, nil) || p.Pkg.Scope().Lookup(name) != nil || f.Scope != nil && f.Scope.Lookup(name) != nil {
		return "", nil, false
	}
	if s := p.TypesInfo.Scopes[f]; s != nil && s.Lookup(name) != nil {
		return "", nil, false
	}
	return name, []analysis.TextEdit{insertImport(f, importPath)}, true
}

// means reports whether name at pos is obj, or nothing if obj is nil.
func (p *Pass) means(pos token.Pos, name string, obj types.Object) bool {
	f := p.File(pos)
	scope := p.TypesInfo.Scopes[f]
	if scope == nil {
		return false
	}
	if inner := scope.Innermost(pos); inner != nil {
		scope = inner
	}
	_, got := scope.LookupParent(name, pos)
	if obj == nil {
		return got == nil
	}
	return got == obj
}

var majorVersion = regexp.MustCompile(`^v[0-9]+$`)

func guess(importPath string) string {
	name := path.Base(importPath)
	if majorVersion.MatchString(name) {
		name = path.Base(path.Dir(importPath))
	}
	return name
}

// insertImport keeps the first group of imports sorted, as gofmt has it.
func insertImport(f *ast.File, importPath string) analysis.TextEdit {
	quoted := strconv.Quote(importPath)
	insert := func(pos token.Pos, text string) analysis.TextEdit {
		return analysis.TextEdit{Pos: pos, End: pos, NewText: []byte(text)}
	}
	for _, d := range f.Decls {
		g, ok := d.(*ast.GenDecl)
		if !ok || g.Tok != token.IMPORT {
			break
		}
		if len(g.Specs) == 1 && g.Specs[0].(*ast.ImportSpec).Path.Value == `"C"` {
			continue
		}
		if !g.Lparen.IsValid() {
			return insert(g.End(), "\nimport "+quoted)
		}
		if len(g.Specs) == 0 {
			return insert(g.Lparen+1, "\n\t"+quoted+"\n")
		}
		first := g.Specs[0].(*ast.ImportSpec)
		if strings.Contains(strings.SplitN(first.Path.Value, "/", 2)[0], ".") {
			return insert(startOf(first), quoted+"\n\n\t") // no group of the standard library yet
		}
		last := first
		for i, s := range g.Specs {
			spec := s.(*ast.ImportSpec)
			if i > 0 && !adjacent(f, last, spec) {
				break
			}
			if spec.Path.Value > quoted {
				return insert(startOf(spec), quoted+"\n\t")
			}
			last = spec
		}
		return insert(last.End(), "\n\t"+quoted)
	}
	return insert(f.Name.End(), "\n\nimport "+quoted)
}

func startOf(spec *ast.ImportSpec) token.Pos {
	if spec.Doc != nil {
		return spec.Doc.Pos()
	}
	return spec.Pos()
}

// adjacent reports whether no empty line is between two specs: there are just a line's end, a tab and comments.
func adjacent(f *ast.File, a, b *ast.ImportSpec) bool {
	end := a.End()
	if a.Comment != nil {
		end = a.Comment.End()
	}
	return startOf(b)-end <= 2
}

// Drop returns the edit that removes an import if keep says of none of its uses that it stays: fixes
// are to leave a file that compiles, whoever applies them.
func (p *Pass) Drop(pos token.Pos, importPath string, keep func(*ast.Ident) bool) []analysis.TextEdit {
	f := p.File(pos)
	if f == nil {
		return nil
	}
	for _, d := range f.Decls {
		g, ok := d.(*ast.GenDecl)
		if !ok || g.Tok != token.IMPORT {
			break
		}
		for _, s := range g.Specs {
			spec := s.(*ast.ImportSpec)
			pkg := p.TypesInfo.PkgNameOf(spec)
			if got, err := strconv.Unquote(spec.Path.Value); err != nil || got != importPath || pkg == nil || pkg.Name() == "." || pkg.Name() == "_" {
				continue
			}
			for id := range p.Inspect.PreorderSeq((*ast.Ident)(nil)) {
				if p.TypesInfo.Uses[id.(*ast.Ident)] == pkg && keep(id.(*ast.Ident)) {
					return nil
				}
			}
			// What is removed ends where the spec does, so that another import can be put behind it.
			switch {
			case spec.Comment != nil || spec.Doc != nil || g.Doc != nil:
			case !g.Lparen.IsValid():
				return []analysis.TextEdit{{Pos: g.Pos(), End: g.End()}}
			case p.SrcRange(spec.Pos()-2, spec.Pos()) == "\n\t":
				return []analysis.TextEdit{{Pos: spec.Pos() - 2, End: spec.End()}}
			}
			return nil
		}
	}
	return nil
}
