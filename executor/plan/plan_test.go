package plan_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/holdfast-go/holdfast/executor/plan"
)

// workspace makes the folder that the plans of the tests are about.
func workspace(t testing.TB) string {
	t.Helper()
	top := t.TempDir()
	dir := filepath.Join(top, "workspace")
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, d := range []string{"outside", "workspace/src/sub", "workspace/empty", "workspace/links/in", "workspace/.dot"} {
		must(os.MkdirAll(filepath.Join(top, d), 0o755))
	}
	for _, f := range []string{
		"outside/x", "workspace/hello.c", "workspace/hello.h", "workspace/[id].js", "workspace/.dot/file",
		"workspace/src/a.c", "workspace/src/b.c", "workspace/src/sub/c.c", "workspace/src/sub/c.h",
	} {
		must(os.WriteFile(filepath.Join(top, f), nil, 0o644))
	}
	for link, target := range map[string]string{
		"broken": "nothing", "loop": "loop", "outside": "../../outside/x", "outside-dir": "../../outside",
		"in/file": "../../hello.c", "in/dir": "../../src", "in/back": "..", "in/self": ".",
	} {
		must(os.Symlink(target, filepath.Join(dir, "links", link)))
	}
	must(syscall.Mkfifo(filepath.Join(dir, "pipe"), 0o644))
	return dir
}

// Every file of testdata/faults has the faults that its golden lists.
func TestFaults(t *testing.T) {
	files, err := filepath.Glob("testdata/faults/*.[yj]*")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	dir := workspace(t)
	for _, file := range files {
		name := filepath.Base(file)
		t.Run(name, func(t *testing.T) {
			src, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			p, perr := plan.Parse(name, dir, src)
			invalid, ok := errors.AsType[*plan.Invalid](perr)
			if !ok || p != nil {
				t.Fatalf("got %v, %v, want faults", p, perr)
			}
			var got strings.Builder
			for _, f := range invalid.Faults {
				got.WriteString(string(f.Kind) + " " + f.Error() + "\n")
			}
			golden := strings.TrimSuffix(file, filepath.Ext(file)) + ".golden"
			if os.Getenv("HOLDFAST_UPDATE") == "1" {
				if err := os.WriteFile(golden, []byte(got.String()), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got.String()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// A plan without faults is what the file says, clean and looked up.
func TestParse(t *testing.T) {
	dir := workspace(t)
	const src = `# A comment
steps:
  all:
    run: [sh, -c, "cat *"]
    inputs:
      - ./hello.c
      - "*.c"
      - src/
      - "src/**/*.{c,h}"
      - "[[]id].js"
      - .dot
      - links/in
      - {step: make}
      - {step: make, path: ./made/below/}
    outputs: [./b/, a]
    env: {A: "", B: "x=y"}
    timeout: 1m30s
  make: &make {run: [x], outputs: [made]}
  again: {<<: *make, outputs: []}
`
	p, err := plan.Parse("dir/plan.yaml", dir, []byte(src))
	if err != nil {
		t.Fatal(err)
	}
	pos := func(line, column int) plan.Position {
		return plan.Position{File: "dir/plan.yaml", Line: line, Column: column}
	}
	want := &plan.Plan{File: "dir/plan.yaml", Dir: dir, Steps: []*plan.Step{
		{
			Name: "all", Run: []string{"sh", "-c", "cat *"}, Pos: pos(3, 3), Timeout: 90 * time.Second,
			Inputs: []plan.Input{
				{Glob: "hello.c", Files: []string{"hello.c"}, Pos: pos(6, 9)},
				{Glob: "*.c", Files: []string{"hello.c"}, Pos: pos(7, 9)},
				{Glob: "src", Files: []string{"src/a.c", "src/b.c", "src/sub/c.c", "src/sub/c.h"}, Pos: pos(8, 9)},
				{Glob: "src/**/*.{c,h}", Files: []string{"src/a.c", "src/b.c", "src/sub/c.c", "src/sub/c.h"}, Pos: pos(9, 9)},
				{Glob: "[[]id].js", Files: []string{"[id].js"}, Pos: pos(10, 9)},
				{Glob: ".dot", Files: []string{".dot/file"}, Pos: pos(11, 9)},
				{Glob: "links/in", Files: []string{
					"links/in/dir/a.c", "links/in/dir/b.c", "links/in/dir/sub/c.c", "links/in/dir/sub/c.h", "links/in/file",
				}, Pos: pos(12, 9)},
				{Step: "make", Pos: pos(13, 9)},
				{Step: "make", Path: "made/below", Pos: pos(14, 9)},
			},
			Outputs: []string{"b", "a"},
			Env:     map[string]string{"A": "", "B": "x=y"},
		},
		{Name: "make", Run: []string{"x"}, Outputs: []string{"made"}, Pos: pos(18, 3)},
		{Name: "again", Run: []string{"x"}, Pos: pos(19, 3)},
	}}
	if diff := cmp.Diff(want, p, cmpopts.IgnoreUnexported(plan.Plan{})); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if p.Step("make") != p.Steps[1] || p.Step("none") != nil {
		t.Error("Step does not find by name")
	}
	g := p.Graph()
	if diff := cmp.Diff([][]int{{1}, nil, nil}, [][]int{g.Needs(0), g.Needs(1), g.Needs(2)}); diff != "" {
		t.Errorf("Graph (-want +got):\n%s", diff)
	}
}

// A plan that a program puts together works like one that was read.
func TestPlanOfAProgram(t *testing.T) {
	p := &plan.Plan{Steps: []*plan.Step{{Name: "a", Inputs: []plan.Input{{Step: "b"}}}, {Name: "b"}}}
	if p.Step("b") != p.Steps[1] {
		t.Error("Step does not find by name")
	}
	if diff := cmp.Diff([]int{1}, p.Graph().Needs(0)); diff != "" {
		t.Errorf("Graph (-want +got):\n%s", diff)
	}
}

// "." is the whole workspace, and a pattern sees hidden files, whatever is around it.
func TestWholeWorkspace(t *testing.T) {
	dir := t.TempDir()
	for _, f := range []string{".hidden", "a", "b/c"} {
		name := filepath.Join(dir, f)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for glob, want := range map[string][]string{
		".": {".hidden", "a", "b/c"}, "**": {".hidden", "a", "b/c"}, "*": {".hidden", "a"}, "./**/**/c": {"b/c"},
		"{a,b/*}": {"a", "b/c"}, "[!a]*": {".hidden"}, "**/*": {".hidden", "a", "b/c"},
	} {
		p, err := plan.Parse("plan.yaml", dir, []byte("steps: {a: {run: [x], inputs: ['"+glob+"']}}"))
		if err != nil {
			t.Errorf("%s: %v", glob, err)
			continue
		}
		if diff := cmp.Diff(want, p.Steps[0].Inputs[0].Files); diff != "" {
			t.Errorf("%s (-want +got):\n%s", glob, diff)
		}
	}
}

// A workspace that is reached through a link is the same workspace.
func TestWorkspaceBehindALink(t *testing.T) {
	dir := workspace(t)
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(dir, link); err != nil {
		t.Fatal(err)
	}
	p, err := plan.Parse("plan.yaml", link, []byte("steps: {a: {run: [x], inputs: [links/in/file, src/*.c]}}"))
	if err != nil {
		t.Fatal(err)
	}
	if p.Dir != link {
		t.Errorf("Dir is %s, want the folder as it was given, %s", p.Dir, link)
	}
}

func TestLoad(t *testing.T) {
	dir := workspace(t)
	file := filepath.Join(dir, "plan.yaml")
	t.Run("reads the file and looks beside it", func(t *testing.T) {
		if err := os.WriteFile(file, []byte("steps: {a: {run: [x], inputs: [hello.c]}}"), 0o644); err != nil {
			t.Fatal(err)
		}
		p, err := plan.Load(file)
		if err != nil {
			t.Fatal(err)
		}
		if p.Dir != dir || p.File != file {
			t.Errorf("Dir %q, File %q", p.Dir, p.File)
		}
	})
	t.Run("a relative name gives an absolute workspace", func(t *testing.T) {
		t.Chdir(dir)
		p, err := plan.Load("plan.yaml")
		if err != nil {
			t.Fatal(err)
		}
		if !filepath.IsAbs(p.Dir) || p.File != "plan.yaml" {
			t.Errorf("Dir %q, File %q", p.Dir, p.File)
		}
	})
	for name, file := range map[string]string{
		"no such file":   filepath.Join(dir, "none.yaml"),
		"no such folder": filepath.Join(dir, "none", "plan.yaml"),
		"a folder":       dir,
	} {
		t.Run(name+" is unreadable", func(t *testing.T) {
			p, err := plan.Load(file)
			u, ok := errors.AsType[*plan.Unreadable](err)
			if p != nil || !ok || u.Path != file || u.Err == nil || u.ErrorKind() != "plan.unreadable" {
				t.Errorf("got %v, %#v", p, err)
			}
		})
	}
	t.Run("a workspace that is not there is unreadable", func(t *testing.T) {
		_, err := plan.Parse("plan.yaml", filepath.Join(dir, "none"), []byte("steps: {a: {run: [x]}}"))
		if _, ok := errors.AsType[*plan.Unreadable](err); !ok || !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("got %v", err)
		}
	})
}

// What a handler gets: a typed sum, each fault on its own, and the system's word behind it.
func TestInvalid(t *testing.T) {
	_, err := plan.Parse("plan.yaml", workspace(t), []byte("steps: {a: {run: [], inputs: [links/loop]}}"))
	invalid, ok := err.Root().(*plan.Invalid)
	if !ok || invalid.ErrorKind() != "plan.invalid" || len(invalid.Faults) != 2 {
		t.Fatalf("got %v", err)
	}
	first, ok := errors.AsType[plan.Fault](err)
	if !ok || first.Kind != plan.EmptyRun || first.Pos != (plan.Position{File: "plan.yaml", Line: 1, Column: 18}) {
		t.Errorf("first fault: %+v", first)
	}
	if invalid.Faults[1].Err == nil || !errors.Is(err, invalid.Faults[1].Err) {
		t.Errorf("the cause of %v is not reached", invalid.Faults[1])
	}
}

func TestPatternsPassByWhatIsNotTheirs(t *testing.T) {
	dir := t.TempDir()
	for _, f := range []string{"d/b.txt", "out/b.txt", "out/d/c.txt", "d/out/e.txt"} {
		if err := errors.Join(os.MkdirAll(filepath.Join(dir, filepath.Dir(f)), 0o755), os.WriteFile(filepath.Join(dir, f), nil, 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink("/etc/hostname", filepath.Join(dir, "esc")); err != nil {
		t.Fatal(err)
	}
	for input, want := range map[string][]string{
		"**/b.txt":   {"d/b.txt"},                // a link that leads out is on the way, and no match
		"**/*.txt":   {"d/b.txt", "d/out/e.txt"}, // what an earlier run placed is no input
		"out/**":     {"out/b.txt", "out/d/c.txt"},
		"out":        {"out/b.txt", "out/d/c.txt"},
		"{out,d}/b*": {"d/b.txt"},
	} {
		p, err := plan.Parse("plan.yaml", dir, fmt.Appendf(nil, "steps: {a: {run: [x], inputs: [%q]}}", input))
		if err != nil {
			t.Errorf("%s: %v", input, err)
			continue
		}
		if diff := cmp.Diff(want, p.Steps[0].Inputs[0].Files); diff != "" {
			t.Errorf("%s (-want +got):\n%s", input, diff)
		}
	}
	_, err := plan.Parse("plan.yaml", dir, []byte(`steps: {a: {run: [x], inputs: ["es*"]}}`))
	if f, ok := errors.AsType[plan.Fault](err); !ok || f.Kind != plan.EscapingPath {
		t.Errorf("a pattern that matches a link that leads out: %v", err)
	}
}
