// Package stringconstructor is the check string-constructor for nogo: the text of an error is given to a function that makes an error of text.
package stringconstructor

import (
	"golang.org/x/tools/go/analysis"

	"github.com/holdfast-go/holdfast/lint/nogo"
)

// Analyzer is the check.
var Analyzer *analysis.Analyzer = nogo.Analyzer("string-constructor")
