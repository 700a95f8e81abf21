package lint_test

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/checker"
	"golang.org/x/tools/go/packages"

	"github.com/holdfast-go/holdfast/lint"
	"github.com/holdfast-go/holdfast/lint/check"
)

var (
	validID    = regexp.MustCompile(`^[a-z]+(-[a-z]+)*$`)
	validSince = regexp.MustCompile(`^v[0-9]+\.[0-9]+\.[0-9]+$`)
)

// A check says all that its page needs.
func TestDocumentation(t *testing.T) {
	seen := map[string]bool{}
	for _, c := range lint.Checks() {
		t.Run(c.ID, func(t *testing.T) {
			for _, name := range []string{c.ID, c.Analyzer()} {
				if seen[name] && name != c.ID {
					t.Errorf("two checks have the name %s", name)
				}
				seen[name] = true
			}
			switch {
			case !validID.MatchString(c.ID):
				t.Errorf("the name %q is not in kebab case", c.ID)
			case c.Tier.String() == "opt-in" && c.Tier != check.OptIn:
				t.Error("it has no tier")
			case c.Title == "" || strings.HasSuffix(c.Title, "."):
				t.Errorf("the title is %q", c.Title)
			case c.Why == "" || c.Before == "" || c.After == "":
				t.Error("why, before or after is missing")
			case len(c.Silent) == 0 || slices.Contains(c.Silent, ""):
				t.Error("it does not say what it does not report")
			case !validSince.MatchString(c.Since):
				t.Errorf("since is %q", c.Since)
			}
			if _, err := os.Stat("../docs/lint/" + c.ID + ".md"); err != nil {
				t.Errorf("it has no page: HOLDFAST_UPDATE=1 go test ./cmd/errlint writes it (%v)", err)
			}
			for name, code := range map[string]string{"before": c.Before, "after": c.After} {
				src := "package p\n\n" + strings.TrimSpace(code) + "\n"
				if out, err := format.Source([]byte(src)); err != nil || string(out) != src {
					t.Errorf("%s is not formatted (%v):\n%s", name, err, cmp.Diff(string(out), src))
				}
			}
		})
	}
}

// What a check has before is reported by it, and fixed to what it has after, which is not reported.
func TestExamples(t *testing.T) {
	checks := lint.Checks()
	dir := t.TempDir()
	for _, c := range checks {
		for side, code := range sides(c) {
			write(t, filepath.Join(dir, "src", c.Analyzer(), side, "x.go"), program(t, code))
		}
	}
	copyImports(t, filepath.Join(dir, "src"))
	pkgs, err := packages.Load(&packages.Config{
		Mode: packages.LoadAllSyntax, Dir: dir,
		Env: append(os.Environ(), "GO111MODULE=off", "GOPATH="+dir, "GOPROXY=off", "GOWORK=off", "GOFLAGS="),
	}, patterns(checks)...)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range pkgs {
		for _, e := range p.Errors {
			t.Errorf("%s: %v", p.PkgPath, e)
		}
	}
	if t.Failed() {
		t.FailNow()
	}
	suite := lint.Analyzers(&check.Config{Profile: "strict"})
	all, err := checker.Analyze(suite, pkgs, nil)
	if err != nil {
		t.Fatal(err)
	}
	byPackage := map[string]map[string][]analysis.Diagnostic{}
	fsets := map[string]*packages.Package{}
	for action := range all.All() {
		if !action.IsRoot {
			continue
		}
		if action.Err != nil {
			t.Fatal(action.Err)
		}
		name := action.Package.PkgPath
		if byPackage[name] == nil {
			byPackage[name] = map[string][]analysis.Diagnostic{}
		}
		byPackage[name][action.Analyzer.Name] = action.Diagnostics
		fsets[name] = action.Package
	}
	safe := applied(t, pkgs)
	for _, c := range checks {
		t.Run(c.ID, func(t *testing.T) {
			before, after := c.Analyzer()+"/before", c.Analyzer()+"/after"
			reports := byPackage[before][c.Analyzer()]
			if len(reports) == 0 {
				t.Errorf("before is not reported; by others: %v", messages(byPackage[before]))
			}
			if found := byPackage[after][c.Analyzer()]; len(found) > 0 {
				t.Errorf("after is reported: %s", found[0].Message)
			}
			if got := safe[before]; got != "" {
				want := program(t, c.After)
				if diff := cmp.Diff(declarations(t, want), declarations(t, got)); diff != "" {
					t.Errorf("the fix makes something else of before (-want +got):\n%s", diff)
				}
			}
			fixes := slices.ContainsFunc(reports, func(d analysis.Diagnostic) bool { return len(d.SuggestedFixes) > 0 })
			if fixes && c.Fix == "" {
				t.Error("it does not say what its fix does")
			}
		})
	}
}

func sides(c *check.Check) map[string]string {
	return map[string]string{"before": c.Before, "after": c.After}
}

func patterns(checks []*check.Check) (all []string) {
	for _, c := range checks {
		all = append(all, c.Analyzer()+"/before", c.Analyzer()+"/after")
	}
	return all
}

func messages(byAnalyzer map[string][]analysis.Diagnostic) (all []string) {
	for name, ds := range byAnalyzer {
		for _, d := range ds {
			all = append(all, name+": "+d.Message)
		}
	}
	return all
}

// applied returns the files that have a finding with a safe fix, with those fixes made.
func applied(t *testing.T, pkgs []*packages.Package) map[string]string {
	t.Helper()
	suite := lint.Analyzers(&check.Config{Profile: "strict", Fixes: "safe"})
	all, err := checker.Analyze(suite, pkgs, nil)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, p := range pkgs {
		if !strings.HasSuffix(p.PkgPath, "/before") {
			continue
		}
		var edits []analysis.TextEdit
		for action := range all.All() {
			if action.IsRoot && action.Package == p && action.Analyzer.Name == path.Dir(p.PkgPath) {
				for _, d := range action.Diagnostics {
					if len(d.SuggestedFixes) > 0 {
						edits = append(edits, d.SuggestedFixes[0].TextEdits...)
					}
				}
			}
		}
		if len(edits) == 0 {
			continue
		}
		src, err := os.ReadFile(p.GoFiles[0])
		if err != nil {
			t.Fatal(err)
		}
		slices.SortStableFunc(edits, func(a, b analysis.TextEdit) int { return int(b.Pos - a.Pos) })
		edits = slices.CompactFunc(edits, func(a, b analysis.TextEdit) bool {
			return a.Pos == b.Pos && a.End == b.End && bytes.Equal(a.NewText, b.NewText)
		})
		for _, e := range edits {
			from, to := p.Fset.Position(e.Pos).Offset, p.Fset.Position(e.End).Offset
			src = slices.Concat(src[:from], e.NewText, src[to:])
		}
		if src, err = format.Source(src); err != nil {
			t.Errorf("%s: %v", p.PkgPath, err)
			continue
		}
		out[p.PkgPath] = string(src)
	}
	return out
}

// declarations returns a file without its package clause and imports: who fixes takes care of those.
func declarations(t *testing.T, src string) string {
	t.Helper()
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, "", src, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	at := f.Name.End()
	for _, d := range f.Decls {
		if g, ok := d.(*ast.GenDecl); ok && g.Tok == token.IMPORT {
			at = g.End()
		}
	}
	return strings.TrimSpace(src[fset.Position(at).Offset:])
}

// elsewhere are packages of other modules that examples use, by the name they have there.
var elsewhere = map[string]string{
	"status":    "google.golang.org/grpc/status",
	"codes":     "google.golang.org/grpc/codes",
	"connect":   "connectrpc.com/connect",
	"errctx":    "github.com/holdfast-go/holdfast/errctx",
	"wire":      "github.com/holdfast-go/holdfast/errctx/wire",
	"pkgerrs":   "github.com/pkg/errors",
	"metav1":    "k8s.io/apimachinery/pkg/apis/meta/v1",
	"apierrors": "k8s.io/apimachinery/pkg/api/errors",
}

// program makes a file of declarations: it imports what they name and do not declare.
func program(t *testing.T, code string) string {
	t.Helper()
	f, err := parser.ParseFile(token.NewFileSet(), "", "package p\n\n"+code, 0)
	if err != nil {
		t.Fatalf("%v in\n%s", err, code)
	}
	free := map[*ast.Ident]bool{}
	for _, id := range f.Unresolved {
		free[id] = true
	}
	imports := map[string]bool{}
	for n := range ast.Preorder(f) {
		if s, ok := n.(*ast.SelectorExpr); ok {
			if id, ok := s.X.(*ast.Ident); ok && free[id] {
				if imp := importOf(t, id.Name, s.Sel.Name); imp != "" {
					imports[imp] = true
				}
			}
		}
	}
	var b strings.Builder
	b.WriteString("package p\n\n")
	for _, imp := range slices.Sorted(maps.Keys(imports)) {
		fmt.Fprintf(&b, "import %s\n", imp)
	}
	b.WriteString("\n" + strings.TrimSpace(code) + "\n")
	src, err := format.Source([]byte(b.String()))
	if err != nil {
		t.Fatal(err)
	}
	return string(src)
}

// importOf returns an import that makes name.sel valid, without the keyword.
func importOf(t *testing.T, name, sel string) string {
	t.Helper()
	if p := elsewhere[name]; p != "" {
		return name + " " + fmt.Sprintf("%q", p)
	}
	if name == "errors" && (strings.HasPrefix(sel, "Wrap") || strings.HasPrefix(sel, "WithMessage") || sel == "Errorf" || sel == "Cause") {
		return `"github.com/pkg/errors"`
	}
	for _, p := range std(t) {
		if path.Base(p) == name {
			return fmt.Sprintf("%q", p)
		}
	}
	return ""
}

var stdPackages []string

// std returns the packages of the standard library, the short names first.
func std(t *testing.T) []string {
	if stdPackages == nil {
		out, err := exec.Command("go", "list", "std").Output()
		if err != nil {
			t.Fatal(err)
		}
		for p := range strings.FieldsSeq(string(out)) {
			if !strings.Contains(p, "internal") && !strings.Contains(p, "vendor/") {
				stdPackages = append(stdPackages, p)
			}
		}
		slices.SortStableFunc(stdPackages, func(a, b string) int { return strings.Count(a, "/") - strings.Count(b, "/") })
	}
	return stdPackages
}

// copyImports writes the packages of other modules below src, from the copies of their signatures that the families test with.
func copyImports(t *testing.T, src string) {
	t.Helper()
	for _, p := range slices.Sorted(slices.Values(append(slices.Collect(maps.Values(elsewhere)), "github.com/pkg/errors"))) {
		if _, err := os.Stat(filepath.Join(src, p)); err == nil {
			continue // it came with the one above it
		}
		found, err := filepath.Glob("*/testdata/src/" + p)
		if err != nil {
			t.Fatal(err)
		}
		if len(found) == 0 {
			continue // no example needs it, or loading says so
		}
		if err := os.CopyFS(filepath.Join(src, p), os.DirFS(found[0])); err != nil {
			t.Fatal(err)
		}
	}
}

func write(t *testing.T, file, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
}
