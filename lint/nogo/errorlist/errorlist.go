// Package errorlist is the check error-list for nogo: a list of errors is formatted into one that has only their text.
package errorlist

import (
	"golang.org/x/tools/go/analysis"

	"github.com/holdfast-go/holdfast/lint/nogo"
)

// Analyzer is the check.
var Analyzer *analysis.Analyzer = nogo.Analyzer("error-list")
