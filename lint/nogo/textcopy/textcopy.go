// Package textcopy is the check text-copy for nogo: a new error is made of the text of another one.
package textcopy

import (
	"golang.org/x/tools/go/analysis"

	"github.com/holdfast-go/holdfast/lint/nogo"
)

// Analyzer is the check.
var Analyzer *analysis.Analyzer = nogo.Analyzer("text-copy")
