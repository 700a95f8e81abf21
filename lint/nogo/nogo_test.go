package nogo_test

import (
	"testing"

	"golang.org/x/tools/go/analysis"

	"github.com/holdfast-go/holdfast/lint"
	"github.com/holdfast-go/holdfast/lint/nogo"
)

func TestAnalyzers(t *testing.T) {
	var all []*analysis.Analyzer
	for _, c := range lint.Checks() {
		a := nogo.Analyzer(c.ID)
		if a == nil {
			t.Errorf("there is no analyzer for %s", c.ID)
			continue
		}
		all = append(all, a)
		if a.Requires[0] != all[0].Requires[0] {
			t.Errorf("%s does the work of all anew", c.ID)
		}
	}
	if err := analysis.Validate(all); err != nil {
		t.Error(err)
	}
}
