package provoke_test

import (
	"errors"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/holdfast-go/holdfast/corpus/provoke"
	"github.com/holdfast-go/holdfast/corpus/row"
)

const file = "../classify-corpus.csv"

// Every row is provoked, and the value is what the corpus says: when a library changes the types of
// its errors, this is where it shows. HOLDFAST_UPDATE=1 writes the types down as they are now.
func TestTypes(t *testing.T) {
	rows, err := row.Read(file)
	if err != nil {
		t.Fatal(err)
	}
	lab, err := provoke.NewLab()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := lab.Close(); err != nil {
			t.Error(err)
		}
	})
	var mu sync.Mutex
	found, said := map[string]string{}, map[string]string{}
	t.Run("rows", func(t *testing.T) {
		for _, r := range rows {
			t.Run(r.ID, func(t *testing.T) {
				t.Parallel()
				got, err := lab.Run(t.Context(), r.ID)
				if absent, ok := errors.AsType[*provoke.Absent](err); ok && !required() {
					t.Skip(absent)
				}
				if err != nil {
					t.Fatal(err)
				}
				c := provoke.Chain(got)
				mu.Lock()
				found[r.ID], said[r.ID] = c, lab.Message(got)
				mu.Unlock()
				if alternatives := strings.Split(r.Type, " || "); !updating() && !slices.Contains(alternatives, c) {
					t.Errorf("types of %v (-want +got):\n%s", got, cmp.Diff(r.Type, c))
				}
			})
		}
	})
	if updating() {
		for i, r := range rows {
			if c := found[r.ID]; c != "" && !slices.Contains(strings.Split(r.Type, " || "), c) {
				rows[i].Type = c
				if r.Message == "" {
					rows[i].Message = said[r.ID]
				}
			}
		}
		if err := row.Write(file, rows); err != nil {
			t.Fatal(err)
		}
	}
}

// Each row can be provoked, and each provocation has a row.
func TestComplete(t *testing.T) {
	rows, err := row.Read(file)
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, r := range rows {
		ids = append(ids, r.ID)
	}
	slices.Sort(ids)
	if diff := cmp.Diff(ids, provoke.IDs()); diff != "" {
		t.Errorf("rows and provocations (-rows +provocations):\n%s", diff)
	}
}

func updating() bool { return os.Getenv("HOLDFAST_UPDATE") == "1" }

// required says that a row that cannot be provoked here is a failure.
func required() bool { return os.Getenv("CI") != "" || os.Getenv("HOLDFAST_REQUIRE") == "1" }
