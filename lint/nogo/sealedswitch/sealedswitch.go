// Package sealedswitch is the check sealed-switch for nogo: a switch over a sealed sum of errors misses a variant and has no default.
package sealedswitch

import (
	"golang.org/x/tools/go/analysis"

	"github.com/holdfast-go/holdfast/lint/nogo"
)

// Analyzer is the check.
var Analyzer *analysis.Analyzer = nogo.Analyzer("sealed-switch")
