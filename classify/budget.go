package classify

import (
	"fmt"
	"log/slog"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/holdfast-go/holdfast/errctx"
)

// Budget says how often a verdict of one class may be acted on for one item before it climbs.
type Budget struct {
	// Class is RetryHere, RetryElsewhere or Backtrack.
	Class Class
	// Edges are those that the budget is for, with Self among them. Each counts by itself. None
	// means every edge for which no other budget of the class is.
	Edges []string
	// N verdicts of the class are acted on in any Window.
	N      int
	Window time.Duration
	// Then is what the next one becomes: RetryElsewhere (of RetryHere), Drop, BestEffort, Fail
	// or Fatal. The zero value means the next step that the role has: from RetryHere to
	// RetryElsewhere if it can, from Backtrack to Fail, and otherwise to what an unknown
	// error is at that edge, which for a daemon is Fatal.
	//
	// A table never gives Fail for a fault of infrastructure. A budget may climb to it: not because
	// the item is at fault, but because it cannot be kept forever. [GaveUp] tells the one from the other.
	Then Class
}

// retries are the classes that budgets are for.
var retries = SetOf(RetryHere, RetryElsewhere, Backtrack)

// ends are the classes at the end of a ladder.
var ends = SetOf(Drop, BestEffort, Fail, Fatal)

// Ledger counts what the items of one role have spent of its budgets. Any number of
// goroutines may share it. In a nil Ledger, as in the zero one, there is nothing to spend.
//
// What it knows of an item it forgets once the item's window is over, and it never has more
// than [LedgerSize] entries. [Ledger.Snapshot] and [Ledger.Restore] take it over a restart.
type Ledger struct {
	policy *Policy
	rungs  map[rungKey]rung

	mu      sync.Mutex
	start   time.Time                   // the first that it heard of: times are since then, whatever is done to the clock
	entries map[account][]time.Duration // when it was spent, in order; never empty
	sweepAt int                         // the number of entries at which to look for old ones,
	idle    time.Duration               // but not before this time
}

// LedgerSize is how many entries a [Ledger] has at most. An item for which there is no room has
// nothing to spend: its verdicts climb at once, because a bound that holds only while
// little goes wrong is none.
const LedgerSize = 1 << 16

// rung is a budget as it is consulted: of one class at one edge.
type rung struct {
	n      int
	window time.Duration
	then   Class
}

type rungKey struct {
	edge  string
	class Class
}

// account is who spends.
type account struct {
	rungKey
	item, key string // key: of what a backtrack reproduces
}

// NewLedger returns an empty ledger for the role of p.
//
// The budgets are total, so that nothing is retried forever for want of a line: each
// class of retry that the role can carry out needs one at each edge. It returns an [*InvalidBudget] or
// a [*MissingBudget]: bugs in the program that a test of its policies finds.
func NewLedger(p *Policy, budgets ...Budget) (*Ledger, PolicyErr) {
	l, edges := newLedger(p)
	role := l.policy.role
	for i, b := range budgets {
		if bad := role.checkBudget(b, edges, budgets[:i]); bad != nil {
			return nil, errctx.New(bad, "build ledger", errctx.Safe(slog.String("role", role.Name)))
		}
	}
	for _, e := range edges {
		for c := range retries.all() {
			r := rung{then: role.end(c, e)}
			switch b, ok := budgetFor(e.Name, c, budgets); {
			case ok:
				r.n, r.window = b.N, b.Window
				if b.Then != None {
					r.then = b.Then
				}
			case role.Can.Has(c):
				return nil, errctx.New[PolicyError](&MissingBudget{role.Name, e.Name, c}, "build ledger")
			}
			if e.Item && r.then == Fatal {
				bad := &InvalidBudget{c, e.Name, "ends the role, for errors that an item carries"}
				return nil, errctx.New[PolicyError](bad, "build ledger", errctx.Safe(slog.String("role", role.Name)))
			}
			l.rungs[rungKey{e.Name, c}] = r
		}
	}
	return l, nil
}

// forever is the window of a ledger that forgets nothing.
const forever time.Duration = 1<<62 - 1

// AtMost returns a ledger that lets an item have each class of retry n times, ever, and climbs as a
// [Budget] does without being told. It is for one loop, which ends: it forgets nothing.
func AtMost(p *Policy, n int) *Ledger {
	l, edges := newLedger(p)
	for _, e := range edges {
		for c := range retries.all() {
			r := rung{window: forever, then: l.policy.role.end(c, e)}
			if l.policy.role.Can.Has(c) {
				r.n = max(n, 0)
			}
			l.rungs[rungKey{e.Name, c}] = r
		}
	}
	return l
}

// newLedger returns a ledger without budgets, and the edges that it needs them for.
func newLedger(p *Policy) (*Ledger, []Edge) {
	if p == nil || p.self == nil {
		p = &unset
	}
	edges := slices.Clone(p.role.Edges)
	if p.edges[Self] == nil {
		edges = append(edges, Edge{Name: Self})
	}
	return &Ledger{policy: p, rungs: map[rungKey]rung{}, entries: map[account][]time.Duration{}, sweepAt: minSweep}, edges
}

// InvalidBudget is a budget that bounds nothing, or asks for what its role cannot do.
type InvalidBudget struct {
	Class Class
	Edge  string // of several the one it is about
	Why   string
}

// MissingBudget is a class of retry that the role can carry out any number of times.
type MissingBudget struct {
	Role, Edge string
	Class      Class
}

func (*InvalidBudget) policyError() {}
func (*MissingBudget) policyError() {}

// ErrorKind implements errctx.Kind.
func (*InvalidBudget) ErrorKind() string { return "classify.invalid_budget" }

// ErrorKind implements errctx.Kind.
func (*MissingBudget) ErrorKind() string { return "classify.missing_budget" }

func (e *InvalidBudget) Error() string {
	return "budget of " + e.Class.String() + atEdge(e.Edge) + " " + e.Why
}

func (e *MissingBudget) Error() string {
	return "role " + strconv.Quote(e.Role) + " can " + e.Class.String() + atEdge(e.Edge) + ", and no budget says how often"
}

func atEdge(name string) string {
	if name == Self {
		return ""
	}
	return " at edge " + strconv.Quote(name)
}

// checkBudget returns what is wrong with a budget by itself.
func (r Role) checkBudget(b Budget, edges []Edge, earlier []Budget) PolicyError {
	bad := func(why string) PolicyError { return &InvalidBudget{Class: b.Class, Why: why} }
	switch {
	case !retries.Has(b.Class):
		return bad("bounds what is not repeated")
	case !r.Can.Has(b.Class):
		return bad("is of no use to role " + strconv.Quote(r.Name) + ", which cannot")
	case b.N < 1:
		return bad("allows none: what must not be repeated has another verdict")
	case b.Window <= 0:
		return bad("has no window")
	case b.Then == RetryElsewhere && b.Class != RetryHere,
		b.Then != None && b.Then != RetryElsewhere && !ends.Has(b.Then):
		return bad("climbs to " + b.Then.String())
	case b.Then != None && !r.Can.Has(b.Then):
		return bad("climbs to " + b.Then.String() + ", which role " + strconv.Quote(r.Name) + " cannot carry out")
	}
	for _, name := range b.Edges {
		if !slices.ContainsFunc(edges, func(e Edge) bool { return e.Name == name }) {
			return &InvalidBudget{b.Class, name, "is for an edge that role " + strconv.Quote(r.Name) + " does not declare"}
		}
	}
	for _, o := range earlier {
		if o.Class != b.Class {
			continue
		}
		if len(o.Edges) == 0 && len(b.Edges) == 0 {
			return bad("is given twice")
		}
		for _, name := range b.Edges {
			if slices.Contains(o.Edges, name) {
				return &InvalidBudget{b.Class, name, "is given twice"}
			}
		}
	}
	return nil
}

// budgetFor returns the budget of a class at an edge.
func budgetFor(edge string, c Class, budgets []Budget) (b Budget, ok bool) {
	for _, o := range budgets {
		switch {
		case o.Class != c:
		case slices.Contains(o.Edges, edge):
			return o, true
		case len(o.Edges) == 0:
			b, ok = o, true
		}
	}
	return b, ok
}

// end is where a class climbs to without being told.
func (r Role) end(c Class, e Edge) Class {
	switch {
	case c == RetryHere && r.Can.Has(RetryElsewhere):
		return RetryElsewhere
	case c == Backtrack && r.Can.Has(Fail):
		return Fail // the others that need the same will see for themselves
	default:
		return e.fallback(r)
	}
}

// Spend is to be called with each verdict on err before it is acted on. It returns the verdict
// to act on: v itself, whose retry is paid for, or what it climbed to because its budget is spent. If
// that is the end of the ladder, there is a [*GaveUp] around err as well, which
// takes the place of err. One that climbed to RetryElsewhere names no place in
// Exclude: the caller knows where it was.
//
// The item is what is retried, such as a step or a request, by a name that a restart does not change.
// Of a backtrack each key has a budget beside the item: for one rerun of a producer whoever
// asks for it, let the item be the level of backtracking. Verdicts that are no retry, or
// Free, spend nothing and are returned as they are.
func (l *Ledger) Spend(v Verdict, item string, err error, now time.Time) (Verdict, GaveUpErr) {
	if v.Free || !retries.Has(v.Class) {
		return v, nil
	}
	if l == nil {
		l = &Ledger{}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	var rungs []Rung
	for retries.Has(v.Class) {
		r := l.rung(v.Edge, v.Class)
		short, ok := l.take(r, v, item, l.since(now))
		if ok {
			return v, nil
		}
		rungs = append(rungs, short)
		v = v.climb(l.policy, short)
	}
	return v, errctx.New(&GaveUp{
		Role: l.roleName(), Edge: v.Edge, Item: item, Kind: v.Kind, Then: v.Class, Spent: rungs, Err: err,
	}, "give up")
}

func (l *Ledger) roleName() string {
	if l.policy == nil {
		return unset.role.Name
	}
	return l.policy.role.Name
}

// rung returns the budget of a class at an edge. One that the role does not declare is part of Self.
func (l *Ledger) rung(edge string, c Class) rung {
	r, ok := l.rungs[rungKey{edge, c}]
	if !ok {
		r = l.rungs[rungKey{Self, c}]
	}
	if r.then == None { // of a zero Ledger
		r.then = Fatal
	}
	return r
}

// take spends one of r for each account that v concerns, or nothing if one of them is short,
// which it returns.
func (l *Ledger) take(r rung, v Verdict, item string, now time.Duration) (short Rung, ok bool) {
	accounts := []account{{rungKey{v.Edge, v.Class}, item, ""}}
	if v.Class == Backtrack && len(v.Keys) > 0 {
		accounts = accounts[:0]
		for _, k := range v.Keys {
			// Two types whose keys read alike are two keys.
			a := account{rungKey{v.Edge, v.Class}, item, fmt.Sprintf("%T %v", k, k)}
			if !slices.Contains(accounts, a) {
				accounts = append(accounts, a)
			}
		}
	}
	short = Rung{Class: v.Class, Of: r.n, Window: r.window, To: r.then}
	if r.window == forever {
		short.Window = 0
	}
	missing := 0
	for _, a := range accounts {
		times := l.live(a, r, now)
		if len(times) >= r.n {
			short.Key, short.Spent = a.key, len(times)
			if len(times) > 0 {
				short.First, short.Last = l.at(times[0]), l.at(times[len(times)-1])
			}
			return short, false
		}
		if len(times) == 0 {
			missing++
		}
	}
	if missing > 0 && !l.room(missing, now) {
		short.Full = true
		return short, false
	}
	for _, a := range accounts {
		l.entries[a] = insert(l.entries[a], now)
	}
	l.idle = min(l.idle, now+r.window)
	return Rung{}, true
}

// live returns when a has spent something in the window before now, and forgets the rest.
func (l *Ledger) live(a account, r rung, now time.Duration) []time.Duration {
	times, ok := l.entries[a]
	if !ok {
		return nil
	}
	i := 0
	for i < len(times) && now-times[i] >= r.window {
		i++
	}
	switch {
	case i == len(times):
		delete(l.entries, a)
		return nil
	case i > 0:
		l.entries[a] = times[i:]
	}
	return times[i:]
}

// insert keeps the order where a clock was set back, or goroutines overtake one another.
func insert(times []time.Duration, t time.Duration) []time.Duration {
	i := len(times)
	for i > 0 && times[i-1] > t {
		i--
	}
	return slices.Insert(times, i, t)
}

// minSweep is below what it is worth looking for old entries.
const minSweep = 64

// room reports whether n entries can be added. It forgets old ones when there are twice as
// many as there were left the last time, so each costs a constant.
func (l *Ledger) room(n int, now time.Duration) bool {
	if len(l.entries)+n > l.sweepAt && now >= l.idle {
		l.sweep(now)
		l.sweepAt = max(minSweep, min(2*len(l.entries), LedgerSize))
	}
	return len(l.entries)+n <= LedgerSize
}

func (l *Ledger) sweep(now time.Duration) {
	earliest := now + forever
	for a := range l.entries {
		r := l.rung(a.edge, a.class)
		if times := l.live(a, r, now); len(times) > 0 {
			earliest = min(earliest, times[len(times)-1]+r.window)
		}
	}
	l.idle = max(earliest, now+time.Second) // while it is full, a second is how long it may stay so for nothing
}

// since returns a time as entries have it.
func (l *Ledger) since(now time.Time) time.Duration {
	if l.start.IsZero() {
		l.start = now
	}
	return now.Sub(l.start)
}

// at is the reverse of since.
func (l *Ledger) at(t time.Duration) time.Time { return l.start.Add(t).Round(0).UTC() }
