// Package checktest runs a family of checks on the packages in its testdata.
package checktest

import (
	"bytes"
	"go/format"
	"os"
	"slices"
	"testing"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/analysistest"

	"github.com/holdfast-go/holdfast/lint/check"
)

// Run runs the analyzers of a family, in the strict profile, on packages below testdata/src, and compares what they
// report with the comments "// want" there, and what their first fixes make of it with the files .golden.
// Packages of other modules that testdata imports are written down there as well, with the signatures that matter.
func Run(t *testing.T, f *check.Family, packages ...string) {
	t.Helper()
	run(t, &check.Config{Profile: "strict"}, f, packages...)
}

// RunDefault is Run in the default profile.
func RunDefault(t *testing.T, f *check.Family, packages ...string) {
	t.Helper()
	run(t, &check.Config{}, f, packages...)
}

// RunConfig is Run with a configuration.
func RunConfig(t *testing.T, cfg *check.Config, f *check.Family, packages ...string) {
	t.Helper()
	run(t, cfg, f, packages...)
}

func run(t *testing.T, cfg *check.Config, f *check.Family, packages ...string) {
	t.Helper()
	// One analyzer stands for all, so that the fixes of different checks are applied to the same golden file.
	all := check.Analyzers(cfg, f)
	one := &analysis.Analyzer{
		Name: f.Name, Doc: f.Name, Requires: []*analysis.Analyzer{all[0].Requires[0]},
		Run: func(pass *analysis.Pass) (any, error) {
			for _, a := range all {
				p := *pass
				p.Analyzer = a
				if _, err := a.Run(&p); err != nil {
					return nil, err
				}
			}
			return nil, nil
		},
	}
	if os.Getenv("HOLDFAST_UPDATE") != "" {
		for _, r := range analysistest.Run(t, analysistest.TestData(), one, packages...) {
			update(t, r)
		}
	}
	analysistest.RunWithSuggestedFixes(t, analysistest.TestData(), one, packages...)
}

// update writes what the fixes make of the files of a package.
func update(t *testing.T, r *analysistest.Result) {
	edits := map[string][]analysis.TextEdit{}
	for _, d := range r.Diagnostics {
		if len(d.SuggestedFixes) == 0 {
			continue
		}
		for _, e := range d.SuggestedFixes[0].TextEdits {
			name := r.Pass.Fset.File(e.Pos).Name()
			if !slices.ContainsFunc(edits[name], func(o analysis.TextEdit) bool {
				return o.Pos == e.Pos && o.End == e.End && bytes.Equal(o.NewText, e.NewText)
			}) {
				edits[name] = append(edits[name], e)
			}
		}
	}
	for name, list := range edits {
		src, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		slices.SortStableFunc(list, func(a, b analysis.TextEdit) int { return int(b.Pos - a.Pos) })
		for _, e := range list {
			f := r.Pass.Fset.File(e.Pos)
			src = slices.Concat(src[:f.Offset(e.Pos)], e.NewText, src[f.Offset(e.End):])
		}
		src, err = format.Source(src)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if err := os.WriteFile(name+".golden", src, 0o666); err != nil {
			t.Fatal(err)
		}
	}
}
