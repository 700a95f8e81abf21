package classify

import (
	"reflect"
	"sync/atomic"
)

// Rule gives its opinion on one link of an error's chain. A rule that returns a
// Verdict of class None has no opinion, and the walk goes on.
type Rule struct {
	name   string
	sort   sort
	typ    reflect.Type // of the links that are asked, or what they implement; of a sentinel its own
	target error        // of a sentinel
	mode   Mode         // of a joins rule
	kind   bool         // it finds kinds, for a table
	gives  Set
	fixed  Verdict             // of a rule that has only one verdict,
	match  func(error) bool    // given to these links
	ask    func(error) Verdict // of a rule that has several: its opinion on a link
	find   func(error) Finding // of a rule for kinds, likewise
	fault  string              // why New refuses the rule
}

// sort is the kind of a rule.
type sort uint8

const (
	typed sort = iota
	sentinel
	capability
	joins
)

// On matches links of type E, or that implement E if E is an interface: the links
// where errors.As would find one. It always gives the same decision.
//
//	classify.On[*exec.Error]("tool missing", classify.Fail)
//
// One kind of link is passed over: a struct that is an E only because it embeds
// one, and unwraps to it. It carries the E, whose turn comes.
func On[E error](name string, d Decision) Rule {
	v := verdictOf(d)
	as := finder[E]()
	return Rule{
		name: name, sort: typed, typ: reflect.TypeFor[E](), gives: SetOf(v.Class), fixed: v, fault: fixedFault(v),
		match: func(err error) bool {
			_, ok := as(err)
			return ok
		},
	}
}

// OnFunc is [On] where the verdict depends on the value. It declares the classes
// that f may give, so that [New] can hold them against the role; a verdict outside
// of them is taken for the policy's bug and becomes the role's default.
func OnFunc[E error](name string, gives Set, f func(E) Verdict) Rule {
	as := finder[E]()
	return Rule{
		name: name, sort: typed, typ: reflect.TypeFor[E](), gives: gives, fault: functionFault(gives, f == nil),
		ask: func(err error) Verdict {
			if e, ok := as(err); ok {
				return f(e)
			}
			return Verdict{}
		},
	}
}

// Sum is [OnFunc] for a sealed sum of our own. Give it a total visitor, so that a
// variant without a decision does not compile:
//
//	classify.Sum("store", gives, func(e cas.StoreError) classify.Verdict {
//		return cas.VisitStore(e, storeVerdicts{})
//	})
//
// So the variants of a sum that embed S, to carry it into the next phase, are
// for that phase's rule; what they carry is for this one.
func Sum[S error](name string, gives Set, visit func(S) Verdict) Rule {
	r := OnFunc(name, gives, visit)
	if r.fault == "" && !sealed(r.typ) {
		r.fault = "asks for " + r.typ.String() + ", which is no sealed interface"
	}
	return r
}

// Is matches links that are target as errors.Is sees it: equal to it, or with an
// Is method that says so. In one link, sentinels are asked after typed rules.
func Is(name string, target error, d Decision) Rule {
	v := verdictOf(d)
	r := Rule{
		name: name, sort: sentinel, typ: reflect.TypeOf(target), gives: SetOf(v.Class), fixed: v, fault: fixedFault(v),
		match: func(err error) bool { return is(err, target) }, target: target,
	}
	switch {
	case target == nil:
		r.fault = "has no target"
	case !reflect.ValueOf(target).Comparable():
		r.fault = "has a target that cannot be compared"
	}
	return r
}

// Capability asks a method such as Timeout() of the links that have it, in a
// second pass: only once no link of the chain has an opinion of its own, because
// wrappers answer such methods on behalf of what they wrap. Like [OnFunc] it
// declares the classes it may give.
func Capability[I any](name string, gives Set, f func(I) Verdict) Rule {
	return Rule{
		name: name, sort: capability, typ: reflect.TypeFor[I](), gives: gives, fault: functionFault(gives, f == nil),
		ask: func(err error) Verdict { return f(err.(I)) },
	}
}

// Joins declares how the branches of an E, and of joins further down that
// declare nothing, are put together. Without it every join is [All].
//
//	classify.Joins[*retry.Log](classify.Last)
func Joins[E error](m Mode) Rule {
	r := Rule{name: "joins " + reflect.TypeFor[E]().String(), sort: joins, typ: reflect.TypeFor[E](), mode: m}
	if m < All || m > Last {
		r.fault = "has no such mode"
	}
	return r
}

// finder returns one step of errors.As. As methods are given a place to write to, and a rule
// has one in store, for one goroutine at a time.
func finder[E error]() func(error) (E, bool) {
	var store atomic.Pointer[E]
	return func(err error) (none E, _ bool) {
		if e, ok := err.(E); ok {
			return e, true
		}
		x, ok := err.(interface{ As(any) bool })
		if !ok {
			return none, false
		}
		target := store.Swap(nil)
		if target == nil {
			target = new(E)
		}
		if !x.As(target) {
			store.Store(target)
			return none, false
		}
		return *target, true
	}
}

// is is one step of errors.Is, for a comparable target.
func is(err, target error) bool {
	if err == target {
		return true
	}
	x, ok := err.(interface{ Is(error) bool })
	return ok && x.Is(target)
}

// opinion reports whether the rule has one on a link, and puts it into v.
func (r *Rule) opinion(err error, v *Verdict) bool {
	if r.find != nil {
		f := r.find(err)
		if f.Kind == NoKind {
			return false
		}
		*v = f.verdict()
		return true
	}
	if r.ask != nil {
		*v = r.ask(err)
		return v.Class != None || v.Kind != NoKind
	}
	if !r.match(err) {
		return false
	}
	*v = r.fixed
	return true
}

func fixedFault(v Verdict) string {
	if SetOf(v.Class) == 0 {
		return "gives no verdict"
	}
	return ""
}

func functionFault(gives Set, isNil bool) string {
	switch {
	case isNil:
		return "has no function"
	case gives == 0:
		return "declares no class that it gives"
	default:
		return ""
	}
}

func sealed(t reflect.Type) bool {
	if t.Kind() != reflect.Interface {
		return false
	}
	for m := range t.Methods() {
		if m.PkgPath != "" {
			return true
		}
	}
	return false
}
