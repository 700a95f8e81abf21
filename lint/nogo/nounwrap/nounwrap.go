// Package nounwrap is the check no-unwrap for nogo: an error type keeps an error and has no method Unwrap.
package nounwrap

import (
	"golang.org/x/tools/go/analysis"

	"github.com/holdfast-go/holdfast/lint/nogo"
)

// Analyzer is the check.
var Analyzer *analysis.Analyzer = nogo.Analyzer("no-unwrap")
