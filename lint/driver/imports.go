package driver

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"path"
	"strconv"
)

// dropImports removes from after the imports that before made use of, and after does not.
func dropImports(before, after []byte, names map[string]string) ([]byte, error) {
	old, err := parser.ParseFile(token.NewFileSet(), "", before, 0)
	if err != nil {
		return nil, err
	}
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, "", after, parser.ParseComments)
	if err != nil {
		return nil, err
	}
	was, is := qualifiers(old), qualifiers(f)
	unused := func(spec *ast.ImportSpec) bool {
		p, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			return false
		}
		name := path.Base(p)
		switch {
		case spec.Name != nil:
			name = spec.Name.Name
		case names[p] != "":
			name = names[p]
		}
		return was[name] && !is[name]
	}
	var cuts []Edit
	cut := func(from, to token.Pos) {
		start, end := fset.Position(from).Offset, fset.Position(to).Offset
		start = bytes.LastIndexByte(after[:start], '\n') + 1
		if n := bytes.IndexByte(after[end:], '\n'); n >= 0 {
			end += n + 1
		}
		cuts = append(cuts, Edit{Start: start, End: end, Old: string(after[start:end])})
	}
	for _, d := range f.Decls {
		g, ok := d.(*ast.GenDecl)
		if !ok || g.Tok != token.IMPORT {
			break
		}
		var gone []*ast.ImportSpec
		for _, s := range g.Specs {
			if spec := s.(*ast.ImportSpec); unused(spec) {
				gone = append(gone, spec)
			}
		}
		if len(gone) == len(g.Specs) && len(gone) > 0 {
			cut(g.Pos(), g.End())
			continue
		}
		for _, spec := range gone {
			from := spec.Pos()
			if spec.Doc != nil {
				from = spec.Doc.Pos()
			}
			cut(from, spec.End())
		}
	}
	return edited(after, cuts)
}

// qualifiers returns the names before a dot that nothing in the file declares: those of imports.
func qualifiers(f *ast.File) map[string]bool {
	free := map[*ast.Ident]bool{}
	for _, id := range f.Unresolved {
		free[id] = true
	}
	out := map[string]bool{}
	for n := range ast.Preorder(f) {
		if s, ok := n.(*ast.SelectorExpr); ok {
			if id, ok := s.X.(*ast.Ident); ok && free[id] {
				out[id.Name] = true
			}
		}
	}
	return out
}
