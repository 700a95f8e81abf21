package plan_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/holdfast-go/holdfast/executor/plan"
)

// each writes a flow map of n steps.
func each(n int, body string) string {
	var b strings.Builder
	b.WriteString("steps: {\n")
	for i := range n {
		fmt.Fprintf(&b, " s%d: {%s},\n", i, body)
	}
	b.WriteString("}\n")
	return b.String()
}

// Over a limit there is one fault that says so.
func TestLimits(t *testing.T) {
	many := func(n int, item string) string { return "[" + strings.Repeat(item+",", n) + "]" }
	for _, tt := range []struct{ name, src, want string }{
		{"size", strings.Repeat(" ", plan.MaxFileSize+1), "1:1: a file of more than 16 MiB (split the plan)"},
		{"steps", each(plan.MaxSteps+1, "run: [x]"), "100002:2: more than 100000 steps (split the plan)"},
		{
			"inputs, through an alias",
			"steps: {a: {run: [x], inputs: &in " + many(20_000, "{step: z}") + "}, z: {run: [x]}, " + strings.TrimPrefix(each(60, "run: [x], inputs: *in"), "steps: {"),
			"more than 1000000 inputs (split the plan)",
		},
		{
			"values, through an alias",
			"steps: {a: {run: &run " + many(100_000, "x") + "}, " + strings.TrimPrefix(each(60, "run: *run"), "steps: {"),
			"more than 4000000 arguments, outputs and variables (split the plan)",
		},
		{"depth", "steps: {a: {run: " + strings.Repeat("[", plan.MaxDepth) + "}}", "more than 64 levels"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := plan.Parse("plan.yaml", t.TempDir(), []byte(tt.src))
			invalid, ok := errors.AsType[*plan.Invalid](err)
			if !ok {
				t.Fatalf("got %v", err)
			}
			var over []string
			for _, f := range invalid.Faults {
				if f.Kind == plan.TooLarge {
					over = append(over, f.Error())
				}
			}
			if len(over) != 1 || !strings.HasSuffix(over[0], tt.want) {
				t.Errorf("got %q, want one of %q", over, tt.want)
			}
		})
	}
}

// Inputs that may collide are compared within limits.
func TestTooManyCollisionsToCompare(t *testing.T) {
	item := func(n int, text string) string { return strings.Repeat(text+", ", n) }
	src := "steps: {a: {run: [x], outputs: [hello.c]}, b: {run: [x], inputs: [hello.c]}, c: {run: [x], inputs: [" +
		item(5_000, "{step: a, path: hello.c}") + item(5_000, "hello.h") + "]}}"
	_, err := plan.Parse("plan.yaml", workspace(t), []byte(src))
	invalid, ok := errors.AsType[*plan.Invalid](err)
	if !ok || len(invalid.Faults) != 1 || invalid.Faults[0].Kind != plan.TooLarge {
		t.Errorf("got %v", err)
	}
}

// The list of faults ends somewhere too.
func TestTooManyFaults(t *testing.T) {
	_, err := plan.Parse("plan.yaml", t.TempDir(), []byte(each(plan.MaxFaults+100, "run: []")))
	invalid, ok := errors.AsType[*plan.Invalid](err)
	if !ok || len(invalid.Faults) != plan.MaxFaults+1 || invalid.Faults[plan.MaxFaults].Kind != plan.TooLarge {
		t.Errorf("%d faults", len(invalid.Faults))
	}
}

// linkedLayers makes folders in which every one has two links to the next: from above, the
// last is there 2^layers times. It holds the given number of files.
func linkedLayers(t *testing.T, layers, files int) string {
	t.Helper()
	dir := t.TempDir()
	for i := range layers + 1 {
		layer := filepath.Join(dir, fmt.Sprint(i))
		if err := os.Mkdir(layer, 0o755); err != nil {
			t.Fatal(err)
		}
		for _, link := range []string{"a", "b"} {
			if i < layers {
				if err := os.Symlink(fmt.Sprintf("../%d", i+1), filepath.Join(layer, link)); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	for i := range files {
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprint(layers), fmt.Sprint("f", i)), nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// Links can make a small workspace look endless. The walk ends.
func TestLinksThatMultiply(t *testing.T) {
	dir := linkedLayers(t, 13, 600)
	for input, want := range map[string]string{
		"0":         "more than 1000000 input files",
		"0/**/none": "more than 4000000 files and folders to look through",
	} {
		t.Run(want, func(t *testing.T) {
			_, err := plan.Parse("plan.yaml", dir, []byte("steps: {a: {run: [x], inputs: ['"+input+"']}}"))
			invalid, ok := errors.AsType[*plan.Invalid](err)
			if !ok || len(invalid.Faults) != 1 || invalid.Faults[0].Kind != plan.TooLarge || invalid.Faults[0].Message != want {
				t.Errorf("got %v", err)
			}
		})
	}
}

// Plans at which a step that compares everything with everything would not end.
func TestLargePlans(t *testing.T) {
	const n = 40_000
	dir := t.TempDir()
	var chain, collector, wrong, nested strings.Builder
	for _, b := range []*strings.Builder{&chain, &collector, &wrong, &nested} {
		b.WriteString("steps: {\n ")
	}
	chain.WriteString("s0: {run: [x]},\n ")
	for i := 1; i < n; i++ {
		fmt.Fprintf(&chain, "s%d: {run: [x], inputs: [{step: s%d}]},\n ", i, i-1)
		fmt.Fprintf(&wrong, "s%d: {run: [x], inputs: [{step: sd%d}]},\n ", i, i-1)
	}
	collector.WriteString("producer: {run: [x], outputs: [")
	nested.WriteString("producer: {run: [x], outputs: [")
	for i := range n {
		fmt.Fprintf(&collector, "o%d,", i)
	}
	for i := range 2000 {
		fmt.Fprintf(&nested, "%sx,", strings.Repeat("d/", i))
	}
	collector.WriteString("]}, consumer: {run: [x], inputs: [")
	for i := range n {
		fmt.Fprintf(&collector, "{step: producer, path: o%d},", i)
	}
	collector.WriteString("]}")
	nested.WriteString("]}")
	for _, tt := range []struct {
		name   string
		src    *strings.Builder
		faults int
	}{
		{"a chain", &chain, 0},
		{"many outputs and a user of each", &collector, 0},
		{"many wrong names", &wrong, plan.MaxFaults + 1},
		{"deep outputs", &nested, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p, err := plan.Parse("plan.yaml", dir, []byte(tt.src.String()+"}"))
			got := 0
			if invalid, ok := errors.AsType[*plan.Invalid](err); ok {
				got = len(invalid.Faults)
			}
			if got != tt.faults || (p == nil) != (tt.faults > 0) {
				t.Errorf("%d faults, want %d", got, tt.faults)
			}
		})
	}
}
