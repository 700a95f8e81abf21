package code

import (
	"go/ast"
	"go/token"
	"go/types"

	"golang.org/x/tools/go/ast/inspector"
	"golang.org/x/tools/go/cfg"
)

// Flow answers which definitions of a local variable reach a use. It builds the control-flow graph of a
// function when it is first asked, which few functions are.
type Flow struct {
	info   *types.Info
	bodies map[*ast.BlockStmt]*body
}

// body is what is known of a function.
type body struct {
	graph   *cfg.CFG
	values  map[*types.Var][]ast.Expr // all that is assigned somewhere; nil for what has no expression of its own
	escaped map[*types.Var]bool       // assigned to where the graph does not show it
}

// NewFlow returns a Flow for the functions of a package.
func NewFlow(info *types.Info) *Flow {
	return &Flow{info: info, bodies: map[*ast.BlockStmt]*body{}}
}

// Def is one value that a variable was given.
type Def struct {
	// Value is what was assigned. It is nil where there is no expression for it: a zero value, a parameter, a
	// range variable.
	Value ast.Expr
	// Index is the result of Value that it is, where Value is a call with several; else -1.
	Index int
	// Append is set where the old value is part of the new one, as in v += Value.
	Append bool
	// Node is the statement.
	Node ast.Node
}

// Defs returns the definitions of a local variable v that reach the use at pos in the function body, and false
// where not all are known: it is captured by a function that assigns to it, or its address is taken.
func (f *Flow) Defs(body *ast.BlockStmt, v *types.Var, pos token.Pos) (defs []Def, known bool) {
	if body == nil || v == nil {
		return nil, false
	}
	if v.Pos() < body.Pos() || v.Pos() > body.End() {
		// A parameter, or of an outer function: only assignments here would be known.
		known = false
	} else {
		known = true
	}
	b := f.body(body)
	if b.escaped[v] {
		return nil, false
	}
	if len(b.values[v]) == 0 && !known {
		return nil, false
	}
	if b.graph == nil {
		b.graph = cfg.New(body, func(call *ast.CallExpr) bool { return mayReturn(f.info, call) })
	}
	g := b.graph
	block, index := locate(g, pos)
	if block == nil {
		return nil, false
	}
	preds := map[*cfg.Block][]*cfg.Block{}
	for _, b := range g.Blocks {
		if b.Live {
			for _, s := range b.Succs {
				preds[s] = append(preds[s], b)
			}
		}
	}
	seen := map[*cfg.Block]bool{}
	var search func(b *cfg.Block, from int)
	search = func(b *cfg.Block, from int) {
		for i := from; i >= 0; i-- {
			d, found := f.defines(b.Nodes[i], v, pos)
			if !found {
				continue
			}
			defs = append(defs, d)
			if !d.Append {
				return
			}
		}
		if r, ok := b.Stmt.(*ast.RangeStmt); ok && b.Kind == cfg.KindRangeLoop && (Var(f.info, r.Key) == v || r.Value != nil && Var(f.info, r.Value) == v) {
			defs = append(defs, Def{Index: -1, Node: r})
			return
		}
		if b == g.Blocks[0] {
			known = known && v.Pos() >= body.Pos() // a parameter's value came from outside
		}
		for _, p := range preds[b] {
			if !seen[p] {
				seen[p] = true
				search(p, len(p.Nodes)-1)
			}
		}
	}
	search(block, index)
	return defs, known
}

// locate returns the block and the node that pos is in: the smallest one.
func locate(g *cfg.CFG, pos token.Pos) (block *cfg.Block, index int) {
	var best ast.Node
	for _, b := range g.Blocks {
		for i, n := range b.Nodes {
			if n.Pos() <= pos && pos < n.End() && (best == nil || n.End()-n.Pos() < best.End()-best.Pos()) {
				best, block, index = n, b, i
			}
		}
	}
	return block, index
}

// defines returns the definition of v that a node of the graph is. One that contains the use counts not: its
// right side is evaluated before.
func (f *Flow) defines(n ast.Node, v *types.Var, use token.Pos) (Def, bool) {
	inside := n.Pos() <= use && use < n.End()
	switch n := n.(type) {
	case *ast.AssignStmt:
		for i, l := range n.Lhs {
			if Var(f.info, l) != v || inside {
				continue
			}
			d := Def{Index: -1, Node: n, Append: n.Tok != token.ASSIGN && n.Tok != token.DEFINE}
			switch {
			case len(n.Rhs) == len(n.Lhs):
				d.Value = n.Rhs[i]
			case len(n.Rhs) == 1:
				d.Value, d.Index = n.Rhs[0], i
			}
			if d.Value != nil && d.Index < 0 && mentions(f.info, d.Value, v) {
				d.Append = true
			}
			return d, true
		}
	case *ast.ValueSpec:
		for i, id := range n.Names {
			if f.info.Defs[id] != v || inside {
				continue
			}
			d := Def{Index: -1, Node: n}
			switch {
			case len(n.Values) == len(n.Names):
				d.Value = n.Values[i]
			case len(n.Values) == 1:
				d.Value, d.Index = n.Values[0], i
			}
			return d, true
		}
	case *ast.DeclStmt:
		if g, ok := n.Decl.(*ast.GenDecl); ok {
			for _, s := range g.Specs {
				if d, ok := f.defines(s, v, use); ok {
					return d, true
				}
			}
		}
	case *ast.IncDecStmt:
		if Var(f.info, n.X) == v {
			return Def{Index: -1, Node: n, Append: true}, true
		}
	}
	return Def{}, false
}

func mentions(info *types.Info, e ast.Expr, v *types.Var) bool {
	found := false
	ast.Inspect(e, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok && info.Uses[id] == v {
			found = true
		}
		return !found
	})
	return found
}

// Values returns all that is assigned to a variable in a body, in whatever order, with nil for what has no expression
// of its own. It costs less than [Flow.Defs].
func (f *Flow) Values(body *ast.BlockStmt, v *types.Var) []ast.Expr {
	if body == nil {
		return nil
	}
	return f.body(body).values[v]
}

func (f *Flow) body(block *ast.BlockStmt) *body {
	if b := f.bodies[block]; b != nil {
		return b
	}
	b := &body{values: map[*types.Var][]ast.Expr{}, escaped: map[*types.Var]bool{}}
	f.bodies[block] = b
	lits := 0
	assign := func(l, r ast.Expr) {
		v := Var(f.info, l)
		if v == nil {
			return
		}
		b.values[v] = append(b.values[v], r)
		if lits > 0 {
			b.escaped[v] = true // of one that is declared in the literal, the literal's body is asked
		}
	}
	var visit func(n ast.Node) bool
	visit = func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			lits++
			ast.Inspect(n.Body, visit)
			lits--
			return false
		case *ast.UnaryExpr:
			if v := Var(f.info, n.X); v != nil && n.Op == token.AND {
				b.escaped[v] = true
			}
		case *ast.AssignStmt:
			for i, l := range n.Lhs {
				switch {
				case len(n.Rhs) == len(n.Lhs):
					assign(l, n.Rhs[i])
				default:
					assign(l, n.Rhs[0])
				}
			}
		case *ast.ValueSpec:
			for i, id := range n.Names {
				switch {
				case len(n.Values) == len(n.Names):
					assign(id, n.Values[i])
				case len(n.Values) == 1:
					assign(id, n.Values[0])
				}
			}
		case *ast.RangeStmt:
			for _, l := range []ast.Expr{n.Key, n.Value} {
				if l != nil {
					assign(l, nil)
				}
			}
		}
		return true
	}
	ast.Inspect(block, visit)
	return b
}

// mayReturn knows the calls that do not.
func mayReturn(info *types.Info, call *ast.CallExpr) bool {
	if id, ok := ast.Unparen(call.Fun).(*ast.Ident); ok && id.Name == "panic" {
		_, builtin := info.Uses[id].(*types.Builtin)
		return !builtin
	}
	switch Name(info, call) {
	case "os.Exit", "log.Fatal", "log.Fatalf", "log.Fatalln", "log.Panic", "log.Panicf", "log.Panicln", "runtime.Goexit",
		"(*log.Logger).Fatal", "(*log.Logger).Fatalf", "(*log.Logger).Fatalln":
		return false
	}
	return true
}

// Bodies returns the bodies of the functions around a node, the innermost first.
func Bodies(c inspector.Cursor) []*ast.BlockStmt {
	var out []*ast.BlockStmt
	for e := range c.Enclosing((*ast.FuncDecl)(nil), (*ast.FuncLit)(nil)) {
		switch n := e.Node().(type) {
		case *ast.FuncDecl:
			out = append(out, n.Body)
		case *ast.FuncLit:
			out = append(out, n.Body)
		}
	}
	return out
}

// Home returns which of the bodies declares v: of a parameter, and of what is declared outside of all, the innermost.
func Home(bodies []*ast.BlockStmt, v *types.Var) *ast.BlockStmt {
	for _, b := range bodies {
		if b.Pos() <= v.Pos() && v.Pos() < b.End() {
			return b
		}
	}
	if len(bodies) == 0 {
		return nil
	}
	return bodies[0]
}
