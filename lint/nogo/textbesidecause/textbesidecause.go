// Package textbesidecause is the check text-beside-cause for nogo: an error is wrapped, and another one has only its text in the message.
package textbesidecause

import (
	"golang.org/x/tools/go/analysis"

	"github.com/holdfast-go/holdfast/lint/nogo"
)

// Analyzer is the check.
var Analyzer *analysis.Analyzer = nogo.Analyzer("text-beside-cause")
