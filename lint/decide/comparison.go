package decide

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"strings"

	"golang.org/x/tools/go/ast/inspector"

	"github.com/holdfast-go/holdfast/lint/check"
	"github.com/holdfast-go/holdfast/lint/code"
)

// Comparison finds errors that are compared with ==.
var Comparison = &check.Check{
	ID: "comparison", Tier: check.Warning, Since: "v0.1.0",
	Title: "an error is compared with == or !=, or in a switch",
	Why: `An error that wraps another one is not equal to it. The comparison holds until somebody on the way adds
where it happened, and then the branch is not taken any more, without a word from the compiler. errors.Is looks at the
whole chain.

Some functions promise to return a variable as it is, such as io.EOF from a Read: comparing what they return is right.`,
	Before: `func lookup(db *sql.DB, id int) (name string, err error) {
	err = load(db, id, &name)
	if err == sql.ErrNoRows {
		return "", nil
	}
	return name, err
}

func load(db *sql.DB, id int, name *string) error {
	return db.QueryRow("select name from t where id = ?", id).Scan(name)
}`,
	After: `func lookup(db *sql.DB, id int) (name string, err error) {
	err = load(db, id, &name)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	return name, err
}

func load(db *sql.DB, id int, name *string) error {
	return db.QueryRow("select name from t where id = ?", id).Scan(name)
}`,
	Silent: []string{
		"comparisons with nil",
		"what comes straight from a function that promises to return the variable unwrapped, such as io.EOF from Read",
		"methods Is, As and Unwrap, and code that walks a chain by hand",
		"errors of a concrete type, such as two syscall.Errno",
		"two errors neither of which is a variable of a package, and io.EOF from a method Read or Recv that is not of the standard library: only in the strict profile",
	},
	Fix: "Asks errors.Is. A switch over an error becomes a switch without a tag.",
}

// compare looks at a comparison that is not one of strings.
func (f *finder) compare(c inspector.Cursor, b *ast.BinaryExpr) {
	if isNilName(b.X) || isNilName(b.Y) {
		return
	}
	x, y := f.info.TypeOf(b.X), f.info.TypeOf(b.Y)
	if !code.IsInterface(x) && !code.IsInterface(y) || !code.IsError(x) || !code.IsError(y) {
		return
	}
	if code.IsNil(f.info, b.X) || code.IsNil(f.info, b.Y) || f.answering(c) {
		return
	}
	err, target := b.X, b.Y
	if f.fixed(err) && !f.fixed(target) {
		err, target = target, err
	}
	if f.walked(c, err) {
		return
	}
	finding := check.Finding{Check: Comparison, Node: b, Cause: err}
	trust := f.trust(c, err, target)
	switch {
	case trust == promised:
		return
	case trust == usual || !f.fixed(target):
		finding.Tier = check.OptIn
	}
	e, t := f.short(err), f.short(target)
	finding.Message = fmt.Sprintf("%s %s %s: an error that wraps %s is not equal to it, ask errors.Is(%s, %s)", e, b.Op, t, t, e, t)
	if fix, ok := f.isFix(b, err, target); ok {
		finding.Fixes = []check.Fix{fix}
	}
	f.Report(finding)
}

func isNilName(e ast.Expr) bool {
	id, ok := e.(*ast.Ident)
	return ok && id.Name == "nil"
}

// fixed reports whether e is a value that errors are compared with: a variable of a package, or a concrete error.
func (f *finder) fixed(e ast.Expr) bool {
	return code.IsSentinel(f.info, e) || !types.IsInterface(f.info.TypeOf(e))
}

// short is the source of e for a message.
func (f *finder) short(e ast.Expr) string {
	src := f.Src(e)
	if src == "" || len(src) > 60 || strings.Contains(src, "\n") {
		return "the error"
	}
	return src
}

func (f *finder) isFix(b *ast.BinaryExpr, err, target ast.Expr) (check.Fix, bool) {
	name, edits, ok := f.errors(b.Pos(), "Is")
	e, t := f.Src(err), f.Src(target)
	if !ok || e == "" || t == "" || !f.Has(b.Pos(), "go1.13") || f.Commented(b) {
		return check.Fix{}, false
	}
	not := ""
	if b.Op == token.NEQ {
		not = "!"
	}
	return check.Fix{
		Message: "ask errors.Is",
		Edits:   append(edits, check.Replace(b, not+name+".Is("+e+", "+t+")")),
		Ask:     !f.fixed(target),
	}, true
}

// valueSwitch looks at a switch over an error.
func (f *finder) valueSwitch(c inspector.Cursor, s *ast.SwitchStmt) {
	if !code.IsInterface(f.info.TypeOf(s.Tag)) || f.answering(c) {
		return
	}
	worst, tier := promised, check.OptIn
	var first ast.Expr
	at := c
	if child, ok := c.FindNode(s.Tag); ok {
		at = child
	}
	for _, clause := range s.Body.List {
		for _, e := range clause.(*ast.CaseClause).List {
			if code.IsNil(f.info, e) || !code.IsError(f.info.TypeOf(e)) {
				continue
			}
			trust := f.trust(at, s.Tag, e)
			if trust < worst || first == nil {
				worst, first = trust, e
			}
			if f.fixed(e) && trust == unknown {
				tier = check.Warning
			}
		}
	}
	if first == nil || worst == promised || f.walked(at, s.Tag) {
		return
	}
	finding := check.Finding{Check: Comparison, Tier: tier, Node: s.Tag, Cause: s.Tag}
	t := f.short(first)
	finding.Message = fmt.Sprintf("switch over %s: an error that wraps %s does not get to its case, ask errors.Is", f.short(s.Tag), t)
	if fix, ok := f.switchFix(s); ok {
		finding.Fixes = []check.Fix{fix}
	}
	f.Report(finding)
}

// switchFix takes the tag out of a switch and asks in each case.
func (f *finder) switchFix(s *ast.SwitchStmt) (check.Fix, bool) {
	name, edits, ok := f.errors(s.Body.Lbrace, "Is")
	tag := f.Src(s.Tag)
	if !ok || tag == "" || !f.Has(s.Pos(), "go1.13") || !repeatable(s.Tag) || f.Commented(&ast.ParenExpr{Lparen: s.Tag.Pos(), X: s.Tag, Rparen: s.Body.Lbrace - 1}) {
		return check.Fix{}, false
	}
	ask := false
	edits = append(edits, check.ReplaceRange(s.Tag.Pos(), s.Body.Lbrace, ""))
	for _, clause := range s.Body.List {
		for _, e := range clause.(*ast.CaseClause).List {
			if code.IsNil(f.info, e) {
				edits = append(edits, check.Replace(e, tag+" == nil"))
				continue
			}
			src := f.Src(e)
			if src == "" || !code.IsError(f.info.TypeOf(e)) || shadows(s, name) {
				return check.Fix{}, false
			}
			ask = ask || !f.fixed(e)
			edits = append(edits, check.Replace(e, name+".Is("+tag+", "+src+")"))
		}
	}
	return check.Fix{Message: "ask errors.Is in each case", Edits: edits, Ask: ask}, true
}

// shadows reports whether the initial statement of a switch gives the name another meaning.
func shadows(s *ast.SwitchStmt, name string) bool {
	if s.Init == nil {
		return false
	}
	a, ok := s.Init.(*ast.AssignStmt)
	if !ok {
		return true
	}
	for _, l := range a.Lhs {
		if id, ok := l.(*ast.Ident); ok && id.Name == name {
			return true
		}
	}
	return false
}

// repeatable reports whether e may be evaluated more than once.
func repeatable(e ast.Expr) bool {
	switch x := ast.Unparen(e).(type) {
	case *ast.Ident:
		return true
	case *ast.SelectorExpr:
		return repeatable(x.X)
	}
	return false
}
