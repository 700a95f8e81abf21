// Package discardederror is the check discarded-error for nogo: an error is given to _.
package discardederror

import (
	"golang.org/x/tools/go/analysis"

	"github.com/holdfast-go/holdfast/lint/nogo"
)

// Analyzer is the check.
var Analyzer *analysis.Analyzer = nogo.Analyzer("discarded-error")
