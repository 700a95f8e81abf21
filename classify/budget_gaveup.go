package classify

import (
	"strconv"
	"strings"
	"time"

	"github.com/holdfast-go/holdfast/errctx"
)

// GaveUp says that an item has spent its budgets: what would pass by itself did not pass
// in time. It takes the place of the last error, which it wraps.
//
// An item that fails with a GaveUp has not failed by itself, also where the verdict is
// Fail: its Kind and Edge say what was in its way. So nothing about the item may be concluded from it, nor
// remembered as its result; the same item may be submitted again by whoever has a reason to.
//
// By itself it is no retry for anybody, whatever is inside of it. For the role whose budgets were
// spent its verdict is Then, wherever in the program it is met, and no rule of that role makes a retry
// of it, be it about the GaveUp or about an error around it; only a [Mark] does. For another role it is
// unknown, unless a rule of that role says more: its budgets are others.
type GaveUp struct {
	Role string `errctx:"safe"`
	Edge string `errctx:"safe"`
	Item string
	// Kind is what was found to be wrong the last time.
	Kind Kind `errctx:"safe"`
	// Then is what the last verdict became.
	Then Class `errctx:"safe"`
	// Spent are the budgets, in the order in which the last verdict climbed from one to the next.
	Spent []Rung
	Err   error `json:"-"`
}

// GaveUpErr is the error of [Ledger.Spend].
type GaveUpErr = errctx.WithContext[*GaveUp]

// Rung is a budget that is spent.
type Rung struct {
	Class Class
	// Key is the one of a backtrack, as text.
	Key string
	// Spent is how many verdicts were acted on in the window, First and Last when.
	Spent       int
	First, Last time.Time
	// Of is the size of the budget, Window its window, and To what it climbs to.
	Of     int
	Window time.Duration
	To     Class
	// Full says that the ledger has no room for the item.
	Full bool
}

// ErrorKind implements errctx.Kind.
func (*GaveUp) ErrorKind() string { return "classify.gave_up" }

// Unwrap returns the last error.
func (e *GaveUp) Unwrap() error { return e.Err }

func (e *GaveUp) Error() string {
	s := e.budgets()
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

// budgets is the message without the cause.
func (e *GaveUp) budgets() string {
	rungs := make([]string, len(e.Spent))
	for i, r := range e.Spent {
		rungs[i] = r.String()
	}
	return strings.Join(rungs, ", ") + atEdge(e.Edge)
}

// String returns the rung as in "retry-here spent 3 of 3 in 1m".
func (r Rung) String() string {
	s := r.Class.String()
	if r.Key != "" {
		_, key, _ := strings.Cut(r.Key, " ")
		s += " of " + key
	}
	if r.Of == 0 {
		return "no " + s
	}
	if r.Full {
		return s + " finds the ledger full"
	}
	s += " spent " + strconv.Itoa(r.Spent) + " of " + strconv.Itoa(r.Of)
	if r.Window > 0 {
		s += " in " + short(r.Window)
	}
	return s
}

// short leaves out the zeros at the end of a duration.
func short(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

// climb returns what v becomes.
func (v Verdict) climb(p *Policy, short Rung) Verdict {
	out := v
	out.Class, out.Keys = short.To, nil
	if !retries.Has(short.To) {
		out.After, out.Exclude = 0, nil
	}
	out.why.policy = p
	out.why.instead = &climb{from: v, rung: short}
	return out
}

// climb is the verdict that a budget changed.
type climb struct {
	from Verdict
	rung Rung
}
