// Package survey runs all linters over a module and compares what they report.
package survey

import (
	"context"
	"strings"

	"golang.org/x/tools/go/analysis"

	"github.com/holdfast-go/holdfast/bench/lint/cost"
	"github.com/holdfast-go/holdfast/bench/lint/module"
	"github.com/holdfast-go/holdfast/bench/lint/tool"
)

// Survey is what all linters report in the files of a module that are neither tests nor generated.
type Survey struct {
	Module, Version string
	Packages, Lines int
	// Missing are the packages that do not load, and why.
	Missing map[string]string
	// Complaints is what the Go command says beside reports.
	Complaints string
	// Quick says that it was done in memory.
	Quick    bool
	Findings []tool.Finding
}

// Run surveys the copy of m in dir, with go vet and this tool. With an empty one it does so in memory: then
// nothing is known of other modules but signatures, and tests are not looked at, which is a lot quicker.
func Run(ctx context.Context, m module.Module, dir, vettool string) (*Survey, error) {
	packages, missing, err := module.Packages(ctx, dir)
	if err != nil {
		return nil, err
	}
	lines, generated, err := module.Lines(dir, packages)
	if err != nil {
		return nil, err
	}
	s := &Survey{Module: m.Name, Version: m.Version, Packages: len(packages), Lines: lines, Missing: missing, Quick: vettool == ""}
	var names []string
	for _, p := range packages {
		names = append(names, p.ImportPath)
	}
	var found []tool.Finding
	if s.Quick {
		found, err = quick(ctx, dir, names)
	} else {
		found, s.Complaints, err = tool.Vet(ctx, vettool, dir, names)
	}
	if err != nil {
		return nil, err
	}
	for _, f := range found {
		if !f.Test() && !generated[f.File] {
			s.Findings = append(s.Findings, f)
		}
	}
	return s, nil
}

func quick(ctx context.Context, dir string, names []string) ([]tool.Finding, error) {
	loaded, err := cost.Load(ctx, dir, names)
	if err != nil {
		return nil, err
	}
	var out []tool.Finding
	for _, suite := range tool.Suites() {
		if err := cost.Analyze(suite.Analyzers, loaded, func(pass *analysis.Pass, d analysis.Diagnostic) {
			if f, ok := tool.Of(dir, suite.Name, pass.Analyzer.Name, pass.Fset.Position(d.Pos), d); ok {
				out = append(out, f)
			}
		}); err != nil {
			return nil, err
		}
	}
	return tool.Unique(out), nil
}

// place is a line of a file.
type place struct {
	file string
	line int
}

func (s *Survey) places(keep func(tool.Finding) bool) map[place]bool {
	out := map[place]bool{}
	for _, f := range s.Findings {
		if keep(f) {
			out[place{f.File, f.Line}] = true
		}
	}
	return out
}

// Overlap is how many lines that one linter reports another one reports as well.
type Overlap struct{ Lines, Both int }

// Covered says how many of the lines where go-errorlint reports something of a kind the strict profile of errlint reports anything.
func (s *Survey) Covered(kind string) Overlap {
	lines := len(s.places(func(f tool.Finding) bool { return f.Suite == tool.Errorlint && f.Check == kind }))
	return Overlap{Lines: lines, Both: lines - len(s.Uncovered(kind))}
}

// switchLines is how far below a switch go-errorlint's case may be: it reports cases, errlint the switch.
const switchLines = 12

// Uncovered lists the lines that Covered misses.
func (s *Survey) Uncovered(kind string) []tool.Finding {
	ours := s.places(func(f tool.Finding) bool { return f.Suite == tool.Strict })
	switches := s.places(func(f tool.Finding) bool { return f.Suite == tool.Strict && strings.Contains(f.Message, "switch") })
	var out []tool.Finding
	seen := map[place]bool{}
	for _, f := range s.Findings {
		p := place{f.File, f.Line}
		if f.Suite != tool.Errorlint || f.Check != kind || ours[p] || seen[p] {
			continue
		}
		seen[p] = true
		found := false
		for n := 1; n <= switchLines && strings.Contains(f.Message, "switch"); n++ {
			found = found || switches[place{f.File, f.Line - n}]
		}
		if !found {
			out = append(out, f)
		}
	}
	return out
}

// Counts counts the findings of a suite, by check.
func (s *Survey) Counts(suite string) map[string]int {
	out := map[string]int{}
	for _, f := range s.Findings {
		if f.Suite == suite {
			out[f.Check]++
		}
	}
	return out
}

// Total counts the findings of a suite.
func (s *Survey) Total(suite string) int {
	n := 0
	for _, k := range s.Counts(suite) {
		n += k
	}
	return n
}

// Kinds are the kinds of reports that go-errorlint has.
var Kinds = []string{"errorf", "comparison", "assertion"}
