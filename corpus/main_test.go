package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestCommand(t *testing.T) {
	page := filepath.Join(t.TempDir(), "page.md")
	var out, progress strings.Builder
	if err := run(t.Context(), []string{"-run", "^dec-json", "-o", page}, &out, &progress); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(progress.String(), "[1/4] ") {
		t.Errorf("progress %q", progress.String())
	}
	if !strings.Contains(out.String(), "retry or not:") {
		t.Errorf("printed %s", out.String())
	}
	b, err := os.ReadFile(page)
	if err != nil || !strings.Contains(string(b), "## Accepted verdicts") {
		t.Errorf("page %s (%v)", b, err)
	}
}

func TestJSON(t *testing.T) {
	var out, progress strings.Builder
	if err := run(t.Context(), []string{"-run", "^dec-json-cut$", "-json", "-"}, &out, &progress); err != nil {
		t.Fatal(err)
	}
	var cells struct{ Cells []struct{ ID string } }
	if err := json.Unmarshal([]byte(out.String()), &cells); err != nil || len(cells.Cells) == 0 || cells.Cells[0].ID != "dec-json-cut" {
		t.Errorf("printed %s (%v)", out.String(), err)
	}
}

func TestCost(t *testing.T) {
	page := filepath.Join(t.TempDir(), "cost.md")
	var out, progress strings.Builder
	if err := run(t.Context(), []string{"-cost", "-rounds", "5", "-run", "^errno$", "-o", page}, &out, &progress); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(progress.String(), "[5/5]") || !strings.Contains(out.String(), "errno") || strings.Contains(out.String(), "postgres") {
		t.Errorf("printed %s%s", progress.String(), out.String())
	}
	b, err := os.ReadFile(page)
	if err != nil || !strings.Contains(string(b), "## Targets") {
		t.Errorf("page %s (%v)", b, err)
	}
	for _, args := range [][]string{{"-cost", "-json", "-"}, {"-cost", "-rounds", "4"}, {"-cost", "-run", "^none$"}} {
		if err := run(t.Context(), args, &out, &progress); err == nil {
			t.Errorf("%v: no error", args)
		}
	}
}

func TestHelp(t *testing.T) {
	var out, help strings.Builder
	if err := run(t.Context(), []string{"--help"}, &out, &help); !errors.Is(err, flag.ErrHelp) {
		t.Fatal(err)
	}
	for _, want := range []string{"Examples:", "-corpus FILE", "-json FILE", "-cost"} {
		if !strings.Contains(help.String(), want) {
			t.Errorf("help lacks %q:\n%s", want, help.String())
		}
	}
}

func TestInterruptLeavesThePage(t *testing.T) {
	page := filepath.Join(t.TempDir(), "page.md")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var out, progress strings.Builder
	if err := run(ctx, []string{"-o", page}, &out, &progress); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	if _, err := os.Stat(page); !errors.Is(err, os.ErrNotExist) {
		t.Error("the page was written:", err)
	}
}
