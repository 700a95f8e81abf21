package cause

import (
	"go/ast"
	"go/token"
	"go/types"
	"regexp"
	"slices"

	"golang.org/x/tools/go/ast/edge"
	"golang.org/x/tools/go/ast/inspector"

	"github.com/holdfast-go/holdfast/lint/code"
)

// branch is what is done where an error is known not to be nil.
type branch struct {
	c    inspector.Cursor // of the statement that tests it
	cond ast.Expr
	err  *ast.Ident // the error where it is tested
	v    *types.Var
	body []ast.Stmt
	// maybe says that the branch is also taken without the error.
	maybe bool
	// narrowed says that the condition asks more than whether there is an error.
	narrowed bool
}

// branches looks at an if that tests an error.
func (f *finder) branches(c inspector.Cursor, s *ast.IfStmt) {
	b := branch{c: c, cond: s.Cond}
	switch f.test(&b, s.Cond) {
	case token.NEQ:
		b.body = s.Body.List
	case token.EQL:
		switch e := s.Else.(type) {
		case *ast.BlockStmt:
			b.body = e.List
		case *ast.IfStmt:
			b.body = []ast.Stmt{e}
		case nil:
			b.body = f.rest(c, s)
		}
	}
	if len(b.body) > 0 {
		f.branch(&b)
	}
}

// rest returns what follows an if whose body returns: a return, with what is noted before. More would be another
// attempt, of which the error is not the reason.
func (f *finder) rest(c inspector.Cursor, s *ast.IfStmt) []ast.Stmt {
	if n := len(s.Body.List); n == 0 || !isReturn(s.Body.List[n-1]) {
		return nil
	}
	kind, i := c.ParentEdge()
	if kind != edge.BlockStmt_List || s.Init != nil {
		return nil
	}
	list := c.Parent().Node().(*ast.BlockStmt).List[i+1:]
	for j, s := range list {
		switch s := s.(type) {
		case *ast.ReturnStmt:
			return list[:j+1]
		case *ast.ExprStmt:
			if call, ok := s.X.(*ast.CallExpr); ok && f.notes(call) {
				continue
			}
		}
		return nil
	}
	return nil
}

func isReturn(s ast.Stmt) bool { _, ok := s.(*ast.ReturnStmt); return ok }

// clause looks at a case of a switch without a tag.
func (f *finder) clause(c inspector.Cursor, s *ast.CaseClause) {
	if len(s.List) != 1 {
		return
	}
	if sw, ok := c.Parent().Parent().Node().(*ast.SwitchStmt); !ok || sw.Tag != nil {
		return
	}
	b := branch{c: c, cond: s.List[0], body: s.Body}
	if len(b.body) > 0 && f.test(&b, s.List[0]) == token.NEQ {
		f.branch(&b)
	}
}

// test fills in which error a condition tests, and returns how: NEQ if there is one in the branch, EQL if there
// is one outside of it, ILLEGAL otherwise.
func (f *finder) test(b *branch, cond ast.Expr) token.Token {
	x, ok := ast.Unparen(cond).(*ast.BinaryExpr)
	if !ok {
		return token.ILLEGAL
	}
	switch x.Op {
	case token.NEQ, token.EQL:
		id := nilTest(x)
		if id == nil {
			return token.ILLEGAL
		}
		v := code.Var(f.info, id)
		if !code.IsLocal(v) || !code.IsError(v.Type()) || b.v != nil {
			return token.ILLEGAL
		}
		b.err, b.v = id, v
		return x.Op
	case token.LAND, token.LOR:
		op := token.ILLEGAL
		for _, side := range []ast.Expr{x.X, x.Y} {
			got := f.test(b, side)
			if got == token.ILLEGAL {
				continue
			}
			if got != token.NEQ {
				return token.ILLEGAL
			}
			op = got
		}
		if op == token.NEQ {
			b.maybe = b.maybe || x.Op == token.LOR
			b.narrowed = b.narrowed || x.Op == token.LAND
		}
		return op
	}
	return token.ILLEGAL
}

// nilTest returns x of x != nil, x == nil and the like.
func nilTest(b *ast.BinaryExpr) *ast.Ident {
	for _, side := range [2][2]ast.Expr{{b.X, b.Y}, {b.Y, b.X}} {
		if n, ok := side[1].(*ast.Ident); ok && n.Name == "nil" {
			id, _ := ast.Unparen(side[0]).(*ast.Ident)
			return id
		}
	}
	return nil
}

// branch looks at what a branch makes of its error.
func (f *finder) branch(b *branch) {
	sig := f.signature(b.c)
	if sig == nil || !returnsErrors(sig) {
		return
	}
	d := f.results(b, sig)
	if len(d) == 0 {
		return
	}
	use := f.use(b)
	for _, r := range d {
		f.result(b, r, use)
	}
}

// result is an error that a branch returns, or leaves in a variable to be returned.
type result struct {
	expr   ast.Expr
	at     ast.Stmt
	nested bool // below another condition
}

// results returns the errors that a branch gives.
func (f *finder) results(b *branch, sig *types.Signature) []result {
	var out []result
	var visit func(list []ast.Stmt, nested bool)
	visit = func(list []ast.Stmt, nested bool) {
		for i, s := range list {
			switch s := s.(type) {
			case *ast.ReturnStmt:
				for j, e := range s.Results {
					if j < sig.Results().Len() && len(s.Results) == sig.Results().Len() && code.IsError(sig.Results().At(j).Type()) {
						out = append(out, result{expr: f.made(list[:i], e), at: s, nested: nested})
					}
				}
				return
			case *ast.AssignStmt:
				if s.Tok == token.ASSIGN && len(s.Lhs) == len(s.Rhs) {
					for j, l := range s.Lhs {
						v := code.Var(f.info, l)
						if v != nil && code.IsLocal(v) && code.IsError(v.Type()) && f.returned(list[i+1:], v, sig) {
							out = append(out, result{expr: s.Rhs[j], at: s, nested: nested})
						}
					}
				}
				if code.Assigns(f.info, s, b.v) {
					return
				}
			case *ast.IfStmt:
				visit(s.Body.List, true)
				switch e := s.Else.(type) {
				case *ast.BlockStmt:
					visit(e.List, true)
				case *ast.IfStmt:
					visit([]ast.Stmt{e}, true)
				}
				if code.Assigns(f.info, s, b.v) {
					return
				}
			case *ast.BlockStmt:
				visit(s.List, nested)
			case *ast.ExprStmt, *ast.DeclStmt, *ast.DeferStmt, *ast.IncDecStmt, *ast.SendStmt, *ast.GoStmt:
				if code.Assigns(f.info, s, b.v) {
					return
				}
			default:
				return // loops and switches are stories of their own
			}
		}
	}
	visit(b.body, false)
	return out
}

// made returns what a local variable was given in one of the statements before, or e itself.
func (f *finder) made(before []ast.Stmt, e ast.Expr) ast.Expr {
	v := code.Var(f.info, e)
	if v == nil || !code.IsLocal(v) {
		return e
	}
	for _, s := range slices.Backward(before) {
		if a, ok := s.(*ast.AssignStmt); ok && len(a.Lhs) == len(a.Rhs) && a.Tok == token.DEFINE {
			for i, l := range a.Lhs {
				if code.Var(f.info, l) == v {
					return a.Rhs[i]
				}
			}
		}
		if code.Assigns(f.info, s, v) {
			return e
		}
	}
	return e
}

// returned reports whether the statements return what v has, or end with a bare return of it.
func (f *finder) returned(list []ast.Stmt, v *types.Var, sig *types.Signature) bool {
	for _, s := range list {
		if code.Assigns(f.info, s, v) {
			return false
		}
		r, ok := s.(*ast.ReturnStmt)
		if !ok {
			continue
		}
		if len(r.Results) > 0 {
			return slices.ContainsFunc(r.Results, func(e ast.Expr) bool { return code.Var(f.info, e) == v })
		}
		for n := range sig.Results().Variables() {
			if n == v {
				return true
			}
		}
	}
	return false
}

// use is what a branch does with its error beside returning.
type use uint8

const (
	nothing use = iota
	noted       // it is logged at most
	decided     // it is asked what it is
	kept        // it goes somewhere
)

// use returns the most that a branch, and its condition, do with the error.
func (f *finder) use(b *branch) use {
	most := nothing
	more := func(u use) { most = max(most, u) }
	ast.Inspect(b.cond, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.BinaryExpr:
			if id := nilTest(n); id != nil && code.Var(f.info, id) == b.v {
				return false
			}
		case *ast.Ident:
			if f.info.Uses[n] == b.v {
				more(decided)
			}
		}
		return true
	})
	for _, s := range b.body {
		f.useIn(s, b.v, more)
		if a, ok := s.(*ast.AssignStmt); ok && code.Assigns(f.info, a, b.v) {
			break // from here it is another error
		}
	}
	return most
}

// useIn calls more with each use of v in a statement.
func (f *finder) useIn(s ast.Node, v *types.Var, more func(use)) {
	mentioned := func(n ast.Node) bool {
		if n == nil {
			return false
		}
		found := false
		ast.Inspect(n, func(n ast.Node) bool {
			if id, ok := n.(*ast.Ident); ok && f.info.Uses[id] == v {
				found = true
			}
			return !found
		})
		return found
	}
	ast.Inspect(s, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.ExprStmt:
			if call, ok := n.X.(*ast.CallExpr); ok && mentioned(n) {
				if f.notes(call) {
					more(noted)
				} else {
					more(kept)
				}
				return false
			}
		case *ast.AssignStmt:
			if len(n.Rhs) == 1 && len(n.Lhs) == 1 {
				// _ = logger.Log("err", err), and _ = err to please a tool.
				if id, ok := n.Lhs[0].(*ast.Ident); ok && id.Name == "_" && mentioned(n) {
					if call, ok := n.Rhs[0].(*ast.CallExpr); !ok || f.notes(call) {
						more(noted)
						return false
					}
				}
			}
			for _, r := range n.Rhs {
				if mentioned(r) {
					more(kept)
				}
			}
			for _, l := range n.Lhs {
				if code.Var(f.info, l) == nil && mentioned(l) {
					more(kept)
				}
			}
			return false
		case *ast.IfStmt:
			if n.Init != nil {
				f.useIn(n.Init, v, more)
			}
			if mentioned(n.Cond) {
				more(decided)
			}
			f.useIn(n.Body, v, more)
			if n.Else != nil {
				f.useIn(n.Else, v, more)
			}
			return false
		case *ast.SwitchStmt:
			if n.Tag != nil && mentioned(n.Tag) {
				more(decided)
			}
		case *ast.Ident:
			if f.info.Uses[n] == v {
				more(kept)
			}
		}
		return true
	})
}

// noters are the names of functions that note something for people.
var noters = regexp.MustCompile(`(?i)^(v?log|f?print|warn|info|debug|trace|error|fatal|panic|exception|notice|critical|alert|verbose|dump|write(f|header|status|string)?$|record(error|event)|add(event|error)?$|capture|set(status|tag|label|attribute)|observe|inc$|msg|send$|display|report|eprint)`)

// notes reports whether a call whose result is not used only notes its arguments.
func (f *finder) notes(call *ast.CallExpr) bool {
	fn := code.Callee(f.info, call)
	if fn == nil {
		switch fun := ast.Unparen(call.Fun).(type) { // a function in a field or a variable
		case *ast.SelectorExpr:
			return noters.MatchString(fun.Sel.Name)
		case *ast.Ident:
			return noters.MatchString(fun.Name)
		}
		return false
	}
	return noters.MatchString(fn.Name()) || slices.Contains(f.Config.Sinks, fn.FullName())
}
