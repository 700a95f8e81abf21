// Package verb is the check verb for nogo: an error is formatted into another one with a verb that keeps only its text.
package verb

import (
	"golang.org/x/tools/go/analysis"

	"github.com/holdfast-go/holdfast/lint/nogo"
)

// Analyzer is the check.
var Analyzer *analysis.Analyzer = nogo.Analyzer("verb")
