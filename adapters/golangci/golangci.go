// Package golangci is errlint as a plugin of golangci-lint. Its settings are those of .errlint.yaml, without the
// baseline: golangci-lint has its own (issues.new).
//
// A golangci-lint with the plugin is built by "golangci-lint custom" with this .custom-gcl.yml:
//
//	version: v2.15.0
//	plugins:
//	  - module: github.com/holdfast-go/holdfast/adapters/golangci
//	    version: latest
//
// and it is turned on in .golangci.yml:
//
//	version: "2"
//	linters:
//	  enable: [errlint]
//	  settings:
//	    custom:
//	      errlint:
//	        type: module
//	        settings:
//	          profile: strict
//
// "golangci-lint run --fix" asks nobody, so it gets only the fixes that need no look; fixes: all in the settings changes that.
package golangci

import (
	"fmt"

	"github.com/golangci/plugin-module-register/register"
	"golang.org/x/tools/go/analysis"

	"github.com/holdfast-go/holdfast/lint"
	"github.com/holdfast-go/holdfast/lint/check"
)

func init() { register.Plugin("errlint", New) }

// New makes the plugin of its settings, a [check.Config].
func New(settings any) (register.LinterPlugin, error) {
	cfg, err := register.DecodeSettings[check.Config](settings)
	if err != nil {
		return nil, fmt.Errorf("errlint: %w", err)
	}
	for _, names := range [][]string{cfg.Enable, cfg.Disable} {
		for _, name := range names {
			if !known(name) {
				return nil, fmt.Errorf("errlint: there is no check %q: see docs/lint, or errlint -explain", name)
			}
		}
	}
	for _, b := range cfg.Opaque {
		if b.Reason == "" {
			return nil, fmt.Errorf("errlint: opaque: package %s has no reason: say why its errors are given away as text", b.Package)
		}
	}
	switch cfg.Profile {
	case "", "default", "strict":
	default:
		return nil, fmt.Errorf("errlint: profile is default or strict, not %q", cfg.Profile)
	}
	if cfg.Fixes == "" {
		cfg.Fixes = "safe"
	}
	return &plugin{cfg}, nil
}

func known(name string) bool {
	for _, c := range lint.Checks() {
		if c.ID == name || c.Analyzer() == name {
			return true
		}
	}
	return false
}

type plugin struct{ cfg check.Config }

// BuildAnalyzers implements register.LinterPlugin.
func (p *plugin) BuildAnalyzers() ([]*analysis.Analyzer, error) {
	var out []*analysis.Analyzer
	for _, a := range lint.Analyzers(&p.cfg) {
		out = append(out, unrelated(a))
	}
	return out, nil
}

// unrelated returns a without related information: golangci-lint makes an issue of its own of each.
func unrelated(a *analysis.Analyzer) *analysis.Analyzer {
	b := *a
	b.Run = func(pass *analysis.Pass) (any, error) {
		p := *pass
		p.Report = func(d analysis.Diagnostic) {
			d.Related = nil
			pass.Report(d)
		}
		return a.Run(&p)
	}
	return &b
}

// GetLoadMode implements register.LinterPlugin.
func (p *plugin) GetLoadMode() string { return register.LoadModeTypesInfo }
