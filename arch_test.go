package holdfast_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/holdfast-go/holdfast"

// Who may import what. The imports are parsed here and now: "go list" in a test
// would be answered from the test cache.
//
// A rule is for the packages at or below a folder; the most specific one applies. Entries
// name a package of the module (with "..." for all below), a dependency's prefix, or "std".
var rules = []struct {
	folder string
	code   []string // may be imported
	tests  []string // may be imported by tests on top of that, of go-cmp, testscript and wiretest
}{
	{"errctx", []string{"std", "errctx/internal/..."}, []string{"errctx"}},
	{"errctx/wire", []string{"std", "errctx", "errctx/internal/...", "errctx/wire"}, []string{"errctx/wire/..."}},
	{"errctx/errgrpc", []string{"std", "errctx", "errctx/wire", "errctx/errgrpc/...", "google.golang.org/grpc", "google.golang.org/genproto/googleapis/rpc", "google.golang.org/protobuf"}, nil},
	{"classify", []string{"std", "errctx"}, []string{"classify", "classify/packs"}},
	{"classify/packs", []string{"std", "errctx", "classify"}, []string{"classify/..."}},
	{"classify/roles", []string{"std", "errctx", "classify", "classify/packs"}, []string{"classify/..."}},
	{"classify/internal", []string{"std"}, nil},
	{"classify/retry", []string{"std", "errctx", "classify", "classify/internal/..."}, []string{"classify/..."}},
	{"classify/supervise", []string{"std", "errctx", "classify", "classify/internal/..."}, []string{"classify/..."}},

	{"executor/digest", []string{"std", "errctx"}, nil},
	{"executor/event", []string{"std", "executor/digest"}, nil},
	{"executor/scratch", []string{"std", "errctx", "golang.org/x/sys"}, nil},
	{"executor/process", []string{"std", "errctx", "errctx/wire", "golang.org/x/sys"}, nil},
	{"executor/graph", []string{"std", "errctx"}, nil},
	{"executor/plan", []string{"std", "errctx", "errctx/wire", "executor/graph", "executor/plan/...", "go.yaml.in/yaml/v4", "github.com/bmatcuk/doublestar/v4", "golang.org/x/sys"}, []string{"github.com/santhosh-tekuri/jsonschema/v6"}},
	{"executor/cas", []string{"std", "errctx", "errctx/wire", "executor/digest", "executor/scratch", "executor/cas/...", "golang.org/x/sys"}, nil},
	{"executor/merkle", []string{"std", "errctx", "errctx/wire", "executor/digest", "executor/cas", protos, "google.golang.org/protobuf"}, []string{"executor/cas/..."}},
	{"executor/action", []string{"std", "errctx", "executor/digest", "executor/merkle", protos, "google.golang.org/protobuf"}, nil},
	{"executor/actioncache", []string{"std", "errctx", "errctx/wire", "executor/digest", "executor/scratch", "executor/cas", "executor/action", "executor/actioncache/...", protos, "google.golang.org/protobuf", "golang.org/x/sys"}, nil},
	{"executor/actioncache/actioncachetest", []string{"std", "errctx", "executor/digest", "executor/cas", "executor/action", "executor/actioncache", "github.com/google/go-cmp"}, nil},
	{"executor/cas/castest", []string{"std", "errctx", "executor/digest", "executor/cas", "github.com/google/go-cmp"}, []string{"executor/cas/..."}},
	{"executor/sandbox", []string{"std", "errctx", "errctx/wire", "executor/digest", "executor/scratch", "executor/cas", "executor/merkle"}, []string{"executor/cas/..."}},
	{"executor/runner", []string{"std", "errctx", "errctx/wire", "golang.org/x/sys", "executor/digest", "executor/cas", "executor/merkle", "executor/action", "executor/actioncache", "executor/sandbox", "executor/process"}, []string{"executor/..."}},
	{"executor/engine", []string{"std", "errctx", "errctx/wire", "classify", "classify/roles", "executor/...", "golang.org/x/sys"}, []string{"executor/..."}},
	{"executor/report", []string{"std", "errctx", "executor/event", "executor/digest", "golang.org/x/term", "golang.org/x/text"}, []string{"golang.org/x/sys"}},
	{"executor/runlog", []string{"std", "errctx", "executor/digest"}, nil},
	{"executor/home", []string{"std", "errctx", "errctx/wire", "executor/..."}, []string{"executor/..."}},
	{"executor/cli", []string{"std", "errctx", "errctx/wire", "classify", "executor/...", "github.com/spf13/cobra"}, []string{"executor/..."}},
	{"cmd/holdfast", []string{"std", "executor/cli"}, []string{"executor/...", "errctx", "errctx/wire"}},
	{"lint", []string{"std", "golang.org/x/tools", "lint/..."}, nil},
	{"lint/driver", []string{"std", "golang.org/x/tools", "lint/...", "go.yaml.in/yaml/v4", "golang.org/x/term"}, []string{"github.com/santhosh-tekuri/jsonschema/v6"}},
	{"cmd/errlint", []string{"std", "lint/..."}, nil},
	{"examples", []string{"std", "errctx", "classify/...", "executor/..."}, []string{"executor/..."}},
}

// stdOnly reports whether the tests under a rule do without go-cmp and testscript too: "go mod tidy" of
// a user loads the tests of what the user imports.
func stdOnly(folder string) bool {
	return folder == "errctx" || folder == "errctx/wire" || within(folder, "classify")
}

const protos = "github.com/bazelbuild/remote-apis"

// never names what only adapters may import, wherever a rule above would let it in: packages of
// the executor that exist for another transport, another database or the command line.
var never = map[string][]string{
	"google.golang.org/grpc": {"errctx/errgrpc", "executor/reapi", "executor/farm"},
	"github.com/jackc/pgx":   {"executor/farm"},
	module + "/executor/cli": {"cmd/holdfast"},
}

func TestImports(t *testing.T) {
	fset := token.NewFileSet()
	used := map[string]bool{}
	err := filepath.WalkDir(".", func(file string, e fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case e.IsDir() && (e.Name() == "testdata" || len(e.Name()) > 1 && e.Name()[0] == '.' || isModule(file)):
			return fs.SkipDir
		case !strings.HasSuffix(file, ".go") || !strings.Contains(file, "/"):
			return nil
		}
		f, err := parser.ParseFile(fset, file, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		folder := path.Dir(filepath.ToSlash(file))
		rule := -1
		for i, r := range rules {
			if within(folder, r.folder) && (rule < 0 || len(r.folder) > len(rules[rule].folder)) {
				rule = i
			}
		}
		if rule < 0 {
			t.Errorf("%s: no rule says what %s may import", file, folder)
			return nil
		}
		used[rules[rule].folder] = true
		allowed := append([]string{folder}, rules[rule].code...)
		if strings.HasSuffix(file, "_test.go") {
			if extra := rules[rule].tests; extra != nil {
				allowed = append(allowed, extra...)
			}
			if !stdOnly(rules[rule].folder) {
				allowed = append(allowed, "github.com/google/go-cmp", "github.com/rogpeppe/go-internal", "errctx/wire/wiretest", rules[rule].folder+"/...")
			}
		}
		for _, spec := range f.Imports {
			imp, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			if !allows(allowed, imp) {
				t.Errorf("%s: %s may not import %s", fset.Position(spec.Pos()), folder, imp)
			}
			for banned, adapters := range never {
				if within(imp, banned) && !anyOf(adapters, folder) && folder != strings.TrimPrefix(banned, module+"/") {
					t.Errorf("%s: only %v may import %s", fset.Position(spec.Pos()), adapters, imp)
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rules {
		if !used[r.folder] {
			t.Errorf("the rule for %s applies to nothing", r.folder)
		}
	}
}

func allows(allowed []string, imp string) bool {
	own, ours := strings.CutPrefix(imp, module+"/")
	for _, a := range allowed {
		below, all := strings.CutSuffix(a, "/...")
		switch {
		case a == "std" && !strings.Contains(strings.Split(imp, "/")[0], "."):
			return true
		case ours && (own == a || all && within(own, below)):
			return true
		case !ours && within(imp, a):
			return true
		}
	}
	return false
}

func anyOf(folders []string, folder string) bool {
	for _, f := range folders {
		if within(folder, f) {
			return true
		}
	}
	return false
}

// within reports whether p is dir or below it.
func within(p, dir string) bool { return p == dir || strings.HasPrefix(p, dir+"/") }

// isModule reports whether a folder other than the root is a module of its own.
func isModule(dir string) bool {
	if dir == "." {
		return false
	}
	found, _ := filepath.Glob(filepath.Join(dir, "go.mod"))
	return found != nil
}
