// Package nogo is errlint for Bazel's nogo, which wants one package for each analyzer: they are in the folders below. A target
// names those that it wants:
//
//	nogo(
//	    name = "nogo",
//	    deps = [
//	        "@com_github_holdfast_go_holdfast//lint/nogo/verb",
//	        "@com_github_holdfast_go_holdfast//lint/nogo/textcopy",
//	    ],
//	    visibility = ["//visibility:public"],
//	)
//
// What a target names is reported, whatever its tier. There is no file of settings: places that give errors away as text on purpose are
// marked in the code, with //errlint:opaque and the reason.
package nogo

import (
	"golang.org/x/tools/go/analysis"

	"github.com/holdfast-go/holdfast/lint"
	"github.com/holdfast-go/holdfast/lint/check"
)

// The analyzers share their work, so they are made once.
var analyzers = func() map[string]*analysis.Analyzer {
	cfg := &check.Config{}
	checks := lint.Checks()
	for _, c := range checks {
		if c.Tier == check.OptIn {
			cfg.Enable = append(cfg.Enable, c.ID)
		}
	}
	byName := map[string]*analysis.Analyzer{}
	for _, a := range lint.Analyzers(cfg) {
		byName[a.Name] = a
	}
	byID := map[string]*analysis.Analyzer{}
	for _, c := range checks {
		byID[c.ID] = byName[c.Analyzer()]
	}
	return byID
}()

// Analyzer returns the analyzer of the check id, or nil.
func Analyzer(id string) *analysis.Analyzer { return analyzers[id] }
