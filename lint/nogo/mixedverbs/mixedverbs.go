// Package mixedverbs is the check mixed-verbs for nogo: an error loses its identity beside another one that is wrapped.
package mixedverbs

import (
	"golang.org/x/tools/go/analysis"

	"github.com/holdfast-go/holdfast/lint/nogo"
)

// Analyzer is the check.
var Analyzer *analysis.Analyzer = nogo.Analyzer("mixed-verbs")
