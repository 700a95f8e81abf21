// Package tool has the linters that are measured, linked into one program so that all of them see the same packages.
package tool

import (
	"fmt"
	"sync"

	"github.com/Djarvur/go-err113"
	"github.com/polyfloyd/go-errorlint/errorlint"
	"github.com/tomarrell/wrapcheck/v2/wrapcheck"
	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/unitchecker"

	"github.com/holdfast-go/holdfast/lint"
	"github.com/holdfast-go/holdfast/lint/check"
)

// Suite is a linter as it is measured.
type Suite struct {
	Name      string
	Analyzers []*analysis.Analyzer
}

// The names of the suites.
const (
	Default   = "errlint"
	Strict    = "errlint-strict"
	Errorlint = "go-errorlint"
	Wrapcheck = "wrapcheck"
	Err113    = "err113"
)

// Suites returns the linters.
func Suites() []Suite {
	return []Suite{
		{Default, lint.Analyzers(nil)},
		{Strict, lint.Analyzers(&check.Config{Profile: "strict"})},
		{Errorlint, []*analysis.Analyzer{withErrorf()}},
		{Wrapcheck, []*analysis.Analyzer{wrapcheck.NewAnalyzer(wrapcheck.NewDefaultConfig())}},
		{Err113, []*analysis.Analyzer{err113.NewAnalyzer()}},
	}
}

func withErrorf() *analysis.Analyzer {
	a := errorlint.NewAnalyzer()
	if err := a.Flags.Set("errorf", "true"); err != nil {
		panic(err) // the flag is part of its interface
	}
	return a
}

// Nothing is an analyzer that finds nothing: what a vet tool costs in any case.
var Nothing = &analysis.Analyzer{
	Name: "nothing", Doc: "find nothing",
	Run: func(*analysis.Pass) (any, error) { return nil, nil },
}

// NothingWithFacts is the same for a tool that has facts, so that it has to look at dependencies as well.
var NothingWithFacts = &analysis.Analyzer{
	Name: "nothing", Doc: "find nothing, and remember it",
	FactTypes: []analysis.Fact{new(fact)},
	Run: func(pass *analysis.Pass) (any, error) {
		pass.ExportPackageFact(new(fact))
		return nil, nil
	},
}

type fact struct{}

func (*fact) AFact() {}

// roles are what the program can be as a vet tool, by the name it is called by.
var roles = map[string]func() []*analysis.Analyzer{
	"vet-all":           all,
	"vet-nothing":       func() []*analysis.Analyzer { return []*analysis.Analyzer{Nothing} },
	"vet-nothing-facts": func() []*analysis.Analyzer { return []*analysis.Analyzer{NothingWithFacts} },
	"vet-" + Errorlint:  func() []*analysis.Analyzer { return []*analysis.Analyzer{withErrorf()} },
}

// Roles returns the analyzers of the vet tool that has this name, or nil.
func Roles(name string) []*analysis.Analyzer {
	if f := roles[name]; f != nil {
		return f()
	}
	return nil
}

// Main is the vet tool with the analyzers of a role. It does not return.
func Main(analyzers []*analysis.Analyzer) { unitchecker.Main(analyzers...) }

// separator is between the name of a suite and that of an analyzer.
const separator = "__"

// all returns the analyzers of all suites. An analyzer may be in several suites, and flags are named after
// analyzers: so each has its suite's number in its name.
func all() []*analysis.Analyzer {
	var out []*analysis.Analyzer
	var one sync.Mutex
	for i, s := range Suites() {
		if s.Name == Default || s.Name == Strict {
			// Both profiles at once are nothing that errlint is made for: they share what is known of a package.
			for _, engine := range s.Analyzers[0].Requires {
				run := engine.Run
				engine.Run = func(pass *analysis.Pass) (any, error) {
					one.Lock()
					defer one.Unlock()
					return run(pass)
				}
			}
		}
		for _, a := range s.Analyzers {
			b := *a
			b.Name = fmt.Sprintf("s%d%s%s", i, separator, a.Name)
			out = append(out, &b)
		}
	}
	return out
}
