package classify

import (
	"context"
	"fmt"

	"github.com/holdfast-go/holdfast/errctx"
)

// Classify returns what p's role does about err, on behalf of a requester whose
// context is ctx. A nil err gives a Verdict of class None.
//
// Where the requester is gone the verdict is Cancelled, which every role can carry out, whatever the
// error says, unless a rule or a mark calls it Fatal. An unknown error, and one of the kind [Stopped], is then
// taken for an echo of the cancellation, also where that is Fatal otherwise. With a live
// requester (or a nil ctx) context.Canceled is an error like any other.
//
// Classify never panics and always ends: a chain of more than 10,000 links, one
// that leads back to itself, and a branch whose methods, or a rule that, panic
// are unknown, with the reason in the explanation. What is too long is so at the last edge that
// was crossed, or before the join in which it came to several.
func (p *Policy) Classify(ctx context.Context, err error) Verdict {
	if err == nil {
		return Verdict{}
	}
	if p == nil || p.self == nil {
		p = &unset
	}
	w := walk{policy: p}
	var v Verdict
	w.decide(err, &v)
	v.why.policy = p
	if ctx != nil && ctx.Err() != nil && (v.Class != Fatal || v.Unknown || v.Kind == Stopped) {
		v = Verdict{Class: Cancelled, why: why{policy: p, instead: &gone{context.Cause(ctx), v}}}
	}
	return v
}

// unset is what a zero or nil Policy stands for.
var unset = Policy{role: Role{Name: "unset", Can: SetOf(Cancelled, Fatal), Default: Fatal}, self: &edge{table: newTable(nil), unseen: Fatal}}

// unknown is the default of the edge, for a reason.
func (p *Policy) unknown(y why) Verdict {
	e := y.edge
	if e == nil {
		e = p.self
	}
	return Verdict{Class: e.unseen, Edge: e.name, Unknown: true, OutcomeUnknown: y.unsure, why: y}
}

// maxLinks bounds a walk: Unwrap may be hostile, or lead back to where it came from.
const maxLinks = 10_000

// walk is one pass, or two, over one error.
type walk struct {
	policy *Policy
	// The links seen in the first and in the second pass, and below those that decided.
	first, second, below int
	// What was being asked, for the case that it panics.
	link error
	rule *Rule
}

// decide classifies err for a living requester.
func (w *walk) decide(err error, v *Verdict) {
	var o outcome
	w.consult(err, scope{mode: All, edge: w.policy.self}, &o)
	switch {
	case w.spent():
		*v = w.policy.unknown(why{link: err, edge: o.why.edge, reason: tooLong})
	case o.Class == None:
		*v = w.policy.unknown(o.why)
	default:
		*v = o.Verdict
	}
}

// consult walks a chain once, and a second time if it found no opinion.
func (w *walk) consult(err error, s scope, o *outcome) {
	w.chain(err, s, o)
	if o.Class != None || !w.policy.second || o.why.reason == strayed || w.over(s) {
		return
	}
	var second outcome
	s.second = true
	w.chain(err, s, &second)
	if second.Class != None || second.why.reason == panicked {
		*o = second
	}
}

// scope is what a link inherits from those around it.
type scope struct {
	edge   *edge
	remote bool // a boundary was crossed: what is below is another program's
	second bool // the pass
	branch bool // below a join
	below  bool // below a mark, which decided
	denied bool // below a mark that says what is known of the outcome
	unsure bool // below an Uncertain link that is
	mode   Mode // of joins
	handle error
}

// outcome is the opinion of a chain. One of class None has only a why: the link
// where the chain ended. Outcomes are large and so are filled in place.
type outcome struct {
	Verdict
	// foreign says that the opinion, or the lack of one, is about a context.Canceled:
	// beside another error it only says that the other one's siblings were told to stop.
	foreign bool
}

// unsettle notes that the operation may have been carried out, whatever the opinion.
func (o *outcome) unsettle() {
	o.OutcomeUnknown = o.Class != None
	o.why.unsure = true
}

// chain walks from err inwards, up to the first link with an opinion, into an empty outcome.
func (w *walk) chain(err error, s scope, o *outcome) {
	defer w.rescue(o, &s)
	for err != nil && w.count(s) {
		shape := s.edge.table.shape(err)
		w.link, w.rule = err, nil
		if shape.enters && !w.enter(shape, err, &s, o) {
			return
		}
		foreign := s.branch && shape.cancel && is(err, context.Canceled)
		if w.ask(shape, err, s, &o.Verdict) {
			o.foreign = foreign
			if s.unsure {
				o.unsettle()
			}
			return
		}
		o.foreign = o.foreign || foreign
		o.why.link, o.why.handle, o.why.edge, o.why.unsure = err, s.handle, s.edge, s.unsure

		switch shape.unwrap {
		case leaf:
			return
		case single:
			err = err.(interface{ Unwrap() error }).Unwrap()
		case branching:
			if s.second && s.mode != Last {
				return // each branch has been through both passes
			}
			branches := err.(interface{ Unwrap() []error }).Unwrap()
			if s.mode != Last {
				w.join(branches, s, o)
				return
			}
			err = last(branches)
			s.mode = All // what the last attempt says by itself
		}
	}
}

// enter changes what is inherited from a link. It reports whether there is something inside for this role.
func (w *walk) enter(shape *shape, err error, s *scope, o *outcome) bool {
	if shape.joins != 0 {
		s.mode = shape.joins
	}
	if shape.unsure && err.(Uncertain).OutcomeUnknown() {
		s.unsure = true
	}
	switch {
	case shape.handle:
		s.handle = err
		s.remote = s.remote || errctx.IsRemote(err)
	case shape.dep && !s.remote:
		return w.cross(err.(*dep), s, o)
	}
	return true
}

// cross goes over a boundary. It reports whether there is something on the other side for this role.
func (w *walk) cross(d *dep, s *scope, o *outcome) bool {
	if d.remote {
		s.remote = true
		return true
	}
	declared := false
	if s.edge, declared = w.policy.edgeOf(d.edge); !declared {
		o.why = why{link: d, handle: s.handle, edge: s.edge, reason: strayed, unsure: s.unsure}
	}
	return declared
}

// ask reports whether a link has an opinion, and puts it into v.
func (w *walk) ask(shape *shape, err error, s scope, v *Verdict) bool {
	rules := shape.first
	switch {
	case s.second:
		rules = shape.second
	case shape.mark:
		m := err.(*marked)
		*v = m.v
		w.keep(m, v, &s)
		w.settle(v, nil, m.err, s)
		return true
	}
	for _, r := range rules {
		w.rule = r
		if r.opinion(err, v) {
			w.settle(v, r, err, s)
			return true
		}
	}
	w.rule = nil
	if s.second {
		return false
	}
	if shape.asked != nil {
		x, _ := err.(interface{ Is(error) bool })
		for _, r := range shape.asked {
			w.rule = r
			if err == r.target || x != nil && x.Is(r.target) {
				*v = r.fixed
				w.settle(v, r, err, s)
				return true
			}
		}
		w.rule = nil
	}
	if shape.equal != nil {
		if r := shape.equal[err]; r != nil {
			*v = r.fixed
			w.settle(v, r, err, s)
			return true
		}
	}
	if shape.gaveUp {
		w.giveUp(v, err.(*GaveUp), s)
		return true
	}
	return false
}

// settle notes where a verdict came from, and replaces one that the role cannot carry out.
func (w *walk) settle(v *Verdict, r *Rule, link error, s scope) {
	y := why{rule: r, link: link, handle: s.handle, edge: s.edge}
	found := v.Class == None
	if found {
		do := s.edge.do[min(v.Kind, Bug)] // a kind that there is not is one
		do.Kind, do.OutcomeUnknown, do.After = v.Kind, v.OutcomeUnknown || do.OutcomeUnknown, max(v.After, do.After)
		*v = do
	}
	v.Edge = s.edge.name
	switch {
	case found && v.Class == None:
		y.reason = tableless
	case r != nil && !found && !r.gives.Has(v.Class):
		y.reason = undeclared
	case !w.policy.role.Can.Has(v.Class):
		y.reason = unexecutable
	case v.Class == Backtrack && !v.keyed():
		y.reason = keyless
	case r == nil:
		y.reason = byMark
	default:
		y.reason = ruled
	}
	if y.reason > byMark {
		y.gave, y.found = v.Class, v.Kind
		unsure := v.OutcomeUnknown
		*v = w.policy.unknown(y)
		v.OutcomeUnknown = unsure
		return
	}
	if r != nil && (s.branch || retries.Has(v.Class)) {
		var end Verdict
		if w.against(link, s, &end) {
			v.OutcomeUnknown = true
		}
		if end.Class != None && retries.Has(v.Class) {
			*v = end
			return
		}
	}
	v.Unknown, v.why = false, y
}

// keep gives a mark what it leaves to the error: the edge, unless it names one that the role declares,
// and where it is a bare class also whether the operation may have been carried out.
func (w *walk) keep(m *marked, v *Verdict, s *scope) {
	e := w.policy.edges[v.Edge]
	if v.Edge == Self || e == nil {
		var o outcome
		below := *s
		below.below = true
		w.consult(m.err, below, &o)
		w.link, w.rule = m, nil
		if o.why.edge == nil { // there was no budget left
			o.why.edge = s.edge
		}
		if o.Class == None {
			o.Verdict = w.policy.unknown(o.why)
		}
		if m.bare {
			v.OutcomeUnknown = o.OutcomeUnknown
		}
		e = w.policy.edges[o.Edge]
	}
	if e != nil {
		s.edge = e
	}
}

// against looks at a link and below it for what speaks against a retry: that a budget of the role is
// spent for it, whose end it joins into end, and that it may have been done, which it reports.
func (w *walk) against(err error, s scope, end *Verdict) (unsure bool) {
	for err != nil && w.below < maxLinks {
		w.below++
		shape := s.edge.table.shape(err)
		if shape.joins != 0 {
			s.mode = shape.joins
		}
		switch {
		case shape.unsure && !s.denied:
			unsure = unsure || err.(Uncertain).OutcomeUnknown()
		case shape.mark && !s.denied && !err.(*marked).bare:
			unsure, s.denied = unsure || err.(*marked).v.OutcomeUnknown, true
		case shape.handle:
			s.remote = s.remote || errctx.IsRemote(err)
		case shape.dep:
			s.remote = s.remote || err.(*dep).remote
		case shape.gaveUp && !s.remote && err.(*GaveUp).Role == w.policy.role.Name:
			var v Verdict
			w.giveUp(&v, err.(*GaveUp), s)
			*end = s.mode.join(*end, v)
			return unsure
		}
		switch shape.unwrap {
		case leaf:
			return unsure
		case single:
			err = err.(interface{ Unwrap() error }).Unwrap()
		case branching:
			branches := err.(interface{ Unwrap() []error }).Unwrap()
			if s.mode != Last {
				for _, b := range branches {
					unsure = w.against(b, s, end) || unsure
				}
				return unsure
			}
			err = last(branches)
			s.mode = All
		}
	}
	return unsure
}

// giveUp is the verdict on an error whose retries are spent: that of the ledger for the role
// whose ledger it was, and the default for another, also for the same one elsewhere.
func (w *walk) giveUp(v *Verdict, g *GaveUp, s scope) {
	y := why{link: g, handle: s.handle, edge: s.edge, reason: spent}
	if s.remote || g.Role != w.policy.role.Name || !ends.Has(g.Then) || !w.policy.role.Can.Has(g.Then) {
		y.reason = othersSpent
		*v = w.policy.unknown(y)
		return
	}
	*v = Verdict{Class: g.Then, Kind: g.Kind, Edge: g.Edge, why: y}
}

// count spends one link of the pass's budget. A chain may overdraw it, so as to say at which edge it
// ends; no further one is begun.
func (w *walk) count(s scope) bool {
	n := &w.first
	switch {
	case s.below:
		n = &w.below
	case s.second:
		n = &w.second
	}
	*n++
	return *n <= 2*maxLinks
}

// spent reports that one of the budgets is, whose walk then means nothing.
func (w *walk) spent() bool { return w.first > maxLinks || w.second > maxLinks }

// over is spent for whatever walks in a scope.
func (w *walk) over(s scope) bool { return w.spent() || s.below && w.below > maxLinks }

// rescue turns the panic of a foreign method, or of a rule, into a chain without an opinion.
func (w *walk) rescue(o *outcome, s *scope) {
	if r := recover(); r != nil {
		*o = outcome{Verdict: Verdict{why: why{rule: w.rule, link: w.link, handle: s.handle, edge: s.edge, reason: panicked, panic: fmt.Sprint(r), unsure: s.unsure}}}
	}
}
