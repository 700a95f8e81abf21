// Package comparison is the check comparison for nogo: an error is compared with == or !=, or in a switch.
package comparison

import (
	"golang.org/x/tools/go/analysis"

	"github.com/holdfast-go/holdfast/lint/nogo"
)

// Analyzer is the check.
var Analyzer *analysis.Analyzer = nogo.Analyzer("comparison")
