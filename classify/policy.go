package classify

import (
	"log/slog"
	"reflect"
	"slices"
	"strconv"

	"github.com/holdfast-go/holdfast/errctx"
)

// Role is a part of the program that acts on verdicts, such as an executor or a queue-runner.
type Role struct {
	// Name identifies the role in explanations.
	Name string
	// Can is what the role knows how to carry out. A policy that asks for more is not built.
	// Cancelled is always part of it: every role can stop.
	Can Set
	// Default is what becomes of an error that no rule knows: Drop, BestEffort, Fail
	// or Fatal, never a retry. The zero value means Fatal: when in doubt, propagate
	// and die at the top.
	Default Class
	// Edges are the dependencies whose errors the role meets. An error that came
	// through another edge is the program's bug: it becomes Default.
	Edges []Edge
}

// Policy decides what a role does about errors. It is immutable and safe for
// any number of goroutines. The zero Policy takes every error for unknown, and
// fatal.
type Policy struct {
	role  Role
	self  *edge
	edges map[string]*edge
	// second says that there are rules for the second pass.
	second bool
}

// New builds the policy of a role. Of several rules that match the same link of
// a chain the first one given with an opinion decides.
//
// It returns an [*InvalidRole], an [*InvalidEdge], an [*InvalidRule], an [*UnexecutableVerdict]
// or an [*UnreachableRule]: bugs in the program that a test of its policies finds.
func New(role Role, rules ...Rule) (*Policy, PolicyErr) {
	if role.Default == None {
		role.Default = Fatal
	}
	role.Can |= SetOf(Cancelled)
	role.Edges, rules = slices.Clone(role.Edges), slices.Clone(rules) // of the caller, who may go on with them
	if why := role.fault(); why != "" {
		return nil, errctx.New[PolicyError](&InvalidRole{role, why}, "build policy")
	}
	for i, r := range rules {
		if e := role.check(r, rules[:i]); e != nil {
			return nil, errctx.New(e, "build policy", errctx.Safe(slog.String("role", role.Name)))
		}
	}
	p := &Policy{role: role, self: &edge{table: newTable(rules), unseen: role.Default}, edges: map[string]*edge{}}
	for i, e := range role.Edges {
		if bad := role.checkEdge(e, role.Edges[:i]); bad != nil {
			return nil, errctx.New(bad, "build policy", errctx.Safe(slog.String("role", role.Name)))
		}
		p.edges[e.Name] = role.compile(e, rules)
	}
	if self := p.edges[Self]; self != nil {
		p.self = self
	}
	p.second = p.self.table.second
	for _, e := range p.edges {
		p.second = p.second || e.table.second
	}
	return p, nil
}

// Role returns the role that p is for. Its slices and maps are shared: read them only.
func (p *Policy) Role() Role {
	if p == nil || p.self == nil {
		return unset.role
	}
	return p.role
}

// Must returns v, or panics with err. It is for policies and ledgers in package variables.
func Must[T any](v T, err PolicyErr) T {
	if err != nil {
		panic(err)
	}
	return v
}

// PolicyErr is the error of [New].
type PolicyErr = errctx.WithContext[PolicyError]

// PolicyError is *InvalidRole, *InvalidEdge, *InvalidBudget, *MissingBudget, *InvalidRule, *UnexecutableVerdict or *UnreachableRule.
type PolicyError interface {
	errctx.Kind
	policyError()
}

// InvalidRole is a role that cannot act on the errors it does not know.
type InvalidRole struct {
	Role Role
	Why  string
}

// InvalidRule is a rule that can match nothing, everything, or whose name says nothing.
type InvalidRule struct{ Rule, Why string }

// UnexecutableVerdict is a rule that asks for what its role cannot do.
type UnexecutableVerdict struct {
	Role, Rule string
	Class      Class
	Why        string
}

// UnreachableRule is a rule that an earlier one always answers for.
type UnreachableRule struct{ Rule, By string }

func (*InvalidRole) policyError()         {}
func (*InvalidRule) policyError()         {}
func (*UnexecutableVerdict) policyError() {}
func (*UnreachableRule) policyError()     {}

// ErrorKind implements errctx.Kind.
func (*InvalidRole) ErrorKind() string { return "classify.invalid_role" }

// ErrorKind implements errctx.Kind.
func (*InvalidRule) ErrorKind() string { return "classify.invalid_rule" }

// ErrorKind implements errctx.Kind.
func (*UnexecutableVerdict) ErrorKind() string { return "classify.unexecutable_verdict" }

// ErrorKind implements errctx.Kind.
func (*UnreachableRule) ErrorKind() string { return "classify.unreachable_rule" }

func (e *InvalidRole) Error() string { return "role " + strconv.Quote(e.Role.Name) + " " + e.Why }
func (e *InvalidRule) Error() string { return "rule " + strconv.Quote(e.Rule) + " " + e.Why }

func (e *UnexecutableVerdict) Error() string {
	return "rule " + strconv.Quote(e.Rule) + " gives " + e.Class.String() + ": " + e.Why
}

func (e *UnreachableRule) Error() string {
	return "rule " + strconv.Quote(e.Rule) + " is never asked: rule " + strconv.Quote(e.By) + " answers first"
}

func (r Role) fault() string {
	switch {
	case r.Name == "":
		return "has no name"
	case !SetOf(Drop, BestEffort, Fail, Fatal).Has(r.Default):
		return "has " + r.Default.String() + " for a default, which the unknown must not become"
	case !r.Can.Has(r.Default):
		return "cannot carry out its default, " + r.Default.String()
	default:
		return ""
	}
}

// check returns what is wrong with a rule in its place after earlier ones.
func (r Role) check(rule Rule, earlier []Rule) PolicyError {
	switch {
	case rule.name == "":
		return &InvalidRule{rule.name, "has no name"}
	case rule.fault != "":
		return &InvalidRule{rule.name, rule.fault}
	case rule.sort != sentinel && rule.typ != nil && matches(rule.typ, errorType):
		return &InvalidRule{rule.name, "matches every error, which is what the default is for"}
	}
	for c := range rule.gives.all() {
		if !r.Can.Has(c) {
			return &UnexecutableVerdict{r.Name, rule.name, c, "role " + strconv.Quote(r.Name) + " cannot"}
		}
	}
	if rule.fixed.Class == Backtrack && !rule.fixed.keyed() {
		return &UnexecutableVerdict{r.Name, rule.name, Backtrack, "it has no key to say of what"}
	}
	for _, e := range earlier {
		if e.name == rule.name {
			return &InvalidRule{rule.name, "shares its name with another"}
		}
		if e.hides(rule) {
			return &UnreachableRule{rule.name, e.name}
		}
	}
	return nil
}

// hides reports whether r has an opinion wherever the later rule would be asked.
func (r Rule) hides(later Rule) bool {
	switch {
	case r.sort != later.sort || r.fixed.Class == None && r.fixed.Kind == NoKind && r.sort != joins:
		return false
	case r.sort == sentinel:
		return is(later.target, r.target)
	case later.typ.Kind() == reflect.Interface:
		return r.typ == later.typ
	default:
		return matches(r.typ, later.typ)
	}
}
