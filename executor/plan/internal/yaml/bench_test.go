package yaml_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/holdfast-go/holdfast/executor/plan/internal/yaml"
)

func BenchmarkRead(b *testing.B) {
	var src strings.Builder
	src.WriteString("steps:\n")
	for i := range 10_000 {
		fmt.Fprintf(&src, "  s%05d: {run: [cc, -c, f%05d.c, -o, f%05d.o], inputs: [f%05d.c, common.h], outputs: [f%05d.o], env: {LC_ALL: C}, timeout: 30s}\n", i, i, i, i, i)
	}
	text := []byte(src.String())
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		if _, faults := yaml.Read(text); faults != nil {
			b.Fatal(faults)
		}
	}
}
