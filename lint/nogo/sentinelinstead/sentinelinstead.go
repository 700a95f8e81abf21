// Package sentinelinstead is the check sentinel-instead for nogo: a variable is returned, and the error in hand is not.
package sentinelinstead

import (
	"golang.org/x/tools/go/analysis"

	"github.com/holdfast-go/holdfast/lint/nogo"
)

// Analyzer is the check.
var Analyzer *analysis.Analyzer = nogo.Analyzer("sentinel-instead")
