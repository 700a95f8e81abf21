package main

import (
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"slices"

	"github.com/holdfast-go/holdfast/bench/lint/label"
	"github.com/holdfast-go/holdfast/bench/lint/module"
	"github.com/holdfast-go/holdfast/bench/lint/survey"
	"github.com/holdfast-go/holdfast/bench/lint/tool"
)

const labelsFile = "labels.csv"

func readLabels() ([]label.Label, error) {
	f, err := os.Open(labelsFile)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	labels, err := label.Read(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", labelsFile, err)
	}
	return labels, nil
}

// sample is a place to be labelled.
type sample struct {
	module module.Module
	shape  string
	file   string
	line   int
	note   string
}

// pick returns up to n samples of each shape, always the same ones, and none that have a label.
func pick(all []sample, labels []label.Label, n int) []sample {
	labelled := map[string]bool{}
	for _, l := range labels {
		labelled[fmt.Sprint(l.Module, l.File, l.Line)] = true
	}
	order := func(s sample) string {
		sum := sha256.Sum256(fmt.Appendf(nil, "%s %s %d %s", s.module.Name, s.file, s.line, s.shape))
		return string(sum[:])
	}
	slices.SortFunc(all, func(a, b sample) int {
		return cmp.Or(cmp.Compare(a.shape, b.shape), cmp.Compare(order(a), order(b)))
	})
	var out []sample
	count := map[string]int{}
	for _, s := range all {
		if count[s.shape] < n {
			count[s.shape]++
			if !labelled[fmt.Sprint(s.module.Name, s.file, s.line)] {
				out = append(out, s)
			}
		}
	}
	return out
}

// show prints what is to be labelled.
func (c *bench) show(samples []sample) error {
	for _, s := range samples {
		fmt.Fprintf(c.stdout, "== %s,%s,%s,%d,%s %s\n", s.module.Name, s.module.Version, s.file, s.line, s.shape, s.note)
		if err := label.Show(c.stdout, c.copyOf(s.module.Name), s.file, s.line, 8); err != nil {
			return err
		}
	}
	return nil
}

// search shows samples of what looks like the loss of an error.
func (c *bench) search(ctx context.Context, n int) error {
	labels, err := readLabels()
	if err != nil {
		return err
	}
	var all []sample
	if err := c.each(ctx, "search", func(ctx context.Context, m module.Module, dir string) error {
		packages, _, err := module.Packages(ctx, dir)
		if err != nil {
			return err
		}
		found, err := label.Search(dir, packages)
		if err != nil {
			return err
		}
		for _, f := range found {
			all = append(all, sample{m, f.Shape, f.File, f.Line, ""})
		}
		return nil
	}); err != nil {
		return err
	}
	count := map[string]int{}
	for _, s := range all {
		count[s.shape]++
	}
	fmt.Fprintln(c.stderr, count)
	return c.show(pick(all, labels, n))
}

// sample shows findings of errlint, in the strict profile, that have no label.
func (c *bench) sample(n int) error {
	labels, err := readLabels()
	if err != nil {
		return err
	}
	var all []sample
	for _, m := range c.modules {
		var s survey.Survey
		if err := c.load("survey", m.Name, &s); errors.Is(err, fs.ErrNotExist) {
			continue
		} else if err != nil {
			return err
		}
		for _, f := range s.Findings {
			if f.Suite == tool.Strict {
				all = append(all, sample{m, f.Check, f.File, f.Line, f.Message})
			}
		}
	}
	return c.show(pick(all, labels, n))
}

// judged is how the findings of one check, in one profile, stand against the labels.
type judged struct {
	Findings, True, Harmless int
}

func (j judged) precision() float64 { return ratio(j.True, j.True+j.Harmless) }

func ratio(n, of int) float64 {
	if of == 0 {
		return 1
	}
	return float64(n) / float64(of)
}

// verdict is what labels say about errlint.
type verdict struct {
	labels []label.Label
	// checks has the findings by suite and check, known and not.
	checks map[string]map[string]judged
	// found says, by suite and for each label, whether there is a finding.
	found map[string][]bool
	// surveyed are the labels of modules that were surveyed.
	surveyed []bool
}

// judge compares the last survey with the labels.
func (c *bench) judge() (*verdict, error) {
	labels, err := readLabels()
	if err != nil {
		return nil, err
	}
	v := &verdict{labels: labels, surveyed: make([]bool, len(labels)), checks: map[string]map[string]judged{}, found: map[string][]bool{}}
	for _, suite := range profiles {
		v.checks[suite], v.found[suite] = map[string]judged{}, make([]bool, len(labels))
	}
	for _, m := range c.modules {
		var s survey.Survey
		if err := c.load("survey", m.Name, &s); errors.Is(err, fs.ErrNotExist) {
			continue
		} else if err != nil {
			return nil, err
		}
		var mine []label.Label
		var index []int
		for i, l := range labels {
			if l.Module == m.Name && l.Version == m.Version {
				mine, index, v.surveyed[i] = append(mine, l), append(index, i), true
			}
		}
		for _, suite := range profiles {
			var findings []tool.Finding
			for _, f := range s.Findings {
				if f.Suite == suite {
					findings = append(findings, f)
				}
			}
			of, found := label.Match(mine, findings)
			for i, f := range findings {
				j := v.checks[suite][f.Check]
				j.Findings++
				switch {
				case of[i] == nil:
				case of[i].True:
					j.True++
				default:
					j.Harmless++
				}
				v.checks[suite][f.Check] = j
			}
			for i, ok := range found {
				v.found[suite][index[i]] = ok
			}
		}
	}
	return v, nil
}

var profiles = []string{tool.Default, tool.Strict}

// precision returns the share of true findings among all of a suite: each check counts as much as it has findings, because
// a sample has as many of a rare check as of a common one. Checks without labels count not.
func (v *verdict) precision(suite string) float64 {
	var sum, n float64
	for _, j := range v.checks[suite] {
		if j.True+j.Harmless > 0 {
			sum += float64(j.Findings) * j.precision()
			n += float64(j.Findings)
		}
	}
	if n == 0 {
		return 1
	}
	return sum / n
}

// recall returns how many of the labels that are true a suite finds. Those that errlint itself pointed to are left out: it finds
// them all.
func (v *verdict) recall(suite string, keep func(label.Label) bool) (found, all int) {
	for i, l := range v.labels {
		if l.True && v.surveyed[i] && l.Source != "errlint" && keep(l) {
			all++
			if v.found[suite][i] {
				found++
			}
		}
	}
	return found, all
}

func everything(label.Label) bool { return true }
func high(l label.Label) bool     { return l.High }

func (c *bench) labels() error {
	v, err := c.judge()
	if err != nil {
		return err
	}
	for _, suite := range profiles {
		fmt.Fprintf(c.stdout, "%s\n", suite)
		for _, check := range slices.Sorted(maps.Keys(v.checks[suite])) {
			j := v.checks[suite][check]
			fmt.Fprintf(c.stdout, "  %-24s %5d findings, labelled %3d true, %3d harmless\n", check, j.Findings, j.True, j.Harmless)
		}
		found, all := v.recall(suite, everything)
		important, ofThem := v.recall(suite, high)
		fmt.Fprintf(c.stdout, "  precision %.1f %%, recall %.1f %% (%d of %d), of those of high importance %.1f %% (%d of %d)\n",
			100*v.precision(suite), 100*ratio(found, all), found, all, 100*ratio(important, ofThem), important, ofThem)
	}
	for i, l := range v.labels {
		switch {
		case !v.surveyed[i]:
		case l.True && !v.found[tool.Strict][i]:
			fmt.Fprintf(c.stdout, "missed: %s %s:%d %s: %s\n", l.Module, l.File, l.Line, l.Shape, l.Why)
		case l.True && l.High && !v.found[tool.Default][i]:
			fmt.Fprintf(c.stdout, "missed by default: %s %s:%d %s: %s\n", l.Module, l.File, l.Line, l.Shape, l.Why)
		case !l.True && v.found[tool.Default][i]:
			fmt.Fprintf(c.stdout, "false: %s %s:%d %s: %s\n", l.Module, l.File, l.Line, l.Shape, l.Why)
		case !l.True && v.found[tool.Strict][i]:
			fmt.Fprintf(c.stdout, "false when strict: %s %s:%d %s: %s\n", l.Module, l.File, l.Line, l.Shape, l.Why)
		}
	}
	return nil
}
