package check_test

import (
	"testing"

	"github.com/holdfast-go/holdfast/lint/check"
	"github.com/holdfast-go/holdfast/lint/checktest"
	"github.com/holdfast-go/holdfast/lint/flatten"
)

func TestDirectives(t *testing.T) { checktest.Run(t, flatten.Family, "directives", "boundary") }

func TestConfiguredBoundary(t *testing.T) {
	checktest.RunConfig(t, &check.Config{Opaque: []check.Boundary{
		{Package: "boundary2", Func: "(*server).reply", Reason: "the edge of the program"},
		{Package: "boundary2/...", Func: "other"}, // without a reason it counts not
	}}, flatten.Family, "boundary2")
}

func TestImports(t *testing.T) { checktest.Run(t, flatten.Family, "imports") }
