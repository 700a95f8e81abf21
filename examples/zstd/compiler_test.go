package main

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestFindTools(t *testing.T) {
	elsewhere := filepath.Join(t.TempDir(), "mycc")
	script(t, elsewhere, "exit 0")
	type environment map[string]string
	for _, tt := range []struct {
		intent string
		env    environment
		want   toolbox
	}{
		{"a tool in the usual place goes by its name", environment{"CC": "sh", "AR": "cat"}, toolbox{[]string{"sh"}, []string{"cat"}}},
		{"a tool elsewhere goes by its path", environment{"CC": elsewhere, "AR": "cat"}, toolbox{[]string{elsewhere}, []string{"cat"}}},
		{"a tool may bring arguments", environment{"CC": " sh  -m32 ", "AR": "cat"}, toolbox{[]string{"sh", "-m32"}, []string{"cat"}}},
	} {
		t.Run(tt.intent, func(t *testing.T) {
			got, err := findTools(func(name string) string { return tt.env[name] })
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got, cmp.AllowUnexported(toolbox{})); diff != "" {
				t.Errorf("tools (-want +got):\n%s", diff)
			}
		})
	}
	for _, variable := range []string{"CC", "AR"} {
		t.Run("a missing tool is named with the variable that may name another: "+variable, func(t *testing.T) {
			env := environment{"CC": "sh", "AR": "sh"}
			env[variable] = "no-such-tool"
			_, err := findTools(func(name string) string { return env[name] })
			if missing, ok := errors.AsType[*MissingTool](err); !ok || missing.Name != "no-such-tool" || missing.Variable != variable || !errors.Is(err, exec.ErrNotFound) {
				t.Errorf("findTools = %v, want a *MissingTool for %s", err, variable)
			}
		})
	}
}

func TestHeadersOf(t *testing.T) {
	ask := func(t *testing.T, compiler string, units ...string) (map[string][]string, CompilerErr) {
		t.Helper()
		cc := filepath.Join(t.TempDir(), "cc")
		script(t, cc, compiler)
		return headersOf(t.Context(), t.TempDir(), []string{cc}, []string{"-O2"}, units)
	}
	t.Run("headers are sorted, and each there once", func(t *testing.T) {
		got, err := ask(t, `echo 'a.o: ./src/a.c src/z.h src/./b.h src/b.h'; echo 'b.o: src/b.c'`, "src/a.c", "src/b.c")
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(map[string][]string{"src/a.c": {"src/b.h", "src/z.h"}, "src/b.c": {}}, got); diff != "" {
			t.Errorf("headers (-want +got):\n%s", diff)
		}
	})
	t.Run("the compiler is asked with the flags of the plan and the environment of a step", func(t *testing.T) {
		t.Setenv("CPATH", "/somewhere")
		got, err := ask(t, `test "$*" = '-O2 -MM a.c' && test -z "$CPATH" && echo 'a.o: a.c ok.h'`, "a.c")
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(map[string][]string{"a.c": {"ok.h"}}, got); diff != "" {
			t.Errorf("headers (-want +got):\n%s", diff)
		}
	})
	t.Run("a compiler that refuses is heard", func(t *testing.T) {
		_, err := ask(t, "echo 'a.c: no such file' >&2; exit 4", "a.c")
		failed, ok := errors.AsType[*CommandFailed](err)
		if exit, exited := errors.AsType[*exec.ExitError](err); !ok || !exited || exit.ExitCode() != 4 || failed.Stderr != "a.c: no such file\n" {
			t.Errorf("headersOf = %v, want a *CommandFailed with the status and stderr", err)
		}
	})
	t.Run("an answer that is no makefile is refused", func(t *testing.T) {
		_, err := ask(t, "echo hello", "a.c")
		if _, ok := errors.AsType[*BadRule](err); !ok {
			t.Errorf("headersOf = %v, want a *BadRule", err)
		}
	})
	t.Run("a unit without a rule is not taken for one without headers", func(t *testing.T) {
		_, err := ask(t, "echo 'a.o: a.c'", "a.c", "b.c")
		if none, ok := errors.AsType[*NoRule](err); !ok || none.Unit != "b.c" {
			t.Errorf("headersOf = %v, want a *NoRule for b.c", err)
		}
	})
	for _, header := range []string{"/usr/local/include/zstd.h", "../zstd.h"} {
		t.Run("a header outside the plan's folder cannot be declared: "+header, func(t *testing.T) {
			_, err := ask(t, "echo 'a.o: a.c "+header+"'", "a.c")
			if outside, ok := errors.AsType[*HeaderOutside](err); !ok || outside.Unit != "a.c" || outside.Header != header {
				t.Errorf("headersOf = %v, want a *HeaderOutside", err)
			}
		})
	}
}

// script writes a shell script that can be executed.
func script(t *testing.T, path, body string) {
	t.Helper()
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+body+"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
}
