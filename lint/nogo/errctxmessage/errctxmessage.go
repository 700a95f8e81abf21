// Package errctxmessage is the check errctx-message for nogo: the message of a layer of context is not constant.
package errctxmessage

import (
	"golang.org/x/tools/go/analysis"

	"github.com/holdfast-go/holdfast/lint/nogo"
)

// Analyzer is the check.
var Analyzer *analysis.Analyzer = nogo.Analyzer("errctx-message")
