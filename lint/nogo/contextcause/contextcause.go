// Package contextcause is the check context-cause for nogo: ctx.Err is returned although contexts have causes here.
package contextcause

import (
	"golang.org/x/tools/go/analysis"

	"github.com/holdfast-go/holdfast/lint/nogo"
)

// Analyzer is the check.
var Analyzer *analysis.Analyzer = nogo.Analyzer("context-cause")
