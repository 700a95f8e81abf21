// Package textdecision is the check text-decision for nogo: a decision on the text of an error.
package textdecision

import (
	"golang.org/x/tools/go/analysis"

	"github.com/holdfast-go/holdfast/lint/nogo"
)

// Analyzer is the check.
var Analyzer *analysis.Analyzer = nogo.Analyzer("text-decision")
