// Package wrongvariable is the check wrong-variable for nogo: one error is tested and another one, which is nil, is returned.
package wrongvariable

import (
	"golang.org/x/tools/go/analysis"

	"github.com/holdfast-go/holdfast/lint/nogo"
)

// Analyzer is the check.
var Analyzer *analysis.Analyzer = nogo.Analyzer("wrong-variable")
