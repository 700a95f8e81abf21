package report

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/holdfast-go/holdfast/executor/event"
)

// progress is how far a run is, for the live line.
type progress struct {
	total   int                 // 0 before the plan and after the end
	done    map[string]struct{} // by name: a step that runs again counts once
	failed  int
	running []running // in the order they started
}

type running struct {
	step  string
	since time.Time
}

func (p *progress) note(at time.Time, e event.Event) {
	switch e := e.(type) {
	case event.Plan:
		*p = progress{total: e.Steps, done: map[string]struct{}{}}
	case event.StepStarted:
		p.leave(e.Step)
		p.running = append(p.running, running{e.Step, at})
	case event.StepFinished:
		p.leave(e.Step)
		if p.total > 0 {
			p.done[e.Step] = struct{}{}
		}
		if !e.OK {
			p.failed++
		}
	case event.Finished:
		*p = progress{}
	}
}

func (p *progress) leave(step string) {
	p.running = slices.DeleteFunc(p.running, func(r running) bool { return r.step == step })
}

// line returns "[12/42] 1 failed, 2 running: a 3.1s, b 1.2s" within so many cells, the
// steps that run longest first; "" when there is nothing to say.
func (p *progress) line(now time.Time, cells int) string {
	if p.total <= 0 {
		return ""
	}
	var b strings.Builder
	b.WriteString("[" + strconv.Itoa(len(p.done)) + "/" + strconv.Itoa(p.total) + "]")
	if p.failed > 0 {
		b.WriteString(" " + strconv.Itoa(p.failed) + " failed")
	}
	sep := " " + strconv.Itoa(len(p.running)) + " running: "
	if p.failed > 0 {
		sep = "," + sep
	}
	for _, r := range p.running {
		b.WriteString(sep + clean(r.step) + " " + seconds(now.Sub(r.since), 1))
		sep = ", "
	}
	return fit(b.String(), cells)
}
