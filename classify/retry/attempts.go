package retry

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/holdfast-go/holdfast/classify"
	"github.com/holdfast-go/holdfast/errctx"
)

// Attempt is one call of an operation.
type Attempt struct {
	// N is 1 for the first.
	N     int
	Start time.Time
	Took  time.Duration
	// Err is nil where it succeeded.
	Err error
	// Verdict is what was done about Err: what the policy said, or what that climbed to.
	Verdict classify.Verdict
	// Pause is the time to the next attempt. It is 0 where there is none.
	Pause time.Duration
}

// Attempts is the error of a loop that tried more than once. The last attempt is what
// happened; those before it are what was tried to avoid that. So a policy should have the rule [Joins],
// without which the worst of all attempts speaks.
type Attempts struct {
	// Count is how many there were.
	Count int
	// Kept are the first and the latest of them.
	Kept []Attempt
}

// Joins is the rule for [Attempts]: the last one speaks.
//
//	classify.New(role, retry.Joins, …)
var Joins = classify.Joins[*Attempts](classify.Last)

// maxKept bounds the log of a loop.
const maxKept = 16

var _ errctx.Kind = (*Attempts)(nil)

// note puts an error into the log. The rest of the attempt is filled in before anybody sees it.
func (l *loop) note(err error) *Attempt {
	if l.log == nil {
		l.log = &Attempts{}
	}
	if len(l.log.Kept) == maxKept {
		l.log.Kept = slices.Delete(l.log.Kept, 1, 2)
	}
	l.log.Count = l.tries
	l.log.Kept = append(l.log.Kept, Attempt{N: l.tries, Start: l.start, Took: time.Since(l.start), Err: err})
	return &l.log.Kept[len(l.log.Kept)-1]
}

// err returns the error of the only attempt, or of all.
func (l *loop) err() error {
	if l.tries == 1 {
		return l.log.Kept[0].Err
	}
	return l.log
}

// Unwrap returns the errors that are kept, the last one last.
func (a *Attempts) Unwrap() []error {
	errs := make([]error, len(a.Kept))
	for i, k := range a.Kept {
		errs[i] = k.Err
	}
	return errs
}

// ErrorKind implements errctx.Kind.
func (*Attempts) ErrorKind() string { return "retry.attempts" }

// maxTexts is how many different errors Error shows.
const maxTexts = 4

// Error says the last error first, and of those before it each once, such as
//
//	4 attempts: disk full (before: connection refused (2 times), timeout)
func (a *Attempts) Error() string {
	last, before := a.texts()
	if len(before) == 0 && a.Count > 1 {
		return plural(a.Count, "attempt") + ", all: " + last
	}
	var b strings.Builder
	b.WriteString(plural(a.Count, "attempt") + ": " + last)
	for i, s := range before {
		b.WriteString([...]string{" (before: ", ", "}[min(i, 1)])
		if i == maxTexts {
			fmt.Fprintf(&b, "and %d others", len(before)-i)
			break
		}
		b.WriteString(s)
	}
	if len(before) > 0 {
		b.WriteString(")")
	}
	return b.String()
}

// texts returns what the last attempt says, and what those before it say that is different.
func (a *Attempts) texts() (last string, before []string) {
	times := map[string]int{}
	for _, k := range a.Kept {
		last = k.Err.Error()
		if times[last]++; times[last] == 1 {
			before = append(before, last)
		}
	}
	before = slices.DeleteFunc(before, func(s string) bool { return s == last })
	for i, s := range before {
		if times[s] > 1 {
			before[i] += " (" + plural(times[s], "time") + ")"
		}
	}
	if n := times[last] - 1; n > 0 && len(before) > 0 {
		before = append(before, "this ("+plural(n, "time")+")")
	}
	return last, before
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return strconv.Itoa(n) + " " + what + "s"
}

// OutcomeUnknown ends a loop whose operation may have been done, and is not
// [Idempotent]: who knows how to find out may try again.
type OutcomeUnknown struct {
	Edge string `errctx:"safe"`
	Err  error  `json:"-"`
}

// ErrorKind implements errctx.Kind.
func (*OutcomeUnknown) ErrorKind() string { return "retry.outcome_unknown" }

func (e *OutcomeUnknown) Error() string {
	return "it may have been done, and must not be done twice: " + e.Err.Error()
}

// OutcomeUnknown implements classify.Uncertain: an outer loop must not try again either.
func (*OutcomeUnknown) OutcomeUnknown() bool { return true }

// Unwrap returns the error that left it open.
func (e *OutcomeUnknown) Unwrap() error { return e.Err }

// ProducerFailed ends a loop that needs what cannot be made again. Err, which it wraps, says why, and so
// decides what is done about it. For is what the loop had until then, the error that asked for the keys
// or an [*Attempts]: it is not in the chain, where it would ask for the keys again.
type ProducerFailed struct {
	Keys []any
	For  error `json:"-"`
	Err  error `json:"-"`
}

// ErrorKind implements errctx.Kind.
func (*ProducerFailed) ErrorKind() string { return "retry.producer_failed" }

func (e *ProducerFailed) Error() string {
	keys := make([]string, len(e.Keys))
	for i, k := range e.Keys {
		keys[i] = fmt.Sprint(k)
	}
	return "make " + strings.Join(keys, ", ") + " again: " + e.Err.Error()
}

// Unwrap returns Err.
func (e *ProducerFailed) Unwrap() error { return e.Err }
