// Package texthelper is the check text-helper for nogo: a helper returns the text of an error, which becomes a new error.
package texthelper

import (
	"golang.org/x/tools/go/analysis"

	"github.com/holdfast-go/holdfast/lint/nogo"
)

// Analyzer is the check.
var Analyzer *analysis.Analyzer = nogo.Analyzer("text-helper")
