package classify

import (
	"iter"
	"strconv"
	"strings"
)

// Class is what a program does about an error. The zero value, None, is not a
// verdict: it says "no error" of a nil error, and "no opinion" from a rule.
//
// The constants are in order of severity, mildest first: where the verdicts of
// several errors meet, a later class outweighs an earlier one.
type Class uint8

const (
	// None is the absence of a verdict.
	None Class = iota
	// Cancelled hits nothing: the requester gave up. Stop, spend no attempt, raise no alarm.
	Cancelled
	// Drop hits one message: warn, count, go on.
	Drop
	// BestEffort hits a side effect: the item succeeds and its result records the degradation.
	BestEffort
	// RetryHere hits an attempt: try again at the same place.
	RetryHere
	// RetryElsewhere hits an attempt: the scheduler tries again, not at the same place.
	RetryElsewhere
	// Backtrack hits the producer: make again what the verdict's keys name, with caches off.
	Backtrack
	// Fail hits the item: report to whoever asked.
	Fail
	// Fatal hits the role: the supervisor ends it with a report.
	Fatal
)

var classNames = [...]string{
	None: "none", Cancelled: "cancelled", Drop: "drop", BestEffort: "best-effort", RetryHere: "retry-here",
	RetryElsewhere: "retry-elsewhere", Backtrack: "backtrack", Fail: "fail", Fatal: "fatal",
}

// String returns the class as logs and documents spell it, such as "retry-here".
func (c Class) String() string {
	if int(c) < len(classNames) {
		return classNames[c]
	}
	return "class(" + strconv.Itoa(int(c)) + ")"
}

// MarshalText returns String.
func (c Class) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// Set is a set of classes.
type Set uint16

// SetOf returns the set of the given classes. None is never a member.
func SetOf(classes ...Class) Set {
	var s Set
	for _, c := range classes {
		if None < c && c <= Fatal {
			s |= 1 << c
		}
	}
	return s
}

// Has reports whether c is in the set.
func (s Set) Has(c Class) bool { return s&(1<<c) != 0 }

// String lists the members, mildest first.
func (s Set) String() string {
	var names []string
	for c := range s.all() {
		names = append(names, c.String())
	}
	return strings.Join(names, ", ")
}

// all yields the members, mildest first.
func (s Set) all() iter.Seq[Class] {
	return func(yield func(Class) bool) {
		for c := Cancelled; c <= Fatal; c++ {
			if s.Has(c) && !yield(c) {
				return
			}
		}
	}
}
