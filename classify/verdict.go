package classify

import (
	"fmt"
	"reflect"
	"strings"
	"time"
)

// Verdict is what a role does about one error, and why. Its slices are shared
// with the rule or mark that gave it: read them only.
type Verdict struct {
	// Class is the decision. None means that there was no error.
	Class Class
	// After is the least time to wait before a retry.
	After time.Duration
	// Free says that a retry costs no attempt.
	Free bool
	// Exclude is the set of places a retry-elsewhere must not go to.
	Exclude []string
	// Keys is the set of what a backtrack must reproduce: at least one, each
	// comparable and of a type that the role's producer index knows.
	Keys []any
	// Kind is what was found to be wrong, if a pack found it.
	Kind Kind
	// Edge is the dependency that the error came through; see [Dep].
	Edge string
	// OutcomeUnknown says that the operation may have been carried out: a retry is for
	// operations that can be done twice. See also [Uncertain].
	OutcomeUnknown bool
	// Unknown says that no rule had an opinion and the role's default speaks.
	// Classify sets it; a rule or a mark cannot.
	Unknown bool

	why why
}

// Uncertain is an error that can say that the operation may have been carried out, such as the end of
// a loop that must not try again. Then so it is for everybody who meets it, whatever decides: a rule or a mark on
// what it wraps, and a rule for a retry on what wraps it, however far out. Also
// another program's word counts ([Remote]). Only a [Mark] with a [Verdict] around it denies it.
type Uncertain interface {
	error
	OutcomeUnknown() bool
}

// Decision is what a rule or a mark gives: a bare [Class], or a [Verdict] that says more.
type Decision interface{ verdict() Verdict }

func (c Class) verdict() Verdict   { return Verdict{Class: c} }
func (v Verdict) verdict() Verdict { return v }

// verdictOf accepts a nil Decision, which is no opinion.
func verdictOf(d Decision) Verdict {
	if d == nil {
		return Verdict{}
	}
	return d.verdict()
}

// String returns the decision without its reasons, such as "retry-here after 2s".
func (v Verdict) String() string {
	var b strings.Builder
	b.WriteString(v.Class.String())
	if v.After != 0 {
		fmt.Fprintf(&b, " after %s", v.After)
	}
	if v.Free {
		b.WriteString(", free")
	}
	if len(v.Exclude) > 0 {
		fmt.Fprintf(&b, " excluding %s", strings.Join(v.Exclude, ", "))
	}
	if len(v.Keys) > 0 {
		fmt.Fprintf(&b, " of %s", strings.Join(texts(v.Keys), ", "))
	}
	if v.Unknown {
		b.WriteString(" (unknown)")
	}
	return b.String()
}

func texts(keys []any) []string {
	if len(keys) == 0 {
		return nil
	}
	out := make([]string, len(keys))
	for i, k := range keys {
		out[i] = fmt.Sprint(k)
	}
	return out
}

// keyed reports whether a backtrack says what to reproduce. Keys index maps, so
// one that cannot be compared names nothing.
func (v Verdict) keyed() bool {
	for _, k := range v.Keys {
		if !reflect.ValueOf(k).Comparable() {
			return false
		}
	}
	return len(v.Keys) > 0
}
