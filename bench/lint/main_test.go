package main

import (
	"context"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/holdfast-go/holdfast/bench/lint/cost"
	"github.com/holdfast-go/holdfast/bench/lint/label"
	"github.com/holdfast-go/holdfast/bench/lint/module"
	"github.com/holdfast-go/holdfast/bench/lint/repair"
	"github.com/holdfast-go/holdfast/bench/lint/survey"
	"github.com/holdfast-go/holdfast/bench/lint/tool"
)

// TestMain makes the test binary a vet tool, where it is called by the name of one.
func TestMain(m *testing.M) {
	if analyzers := tool.Roles(filepath.Base(os.Args[0])); analyzers != nil {
		tool.Main(analyzers)
	}
	os.Exit(m.Run())
}

var demo = module.Module{Name: "demo", Path: "example.com/demo", Version: "v0.0.0"}

// copyDemo returns the folder of a copy of the small module.
func copyDemo(t *testing.T) string {
	t.Helper()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	dir = filepath.Join(dir, "demo")
	if err := os.CopyFS(dir, os.DirFS("testdata/demo")); err != nil {
		t.Fatal(err)
	}
	return dir
}

func install(t *testing.T, role string) string {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	file, err := tool.Install(t.TempDir(), role, self, t.Name())
	if err != nil {
		t.Fatal(err)
	}
	return file
}

func TestSurvey(t *testing.T) {
	for name, vettool := range map[string]string{"vet": install(t, "vet-all"), "quick": ""} {
		t.Run(name, func(t *testing.T) { testSurvey(t, vettool) })
	}
}

func testSurvey(t *testing.T, vettool string) {
	s, err := survey.Run(t.Context(), demo, copyDemo(t), vettool)
	if err != nil {
		t.Fatal(err)
	}
	if s.Packages != 2 || s.Lines != 51 || len(s.Missing) != 0 {
		t.Errorf("%d packages, %d lines, missing %v", s.Packages, s.Lines, s.Missing)
	}
	var got []string
	for _, f := range s.Findings {
		if f.Suite != tool.Strict {
			got = append(got, f.Suite+" "+f.Check)
		}
	}
	text := strings.Join(got, "\n")
	for _, want := range []string{"errlint verb", "errlint text-copy", "go-errorlint errorf", "go-errorlint comparison", "err113 dynamic", "err113 comparison", "wrapcheck unwrapped"} {
		if want != "wrapcheck unwrapped" && !strings.Contains(text, want) {
			t.Errorf("no %s among\n%s", want, text)
		}
	}
	for _, f := range s.Findings {
		if f.Test() {
			t.Errorf("a finding in a test: %v", f)
		}
	}
	if o := s.Covered("errorf"); o != (survey.Overlap{Lines: 1, Both: 1}) {
		t.Errorf("errorf: %+v", o)
	}
}

func TestCost(t *testing.T) {
	loaded, err := cost.Load(t.Context(), copyDemo(t), []string{"./..."})
	if err != nil {
		t.Fatal(err)
	}
	if len(loaded) != 2 || loaded[0].Name != "store" {
		t.Fatalf("the imported package comes first: %v", loaded)
	}
	suites := tool.Suites()
	got, err := cost.Measure(t.Context(), suites, loaded, 1)
	if err != nil {
		t.Fatal(err)
	}
	for i, a := range got {
		if a.Suite != suites[i].Name || len(a.CPU) != 1 {
			t.Errorf("%+v", a)
		}
		if a.Suite != tool.Wrapcheck && a.Findings == 0 {
			t.Errorf("%s finds nothing", a.Suite)
		}
	}
}

func TestCommands(t *testing.T) {
	dir := copyDemo(t)
	args := func(role string) func(int) ([]string, error) {
		return func(int) ([]string, error) {
			return []string{"go", "vet", "-vettool=" + install(t, role), "./..."}, nil
		}
	}
	got, err := cost.Commands(t.Context(), dir, []cost.Measured{
		{Name: "nothing", Args: args("vet-nothing")},
		{Name: "facts", Args: args("vet-nothing-facts")},
		{Name: "errorlint", Args: args("vet-" + tool.Errorlint)},
	}, 1)
	if err != nil {
		t.Fatal(err)
	}
	for i, status := range []int{0, 0, 1} {
		if got[i].Status != status || got[i].Peak == 0 || cost.Median(got[i].CPU) == 0 {
			t.Errorf("%+v", got[i])
		}
	}
}

func TestRepair(t *testing.T) {
	errlint := filepath.Join(t.TempDir(), "errlint")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", errlint, errlintPath).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	r, err := repair.Run(t.Context(), demo, copyDemo(t), copyDemo(t), errlint)
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Changed) != 1 || len(r.ChangedAgain)+len(r.Broken)+len(r.Unformatted) != 0 {
		t.Errorf("%+v", r)
	}
	gained := 0
	for _, c := range r.Changes {
		gained += c.Gained
	}
	if r.Count(repair.Text) != 2 || len(r.Different()) != 0 || gained != 2 {
		t.Errorf("%+v", r.Changes)
	}
}

func TestSearch(t *testing.T) {
	dir := copyDemo(t)
	packages, _, err := module.Packages(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	found, err := label.Search(dir, packages)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, c := range found {
		got = append(got, c.Shape)
	}
	if text := strings.Join(got, " "); text != "format comparison new text-error" {
		t.Errorf("found %s", text)
	}
}

// TestLabels reads the labels that there are.
func TestLabels(t *testing.T) {
	labels, err := readLabels()
	if err != nil {
		t.Fatal(err)
	}
	versions := map[string]string{}
	for _, m := range module.All {
		versions[m.Name] = m.Version
	}
	for _, l := range labels {
		if versions[l.Module] != l.Version {
			t.Errorf("%s: a label of version %s", l.Module, l.Version)
		}
	}
	if len(labels) < 200 {
		t.Errorf("only %d labels", len(labels))
	}
}

func TestWrite(t *testing.T) {
	c := &bench{store: store{t.TempDir()}, modules: []module.Module{demo}}
	page := filepath.Join(t.TempDir(), "page.md")
	if err := c.write(page); err == nil {
		t.Error("a page of nothing")
	}
	s := &survey.Survey{Module: "demo", Lines: 1000, Findings: []tool.Finding{
		{Suite: tool.Default, Check: "verb", File: "a.go", Line: 1},
		{Suite: tool.Strict, Check: "verb", File: "a.go", Line: 1},
		{Suite: tool.Errorlint, Check: "errorf", File: "a.go", Line: 1},
		{Suite: tool.Errorlint, Check: "errorf", File: "a.go", Line: 2},
	}}
	if err := c.save("survey", "demo", s); err != nil {
		t.Fatal(err)
	}
	if err := c.write(page); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"| lines that go-errorlint reports for verbs | ≥ 99 % | 50.0 % | **missed** |", "| demo | 1 (1.00) |"} {
		if !strings.Contains(string(b), want) {
			t.Errorf("no %q in\n%s", want, b)
		}
	}
}

func TestInterrupt(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := run(ctx, []string{"-survey", "-work", t.TempDir(), "-only", "^mc$"}, io.Discard, io.Discard); err == nil {
		t.Error("an interrupted run ended well")
	}
}
