package plan

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/holdfast-go/holdfast/executor/graph"
)

// check looks at what only all steps together show.
func (r *reader) check() {
	outputs := r.checkOutputs()
	r.checkReferences()
	r.checkCollisions()
	for _, m := range r.missing {
		if m.fault >= MaxFaults {
			break
		}
		if o, ok := outputs[m.path]; ok {
			r.faults[m.fault].Hint = fmt.Sprintf("it is an output of step %q: write {step: %s, path: %s}", o.step.Name, o.step.Name, m.path)
		} else {
			r.faults[m.fault].Hint = r.suggest.didYouMean(m.path, r.files.neighbours(m.path))
		}
	}
}

// output is a declared output.
type output struct {
	path string
	step *draft
	pos  Position
}

// checkOutputs reports outputs that are the same or inside each other, at the one that comes later in the
// file. It returns the first output of each path.
func (r *reader) checkOutputs() map[string]output {
	first := map[string]output{}
	var all []output
	for _, d := range r.drafts {
		for i, path := range d.Outputs {
			o := output{path, d, d.at[i]}
			if other, taken := first[path]; taken {
				r.report(Fault{Pos: o.pos, Kind: DuplicateOutput,
					Message: fmt.Sprintf("output %q of step %q is also an output of %s", path, d.Name, other.of(d)), Hint: "each output has one producer"})
				continue
			}
			first[path] = o
			all = append(all, o)
		}
	}
	// In this order a folder stands right before everything inside it.
	slices.SortFunc(all, func(a, b output) int { return comparePaths(a.path, b.path) })
	var around []output // the outputs that the current one may be inside of
	for _, o := range all {
		for len(around) > 0 && !inside(o.path, around[len(around)-1].path) {
			around = around[:len(around)-1]
		}
		if len(around) > 0 {
			r.reportOverlap(around[len(around)-1], o)
		}
		around = append(around, o)
	}
	return first
}

func (r *reader) reportOverlap(outer, inner output) {
	at, message := inner, fmt.Sprintf("output %q of step %q lies inside output %q of %s", inner.path, inner.step.Name, outer.path, outer.of(inner.step))
	if comparePositions(inner.pos, outer.pos) < 0 {
		at, message = outer, fmt.Sprintf("inside output %q of step %q lies output %q of %s", outer.path, outer.step.Name, inner.path, inner.of(outer.step))
	}
	r.report(Fault{Pos: at.pos, Kind: OverlappingOutput, Message: message, Hint: "declare the folder or what is in it, not both"})
}

// of says where the output is, as seen from d.
func (o output) of(d *draft) string {
	if o.step == d {
		return fmt.Sprintf("the same step (%s)", o.pos)
	}
	return fmt.Sprintf("step %q (%s)", o.step.Name, o.pos)
}

func comparePositions(a, b Position) int {
	return cmp.Or(a.Line-b.Line, a.Column-b.Column)
}

// checkReferences reports inputs that no step produces, and circles.
func (r *reader) checkReferences() {
	g := graph.New(len(r.drafts))
	names := make([]string, len(r.plan.Steps))
	for i, s := range r.plan.Steps {
		names[i] = s.Name
	}
	for i, d := range r.drafts {
		for _, ref := range d.refs {
			in := d.Inputs[ref.input]
			producer, known := r.plan.index[in.Step]
			switch {
			case !known && !r.partial:
				r.report(Fault{Pos: ref.stepPos, Kind: UnknownStep, Message: fmt.Sprintf("unknown step %q", in.Step),
					Hint: r.suggest.didYouMean(in.Step, names)})
			case !known:
			case producer == i:
				r.report(Fault{Pos: ref.stepPos, Kind: SelfDependency, Message: fmt.Sprintf("step %q takes an input from itself", d.Name)})
			default:
				r.checkOutputOf(r.drafts[producer], in.Path, ref)
				g.Need(i, producer)
			}
		}
	}
	for _, cycle := range g.Cycles() {
		path := make([]string, len(cycle))
		for i, n := range cycle {
			path[i] = names[n]
		}
		// It is shown where the first step takes an input from the second.
		first := r.drafts[cycle[0]]
		edge := slices.IndexFunc(first.refs, func(ref reference) bool { return first.Inputs[ref.input].Step == path[1] })
		r.report(Fault{Pos: first.refs[edge].stepPos, Kind: Cycle,
			Message: "cycle: " + strings.Join(path, " -> "), Hint: "each takes an input from the next"})
	}
}

// checkOutputOf reports a path that producer does not declare.
func (r *reader) checkOutputOf(producer *draft, path string, ref reference) {
	if path == "" || producer.partial {
		return
	}
	if producer.set == nil {
		producer.set = newPathSet(slices.Clone(producer.Outputs))
	}
	if _, declared := producer.set.around(path); declared {
		return
	}
	hint := r.suggest.didYouMean(path, producer.Outputs)
	if len(producer.Outputs) == 0 {
		hint = "it declares no outputs"
	}
	r.report(Fault{Pos: ref.pathPos, Kind: UnknownOutput, Message: fmt.Sprintf("step %q has no output %q", producer.Name, path), Hint: hint})
}

// checkCollisions reports files of the workspace that are where an output of another step goes, in one step's inputs.
func (r *reader) checkCollisions() {
	sources := r.files.all()
	for _, d := range r.drafts {
		for _, ref := range d.refs {
			in := d.Inputs[ref.input]
			paths := []string{in.Path}
			if producer, ok := r.plan.index[in.Step]; ok && in.Path == "" {
				paths = r.drafts[producer].Outputs
			}
			for _, path := range paths {
				// The file may also be where one of the folders around the output has to be.
				if file, taken := sources.around(path); taken {
					r.checkCollision(d, in, path, file)
				}
			}
		}
	}
}

// maxCollisionWork bounds how many inputs are searched for colliding files: seconds.
const maxCollisionWork = 20_000_000

// checkCollision reports the inputs of d that have file, which is where the output path of the input in goes.
func (r *reader) checkCollision(d *draft, in Input, path, file string) {
	for _, source := range d.Inputs {
		if r.collisionWork++; r.collisionWork > maxCollisionWork {
			if !r.stop {
				r.report(Fault{Pos: in.Pos, Kind: TooLarge, Message: "too many inputs that share paths"})
			}
			r.stop = true
			return
		}
		if _, found := slices.BinarySearch(source.Files, file); found {
			r.report(Fault{Pos: in.Pos, Kind: InputCollision,
				Message: fmt.Sprintf("output %q of step %q goes where the file %q of input %q (%s) is", path, in.Step, file, source.Glob, source.Pos),
				Hint:    "leave one of the two out"})
		}
	}
}
