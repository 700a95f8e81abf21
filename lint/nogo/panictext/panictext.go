// Package panictext is the check panic-text for nogo: a panic has only the text of an error.
package panictext

import (
	"golang.org/x/tools/go/analysis"

	"github.com/holdfast-go/holdfast/lint/nogo"
)

// Analyzer is the check.
var Analyzer *analysis.Analyzer = nogo.Analyzer("panic-text")
