// Package printfconstructor is the check printf-constructor for nogo: an error is an operand of a constructor that keeps only its text.
package printfconstructor

import (
	"golang.org/x/tools/go/analysis"

	"github.com/holdfast-go/holdfast/lint/nogo"
)

// Analyzer is the check.
var Analyzer *analysis.Analyzer = nogo.Analyzer("printf-constructor")
