// Package textlist is the check text-list for nogo: texts of errors are collected, and become one error.
package textlist

import (
	"golang.org/x/tools/go/analysis"

	"github.com/holdfast-go/holdfast/lint/nogo"
)

// Analyzer is the check.
var Analyzer *analysis.Analyzer = nogo.Analyzer("text-list")
