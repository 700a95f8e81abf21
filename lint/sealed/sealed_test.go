package sealed

import (
	"go/types"
	"testing"

	"golang.org/x/tools/go/analysis"

	"github.com/holdfast-go/holdfast/lint/checktest"
)

func TestSwitch(t *testing.T) {
	t.Parallel()
	checktest.Run(t, Family, "switches", "chains", "policies", "sums")
}

// TestWithoutFacts takes the facts away, as a driver with a cache may: what other packages export is seen all the same.
func TestWithoutFacts(t *testing.T) {
	t.Parallel()
	blind := *Facts
	blind.Run = func(pass *analysis.Pass) (any, error) {
		p := *pass
		p.ImportObjectFact = func(types.Object, analysis.Fact) bool { return false }
		p.ImportPackageFact = func(*types.Package, analysis.Fact) bool { return false }
		p.AllPackageFacts = func() []analysis.PackageFact { return nil }
		return findSums(&p)
	}
	checktest.Run(t, family(&blind), "withoutfacts")
}
