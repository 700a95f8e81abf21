package classify

import (
	"context"
	"fmt"
	"reflect"

	"github.com/holdfast-go/holdfast/errctx"
)

// Classify returns what p's role does about err, on behalf of a requester whose
// context is ctx. A nil err gives a Verdict of class None.
//
// Where the requester is gone the verdict is Cancelled, whatever the error says,
// unless a rule or a mark calls it Fatal. An unknown error, and one of the kind [Stopped], is then
// taken for an echo of the cancellation, also where that is Fatal otherwise. With a live
// requester (or a nil ctx) context.Canceled is an error like any other.
//
// Classify never panics and always ends: a chain of more than 10,000 links, one
// that leads back to itself, and a branch whose methods, or a rule that, panic
// are unknown, with the reason in the explanation.
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
	if ctx != nil && ctx.Err() != nil && p.role.Can.Has(Cancelled) && (v.Class != Fatal || v.Unknown || v.Kind == Stopped) {
		v.cancel(context.Cause(ctx))
	}
	return v
}

// cancel replaces a verdict whose requester is gone.
func (v *Verdict) cancel(cause error) {
	y := v.why
	y.instead, y.unknown, y.cause = v.Class, v.Unknown, cause
	*v = Verdict{Class: Cancelled, why: y}
}

// unset is what a zero or nil Policy stands for.
var unset = Policy{role: Role{Name: "unset", Can: SetOf(Fatal), Default: Fatal}, self: &edge{table: newTable(nil), unseen: Fatal}}

// unknown is the default of the edge, for a reason.
func (p *Policy) unknown(y why) Verdict {
	e := y.edge
	if e == nil {
		e = p.self
	}
	return Verdict{Class: e.unseen, Edge: e.name, Unknown: true, why: y}
}

// maxLinks bounds a walk: Unwrap may be hostile, or lead back to where it came from.
const maxLinks = 10_000

// walk is one pass, or two, over one error.
type walk struct {
	policy *Policy
	// The links seen in the first and in the second pass.
	first, second int
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
		*v = w.policy.unknown(why{link: err, reason: tooLong})
	case o.Class == None:
		*v = w.policy.unknown(o.why)
	default:
		*v = o.Verdict
	}
}

// consult walks a chain once, and a second time if it found no opinion.
func (w *walk) consult(err error, s scope, o *outcome) {
	w.chain(err, s, o)
	if o.Class != None || !w.policy.second || o.why.reason == strayed {
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

// chain walks from err inwards, up to the first link with an opinion, into an empty outcome.
func (w *walk) chain(err error, s scope, o *outcome) {
	defer w.rescue(o, &s)
	for err != nil && w.count(s) {
		shape := s.edge.table.shape(err)
		w.link, w.rule = err, nil
		switch {
		case shape.handle:
			s.handle = err
			s.remote = s.remote || errctx.IsRemote(err)
		case shape.dep && !s.remote:
			if !w.cross(err.(*dep), &s, o) {
				return
			}
		}
		if shape.joins != 0 {
			s.mode = shape.joins
		}
		foreign := s.branch && shape.cancel && is(err, context.Canceled)
		if w.ask(shape, err, s, &o.Verdict) {
			o.foreign = foreign
			return
		}
		o.foreign = o.foreign || foreign
		o.why.link, o.why.handle, o.why.edge = err, s.handle, s.edge

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

// cross goes over a boundary. It reports whether there is something on the other side for this role.
func (w *walk) cross(d *dep, s *scope, o *outcome) bool {
	if d.remote {
		s.remote = true
		return true
	}
	declared := false
	if s.edge, declared = w.policy.edgeOf(d.edge); !declared {
		o.why = why{link: d, handle: s.handle, edge: s.edge, reason: strayed}
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
	if shape.equal != nil && !s.second {
		if r := shape.equal[err]; r != nil {
			*v = r.fixed
			w.settle(v, r, err, s)
			return true
		}
	}
	if shape.gaveUp && !s.remote && !s.second {
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
		do.Kind, do.OutcomeUnknown, do.After = v.Kind, v.OutcomeUnknown, max(v.After, do.After)
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
		y.instead, y.found = v.Class, v.Kind
		*v = w.policy.unknown(y)
		return
	}
	if r != nil && retries.Has(v.Class) {
		if g := w.gaveUp(link, s); g != nil {
			w.giveUp(v, g, s)
			return
		}
	}
	v.Unknown, v.why = false, y
}

// gaveUp returns what says, at a link or below it, that the role's own budget for a retry is spent.
// It does not look into joins: branches are asked one by one.
func (w *walk) gaveUp(link error, s scope) *GaveUp {
	for range maxLinks {
		if g, ok := link.(*GaveUp); ok && g.Role == w.policy.role.Name && !s.remote {
			return g
		}
		d, ok := link.(*dep)
		s.remote = s.remote || ok && d.remote || isHandle(reflect.TypeOf(link)) && errctx.IsRemote(link)
		x, ok := link.(interface{ Unwrap() error })
		if !ok || s.remote {
			return nil
		}
		if link = x.Unwrap(); link == nil {
			return nil
		}
	}
	return nil
}

// giveUp is the verdict on an error whose retries are spent: that of the ledger for the role
// whose ledger it was, and the default for another.
func (w *walk) giveUp(v *Verdict, g *GaveUp, s scope) {
	y := why{link: g, handle: s.handle, edge: s.edge, reason: spent}
	if g.Role != w.policy.role.Name || !ends.Has(g.Then) || !w.policy.role.Can.Has(g.Then) {
		y.reason = othersSpent
		*v = w.policy.unknown(y)
		return
	}
	*v = Verdict{Class: g.Then, Kind: g.Kind, Edge: g.Edge, why: y}
}

// count spends one link of the pass's budget.
func (w *walk) count(s scope) bool {
	n := &w.first
	if s.second {
		n = &w.second
	}
	*n++
	return *n <= maxLinks
}

// spent reports that one of the budgets is, whose walk then means nothing.
func (w *walk) spent() bool { return w.first > maxLinks || w.second > maxLinks }

// rescue turns the panic of a foreign method, or of a rule, into a chain without an opinion.
func (w *walk) rescue(o *outcome, s *scope) {
	if r := recover(); r != nil {
		*o = outcome{Verdict: Verdict{why: why{rule: w.rule, link: w.link, handle: s.handle, edge: s.edge, reason: panicked, panic: fmt.Sprint(r)}}}
	}
}
