package classify

import "slices"

// Mode is how the verdicts of several errors become one.
type Mode uint8

const (
	// All is for errors that all happened: the worst verdict wins. The default.
	All Mode = 1 + iota
	// Any is for alternatives, one of which would have sufficed: the mildest verdict wins,
	// where a known one comes before an unknown one and cancelled comes last.
	Any
	// Last is for a log of attempts at the same thing: only the last one speaks.
	Last
)

// String returns "all", "any" or "last".
func (m Mode) String() string {
	switch m {
	case Any:
		return "any"
	case Last:
		return "last"
	default:
		return "all"
	}
}

// join puts the opinions of branches together. A branch without one speaks with
// the role's default; where none of them has an opinion, nor has the join.
func (w *walk) join(branches []error, s scope, o *outcome) {
	var known, cancelled, mute, b outcome
	live, silent := 0, 0
	s.branch = true
	for _, err := range branches {
		switch {
		case w.spent():
			return
		case err == nil:
			continue
		}
		live++
		b = outcome{}
		w.consult(err, s, &b)
		switch {
		case b.foreign && !cancelled.foreign:
			cancelled = b
		case b.foreign:
			cancelled.Verdict = s.mode.join(cancelled.Verdict, b.Verdict)
		case b.Class != None:
			known.Verdict = s.mode.join(known.Verdict, b.Verdict)
		default:
			if silent++; silent == 1 {
				mute = b
			}
		}
	}
	switch {
	case known.Class != None && silent > 0:
		*o = outcome{Verdict: s.mode.join(known.Verdict, w.policy.unknown(mute.why))}
	case known.Class != None:
		*o = known
	case silent > 0:
		*o = mute
	case cancelled.foreign:
		*o = cancelled
	}
	if live > 1 {
		o.why.mode, o.why.branches = s.mode, live
	}
}

// last returns the last error that is one.
func last(branches []error) error {
	for i := len(branches) - 1; i >= 0; i-- {
		if branches[i] != nil {
			return branches[i]
		}
	}
	return nil
}

// join is commutative, associative and idempotent (as far as Exclude and Keys
// are read as sets), for All and for Any. None is its identity.
func (m Mode) join(a, b Verdict) Verdict {
	switch ra, rb := m.rank(a), m.rank(b); {
	case b.Class == None, a.Class != None && ra > rb:
		return a
	case a.Class == None, ra < rb:
		return b
	}
	out := a
	if a.Unknown && !b.Unknown {
		out.why = b.why
	}
	if b.Edge < a.Edge || b.Edge == a.Edge && b.Kind < a.Kind {
		out.Edge, out.Kind = b.Edge, b.Kind
	}
	out.OutcomeUnknown = a.OutcomeUnknown || b.OutcomeUnknown
	out.Unknown = a.Unknown && b.Unknown
	if m == Any {
		out.After, out.Free = min(a.After, b.After), a.Free || b.Free
	} else {
		out.After, out.Free = max(a.After, b.After), a.Free && b.Free
	}
	out.Exclude = union(a.Exclude, b.Exclude)
	out.Keys = union(a.Keys, b.Keys)
	return out
}

// rank orders verdicts: the higher one wins a join, equals are merged.
func (m Mode) rank(v Verdict) int {
	const tier = 0x100 // more than any class
	switch {
	case m != Any:
		return int(v.Class)
	case v.Class == Cancelled:
		return -2*tier - int(v.Class)
	case v.Unknown:
		return -tier - int(v.Class)
	default:
		return -int(v.Class)
	}
}

// union keeps the order of first appearance. It never writes to a, which an error may own.
func union[S ~[]E, E comparable](a, b S) S {
	out := slices.Clip(a)
	for _, e := range b {
		if !slices.Contains(out, e) {
			out = append(out, e)
		}
	}
	return out
}
