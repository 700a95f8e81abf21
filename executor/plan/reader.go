package plan

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/holdfast-go/holdfast/executor/plan/internal/yaml"
)

// reader turns nodes into steps and reports what is wrong with them.
type reader struct {
	plan    *Plan
	files   *workspace
	faults  []Fault
	suggest suggester

	drafts  []*draft // of plan.Steps
	partial bool     // steps were lost to syntax faults: one that is unknown here may exist
	inputs  int      // so far, in all steps
	values  int      // arguments, outputs and variables so far, in all steps
	stop    bool     // a limit was reached
	missing []missing

	collisionWork int
}

// draft is a step with what its checks need to know.
type draft struct {
	*Step
	at      []Position // of Outputs
	refs    []reference
	set     pathSet // of Outputs, made when it is needed
	partial bool    // outputs were lost to syntax faults
}

// reference is an input that is another step's output, and where it says so.
type reference struct {
	input            int // index in Inputs
	stepPos, pathPos Position
}

// missing is a fault of an input that is not there; it may be the output of a step further down.
type missing struct {
	fault int // index in faults
	path  string
}

func (r *reader) read(src []byte) {
	start := &yaml.Node{Line: 1, Column: 1}
	if len(src) > MaxFileSize {
		r.fault(start, TooLarge, fmt.Sprintf("a file of more than %d MiB", MaxFileSize>>20), "split the plan")
		return
	}
	root, faults := yaml.Read(src)
	kinds := map[yaml.FaultKind]FaultKind{yaml.Syntax: Syntax, yaml.Duplicate: DuplicateKey, yaml.Limit: TooLarge}
	for _, f := range faults {
		r.fault(&yaml.Node{Line: f.Line, Column: f.Column}, kinds[f.Kind], f.Message, f.Hint)
	}
	switch {
	case root.Kind == yaml.Null:
		r.noSteps(root)
	case root.Kind != yaml.Invalid:
		object(r, root, root, "a plan", planKeys, nil)
	}
	if !r.stop {
		r.check()
	}
}

func (r *reader) pos(n *yaml.Node) Position {
	return Position{File: r.plan.File, Line: n.Line, Column: n.Column}
}

func (r *reader) fault(n *yaml.Node, k FaultKind, message, hint string) {
	r.report(Fault{Pos: r.pos(n), Kind: k, Message: message, Hint: hint})
}

// limit reports that the plan is too large, and ends the reading.
func (r *reader) limit(n *yaml.Node, message string) {
	if !r.stop {
		r.fault(n, TooLarge, message, "split the plan")
	}
	r.stop = true
}

// spend counts values. It reports whether there may be so many.
func (r *reader) spend(n *yaml.Node, values int) bool {
	if r.values += values; r.values > MaxValues {
		r.limit(n, fmt.Sprintf("more than %d arguments, outputs and variables", MaxValues))
	}
	return !r.stop
}

// key says how the value of a key is read into a T.
type key[T any] struct {
	required bool
	read     func(r *reader, value *yaml.Node, into T)
}

// object reads a map whose keys are known; what names it, and it stands at. It reports whether nothing was lost.
func object[T any](r *reader, at, n *yaml.Node, what string, keys map[string]key[T], into T) bool {
	if n.Kind != yaml.Map {
		r.wrongType(n, what, "a map")
		return false
	}
	complete := !n.Partial
	for _, e := range n.Entries {
		k, known := keys[e.Key.Value]
		switch {
		case !known:
			names := slices.Sorted(maps.Keys(keys))
			hint := r.suggest.didYouMean(e.Key.Value, names)
			if hint == "" {
				hint = "known: " + strings.Join(names, ", ")
			}
			r.fault(e.Key, UnknownKey, fmt.Sprintf("unknown key %s in %s", yaml.Quote(e.Key.Value), what), hint)
		case e.Value.Kind == yaml.Invalid:
			complete = false
		default:
			k.read(r, e.Value, into)
		}
	}
	if r.stop || n.Partial {
		return complete
	}
	for name, k := range keys {
		if k.required && !slices.ContainsFunc(n.Entries, func(e yaml.Entry) bool { return e.Key.Value == name }) {
			r.fault(at, MissingKey, fmt.Sprintf("%s has no %q", what, name), "")
		}
	}
	return complete
}

// list calls each for every item that could be read.
func (r *reader) list(n *yaml.Node, what, expected string, each func(item *yaml.Node)) bool {
	if n.Kind != yaml.Seq {
		r.wrongType(n, what, expected)
		return false
	}
	for _, item := range n.Items {
		if item.Kind != yaml.Invalid && !r.stop {
			each(item)
		}
	}
	return true
}

// text returns the value of a string that may be passed to the system.
func (r *reader) text(n *yaml.Node, what string) (string, bool) {
	if n.Kind != yaml.String {
		r.wrongType(n, what, "a string")
		return "", false
	}
	if strings.Contains(n.Value, "\x00") {
		r.fault(n, NulByte, what+" with a NUL byte", "no system can pass that on")
		return "", false
	}
	return n.Value, true
}

// wrongType reports that what is not of the type expected, with the way to write it for the usual mistakes.
func (r *reader) wrongType(n *yaml.Node, what, expected string) {
	found, hint := n.Value, ""
	switch n.Kind {
	case yaml.Invalid: // reported
		return
	case yaml.Null:
		found = "nothing"
		if n.Value != "" {
			found = n.Value
		}
	case yaml.Bool:
		found = "the truth value " + n.Value
	case yaml.Int, yaml.Float:
		found = "the number " + n.Value
	case yaml.String:
		found = fmt.Sprintf("the string %s", yaml.Quote(n.Value))
		if strings.HasPrefix(expected, "a list") {
			hint = "write a list: " + asList(n.Value)
		}
	case yaml.Seq:
		found = "a list"
	case yaml.Map:
		found = "a map"
	}
	if n.Kind < yaml.String && n.Value != "" && strings.HasPrefix(expected, "a string") {
		hint = fmt.Sprintf("put it in quotes: %q", n.Value)
	}
	r.fault(n, WrongType, fmt.Sprintf("%s: expected %s, found %s", what, expected, found), hint)
}

// asList writes words as a list, if that takes no quoting.
func asList(words string) string {
	plain := func(c rune) bool {
		return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.ContainsRune(" ._-/+=", c)
	}
	if len(words) > 80 || strings.Trim(words, " ") == "" || strings.ContainsFunc(words, func(c rune) bool { return !plain(c) }) {
		return "[one, two]"
	}
	return "[" + strings.Join(strings.Fields(words), ", ") + "]"
}
