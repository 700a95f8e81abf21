// Package textvariable is the check text-variable for nogo: the text of an error becomes a new error by way of a variable.
package textvariable

import (
	"golang.org/x/tools/go/analysis"

	"github.com/holdfast-go/holdfast/lint/nogo"
)

// Analyzer is the check.
var Analyzer *analysis.Analyzer = nogo.Analyzer("text-variable")
