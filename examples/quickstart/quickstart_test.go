// Package quickstart_test keeps the example of the README true.
package quickstart_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/holdfast-go/holdfast/examples/internal/byhand"
	"github.com/holdfast-go/holdfast/executor/plan"
)

const golden = "testdata/report.txt"

// Each step finds all it needs among its declared inputs, and the report at the end
// is the one a reader is promised. HOLDFAST_UPDATE=1 writes the golden file.
func TestThePlanMakesTheReport(t *testing.T) {
	p, invalid := plan.Load("plan.yaml")
	if invalid != nil {
		t.Fatal(invalid)
	}
	folders, err := byhand.Run(t.Context(), p, t.TempDir())
	if err != nil {
		t.Fatalf("%+v", err)
	}
	got, err := os.ReadFile(filepath.Join(folders["report"], "report.txt"))
	if err != nil {
		t.Fatal(err)
	}
	if os.Getenv("HOLDFAST_UPDATE") == "1" {
		if err := os.WriteFile(golden, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("report.txt (-want +got):\n%s", diff)
	}
}
