// Package directive is the check directive for nogo: a directive that has no reason, or silences nothing.
package directive

import (
	"golang.org/x/tools/go/analysis"

	"github.com/holdfast-go/holdfast/lint/nogo"
)

// Analyzer is the check.
var Analyzer *analysis.Analyzer = nogo.Analyzer("directive")
