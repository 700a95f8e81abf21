package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestRun(t *testing.T) {
	for _, tt := range []struct {
		intent         string
		args           []string
		env            map[string]string
		status         int
		stdout, stderr string // what is found there
	}{
		{"help is what was asked for", []string{"-help"}, nil, 0, "usage: ", ""},
		{"an unknown flag is a mistake", []string{"-x"}, nil, 2, "", "usage: "},
		{"an argument is a mistake", []string{"plan.yaml"}, nil, 2, "", "usage: "},
		{"a missing compiler is said, with what to do", nil, map[string]string{"CC": "no-such-cc"}, 2, "", "apt-get install gcc"},
		{"a missing archiver is said, with what to do", nil, map[string]string{"CC": "sh", "AR": "no-such-ar"}, 2, "", "apt-get install binutils"},
		{"the sources have to come from somewhere", nil,
			map[string]string{"CC": "sh", "AR": "sh", "GOPROXY": "off", "GOMODCACHE": "empty"}, 1, "", "GOPROXY=off"},
	} {
		t.Run(tt.intent, func(t *testing.T) {
			for name, value := range tt.env {
				if name == "GOMODCACHE" {
					value = t.TempDir()
				}
				t.Setenv(name, value)
			}
			var stdout, stderr strings.Builder
			status := run(t.Context(), tt.args, &stdout, &stderr)
			if status != tt.status || !found(stdout.String(), tt.stdout) || !found(stderr.String(), tt.stderr) {
				t.Errorf("run = %d, want %d\nstdout: %s\nstderr: %s", status, tt.status, &stdout, &stderr)
			}
		})
	}
}

// found reports whether text has part in it; no part stands for no text.
func found(text, part string) bool { return strings.Contains(text, part) && (part != "" || text == "") }

func TestOwnFolder(t *testing.T) {
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(filepath.Join(here, "..", "..")) // another folder of the module
	got, lost := ownFolder(t.Context())
	if diff := cmp.Diff(here, got); lost != nil || diff != "" {
		t.Errorf("ownFolder: %v (-want +got):\n%s", lost, diff)
	}
	t.Chdir(t.TempDir())
	if got, lost := ownFolder(t.Context()); lost == nil {
		t.Errorf("outside the module ownFolder = %s, want an error", got)
	}
}

func TestNextCommand(t *testing.T) {
	for _, tt := range []struct{ intent, here, want string }{
		{"at the top of the module", "/m", "go run ./cmd/holdfast run examples/zstd/plan.yaml"},
		{"in another folder of it", "/m/examples", "go run github.com/holdfast-go/holdfast/cmd/holdfast run zstd/plan.yaml"},
		{"beside it", "/m/docs", "go run github.com/holdfast-go/holdfast/cmd/holdfast run /m/examples/zstd/plan.yaml"},
	} {
		t.Run(tt.intent, func(t *testing.T) {
			if got := nextCommand(tt.here, "/m/examples/zstd"); got != tt.want {
				t.Errorf("nextCommand(%q) = %q, want %q", tt.here, got, tt.want)
			}
		})
	}
}
