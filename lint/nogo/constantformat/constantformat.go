// Package constantformat is the check constant-format for nogo: an error is formatted with a verb that keeps only its text, in a format that is put together.
package constantformat

import (
	"golang.org/x/tools/go/analysis"

	"github.com/holdfast-go/holdfast/lint/nogo"
)

// Analyzer is the check.
var Analyzer *analysis.Analyzer = nogo.Analyzer("constant-format")
