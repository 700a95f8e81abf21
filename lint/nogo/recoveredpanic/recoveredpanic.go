// Package recoveredpanic is the check recovered-panic for nogo: a recovered panic becomes text in an error.
package recoveredpanic

import (
	"golang.org/x/tools/go/analysis"

	"github.com/holdfast-go/holdfast/lint/nogo"
)

// Analyzer is the check.
var Analyzer *analysis.Analyzer = nogo.Analyzer("recovered-panic")
