// Package errorliteral is the check error-literal for nogo: an error of our own type has the text of its cause, and not the cause.
package errorliteral

import (
	"golang.org/x/tools/go/analysis"

	"github.com/holdfast-go/holdfast/lint/nogo"
)

// Analyzer is the check.
var Analyzer *analysis.Analyzer = nogo.Analyzer("error-literal")
