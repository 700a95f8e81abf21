package plan_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/holdfast-go/holdfast/executor/plan"
)

// writeLarge makes a workspace of n C files and a plan that compiles each and links them by tens, and returns the plan.
func writeLarge(tb testing.TB, n int) string {
	tb.Helper()
	dir := tb.TempDir()
	var b strings.Builder
	b.WriteString("steps:\n")
	for i := range n {
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("f%d.c", i)), nil, 0o644); err != nil {
			tb.Fatal(err)
		}
		fmt.Fprintf(&b, "  compile-%d: {run: [cc, -c, f%d.c, -o, f%d.o], inputs: [f%d.c, \"include/**/*.h\"], outputs: [f%d.o], env: {LC_ALL: C}, timeout: 30s}\n", i, i, i, i, i)
		if i%10 == 9 {
			fmt.Fprintf(&b, "  link-%d: {run: [cc, -o, app%d], outputs: [app%d], inputs: [", i, i, i)
			for j := i - 9; j <= i; j++ {
				fmt.Fprintf(&b, "{step: compile-%d, path: f%d.o}, ", j, j)
			}
			b.WriteString("]}\n")
		}
	}
	if err := os.MkdirAll(filepath.Join(dir, "include", "deep"), 0o755); err != nil {
		tb.Fatal(err)
	}
	for i := range 100 {
		if err := os.WriteFile(filepath.Join(dir, "include", "deep", fmt.Sprintf("%d.h", i)), nil, 0o644); err != nil {
			tb.Fatal(err)
		}
	}
	file := filepath.Join(dir, "plan.yaml")
	if err := os.WriteFile(file, []byte(b.String()), 0o644); err != nil {
		tb.Fatal(err)
	}
	return file
}

func BenchmarkLoad(b *testing.B) {
	file := writeLarge(b, 9_091) // 10,000 steps
	b.ReportAllocs()
	for b.Loop() {
		p, err := plan.Load(file)
		if err != nil {
			b.Fatal(err)
		}
		if len(p.Steps) != 10_000 {
			b.Fatal(len(p.Steps))
		}
	}
}
