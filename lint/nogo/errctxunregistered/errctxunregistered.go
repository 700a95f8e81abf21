// Package errctxunregistered is the check errctx-unregistered for nogo: a variant of a sealed sum is not declared in its wire form.
package errctxunregistered

import (
	"golang.org/x/tools/go/analysis"

	"github.com/holdfast-go/holdfast/lint/nogo"
)

// Analyzer is the check.
var Analyzer *analysis.Analyzer = nogo.Analyzer("errctx-unregistered")
