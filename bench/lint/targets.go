package main

import (
	"fmt"

	"github.com/holdfast-go/holdfast/bench/lint/cost"
	"github.com/holdfast-go/holdfast/bench/lint/tool"
)

// targets compares what was measured with what was promised.
func (p *page) targets(e *evidence) {
	p.line("\n## Targets\n")
	p.line("| target | wanted | measured | |")
	p.line("|---|---|---|---|")
	atLeast := func(what string, want, got float64) {
		p.row(what, fmt.Sprintf("≥ %.0f %%", want), fmt.Sprintf("%.1f %%", got), met(got >= want))
	}
	o := e.covered("errorf")
	atLeast("lines that go-errorlint reports for verbs", 99, 100*ratio(o.Both, o.Lines))
	for _, set := range []struct {
		name string
		v    *verdict
	}{{"tuning set", e.tuning}, {"held out", e.held}} {
		for _, k := range []struct {
			suite             string
			precision, recall float64
		}{{tool.Default, 95, 90}, {tool.Strict, 85, 95}} {
			if set.v.labelled(k.suite) > 0 {
				atLeast(fmt.Sprintf("%s: precision, %s (%d labels)", k.suite, set.name, set.v.labelled(k.suite)), k.precision, 100*set.v.precision(k.suite))
			}
			if found, all := set.v.recall(k.suite, high); all > 0 {
				atLeast(fmt.Sprintf("%s: recall of what matters, %s (%d of %d places)", k.suite, set.name, found, all), k.recall, 100*ratio(found, all))
			}
		}
	}
	for _, m := range e.modules {
		if s := e.surveys[m.Name]; s != nil && s.Lines > 0 && s.Total(tool.Errorlint) == 0 {
			r := 1000 * float64(s.Total(tool.Default)) / float64(s.Lines)
			p.row("findings for 1,000 lines where go-errorlint has none, "+m.Name, "≤ 1.00", fmt.Sprintf("%.2f", r), met(r <= 1))
		}
	}
	for _, m := range e.modules {
		if a := e.costs[m.Name]; a != nil && a.Lines >= 100_000 {
			r := a.against(tool.Default)
			p.row("CPU of the analysis against go-errorlint, "+m.Name, "≤ 0.50", fmt.Sprintf("%.2f", r), met(r <= 0.5))
		}
	}
	for _, m := range e.modules {
		r := e.commands[m.Name]
		if r == nil {
			continue
		}
		by := map[string]cost.Command{}
		for _, c := range r.Commands {
			by[c.Name] = c
		}
		for _, base := range []string{vetNothing, vetFacts} {
			x := ratioOf(cost.Median(by[vetErrlint].CPU), cost.Median(by[base].CPU))
			p.row(fmt.Sprintf("%s against %s, %s", vetErrlint, base, m.Name), "≤ 1.25", fmt.Sprintf("%.2f", x), met(x <= 1.25))
		}
		x := float64(by[errlintAlone].Peak) / float64(max(1, by[errorlintAlone].Peak))
		p.row("memory, "+errlintAlone+" against "+errorlintAlone+", "+m.Name, "≤ 1.00", fmt.Sprintf("%.2f", x), met(x <= 1))
	}
	broken, again, different := 0, 0, 0
	for _, r := range e.fixes {
		broken += len(r.Broken)
		again += len(r.ChangedAgain)
		different += len(r.Different())
	}
	if len(e.fixes) > 0 {
		p.row("fixes that break a build", 0, broken, met(broken == 0))
		p.row("files that a second -fix changes", 0, again, met(again == 0))
		p.row("fixes that change a text", 0, different, met(different == 0))
	}
}

// labelled counts the findings of a suite that have a label.
func (v *verdict) labelled(suite string) int {
	n := 0
	for _, j := range v.checks[suite] {
		n += j.True + j.Harmless
	}
	return n
}

func met(ok bool) string {
	if ok {
		return "met"
	}
	return "**missed**"
}
