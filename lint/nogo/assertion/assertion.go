// Package assertion is the check assertion for nogo: a type assertion, or a type switch, on an error.
package assertion

import (
	"golang.org/x/tools/go/analysis"

	"github.com/holdfast-go/holdfast/lint/nogo"
)

// Analyzer is the check.
var Analyzer *analysis.Analyzer = nogo.Analyzer("assertion")
