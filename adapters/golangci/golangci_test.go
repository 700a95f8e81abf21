package golangci_test

import (
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/golangci/plugin-module-register/register"

	_ "github.com/holdfast-go/holdfast/adapters/golangci"
)

func TestSettings(t *testing.T) {
	for _, test := range []struct {
		name     string
		settings map[string]any
		err      string // part of it
	}{
		{"none", nil, ""},
		{"all", map[string]any{"profile": "strict", "disable": []string{"verb"}, "opaque": []any{map[string]any{"package": "example.com/m", "reason": "a test"}}}, ""},
		{"unknown key", map[string]any{"profil": "strict"}, `unknown field "profil"`},
		{"unknown check", map[string]any{"enable": []string{"verbs"}}, `there is no check "verbs"`},
		{"unknown profile", map[string]any{"profile": "loud"}, `default or strict, not "loud"`},
		{"no reason", map[string]any{"opaque": []any{map[string]any{"package": "example.com/m"}}}, "example.com/m has no reason"},
	} {
		t.Run(test.name, func(t *testing.T) {
			plugin, err := newPlugin(t, test.settings)
			switch {
			case test.err != "":
				if err == nil || !strings.Contains(err.Error(), test.err) {
					t.Fatalf("got the error %v, want one with %q", err, test.err)
				}
				return
			case err != nil:
				t.Fatal(err)
			}
			if mode := plugin.GetLoadMode(); mode != register.LoadModeTypesInfo {
				t.Errorf("load mode %s", mode)
			}
			if all, err := plugin.BuildAnalyzers(); err != nil || len(all) == 0 {
				t.Errorf("%d analyzers, error %v", len(all), err)
			}
		})
	}
}

func newPlugin(t *testing.T, settings map[string]any) (register.LinterPlugin, error) {
	t.Helper()
	make, err := register.GetPlugin("errlint")
	if err != nil {
		t.Fatal(err)
	}
	return make(settings)
}

const version = "v2.15.0"

// A golangci-lint that is built with the plugin reports, keeps quiet about what is marked, and fixes. Facts of other packages
// may be missing there.
func TestGolangci(t *testing.T) {
	if os.Getenv("HOLDFAST_GOLANGCI") == "" {
		t.Skipf("golangci-lint %s is not built: that takes minutes; set HOLDFAST_GOLANGCI=1, as CI does", version)
	}
	lint := build(t)
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("testdata/module")); err != nil {
		t.Fatal(err)
	}
	run := func(args ...string) (string, int) {
		cmd := exec.Command(lint, append([]string{"run", "--output.text.print-issued-lines=false", "--show-stats=false"}, args...)...)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "GOWORK=off", "GOLANGCI_LINT_CACHE="+filepath.Join(filepath.Dir(lint), "cache"))
		out, err := cmd.CombinedOutput()
		if e, ok := errors.AsType[*exec.ExitError](err); ok {
			return string(out), e.ExitCode()
		}
		if err != nil {
			t.Fatal(err)
		}
		return string(out), 0
	}
	for _, try := range []string{"first", "from the cache"} {
		out, code := run()
		if code != 1 || strings.Count(out, "\n") != 3 {
			t.Fatalf("%s: exit code %d, want 1 and three lines:\n%s", try, code, out)
		}
		for _, want := range []string{"main.go:13:33: verb: ", "main.go:16:21: textcopy: ", "api.go:12:42: verb: "} {
			if !strings.Contains(out, want) {
				t.Errorf("%s: no %q in\n%s", try, want, out)
			}
		}
	}
	// The exported function is for a person.
	if out, code := run("--fix"); code != 1 || strings.Count(out, "\n") != 1 || !strings.Contains(out, "api.go") {
		t.Errorf("with --fix: exit code %d:\n%s", code, out)
	}
	cmd := exec.Command("go", "vet", "./...")
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("after --fix: %v\n%s", err, out)
	}
}

// build builds golangci-lint with the plugin, as "golangci-lint custom" does.
func build(t *testing.T) string {
	here, err := filepath.Abs(".")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	write("main.go", `package main

import (
	"fmt"
	"os"

	"github.com/golangci/golangci-lint/v2/pkg/commands"

	_ "github.com/holdfast-go/holdfast/adapters/golangci"
)

func main() {
	if err := commands.Execute(commands.BuildInfo{Version: "custom"}); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(3)
	}
}
`)
	write("go.mod", `module example.com/custom

go 1.26.0

require (
	github.com/golangci/golangci-lint/v2 `+version+`
	github.com/holdfast-go/holdfast/adapters/golangci v0.0.0
)

replace (
	github.com/holdfast-go/holdfast => `+filepath.Dir(filepath.Dir(here))+`
	github.com/holdfast-go/holdfast/adapters/golangci => `+here+`
)
`)
	goRun := func(args ...string) []byte {
		cmd := exec.Command("go", args...)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "GOFLAGS=-mod=mod", "GOWORK=off")
		out, err := cmd.Output()
		if err != nil {
			if e, ok := errors.AsType[*exec.ExitError](err); ok {
				out = append(out, e.Stderr...)
			}
			t.Fatalf("go %v: %v\n%s", args, err, out)
		}
		return out
	}
	var module struct{ Dir string }
	if err := json.Unmarshal(goRun("mod", "download", "-json", "github.com/golangci/golangci-lint/v2@"+version), &module); err != nil {
		t.Fatal(err)
	}
	sums, err := os.ReadFile(filepath.Join(module.Dir, "go.sum"))
	if err != nil {
		t.Fatal(err)
	}
	write("go.sum", string(sums)) // it spares looking for them
	goRun("build", "-o", "golangci-lint", ".")
	return filepath.Join(dir, "golangci-lint")
}
