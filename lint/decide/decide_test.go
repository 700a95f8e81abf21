package decide_test

import (
	"testing"

	"github.com/holdfast-go/holdfast/lint/check"
	"github.com/holdfast-go/holdfast/lint/checktest"
	"github.com/holdfast-go/holdfast/lint/decide"
)

func TestTextDecision(t *testing.T) { checktest.Run(t, decide.Family, "texts") }
func TestComparison(t *testing.T)   { checktest.Run(t, decide.Family, "compare", "other") }
func TestAssertion(t *testing.T)    { checktest.Run(t, decide.Family, "assert", "old") }

// What the default profile leaves out.
func TestDefault(t *testing.T) { checktest.RunDefault(t, decide.Family, "usual") }

// What a user's configuration adds.
func TestEquivalents(t *testing.T) {
	checktest.RunConfig(t, &check.Config{Equivalents: []check.Equivalent{
		{Text: "flux capacitor", Is: "example.com/car.ErrFlux"},
		{Text: "no fuel", Is: "example.com/car.IsEmpty"},
	}}, decide.Family, "configured")
}
