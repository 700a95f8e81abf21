package classify

import (
	"fmt"
	"iter"
	"maps"
	"slices"
	"strconv"
	"time"
)

// Kind is what is wrong, whoever meets it: the level between the errors of the world,
// which packs translate, and the classes of a role. The zero value, NoKind, is no opinion.
type Kind uint8

const (
	// NoKind is the absence of an opinion.
	NoKind Kind = iota
	// Unavailable: the dependency cannot be reached, or says that it is down.
	Unavailable
	// Interrupted: it was reached, and the exchange was cut off.
	Interrupted
	// Throttled: it wants to be asked less often.
	Throttled
	// Timeout: no answer in time; of whom is not said.
	Timeout
	// Conflict: somebody else was faster; the same again may succeed.
	Conflict
	// Missing: what was asked for is not there.
	Missing
	// Exists: what was to be made is there already.
	Exists
	// Invalid: the request, or the data, is not acceptable, now and later.
	Invalid
	// Denied: we are known, and may not.
	Denied
	// Misconfigured: it cannot work as it is set up: names, addresses, credentials, certificates, versions.
	Misconfigured
	// Exhausted: a resource is used up: disk, memory, descriptors, quota.
	Exhausted
	// Corrupt: bytes are not what they were.
	Corrupt
	// ReadOnly: it can be read, and not written.
	ReadOnly
	// Hardware: a device fails.
	Hardware
	// Stopped: the operation was called off by somebody who is not its requester.
	Stopped
	// Bug: this program did what it must not do.
	Bug

	numKinds
)

var kindNames = [numKinds]string{
	"none", "unavailable", "interrupted", "throttled", "timeout", "conflict", "missing", "exists", "invalid", "denied",
	"misconfigured", "exhausted", "corrupt", "read-only", "hardware", "stopped", "bug",
}

// String returns the kind as logs and documents spell it, such as "read-only".
func (k Kind) String() string {
	if k < numKinds {
		return kindNames[k]
	}
	return "kind(" + strconv.Itoa(int(k)) + ")"
}

// MarshalText returns String.
func (k Kind) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

// UnmarshalText reads what MarshalText wrote.
func (k *Kind) UnmarshalText(text []byte) error {
	i := slices.Index(kindNames[:], string(text))
	if i < 0 {
		return &UnknownKind{string(text)}
	}
	*k = Kind(i)
	return nil
}

// UnknownKind is the name of a kind that there is not.
type UnknownKind struct{ Name string }

// ErrorKind implements errctx.Kind.
func (*UnknownKind) ErrorKind() string { return "classify.unknown_kind" }

func (e *UnknownKind) Error() string { return fmt.Sprintf("there is no kind %q", e.Name) }

// Kinds yields all kinds, for tables and their tests.
func Kinds() iter.Seq[Kind] {
	return func(yield func(Kind) bool) {
		for k := Unavailable; k < numKinds; k++ {
			if !yield(k) {
				return
			}
		}
	}
}

// infrastructure are the kinds that are nobody's own fault: no item fails because of one.
var infrastructure = [numKinds]bool{
	Unavailable: true, Interrupted: true, Throttled: true, Timeout: true, Exhausted: true, ReadOnly: true, Hardware: true,
}

// Finding is what a rule of a pack says about a link: the kind, and what the value
// told besides. A role's table makes a verdict of it.
type Finding struct {
	Kind Kind
	// After is the least time to wait before a retry, if the other side said so.
	After time.Duration
	// OutcomeUnknown says that the operation may have been carried out, such as a COMMIT whose answer was lost.
	OutcomeUnknown bool
}

// Found is what a rule finds that always finds the same: a bare [Kind], or a [Finding] that says more.
type Found interface{ finding() Finding }

func (k Kind) finding() Finding    { return Finding{Kind: k} }
func (f Finding) finding() Finding { return f }

// findingOf accepts a nil Found, which is no opinion.
func findingOf(f Found) Finding {
	if f == nil {
		return Finding{}
	}
	return f.finding()
}

func (f Finding) verdict() Verdict {
	return Verdict{Kind: f.Kind, After: f.After, OutcomeUnknown: f.OutcomeUnknown}
}

// Pack translates the errors of a library or a protocol into kinds. It knows no roles.
// An [Edge] lists the packs whose errors come through it; of several the first one
// with an opinion speaks.
type Pack struct {
	Name  string
	Rules []Rule // made by KindOn, KindFunc, KindIs and KindCapability
}

// KindOn is [On] for a pack: of links of type E, or that implement it, this is found.
func KindOn[E error](name string, found Found) Rule {
	v := findingOf(found).verdict()
	return On[E](name, v).ofKind(v)
}

// KindFunc is [OnFunc] for a pack.
func KindFunc[E error](name string, f func(E) Finding) Rule {
	r := OnFunc[E](name, 0, nil)
	if f != nil {
		as := finder[E]()
		r.find = func(err error) Finding {
			if e, ok := as(err); ok {
				return f(e)
			}
			return Finding{}
		}
	}
	return r.ofKind(Verdict{})
}

// KindIs is [Is] for a pack.
func KindIs(name string, target error, found Found) Rule {
	v := findingOf(found).verdict()
	return Is(name, target, v).ofKind(v)
}

// KindCapability is [Capability] for a pack.
func KindCapability[I any](name string, f func(I) Finding) Rule {
	r := Capability[I](name, 0, nil)
	if f != nil {
		r.find = func(err error) Finding { return f(err.(I)) }
	}
	return r.ofKind(Verdict{})
}

// ofKind turns a rule for verdicts into one for kinds.
func (r Rule) ofKind(fixed Verdict) Rule {
	r.kind, r.gives, r.fixed, r.ask = true, 0, fixed, nil
	switch {
	case r.fault == "has no target" || r.fault == "has a target that cannot be compared":
	case r.find == nil && r.match == nil:
		r.fault = "has no function"
	case r.match != nil && (fixed.Kind == NoKind || fixed.Kind >= numKinds):
		r.fault = "gives no kind"
	default:
		r.fault = ""
	}
	return r
}

// Table says what a role does about each kind of error at one edge. It is total: [New]
// refuses a table in which a kind is missing. See [Every].
type Table map[Kind]Decision

// Every returns a table with the same decision for every kind, to be changed with [Table.But].
func Every(d Decision) Table {
	t := Table{}
	for k := range Kinds() {
		t[k] = d
	}
	return t
}

// But returns a copy of t with the decisions of changes.
func (t Table) But(changes Table) Table {
	out := make(Table, len(t)+len(changes))
	maps.Copy(out, t)
	maps.Copy(out, changes)
	return out
}
