// Package unwrap holds the check of error types that keep an error and do not give it to errors.Is and errors.As.
package unwrap

import (
	"go/ast"
	"go/token"
	"go/types"

	"github.com/holdfast-go/holdfast/lint/check"
)

// Family is the check.
var Family = &check.Family{Name: "unwrap", Checks: []*check.Check{NoUnwrap}, Run: run}

func run(p *check.Pass) {
	for _, f := range p.Files {
		if p.Skipped(f.FileStart) {
			continue
		}
		for _, d := range f.Decls {
			g, ok := d.(*ast.GenDecl)
			if !ok || g.Tok != token.TYPE {
				continue
			}
			for _, s := range g.Specs {
				spec := s.(*ast.TypeSpec)
				name, _ := p.TypesInfo.Defs[spec.Name].(*types.TypeName)
				if name == nil || name.IsAlias() {
					continue
				}
				if named, ok := name.Type().(*types.Named); ok && isError(named) {
					inspectType(p, g, spec, named)
				}
			}
		}
	}
}
