// Package droppedcause is the check dropped-cause for nogo: a new error is returned, and the one in hand is not in it.
package droppedcause

import (
	"golang.org/x/tools/go/analysis"

	"github.com/holdfast-go/holdfast/lint/nogo"
)

// Analyzer is the check.
var Analyzer *analysis.Analyzer = nogo.Analyzer("dropped-cause")
