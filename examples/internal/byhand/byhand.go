// Package byhand carries out a plan in the plainest way there is: no store, no
// cache, no sandbox, and a folder for each step.
//
// With it the examples' tests know that an example is true: that each step
// declares all it needs, and that the outputs are what the text says.
//
// For each step, after those it needs:
//
//   - a new folder gets copies of the declared inputs at their paths, read-only,
//     and the parents of the declared outputs;
//   - the command runs there, with no standard input and no environment but the declared one;
//   - every declared output has to be there afterwards. Outputs are files.
package byhand

import (
	"context"
	"errors"
	"path/filepath"
	"runtime"
	"strings"
	"sync"

	"github.com/holdfast-go/holdfast/errctx"
	"github.com/holdfast-go/holdfast/executor/plan"
)

// Results has the folder that each step ran in, by the step's name.
type Results map[string]string

// Run carries out all of a plan, with a folder under dir for each step. Steps that do
// not need one another run at the same time, as many as there are processors.
//
// When steps fail, those beside them are completed and no others begin. The error
// joins a handle on a [StepError] for each, in the order of the plan.
func Run(ctx context.Context, p *plan.Plan, dir string) (Results, error) {
	done := Results{}
	for _, wave := range waves(p) {
		for _, s := range wave {
			done[s.Name] = filepath.Join(dir, strings.NewReplacer(":", "-", "/", "-").Replace(s.Name))
		}
		errs := make([]error, len(wave))
		slots := make(chan struct{}, runtime.NumCPU())
		var running sync.WaitGroup
		for i, s := range wave {
			slots <- struct{}{}
			running.Go(func() {
				defer func() { <-slots }()
				w := work{plan: p, step: s, folders: done}
				if err := w.carryOut(ctx); err != nil {
					errs[i] = errctx.Wrap(err, "carry out step")
				}
			})
		}
		running.Wait()
		if err := errors.Join(errs...); err != nil {
			return nil, err
		}
	}
	return done, nil
}

// waves returns the steps in groups: those that need no other, those that need only
// these, and so on.
func waves(p *plan.Plan) [][]*plan.Step {
	needs, placed := p.Graph(), make([]bool, len(p.Steps))
	var waves [][]*plan.Step
	for left := len(p.Steps); left > 0; {
		var wave []*plan.Step
		var at []int
		for i, s := range p.Steps {
			if !placed[i] && all(needs.Needs(i), placed) {
				wave, at = append(wave, s), append(at, i)
			}
		}
		for _, i := range at {
			placed[i] = true
		}
		waves, left = append(waves, wave), left-len(wave)
	}
	return waves
}

func all(nodes []int, placed []bool) bool {
	for _, n := range nodes {
		if !placed[n] {
			return false
		}
	}
	return true
}
