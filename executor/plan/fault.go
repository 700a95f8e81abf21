package plan

import (
	"slices"
	"strings"

	"github.com/holdfast-go/holdfast/errctx"
)

// PlanErr is what [Load] and [Parse] return.
type PlanErr = errctx.WithContext[PlanError]

// PlanError is the sealed sum of why there is no plan: [*Invalid] | [*Unreadable]; or [Unknown], from elsewhere.
type PlanError interface {
	errctx.Kind
	planError()
}

// Invalid says what is wrong with a plan: everything, in the order of the file.
type Invalid struct{ Faults []Fault }

// Unreadable says that the plan file or its workspace cannot be read.
type Unreadable struct {
	Path string
	Err  error // names the operation and the path
}

func (*Invalid) planError()    {}
func (*Unreadable) planError() {}
func (Unknown) planError()     {}

// ErrorKind implements errctx.Kind.
func (*Invalid) ErrorKind() string { return "plan.invalid" }

// ErrorKind implements errctx.Kind.
func (*Unreadable) ErrorKind() string { return "plan.unreadable" }

// Error lists the faults, one a line.
func (e *Invalid) Error() string {
	lines := make([]string, len(e.Faults))
	for i, f := range e.Faults {
		lines[i] = f.Error()
	}
	return strings.Join(lines, "\n")
}

// Unwrap returns each [Fault].
func (e *Invalid) Unwrap() []error {
	all := make([]error, len(e.Faults))
	for i, f := range e.Faults {
		all[i] = f
	}
	return all
}

func (e *Unreadable) Error() string { return e.Err.Error() }
func (e *Unreadable) Unwrap() error { return e.Err }

// Fault is one thing that is wrong with a plan.
type Fault struct {
	Pos     Position
	Kind    FaultKind
	Message string // what is wrong
	Hint    string // what to do about it, if that is known
	Err     error  // what the system said, if it is its word
}

// Error returns "file:line:column: message: system's word (hint)".
func (f Fault) Error() string {
	var b strings.Builder
	b.WriteString(f.Pos.String() + ": " + f.Message)
	if f.Err != nil {
		b.WriteString(": " + f.Err.Error())
	}
	if f.Hint != "" {
		b.WriteString(" (" + f.Hint + ")")
	}
	return b.String()
}

// Unwrap returns what the system said.
func (f Fault) Unwrap() error { return f.Err }

// FaultKind tells faults apart. The values are stable.
type FaultKind string

// The kinds of faults.
const (
	Syntax       FaultKind = "syntax"        // not YAML, or a part of YAML that plans do not use
	DuplicateKey FaultKind = "duplicate-key" // also: two steps of the same name
	UnknownKey   FaultKind = "unknown-key"
	MissingKey   FaultKind = "missing-key"
	WrongType    FaultKind = "wrong-type" // such as a number where a string is expected
	TooLarge     FaultKind = "too-large"  // over one of the limits; the rest was not looked at

	NoSteps     FaultKind = "no-steps"
	BadName     FaultKind = "bad-name"
	EmptyRun    FaultKind = "empty-run"
	BadEnv      FaultKind = "bad-env"
	BadDuration FaultKind = "bad-duration"
	NulByte     FaultKind = "nul-byte" // in what will be passed to the system

	EscapingPath   FaultKind = "escaping-path" // leads out of the workspace, or may
	BadPath        FaultKind = "bad-path"
	BadGlob        FaultKind = "bad-glob"
	NoSuchFile     FaultKind = "no-such-file"
	NotAFile       FaultKind = "not-a-file" // a socket, pipe or device
	UnreadableFile FaultKind = "unreadable-file"

	UnknownStep       FaultKind = "unknown-step"
	UnknownOutput     FaultKind = "unknown-output" // of a step that is known
	SelfDependency    FaultKind = "self-dependency"
	Cycle             FaultKind = "cycle"
	DuplicateOutput   FaultKind = "duplicate-output"
	OverlappingOutput FaultKind = "overlapping-output"
	InputCollision    FaultKind = "input-collision" // a file of the workspace where an output of another step goes
)

// report keeps a fault, up to MaxFaults of them.
func (r *reader) report(f Fault) {
	switch {
	case len(r.faults) < MaxFaults:
		r.faults = append(r.faults, f)
	case len(r.faults) == MaxFaults:
		f = Fault{Pos: f.Pos, Kind: TooLarge, Message: "more faults than are worth listing", Hint: "mend those above first"}
		r.faults = append(r.faults, f)
	}
}

// invalid returns the faults in the order of the file. A value that several steps share has each fault once.
func (r *reader) invalid() *Invalid {
	slices.SortStableFunc(r.faults, func(a, b Fault) int {
		return comparePositions(a.Pos, b.Pos)
	})
	return &Invalid{Faults: slices.CompactFunc(r.faults, func(a, b Fault) bool {
		return a.Pos == b.Pos && a.Kind == b.Kind && a.Message == b.Message
	})}
}
