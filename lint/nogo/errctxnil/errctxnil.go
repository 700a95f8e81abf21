// Package errctxnil is the check errctx-nil for nogo: a handle is nil where it is used as an error.
package errctxnil

import (
	"golang.org/x/tools/go/analysis"

	"github.com/holdfast-go/holdfast/lint/nogo"
)

// Analyzer is the check.
var Analyzer *analysis.Analyzer = nogo.Analyzer("errctx-nil")
