package main

import (
	"context"
	"errors"
	"flag"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestCommand(t *testing.T) {
	dir := t.TempDir()
	page, numbers := filepath.Join(dir, "cost.md"), filepath.Join(dir, "cost.json")
	var out, progress strings.Builder
	args := []string{"-run", "^root$", "-rounds", "1", "-benchtime", "100us", "-o", page, "-json", numbers}
	if err := run(t.Context(), args, &out, &progress); err != nil {
		t.Fatal(err)
	}
	if got := progress.String(); got != "[1/1] root\n" {
		t.Errorf("progress %q", got)
	}
	for name, want := range map[string]string{page: "## Targets", numbers: `"operation": "root"`} {
		b, err := os.ReadFile(name)
		if err != nil || !strings.Contains(string(b), want) {
			t.Errorf("%s: no %q (%v)", name, want, err)
		}
	}
	if !strings.Contains(out.String(), "Root: time") {
		t.Errorf("printed %s", out.String())
	}
}

func TestInterruptLeavesThePage(t *testing.T) {
	page := filepath.Join(t.TempDir(), "cost.md")
	if err := os.WriteFile(page, []byte("as it was"), 0o644); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, args := range [][]string{{"-o", page}, {"compare", "-o", page}} {
		if err := run(ctx, args, io.Discard, io.Discard); !errors.Is(err, context.Canceled) {
			t.Errorf("%v: %v", args, err)
		}
	}
	files, _ := os.ReadDir(filepath.Dir(page))
	if b, _ := os.ReadFile(page); string(b) != "as it was" || len(files) != 1 {
		t.Errorf("page %q, files %v", b, files)
	}
}

func TestMistakes(t *testing.T) {
	for _, tt := range []struct {
		args string
		want string
	}{
		{"-rounds 0", "at least 1"},
		{"-benchtime 0s", "positive"},
		{"-run (", "-run: "},
		{"-run nothing-like-it", "no operation matches"},
		{"more", "unknown argument"},
		{"compare more", "unknown argument"},
	} {
		if err := run(t.Context(), strings.Fields(tt.args), io.Discard, io.Discard); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q", tt.args, err, tt.want)
		}
	}
	var help strings.Builder
	if err := run(t.Context(), []string{"--help"}, io.Discard, &help); !errors.Is(err, flag.ErrHelp) || !strings.Contains(help.String(), "Examples:") {
		t.Errorf("%v: %s", err, help.String())
	}
}
