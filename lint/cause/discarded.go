package cause

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"

	"golang.org/x/tools/go/ast/edge"
	"golang.org/x/tools/go/ast/inspector"

	"github.com/holdfast-go/holdfast/lint/check"
	"github.com/holdfast-go/holdfast/lint/code"
)

// DiscardedError finds errors that are given to the blank identifier.
var DiscardedError = &check.Check{
	ID: "discarded-error", Tier: check.OptIn, Since: "v0.1.0",
	Title: "an error is given to _",
	Why: `In x, _ := f() the rest of the function uses x as if there had been no error: what it finds there when there was
one is a zero value at best. Where an error does not matter, a comment beside it says why: the next reader does not know.`,
	Before: `func port(s string) int {
	n, _ := strconv.Atoi(s)
	return n
}`,
	After: `func port(s string) int {
	n, _ := strconv.Atoi(s) // the flag was validated: what is left is the zero of "any"
	return n
}`,
	Silent: []string{
		"where a comment is beside it, or on the line above",
		"_ = f() of functions of other modules: dropping it is all that the line does, and so was meant",
		"functions that do not fail, such as the methods of bytes.Buffer and strings.Builder, or print, or write an answer",
		"Close, Remove and the like in a deferred function, and where there is an error already",
		"Close of what is only read",
	},
}

// discards looks at an assignment to the blank identifier.
func (f *finder) discards(c inspector.Cursor, a *ast.AssignStmt) {
	if len(a.Rhs) != 1 || !slices.ContainsFunc(a.Lhs, isBlank) {
		return
	}
	call, ok := ast.Unparen(a.Rhs[0]).(*ast.CallExpr)
	if !ok {
		return
	}
	var blank, used ast.Expr
	t := f.info.TypeOf(call)
	for i, l := range a.Lhs {
		if tuple, ok := t.(*types.Tuple); ok && i < tuple.Len() {
			if i == tuple.Len()-1 && isBlank(l) && code.IsError(tuple.At(i).Type()) {
				blank = l
			}
		} else if isBlank(l) && code.IsError(t) {
			blank = l
		}
		if !isBlank(l) {
			used = l
		}
	}
	if blank == nil || used == nil && !f.matters(call) || f.neverFails(c, call) || f.explained(a) {
		return
	}
	name := f.short(call.Fun)
	message := fmt.Sprintf("the error of %s is discarded: say why in a comment, or handle it", name)
	if used != nil {
		message = fmt.Sprintf("the error of %s is discarded, and %s is used as if there was none", name, f.short(used))
	}
	f.Report(check.Finding{Check: DiscardedError, Node: blank, Message: message})
}

// matters reports whether an error that is dropped on purpose, without a result that is used, is worth a word: it is about
// something outside of the program, or made by the module itself. Most others are about writing to what cannot fail.
func (f *finder) matters(call *ast.CallExpr) bool {
	fn := code.Callee(f.info, call)
	if fn == nil || fn.Pkg() == nil {
		return false
	}
	path := fn.Pkg().Path()
	if f.Module != nil && f.Module.Path != "" && f.Module.Path != "std" {
		return path == f.Module.Path || strings.HasPrefix(path, f.Module.Path+"/") || outside[path]
	}
	return path == f.Pkg.Path() || outside[path]
}

// outside are packages of the standard library that talk to what is outside of a program.
var outside = map[string]bool{"os": true, "os/exec": true, "net": true, "net/http": true, "database/sql": true, "syscall": true, "path/filepath": true}

func isBlank(e ast.Expr) bool {
	id, ok := e.(*ast.Ident)
	return ok && id.Name == "_"
}

// neverFails reports whether the error of a call is always nil, or nothing can be done about it.
func (f *finder) neverFails(c inspector.Cursor, call *ast.CallExpr) bool {
	fn := code.Callee(f.info, call)
	if fn == nil {
		return false
	}
	if matches(neverFailing, fn.FullName()) {
		return true
	}
	if sel, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr); ok && (fn.Name() == "Write" || fn.Name() == "WriteString") {
		if t := f.info.TypeOf(sel.X); t != nil && neverFailingWriter(t) {
			return true
		}
	}
	return cleansUp[fn.Name()] && (f.onTheWayOut(c) || fn.Name() == "Close" && !code.HasMethod(f.receiver(call), "Write"))
}

// cleansUp are the names of functions that are called on the way out, whatever they say.
var cleansUp = map[string]bool{
	"Close": true, "close": true, "Remove": true, "RemoveAll": true, "Rollback": true, "Unlock": true, "Kill": true, "Shutdown": true, "Stop": true, "Wait": true, "Cleanup": true, "Abort": true, "Signal": true,
	"SetDeadline": true, "SetReadDeadline": true, "SetWriteDeadline": true,
}

// onTheWayOut reports whether c is in a deferred function, or where there is an error already.
func (f *finder) onTheWayOut(c inspector.Cursor) bool {
	for at := range c.Enclosing((*ast.FuncLit)(nil), (*ast.IfStmt)(nil), (*ast.CaseClause)(nil)) {
		switch n := at.Node().(type) {
		case *ast.FuncLit:
			kind, _ := at.ParentEdge()
			return kind == edge.CallExpr_Fun && isDefer(at.Parent())
		case *ast.IfStmt:
			var b branch
			if n.Body.Pos() <= c.Node().Pos() && c.Node().Pos() < n.Body.End() && f.test(&b, n.Cond) == token.NEQ {
				return true
			}
		case *ast.CaseClause:
			var b branch
			if len(n.List) == 1 && f.test(&b, n.List[0]) == token.NEQ {
				return true
			}
		}
	}
	return false
}

// receiver returns the type of what a method is called on, or that of nothing.
func (f *finder) receiver(call *ast.CallExpr) types.Type {
	if sel, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr); ok {
		if t := f.info.TypeOf(sel.X); t != nil {
			return t
		}
	}
	return types.Typ[types.Invalid]
}

func isDefer(c inspector.Cursor) bool {
	kind, _ := c.ParentEdge()
	return kind == edge.DeferStmt_Call
}

func neverFailingWriter(t types.Type) bool {
	return code.IsNamed(t, "bytes", "Buffer") || code.IsNamed(t, "strings", "Builder") || code.IsNamed(t, "hash", "Hash") || code.IsNamed(t, "hash", "Hash32") ||
		code.IsNamed(t, "hash", "Hash64") || code.IsNamed(t, "net/http", "ResponseWriter") || code.IsNamed(t, "hash/maphash", "Hash")
}

// explained reports whether a comment is on the line of a statement, or ends on the line above.
func (f *finder) explained(s ast.Stmt) bool {
	file := f.File(s.Pos())
	tf := f.Fset.File(s.Pos())
	if file == nil || tf == nil {
		return false
	}
	from, to := tf.Line(s.Pos()), tf.Line(s.End())
	i, _ := slices.BinarySearchFunc(file.Comments, from-1, func(g *ast.CommentGroup, line int) int { return tf.Line(g.End()) - line })
	for ; i < len(file.Comments) && tf.Line(file.Comments[i].Pos()) <= to; i++ {
		g := file.Comments[i]
		if tf.Line(g.End()) >= from {
			return true
		}
		// On the line above: beside other code it is about that.
		if strings.TrimSpace(f.SrcRange(tf.LineStart(tf.Line(g.Pos())), g.Pos())) == "" {
			return true
		}
	}
	return false
}

// neverFailing are functions whose error is always nil, or whose error is about the person who reads.
var neverFailing = []string{
	"fmt.Fprint*", "fmt.Print*", "fmt.Sscan*", "(*io.PipeReader).Close*", "(*io.PipeWriter).Close*", "(*bytes.Buffer).*", "(*strings.Builder).*", "(*strings.Reader).*", "(*bytes.Reader).*", "(hash.Hash).*",
	"math/rand.Read", "(*math/rand.Rand).Read", "crypto/rand.Read", "(net/http.ResponseWriter).Write", "(io/fs.DirEntry).Type",
	"(*text/tabwriter.Writer).Flush", "(*github.com/spf13/pflag.FlagSet).*", "(*github.com/spf13/cobra.Command).*", "(*go.uber.org/zap.Logger).Sync", "(*go.uber.org/zap.SugaredLogger).Sync",
	"(github.com/go-kit/log.Logger).Log", "(github.com/go-kit/kit/log.Logger).Log", "github.com/spf13/viper.BindPFlag", "github.com/spf13/viper.BindEnv", "(*github.com/spf13/viper.Viper).Bind*",
	"os.Setenv", "os.Unsetenv", "flag.Set", "(*flag.FlagSet).Parse",
}
