package byhand

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/holdfast-go/holdfast/executor/plan"
)

// load writes a plan, two files for it, and loads it.
func load(t *testing.T, text string) *plan.Plan {
	t.Helper()
	dir := t.TempDir()
	for name, data := range map[string]string{"plan.yaml": text, "in.txt": "in\n", "other.txt": "other\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(data), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	p, err := plan.Load(filepath.Join(dir, "plan.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// What the step "last" finds, it writes to out.txt.
func TestRun(t *testing.T) {
	t.Setenv("HOME", "/somewhere")
	for _, tt := range []struct{ intent, plan, want string }{
		{"a step has its inputs and no other file", `
steps:
  last: {run: [sh, -c, "ls | tee out.txt"], inputs: [in.txt], outputs: [out.txt]}`, "in.txt\n"},
		{"inputs are read-only, also when they are declared twice", `
steps:
  last: {run: [sh, -c, "ls -l in.txt | cut -c 1-10 > out.txt"], inputs: [in.txt, "i*"], outputs: [out.txt]}`, "-r--r--r--\n"},
		{"nothing of our environment is there", `
steps:
  last: {run: [sh, -c, 'echo "$HOME-$A" > out.txt'], outputs: [out.txt], env: {A: b c}}`, "-b c\n"},
		{"standard input is empty", `
steps:
  last: {run: [sh, -c, 'cat > out.txt'], outputs: [out.txt]}`, ""},
		{"steps follow those they need, whatever the order in the file", `
steps:
  last: {run: [sh, -c, 'cat a/1 a/2 b > out.txt'], inputs: [{step: "a:1"}, {step: b, path: b}], outputs: [out.txt]}
  b:    {run: [cp, a/1, b], inputs: [{step: "a:1", path: a/1}], outputs: [b]}
  a:1:  {run: [sh, -c, 'echo 1 > a/1; echo 2 > a/2'], outputs: [a/1, a/2]}`, "1\n2\n1\n"},
		{"a program that a step made can be executed", `
steps:
  make: {run: [sh, -c, 'printf "#!/bin/sh\necho made > out.txt\n" > p; chmod +x p'], outputs: [p]}
  last: {run: [./p], inputs: [{step: make}], outputs: [out.txt]}`, "made\n"},
	} {
		t.Run(tt.intent, func(t *testing.T) {
			folders, err := Run(t.Context(), load(t, tt.plan), t.TempDir())
			if err != nil {
				t.Fatal(err)
			}
			got, err := os.ReadFile(filepath.Join(folders["last"], "out.txt"))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, strings.ReplaceAll(string(got), "out.txt\n", "")); diff != "" {
				t.Errorf("out.txt (-want +got):\n%s", diff)
			}
		})
	}
}

func TestRunFails(t *testing.T) {
	run := func(t *testing.T, text string) error {
		t.Helper()
		folders, err := Run(t.Context(), load(t, text), t.TempDir())
		if folders != nil {
			t.Errorf("results %v beside an error", folders)
		}
		return err
	}
	t.Run("a step that reads what it did not declare", func(t *testing.T) {
		err := run(t, `{steps: {a: {run: [cp, other.txt, out.txt], inputs: [in.txt], outputs: [out.txt]}}}`)
		failed, ok := errors.AsType[*CommandFailed](err)
		if exit, exited := errors.AsType[*exec.ExitError](err); !ok || failed.Step != "a" || !exited || exit.ExitCode() != 1 || !strings.Contains(failed.Output, "other.txt") {
			t.Errorf("Run = %v, want a *CommandFailed that names other.txt", err)
		}
	})
	t.Run("a step that does not make what it declared", func(t *testing.T) {
		err := run(t, `{steps: {a: {run: ["true"], outputs: [out.txt]}}}`)
		if missing, ok := errors.AsType[*OutputMissing](err); !ok || missing.Path != "out.txt" || !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("Run = %v, want an *OutputMissing for out.txt", err)
		}
	})
	t.Run("a command that is not there", func(t *testing.T) {
		err := run(t, `{steps: {a: {run: [no-such-command], outputs: [out.txt]}}}`)
		if _, ok := errors.AsType[*CommandFailed](err); !ok || !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("Run = %v, want a *CommandFailed because there is no such file", err)
		}
	})
	t.Run("all that fail together are told, and nothing after them begins", func(t *testing.T) {
		err := run(t, `
steps:
  a: {run: ["false"], outputs: [a]}
  b: {run: [touch, b], outputs: [b]}
  c: {run: ["false"], outputs: [c]}
  d: {run: ["false"], inputs: [{step: b}], outputs: [d]}`)
		var steps []string
		if joined, ok := err.(interface{ Unwrap() []error }); ok {
			for _, e := range joined.Unwrap() {
				if failed, ok := errors.AsType[*CommandFailed](e); ok {
					steps = append(steps, failed.Step)
				}
			}
		}
		if diff := cmp.Diff([]string{"a", "c"}, steps); diff != "" {
			t.Errorf("failed steps (-want +got):\n%s\n%v", diff, err)
		}
	})
}
