// Package stringerror is the check string-error for nogo: the text of an error is converted to an error type that is a string.
package stringerror

import (
	"golang.org/x/tools/go/analysis"

	"github.com/holdfast-go/holdfast/lint/nogo"
)

// Analyzer is the check.
var Analyzer *analysis.Analyzer = nogo.Analyzer("string-error")
