// Package statuserror is the check status-error for nogo: a status for the wire has only the text of an error.
package statuserror

import (
	"golang.org/x/tools/go/analysis"

	"github.com/holdfast-go/holdfast/lint/nogo"
)

// Analyzer is the check.
var Analyzer *analysis.Analyzer = nogo.Analyzer("status-error")
