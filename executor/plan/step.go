package plan

import (
	"fmt"
	"strings"
	"time"

	"github.com/holdfast-go/holdfast/executor/plan/internal/yaml"
)

// The keys of a plan, as tables. The schema says the same to editors; a test compares the two.
var (
	planKeys = map[string]key[*Plan]{
		"steps": {required: true, read: (*reader).steps},
	}
	stepKeys = map[string]key[*draft]{
		"run":     {required: true, read: (*reader).run},
		"inputs":  {read: (*reader).inputList},
		"outputs": {read: (*reader).outputs},
		"env":     {read: (*reader).env},
		"timeout": {read: (*reader).timeout},
	}
	inputKeys = map[string]key[*stepInput]{
		"step": {required: true, read: (*reader).inputStep},
		"path": {read: (*reader).inputPath},
	}
)

func (r *reader) steps(n *yaml.Node, _ *Plan) {
	switch {
	case n.Kind == yaml.Null, n.Kind == yaml.Map && len(n.Entries) == 0 && !n.Partial:
		r.noSteps(n)
		return
	case n.Kind != yaml.Map:
		r.wrongType(n, "steps", "a map of names to steps")
		return
	}
	r.partial = n.Partial
	for i, e := range n.Entries {
		if i == MaxSteps {
			r.limit(e.Key, fmt.Sprintf("more than %d steps", MaxSteps))
		}
		if r.stop {
			return
		}
		r.step(e.Key, e.Value)
	}
}

func (r *reader) noSteps(n *yaml.Node) {
	r.fault(n, NoSteps, "a plan without steps", "write for example: steps: {hello: {run: [echo, hello]}}")
}

func (r *reader) step(name, n *yaml.Node) {
	if !validName(name.Value) {
		r.fault(name, BadName, fmt.Sprintf("bad step name %s", yaml.Quote(name.Value)),
			fmt.Sprintf("use letters, digits and . _ - : / +, a letter or a digit first, at most %d bytes", MaxName))
	}
	d := &draft{Step: &Step{Name: name.Value, Pos: r.pos(name)}}
	r.plan.index[d.Name] = len(r.plan.Steps)
	r.plan.Steps = append(r.plan.Steps, d.Step)
	r.drafts = append(r.drafts, d)
	d.partial = !object(r, name, n, fmt.Sprintf("step %q", yaml.Abbreviate(name.Value)), stepKeys, d) || d.partial
}

func validName(name string) bool {
	for i, c := range []byte(name) {
		alphanumeric := 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
		if !alphanumeric && (i == 0 || strings.IndexByte("._-:/+", c) < 0) {
			return false
		}
	}
	return name != "" && len(name) <= MaxName
}

func (r *reader) run(n *yaml.Node, d *draft) {
	if !r.spend(n, len(n.Items)) {
		return
	}
	first := true
	if !r.list(n, "run", "a list of strings", func(item *yaml.Node) {
		word, ok := r.text(item, "an argument")
		if ok && first && word == "" {
			r.fault(item, EmptyRun, "the first word of run is empty", "it is the program to run")
		}
		d.Run = append(d.Run, word)
		first = false
	}) {
		return
	}
	if len(n.Items) == 0 && !n.Partial {
		r.fault(n, EmptyRun, "run is empty", "write the program and its arguments: [echo, hello]")
	}
}

func (r *reader) env(n *yaml.Node, d *draft) {
	if n.Kind != yaml.Map {
		r.wrongType(n, "env", "a map of names to strings")
		return
	}
	if !r.spend(n, len(n.Entries)) {
		return
	}
	d.Env = make(map[string]string, len(n.Entries))
	for _, e := range n.Entries {
		name := e.Key.Value
		if name == "" || strings.ContainsAny(name, "=\x00") {
			r.fault(e.Key, BadEnv, fmt.Sprintf("bad variable name %s", yaml.Quote(name)), "it has at least one character, no '=' and no NUL byte")
		}
		if e.Value.Kind != yaml.Invalid {
			d.Env[name], _ = r.text(e.Value, "variable "+yaml.Abbreviate(name))
		}
	}
}

func (r *reader) timeout(n *yaml.Node, d *draft) {
	const hint = "write a number with a unit: 90s, 1m30s, 500ms"
	switch n.Kind {
	case yaml.String:
	case yaml.Int, yaml.Float:
		r.fault(n, WrongType, "timeout: expected a duration, found the number "+n.Value, hint)
		return
	default:
		r.wrongType(n, "timeout", "a duration such as 30s")
		return
	}
	timeout, err := time.ParseDuration(n.Value)
	switch {
	case err != nil: // it only restates the text
		r.fault(n, BadDuration, fmt.Sprintf("bad duration %s", yaml.Quote(n.Value)), hint)
	case timeout < 0:
		r.fault(n, BadDuration, fmt.Sprintf("negative duration %s", yaml.Quote(n.Value)), "leave timeout out for no limit")
	}
	d.Timeout = timeout
}

func (r *reader) outputs(n *yaml.Node, d *draft) {
	if !r.spend(n, len(n.Items)) {
		return
	}
	d.partial = n.Partial
	if !r.list(n, "outputs", "a list of paths", func(item *yaml.Node) {
		if path, ok := r.path(item, "an output"); ok {
			d.Outputs = append(d.Outputs, path)
			d.at = append(d.at, r.pos(item))
		} else {
			d.partial = true
		}
	}) {
		d.partial = true
	}
}
