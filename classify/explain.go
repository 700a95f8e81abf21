package classify

import (
	"errors"
	"fmt"
	"path"
	"reflect"
	"strconv"
	"strings"

	"github.com/holdfast-go/holdfast/errctx"
)

// why is what a verdict remembers of how it came about. It is filled while
// walking, so it holds references only; Explain makes words of them.
type why struct {
	policy   *Policy
	rule     *Rule
	link     error // which the rule or mark spoke about, or where an unknown chain ended
	handle   error // the nearest errctx handle around link
	edge     *edge // which was the last to be crossed
	found    Kind  // for which there was no decision
	reason   reason
	mode     Mode // of the outermost join that put verdicts together
	branches int
	unsure   bool // an Uncertain link says so
	panic    string
	gave     Class // what the role was found unable to carry out
	instead  any   // a *gone or *climb; decides if set
}

// gone is the verdict that a living requester would have got.
type gone struct {
	cause error // of the requester's context
	from  Verdict
}

type reason uint8

const (
	silent reason = iota // no link had an opinion
	ruled
	byMark
	spent // budgets were, and the error says so
	tooLong
	panicked
	undeclared
	unexecutable
	keyless
	strayed
	tableless
	othersSpent
)

// Explanation says what a verdict is and how it came about. It names types, rules
// and constant messages; of the error's own text it shows nothing.
type Explanation struct {
	// Role is the name of the role whose policy decided.
	Role string `json:"role,omitempty"`
	// Class is the decision.
	Class Class `json:"class"`
	// By is what decided: "mark", "typed rule", "sentinel", "capability", "default"
	// (of the role, for the unknown), "requester" (who is gone), "budget" (which is spent), or empty
	// where there was no error.
	By string `json:"by,omitempty"`
	// Rule is the name of the rule that decided, or of the one that went wrong.
	Rule string `json:"rule,omitempty"`
	// Edge is the dependency that the error came through, and Kind what was wrong with it.
	Edge string `json:"edge,omitempty"`
	Kind string `json:"kind,omitempty"`
	// Link is what By spoke about; of a silent chain, its innermost link.
	Link *Link `json:"link,omitempty"`
	// Reason is why the error is unknown, or which budget is spent.
	Reason string `json:"reason,omitempty"`
	// Join is the mode, "all" or "any", in which Branches verdicts became one.
	// Rule and Link are then those of the branch that decided.
	Join     string `json:"join,omitempty"`
	Branches int    `json:"branches,omitempty"`
	// Cause is the requester's context.Cause.
	Cause string `json:"cause,omitempty"`
	// Otherwise is what a living requester would have got, or one with something left of the budget.
	Otherwise *Explanation `json:"otherwise,omitempty"`
	// The rest is the Verdict's: After as time.Duration prints it, Keys as fmt.Sprint does.
	After   string   `json:"after,omitempty"`
	Free    bool     `json:"free,omitempty"`
	Exclude []string `json:"exclude,omitempty"`
	Keys    []string `json:"keys,omitempty"`
	Unknown bool     `json:"unknown,omitempty"`

	OutcomeUnknown bool `json:"outcome_unknown,omitempty"`

	verdict string
}

// Link is one link of an error's chain, with the innermost layer of the errctx
// handle around it, if there is one: the place where the fault was first seen. File is the
// name of the file and of its folder, which says enough and nothing of the machine.
type Link struct {
	Type     string `json:"type"`
	Message  string `json:"message,omitempty"`
	Function string `json:"function,omitempty"`
	File     string `json:"file,omitempty"`
	Line     int    `json:"line,omitempty"`
}

// Explain says how v came about. It is meant for reports and logs, not for
// decisions: its texts may change.
func (v Verdict) Explain() Explanation {
	x := Explanation{
		Class: v.Class, Free: v.Free, Exclude: v.Exclude, Keys: texts(v.Keys), Unknown: v.Unknown,
		Edge: v.Edge, OutcomeUnknown: v.OutcomeUnknown, verdict: v.String(),
	}
	if v.Kind != NoKind {
		x.Kind = v.Kind.String()
	}
	if v.After != 0 {
		x.After = v.After.String()
	}
	y := v.why
	if y.policy == nil {
		return x
	}
	x.Role = y.policy.role.Name
	switch instead := y.instead.(type) {
	case *climb:
		otherwise := instead.from.Explain()
		x.By, x.Reason, x.Otherwise = "budget", instead.rung.String(), &otherwise
		return x
	case *gone:
		otherwise := instead.from.Explain()
		x.By, x.Cause, x.Otherwise = "requester", guard(instead.cause.Error), &otherwise
		return x
	}
	x.By, x.Reason = y.by(), y.text()
	if y.rule != nil {
		x.Rule = y.rule.name
	}
	if y.link != nil {
		x.Link = describe(y.link, y.handle)
	}
	if y.branches > 0 {
		x.Join, x.Branches = y.mode.String(), y.branches
	}
	return x
}

func (y why) by() string {
	switch {
	case y.reason == byMark:
		return "mark"
	case y.reason == spent:
		return "budget"
	case y.reason != ruled:
		return "default"
	case y.rule.sort == sentinel:
		return "sentinel"
	case y.rule.sort == capability:
		return "capability"
	default:
		return "typed rule"
	}
}

// text says why an error is unknown.
func (y why) text() string {
	switch y.reason {
	case silent:
		return "no rule has an opinion"
	case tooLong:
		return "more than " + strconv.Itoa(maxLinks) + " links"
	case panicked:
		return "panic: " + y.panic
	case undeclared:
		return "the rule gave " + y.gave.String() + ", which it does not declare"
	case unexecutable:
		return "the mark gives " + y.gave.String() + ", which the role cannot carry out"
	case keyless:
		return "backtrack has no key, or one that cannot be compared"
	case strayed:
		return "the role declares no edge " + strconv.Quote(y.edge.name)
	case spent, othersSpent:
		g := y.link.(*GaveUp)
		return "role " + strconv.Quote(g.Role) + " gave up: " + g.budgets()
	case tableless:
		return "the rule found " + y.found.String() + ", and there is no table for it"
	default:
		return ""
	}
}

// String is the explanation in one line, such as
//
//	backtrack of sha256:ab: typed rule "store" at *cas.MissingDigest, "open blob" (disk/disk.go:42)
func (x Explanation) String() string {
	var b strings.Builder
	b.WriteString(x.verdict)
	switch x.By {
	case "": // also of a verdict that was made by hand
		if x.Class == None {
			b.WriteString(": no error")
		}
	case "requester":
		fmt.Fprintf(&b, ": the requester of %s is gone (%s); otherwise %s", x.Role, x.Cause, x.Otherwise)
	case "budget":
		fmt.Fprintf(&b, ": %s", x.Reason)
		if x.Otherwise != nil {
			fmt.Fprintf(&b, "; otherwise %s", x.Otherwise)
		}
	case "default":
		fmt.Fprintf(&b, ": default of %s", x.Role)
		x.writeDecider(&b)
		fmt.Fprintf(&b, ": %s", x.Reason)
	default:
		fmt.Fprintf(&b, ": %s", x.By)
		x.writeDecider(&b)
	}
	return b.String()
}

func (x Explanation) writeDecider(b *strings.Builder) {
	if x.Edge != "" {
		fmt.Fprintf(b, " at edge %q", x.Edge)
	}
	if x.Kind != "" {
		fmt.Fprintf(b, ", %s,", x.Kind)
	}
	if x.Rule != "" {
		fmt.Fprintf(b, " %q", x.Rule)
	}
	if x.Link != nil {
		fmt.Fprintf(b, " at %s", x.Link)
	}
	if x.Branches > 0 {
		fmt.Fprintf(b, ", of %d errors (%s)", x.Branches, x.Join)
	}
}

// String returns the link as in `*cas.MissingDigest, "open blob" (disk/disk.go:42)`.
func (l *Link) String() string {
	s := l.Type
	if l.Message != "" {
		s += ", " + strconv.Quote(l.Message)
	}
	if l.File != "" {
		s += fmt.Sprintf(" (%s:%d)", l.File, l.Line)
	}
	return s
}

func describe(link, handle error) *Link {
	if isHandle(reflect.TypeOf(link)) {
		if root := errors.Unwrap(link); root != nil {
			link, handle = root, link
		}
	}
	l := &Link{Type: fmt.Sprintf("%T", link)}
	if site, ok := innermost(handle); ok {
		f := site.Frame()
		l.Message, l.Function, l.File, l.Line = site.Message(), f.Function, shortFile(f.File), f.Line
	}
	return l
}

// shortFile leaves out all folders but the innermost.
func shortFile(file string) string {
	dir, base := path.Split(file)
	if dir == "" {
		return base
	}
	return path.Join(path.Base(dir), base)
}

// innermost returns the innermost layer of the handle's own.
func innermost(handle error) (site errctx.Layer, ok bool) {
	layers, _ := errctx.Split(handle) // the second one is the root, and no fault
	for l := range layers {
		site, ok = l, true
	}
	return site, ok
}

// guard calls a foreign method.
func guard(f func() string) (s string) {
	defer func() {
		if r := recover(); r != nil {
			s = fmt.Sprintf("panic: %v", r)
		}
	}()
	return f()
}
