package main

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// plan is a plan to be written down: the part of the format that this program uses.
type plan struct {
	title []string // comment lines at the top
	steps []step
}

// step is a step of a plan. From another step it takes all outputs.
type step struct {
	comment []string // lines above the step
	name    string
	run     []string
	files   []string // inputs of the plan's folder
	after   []string // steps whose outputs are inputs
	outputs []string
	env     []variable
}

type variable struct{ name, value string }

// yaml renders the plan as a person would write it: one block for each step, lists on
// one line while they fit.
func (p plan) yaml() []byte {
	var b strings.Builder
	comment(&b, "", p.title)
	b.WriteString("steps:\n")
	for i, s := range p.steps {
		if i > 0 {
			b.WriteString("\n")
		}
		comment(&b, "  ", s.comment)
		fmt.Fprintf(&b, "  %s:\n", scalar(s.name))
		list(&b, "run", "[", scalars(s.run), "]")
		list(&b, "inputs", "[", s.inputs(), "]")
		list(&b, "outputs", "[", scalars(s.outputs), "]")
		if len(s.env) > 0 {
			list(&b, "env", "{", s.variables(), "}")
		}
	}
	return []byte(b.String())
}

func (s step) inputs() []string {
	inputs := scalars(s.files)
	for _, name := range s.after {
		inputs = append(inputs, "{step: "+scalar(name)+"}")
	}
	return inputs
}

func (s step) variables() []string {
	var env []string
	for _, v := range s.env {
		env = append(env, scalar(v.name)+": "+scalar(v.value))
	}
	return env
}

func comment(b *strings.Builder, indent string, lines []string) {
	for _, line := range lines {
		b.WriteString(strings.TrimRight(indent+"# "+line, " ") + "\n")
	}
}

// width is where a list goes on in the next line.
const width = 100

// list writes a key of a step with a list in flow style, broken between its items.
func list(b *strings.Builder, key, open string, items []string, end string) {
	line := "    " + key + ": " + open
	indent := strings.Repeat(" ", len(line))
	for i, item := range items {
		if i < len(items)-1 {
			item += ","
		}
		switch {
		case i == 0:
		case len(line)+1+len(item) > width:
			b.WriteString(line + "\n")
			line = indent
		default:
			line += " "
		}
		line += item
	}
	b.WriteString(line + end + "\n")
}

func scalars(words []string) []string {
	written := make([]string, len(words))
	for i, w := range words {
		written[i] = scalar(w)
	}
	return written
}

// Words that mean themselves in YAML, in flow style too. Numbers and the words below
// look like strings and are not; a colon is harmless inside a word.
var (
	plain = regexp.MustCompile(`^[A-Za-z_./-][A-Za-z0-9_./+=-]*(:[A-Za-z0-9_./+=-]+)*$`)
	other = regexp.MustCompile(`^(?i)(true|false|null|yes|no|on|off|y|n|-+|[-.]*[0-9].*|-?\.(inf|nan))$`)
)

// scalar writes a string so that YAML reads the same string.
func scalar(s string) string {
	if plain.MatchString(s) && !other.MatchString(s) {
		return s
	}
	return strconv.Quote(s) // every escape it writes is one of YAML's
}
