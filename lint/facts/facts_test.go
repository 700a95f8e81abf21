package facts_test

import (
	"go/ast"
	"go/types"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/analysistest"
	"golang.org/x/tools/go/analysis/passes/inspect"

	"github.com/holdfast-go/holdfast/lint/facts"
)

func TestFacts(t *testing.T) {
	analysistest.Run(t, analysistest.TestData(), facts.Analyzer, "funcs")
}

// Without facts, signatures tell.
func TestWithoutFacts(t *testing.T) {
	got := map[string]string{}
	blind := &analysis.Analyzer{
		Name: "blind", Doc: "runs without facts", Requires: []*analysis.Analyzer{inspect.Analyzer},
		Run: func(pass *analysis.Pass) (any, error) {
			p := *pass
			p.ImportObjectFact = func(types.Object, analysis.Fact) bool { return false }
			p.ImportPackageFact = func(*types.Package, analysis.Fact) bool { return false }
			p.ExportObjectFact = func(types.Object, analysis.Fact) {}
			p.ExportPackageFact = func(analysis.Fact) {}
			result, err := facts.Analyzer.Run(&p)
			if err != nil {
				return nil, err
			}
			for _, f := range pass.Files {
				ast.Inspect(f, func(n ast.Node) bool {
					if call, ok := n.(*ast.CallExpr); ok {
						if known := result.(*facts.Facts).Callee(call); known != nil {
							got[types.ExprString(call.Fun)] = known.String()
						}
					}
					return true
				})
			}
			return nil, nil
		},
	}
	analysistest.Run(t, analysistest.TestData(), blind, "user")
	want := map[string]string{
		"unseen.Errorf":   "format 0: opaque",
		"unseen.NewError": "texts [0]",
		"unseen.Wrapf":    "format 1: opaque, wraps [0]",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
