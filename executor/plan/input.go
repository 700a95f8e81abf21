package plan

import (
	"fmt"
	"path"
	"strings"

	"github.com/holdfast-go/holdfast/executor/plan/internal/yaml"
)

func (r *reader) inputList(n *yaml.Node, d *draft) {
	if r.inputs += len(n.Items); r.inputs > MaxInputs {
		r.limit(n, fmt.Sprintf("more than %d inputs", MaxInputs))
		return
	}
	r.list(n, "inputs", "a list of paths", func(item *yaml.Node) {
		switch item.Kind {
		case yaml.String:
			r.sourceInput(item, d)
		case yaml.Map:
			in := &stepInput{ref: reference{input: len(d.Inputs), stepPos: r.pos(item), pathPos: r.pos(item)}, Input: Input{Pos: r.pos(item)}}
			object(r, item, item, "an input", inputKeys, in)
			if in.Step != "" {
				d.Inputs = append(d.Inputs, in.Input)
				d.refs = append(d.refs, in.ref)
			}
		default:
			r.wrongType(item, "an input", "a string, or {step: …, path: …}")
		}
	})
}

// stepInput is an input of the form {step: …, path: …} while it is read.
type stepInput struct {
	Input
	ref reference
}

func (r *reader) inputStep(n *yaml.Node, in *stepInput) {
	name, ok := r.text(n, "step")
	if ok && name == "" {
		r.fault(n, UnknownStep, "an empty step name", "")
	}
	in.Step, in.ref.stepPos = name, r.pos(n)
}

func (r *reader) inputPath(n *yaml.Node, in *stepInput) {
	in.Path, _ = r.path(n, "an output")
	in.ref.pathPos = r.pos(n)
}

// sourceInput reads a path or pattern and looks up its files.
func (r *reader) sourceInput(n *yaml.Node, d *draft) {
	glob, ok := r.path(n, "an input")
	if !ok {
		return
	}
	files, problem := r.files.find(glob)
	if problem != nil {
		if problem.kind == TooLarge {
			r.limit(n, problem.message)
			return
		}
		if problem.absent {
			r.missing = append(r.missing, missing{len(r.faults), glob})
		}
		r.report(Fault{r.pos(n), problem.kind, problem.message, problem.hint, problem.err})
		return
	}
	d.Inputs = append(d.Inputs, Input{Glob: glob, Files: files, Pos: r.pos(n)})
}

// path returns the clean form of a path or pattern that does not leave the workspace. Only an input may be ".".
func (r *reader) path(n *yaml.Node, what string) (string, bool) {
	p, ok := r.text(n, what)
	if !ok {
		return "", false
	}
	clean := path.Clean(p)
	switch {
	case p == "":
		r.fault(n, BadPath, what+" with an empty path", "")
	case len(p) > MaxPath:
		r.fault(n, BadPath, fmt.Sprintf("%s with a path of more than %d bytes", what, MaxPath), "")
	case p[0] == '/':
		r.fault(n, EscapingPath, fmt.Sprintf("%s with the absolute path %q", what, p), "paths are relative to the folder of the plan")
	case strings.Contains(p, `\`):
		r.fault(n, BadPath, fmt.Sprintf("%s with a backslash in %q", what, p), "paths use slashes; a special character of a pattern is taken literally in brackets: [*]")
	case strings.Contains("/"+p+"/", "/../"):
		r.fault(n, EscapingPath, fmt.Sprintf("%s with \"..\" in %q", what, p), "paths stay inside the folder of the plan")
	case clean == "." && what != "an input":
		r.fault(n, BadPath, fmt.Sprintf("%s that is the whole folder", what), "name files or folders in it")
	default:
		return clean, true
	}
	return "", false
}
