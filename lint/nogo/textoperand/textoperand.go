// Package textoperand is the check text-operand for nogo: the text of an error is an operand of fmt.Errorf.
package textoperand

import (
	"golang.org/x/tools/go/analysis"

	"github.com/holdfast-go/holdfast/lint/nogo"
)

// Analyzer is the check.
var Analyzer *analysis.Analyzer = nogo.Analyzer("text-operand")
