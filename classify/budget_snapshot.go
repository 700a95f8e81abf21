package classify

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Spent is what one account of a [Ledger] has spent. It is plain data, to be kept in a file or
// in a table of a database that several roles share.
type Spent struct {
	Role  string `json:"role"`
	Edge  string `json:"edge,omitempty"`
	Item  string `json:"item"`
	Class Class  `json:"class"`
	// Key is the one of a backtrack, as text.
	Key string `json:"key,omitempty"`
	// At is when, in order.
	At []time.Time `json:"at"`
}

// Snapshot returns what is not forgotten at now, sorted.
func (l *Ledger) Snapshot(now time.Time) []Spent {
	if l == nil {
		return nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.sweep(l.since(now))
	out := make([]Spent, 0, len(l.entries))
	for a, times := range l.entries {
		s := Spent{Role: l.roleName(), Edge: a.edge, Item: a.item, Class: a.class, Key: a.key, At: make([]time.Time, len(times))}
		for i, t := range times {
			s.At[i] = l.at(t)
		}
		out = append(out, s)
	}
	slices.SortFunc(out, func(a, b Spent) int {
		return cmp.Or(cmp.Compare(a.Edge, b.Edge), cmp.Compare(a.Class, b.Class), strings.Compare(a.Item, b.Item), strings.Compare(a.Key, b.Key))
	})
	return out
}

// Restore replaces what l knows of the accounts in s. It passes over those of other roles, of
// budgets that there are no more, and over what is forgotten at now; so s may be a table of all
// attempts that were ever made, as long as it has one Spent for each account.
func (l *Ledger) Restore(s []Spent, now time.Time) {
	if l == nil {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	elapsed := l.since(now) // what seems to have been later was written by a clock that was wrong
	for _, row := range s {
		a := account{rungKey{row.Edge, row.Class}, row.Item, row.Key}
		r, ok := l.rungs[a.rungKey]
		if row.Role != l.roleName() || !ok || r.n == 0 {
			continue
		}
		var times []time.Duration
		for _, t := range row.At {
			if t := min(l.since(t), elapsed); t > elapsed-r.window {
				times = append(times, t)
			}
		}
		slices.Sort(times)
		times = times[max(0, len(times)-r.n):]
		delete(l.entries, a)
		if len(times) > 0 && l.room(1, elapsed) {
			l.entries[a] = times
		}
	}
	l.idle = min(l.idle, elapsed)
}

// UnmarshalText reads what MarshalText wrote.
func (c *Class) UnmarshalText(text []byte) error {
	for i, name := range classNames {
		if name == string(text) {
			*c = Class(i)
			return nil
		}
	}
	return &UnknownClass{string(text)}
}

// UnknownClass is the name of a class that there is not.
type UnknownClass struct{ Name string }

// ErrorKind implements errctx.Kind.
func (*UnknownClass) ErrorKind() string { return "classify.unknown_class" }

func (e *UnknownClass) Error() string { return fmt.Sprintf("there is no class %q", e.Name) }
