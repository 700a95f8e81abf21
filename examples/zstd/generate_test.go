package main

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/holdfast-go/holdfast/examples/internal/byhand"
	executor "github.com/holdfast-go/holdfast/executor/plan" // plan is ours
)

// The whole example but for holdfast: fetch, verify, ask the compiler, write the plan;
// then carry the plan out with nothing in each step's folder but what it declares.
func TestGenerate(t *testing.T) {
	tools, missing := findTools(os.Getenv)
	if missing != nil {
		t.Skipf("this test compiles C: %v", missing)
	}
	dir := t.TempDir()
	for _, name := range []string{program, "corpus.awk", "prose.txt"} {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	const fast = "-O0" // the same headers, a tenth of the time
	first, err := generate(t.Context(), dir, tools, fast)
	if refused, ok := errors.AsType[*NotDownloaded](err); ok {
		t.Skipf("neither the module cache nor a proxy has the sources: %v", refused)
	}
	if err != nil {
		t.Fatalf("%+v", err)
	}
	if len(first.plan.steps) != 46 || first.files != 91 || !first.newSources || !first.newPlan {
		t.Errorf("%d steps, %d files, new: %v, %v; want 46, 91 and all new",
			len(first.plan.steps), first.files, first.newSources, first.newPlan)
	}

	t.Run("a second time nothing is changed", func(t *testing.T) {
		age(t, filepath.Join(dir, planFile))
		age(t, filepath.Join(dir, sourceDir))
		again, err := generate(t.Context(), dir, tools, fast)
		if err != nil || again.newSources || again.newPlan {
			t.Errorf("generate = new sources %v, new plan %v, error %v; want neither", again.newSources, again.newPlan, err)
		}
		for _, name := range []string{planFile, sourceDir} {
			if got := modified(t, filepath.Join(dir, name)); !got.Equal(old) {
				t.Errorf("%s has the time %v, want the one it had", name, got)
			}
		}
	})

	t.Run("each step finds what it needs among what it declares, and the bytes come back", func(t *testing.T) {
		folders, err := byhand.Run(t.Context(), load(t, filepath.Join(dir, planFile)), t.TempDir())
		if err != nil {
			t.Fatalf("%+v", err)
		}
		report, err := os.ReadFile(filepath.Join(folders["run"], product))
		if err != nil {
			t.Fatal(err)
		}
		if lines := strings.Split(string(report), "\n"); lines[0] != "zstd 1.5.7, 2000014 bytes in" || len(lines) != 7 {
			t.Errorf("%s:\n%s", product, report)
		}
	})

	t.Run("a step that does not declare a header fails", func(t *testing.T) {
		at := slices.IndexFunc(first.plan.steps, func(s step) bool { return s.name == "compile:roundtrip" })
		s := first.plan.steps[at]
		s.files = slices.DeleteFunc(slices.Clone(s.files), func(name string) bool { return name == "src/zstd_errors.h" })
		file := filepath.Join(dir, "less.yaml")
		if err := os.WriteFile(file, plan{steps: []step{s}}.yaml(), 0o644); err != nil {
			t.Fatal(err)
		}
		_, err := byhand.Run(t.Context(), load(t, file), t.TempDir())
		if failed, ok := errors.AsType[*byhand.CommandFailed](err); !ok || failed.Step != s.name || !strings.Contains(failed.Output, "zstd_errors.h") {
			t.Errorf("Run = %v, want %s to miss zstd_errors.h", err, s.name)
		}
	})
}

func load(t *testing.T, file string) *executor.Plan {
	t.Helper()
	p, invalid := executor.Load(file)
	if invalid != nil {
		t.Fatal(invalid)
	}
	return p
}
