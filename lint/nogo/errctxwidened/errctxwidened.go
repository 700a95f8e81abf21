// Package errctxwidened is the check errctx-widened for nogo: a handle is put into a plain error and asserted back.
package errctxwidened

import (
	"golang.org/x/tools/go/analysis"

	"github.com/holdfast-go/holdfast/lint/nogo"
)

// Analyzer is the check.
var Analyzer *analysis.Analyzer = nogo.Analyzer("errctx-widened")
