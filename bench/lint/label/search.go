package label

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/tools/go/ast/astutil"

	"github.com/holdfast-go/holdfast/bench/lint/module"
)

// Candidate is a place where an error may be lost, found by the looks of the source alone.
type Candidate struct {
	Shape string
	File  string
	Line  int
}

// Search looks for candidates in the packages of the module at dir. It knows nothing of types and has nothing
// in common with errlint: what it finds and errlint does not is what errlint may be missing.
func Search(dir string, packages []module.Package) ([]Candidate, error) {
	var out []Candidate
	for _, p := range packages {
		for _, name := range p.GoFiles {
			name = filepath.Join(p.Dir, name)
			fset := token.NewFileSet()
			f, err := parser.ParseFile(fset, name, nil, parser.ParseComments)
			if err != nil {
				return nil, err
			}
			if ast.IsGenerated(f) {
				continue
			}
			rel, err := filepath.Rel(dir, name)
			if err != nil {
				return nil, err
			}
			s := searcher{add: func(shape string, n ast.Node) {
				out = append(out, Candidate{shape, filepath.ToSlash(rel), fset.Position(n.Pos()).Line})
			}, parents: parents(f)}
			ast.Inspect(f, s.visit)
		}
	}
	return out, nil
}

func parents(f *ast.File) map[ast.Node]ast.Node {
	out := map[ast.Node]ast.Node{}
	astutil.Apply(f, func(c *astutil.Cursor) bool {
		if c.Node() != nil {
			out[c.Node()] = c.Parent()
		}
		return true
	}, nil)
	return out
}

type searcher struct {
	add     func(shape string, n ast.Node)
	parents map[ast.Node]ast.Node
}

var (
	errorName   = regexp.MustCompile(`^(e|r|err|[a-z]\w*Err|err[A-Z0-9]\w*|errs|[a-z]\w*Errs|cause|e\d|err\d)$`)
	formatName  = regexp.MustCompile(`^(\w*[Ee]rr\w*f|Newf|\w*Errf)$`)
	decisionFun = regexp.MustCompile(`^(Contains|ContainsAny|HasPrefix|HasSuffix|EqualFold|Index|MatchString|Match)$`)
)

func (s searcher) visit(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.CallExpr:
		s.call(n)
	case *ast.IfStmt:
		s.branch(n)
	case *ast.BinaryExpr:
		if (n.Op == token.EQL || n.Op == token.NEQ) && isError(n.X) && !isNil(n.Y) {
			if _, ok := n.Y.(*ast.BasicLit); !ok {
				s.add("comparison", n)
			}
		}
	case *ast.SwitchStmt:
		if n.Tag != nil && isError(n.Tag) {
			s.add("comparison", n)
		}
	case *ast.TypeAssertExpr:
		if isError(n.X) {
			s.add("assertion", n)
		}
	case *ast.TypeSpec:
		if t, ok := n.Type.(*ast.StructType); ok && strings.HasSuffix(n.Name.Name, "Error") {
			for _, field := range t.Fields.List {
				if id, ok := field.Type.(*ast.Ident); ok && id.Name == "error" {
					s.add("error-type", n)
				}
			}
		}
	}
	return true
}

func (s searcher) call(call *ast.CallExpr) {
	name := funName(call)
	switch {
	case name == "Error" && len(call.Args) == 0:
		s.text(call)
	case formatName.MatchString(name) && len(call.Args) > 1:
		for _, a := range call.Args[1:] {
			if isError(a) && !wraps(call) {
				s.add("format", call)
				return
			}
		}
	case name == "New" && qualifier(call) == "errors" && len(call.Args) == 1:
		if _, ok := call.Args[0].(*ast.BasicLit); !ok {
			s.add("new", call)
		}
	case name == "Sprintf" || name == "Sprint":
		if slices.ContainsFunc(call.Args, isError) {
			s.add("sprintf", call)
			return
		}
	}
}

// text says where the text of an error goes.
func (s searcher) text(call *ast.CallExpr) {
	for n := s.parents[call]; n != nil; n = s.parents[n] {
		switch n := n.(type) {
		case *ast.CallExpr:
			name := funName(n)
			switch {
			case decisionFun.MatchString(name):
				s.add("text-decision", call)
			case qualifier(n) == "errors" || formatName.MatchString(name):
				s.add("text-error", call)
			default:
				s.add("text-call", call)
			}
			return
		case *ast.BinaryExpr:
			if n.Op != token.ADD {
				s.add("text-decision", call)
				return
			}
		case *ast.KeyValueExpr:
			s.add("text-literal", call)
			return
		case *ast.SwitchStmt:
			s.add("text-decision", call)
			return
		case *ast.ReturnStmt:
			s.add("text-return", call)
			return
		case *ast.AssignStmt, *ast.ValueSpec:
			s.add("text-variable", call)
			return
		case ast.Stmt:
			return
		}
	}
}

// branch looks for if err != nil { return ... } that returns something, and nothing of err.
func (s searcher) branch(n *ast.IfStmt) {
	cond, ok := n.Cond.(*ast.BinaryExpr)
	if !ok || cond.Op != token.NEQ || !isError(cond.X) || !isNil(cond.Y) || len(n.Body.List) == 0 {
		return
	}
	ret, ok := n.Body.List[len(n.Body.List)-1].(*ast.ReturnStmt)
	if !ok || len(ret.Results) == 0 {
		return
	}
	last := ret.Results[len(ret.Results)-1]
	if isNil(last) || mentions(ret, cond.X) {
		return
	}
	switch last := last.(type) {
	case *ast.CallExpr:
		if strings.Contains(strings.ToLower(funName(last)), "err") || qualifier(last) == "errors" {
			s.add("dropped", ret)
		}
	case *ast.Ident, *ast.SelectorExpr, *ast.UnaryExpr:
		if strings.Contains(strings.ToLower(text(last)), "err") {
			s.add("replaced", ret)
		}
	}
}

func mentions(n ast.Node, x ast.Expr) bool {
	found := false
	ast.Inspect(n, func(n ast.Node) bool {
		if e, ok := n.(ast.Expr); ok && text(e) != "" && text(e) == text(x) {
			found = true
		}
		return !found
	})
	return found
}

// text returns the source of the simplest expressions.
func text(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		return text(e.X) + "." + e.Sel.Name
	case *ast.UnaryExpr:
		return text(e.X)
	case *ast.CompositeLit:
		if e.Type != nil {
			return text(e.Type)
		}
	}
	return ""
}

func wraps(call *ast.CallExpr) bool {
	lit, ok := call.Args[0].(*ast.BasicLit)
	if !ok {
		return false
	}
	format, err := strconv.Unquote(lit.Value)
	return err == nil && strings.Contains(format, "%w")
}

func isError(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.Ident:
		return errorName.MatchString(e.Name)
	case *ast.SelectorExpr:
		return e.Sel.Name == "Err" || e.Sel.Name == "Error" || errorName.MatchString(e.Sel.Name)
	case *ast.CallExpr:
		return funName(e) == "Err" && len(e.Args) == 0
	}
	return false
}

func isNil(e ast.Expr) bool {
	id, ok := e.(*ast.Ident)
	return ok && id.Name == "nil"
}

func funName(call *ast.CallExpr) string {
	switch f := call.Fun.(type) {
	case *ast.Ident:
		return f.Name
	case *ast.SelectorExpr:
		return f.Sel.Name
	}
	return ""
}

func qualifier(call *ast.CallExpr) string {
	if f, ok := call.Fun.(*ast.SelectorExpr); ok {
		if id, ok := f.X.(*ast.Ident); ok {
			return id.Name
		}
	}
	return ""
}
