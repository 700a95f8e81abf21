package classify

import "strconv"

// Edge is a dependency of a role: a database, a builder, the own disk, the process of a
// step. It is never a transport: the network is no edge, what is behind it is.
//
// An error says which edge it came through by a [Dep] link. The innermost edge
// decides, by its packs what is wrong, and by its table what is done about it. What has no Dep
// link came through the edge Self, if the role declares it.
type Edge struct {
	Name string
	// Item says that the errors of this edge are carried by an item: its command, its data, its
	// message. No table lets them end the role, or one poisoned item would end every role in turn: New
	// refuses Fatal, which is left to rules for errors of the program's own, and to a Mark. At other edges infrastructure never fails an item: New refuses Fail for the
	// kinds Unavailable, Interrupted, Throttled, Timeout, Exhausted, ReadOnly and Hardware.
	Item bool
	// Packs translate the errors that come through this edge.
	Packs []Pack
	// Do is the table of decisions, one for each kind.
	Do Table
	// Default is what becomes of an error that no rule knows: Drop, BestEffort, Fail or
	// Fatal. The zero value means the role's Default, or Fail where Item is set.
	Default Class
}

// Self is the edge of errors that came through none.
const Self = ""

// Dep says that err came from a dependency: it crossed the edge of that name. Call
// it where the dependency is called, on whatever its client returns.
//
// Dep returns nil when err is nil. It is a link that errors.Is, As and AsType look through.
func Dep(edge string, err error) error {
	if err == nil {
		return nil
	}
	return &dep{err: err, edge: edge}
}

// Remote says that err was reported by another program about itself. Edges that it
// crossed there are that program's business: below a Remote, Dep links are not followed,
// so its database is not taken for ours. A handle that came from elsewhere ([errctx.Origin])
// is Remote without being told.
//
// Remote returns nil when err is nil.
func Remote(err error) error {
	if err == nil {
		return nil
	}
	return &dep{err: err, remote: true}
}

// dep is a link that is a boundary.
type dep struct {
	err    error
	edge   string
	remote bool
}

func (d *dep) Error() string { return d.err.Error() }
func (d *dep) Unwrap() error { return d.err }

// Transparent keeps the type from being shown in place of the error's.
func (d *dep) Transparent() {}

// edge is an Edge as it is consulted.
type edge struct {
	name   string
	table  *table            // the role's rules, then the packs'
	do     [numKinds]Verdict // class None: there is no table
	unseen Class             // the default
}

// undeclared is where errors are that came through an edge that the role does not declare.
func (p *Policy) undeclared(name string) *edge {
	return &edge{name: name, table: p.self.table, unseen: p.role.Default}
}

// edgeOf returns the edge of that name, and whether the role declares it.
func (p *Policy) edgeOf(name string) (*edge, bool) {
	if e := p.edges[name]; e != nil {
		return e, true
	}
	return p.undeclared(name), false
}

// compile makes an edge of its declaration, which is checked.
func (r Role) compile(e Edge, rules []Rule) *edge {
	all := append([]Rule(nil), rules...)
	for _, p := range e.Packs {
		for _, rule := range p.Rules {
			rule.name = p.Name + ": " + rule.name
			all = append(all, rule)
		}
	}
	out := &edge{name: e.Name, table: newTable(all), unseen: e.fallback(r)}
	for k, d := range e.Do {
		if k < numKinds {
			out.do[k] = verdictOf(d)
		}
	}
	return out
}

func (e Edge) fallback(r Role) Class {
	switch {
	case e.Default != None:
		return e.Default
	case e.Item:
		return Fail
	default:
		return r.Default
	}
}

// InvalidEdge is an edge that contradicts itself or its role.
type InvalidEdge struct{ Edge, Why string }

func (*InvalidEdge) policyError() {}

// ErrorKind implements errctx.Kind.
func (*InvalidEdge) ErrorKind() string { return "classify.invalid_edge" }

func (e *InvalidEdge) Error() string { return "edge " + strconv.Quote(e.Edge) + " " + e.Why }

// checkEdge returns what is wrong with an edge.
func (r Role) checkEdge(e Edge, earlier []Edge) PolicyError {
	for _, o := range earlier {
		if o.Name == e.Name {
			return &InvalidEdge{e.Name, "is declared twice"}
		}
	}
	switch d := e.fallback(r); {
	case !SetOf(Drop, BestEffort, Fail, Fatal).Has(d):
		return &InvalidEdge{e.Name, "has " + d.String() + " for a default, which the unknown must not become"}
	case !r.Can.Has(d):
		return &InvalidEdge{e.Name, "has " + d.String() + " for a default, which role " + strconv.Quote(r.Name) + " cannot carry out"}
	case e.Item && d == Fatal:
		return &InvalidEdge{e.Name, "ends the role by default, for errors that an item carries"}
	}
	for k := range Kinds() {
		v := verdictOf(e.Do[k])
		switch {
		case v.Class == None:
			return &InvalidEdge{e.Name, "has no decision for " + k.String()}
		case !r.Can.Has(v.Class):
			return &InvalidEdge{e.Name, "gives " + v.Class.String() + " for " + k.String() + ", which role " + strconv.Quote(r.Name) + " cannot carry out"}
		case v.Class == Backtrack:
			return &InvalidEdge{e.Name, "gives backtrack for " + k.String() + ": a kind has no key to say of what"}
		case e.Item && v.Class == Fatal:
			return &InvalidEdge{e.Name, "ends the role for " + k.String() + ", which an item carries: put the item aside first, and Mark the error"}
		case !e.Item && v.Class == Fail && infrastructure[k]:
			return &InvalidEdge{e.Name, "fails the item for " + k.String() + ", which is not the item's fault"}
		}
	}
	for _, p := range e.Packs {
		for i, rule := range p.Rules {
			if bad := r.checkPacked(p, rule, p.Rules[:i]); bad != nil {
				return bad
			}
		}
	}
	return nil
}

// checkPacked returns what is wrong with a rule of a pack.
func (r Role) checkPacked(p Pack, rule Rule, earlier []Rule) PolicyError {
	switch {
	case p.Name == "":
		return &InvalidRule{rule.name, "is of a pack without a name"}
	case !rule.kind:
		return &InvalidRule{p.Name + ": " + rule.name, "gives a verdict; a pack knows kinds only"}
	}
	bad := r.check(rule, earlier)
	switch bad := bad.(type) {
	case *InvalidRule:
		bad.Rule = p.Name + ": " + bad.Rule
	case *UnreachableRule:
		bad.Rule, bad.By = p.Name+": "+bad.Rule, p.Name+": "+bad.By
	}
	return bad
}
