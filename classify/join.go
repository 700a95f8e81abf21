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
// the default of its edge; where none of them has an opinion, nor has the join.
//
// Foreign cancellations only say that the siblings of another error were told to stop: they
// count where there is nothing else.
func (w *walk) join(branches []error, s scope, o *outcome) {
	var others, foreign joined
	var b outcome
	var at *edge // where the branches ended, as long as that is the same for all
	several, unsure := false, false
	if s.branch = true; w.over(s) {
		return
	}
	for _, err := range branches {
		if err == nil {
			continue
		}
		b = outcome{}
		w.consult(err, s, &b)
		several, at = several || at != nil && at != b.why.edge, b.why.edge
		if w.over(s) {
			if o.why.edge = at; several {
				o.why.edge = s.edge
			}
			return
		}
		unsure = unsure || b.why.unsure
		if b.foreign {
			foreign.add(w, s.mode, &b)
		} else {
			others.add(w, s.mode, &b)
		}
	}
	switch {
	case others.live > 0:
		others.outcome(w, s.mode, o)
	case foreign.live > 0:
		foreign.outcome(w, s.mode, o)
		o.foreign = true
	}
	if unsure {
		o.unsettle()
	}
	if live := others.live + foreign.live; live > 1 {
		o.why.mode, o.why.branches = s.mode, live
	}
}

// joined is what branches say together.
type joined struct {
	known, mute  outcome
	live, silent int
}

func (j *joined) add(w *walk, m Mode, b *outcome) {
	j.live++
	if b.Class != None {
		j.known.Verdict = m.join(j.known.Verdict, b.Verdict)
		return
	}
	if j.silent++; j.silent == 1 || w.speaksFor(m, b.why, j.mute.why) {
		j.mute = *b
	}
}

func (j *joined) outcome(w *walk, m Mode, o *outcome) {
	switch {
	case j.silent == 0:
		*o = j.known
	case j.known.Class == None:
		*o = j.mute
	default:
		*o = outcome{Verdict: m.join(j.known.Verdict, w.policy.unknown(j.mute.why))}
	}
	o.foreign = false
}

// speaksFor reports whether of two branches without an opinion a is the one whose default is the
// join's, or the one to name where both have the same.
func (w *walk) speaksFor(m Mode, a, b why) bool {
	va, vb := w.policy.unknown(a), w.policy.unknown(b)
	if ra, rb := m.rank(va), m.rank(vb); ra != rb {
		return ra > rb
	}
	return va.Edge < vb.Edge
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
	// Whoever wins, what may have been done may have been done.
	unsure := a.OutcomeUnknown || b.OutcomeUnknown
	a.OutcomeUnknown, b.OutcomeUnknown = unsure, unsure
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
