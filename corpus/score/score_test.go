package score

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/holdfast-go/holdfast/classify"
	"github.com/holdfast-go/holdfast/corpus/row"
)

const (
	corpus = "../classify-corpus.csv"
	golden = "testdata/disagreements.txt"
)

// Where a policy disagrees with the corpus is written down: a change of a pack, a role or a library
// that makes a verdict right, or wrong, shows here. HOLDFAST_UPDATE=1 writes it down anew.
func TestDisagreements(t *testing.T) {
	rows, err := row.Read(corpus)
	if err != nil {
		t.Fatal(err)
	}
	res, err := Measure(t.Context(), rows, func(int, string) {})
	if err != nil {
		t.Fatal(err)
	}
	skipped := map[string]bool{}
	for _, s := range res.Skipped {
		if os.Getenv("CI") != "" || os.Getenv("HOLDFAST_REQUIRE") == "1" {
			t.Errorf("%s: %s", s.ID, s.Why)
		}
		skipped[s.ID] = true
	}
	var got []string
	for _, c := range res.Disagreements() {
		got = append(got, line(c))
		if c.Reason == "" {
			t.Errorf("%s: no reason is written down: column dispute of %s", line(c), corpus)
		}
	}
	if os.Getenv("HOLDFAST_UPDATE") == "1" {
		if len(skipped) > 0 {
			t.Fatalf("%d rows were skipped: what they say would be lost", len(skipped))
		}
		if err := os.WriteFile(golden, []byte(strings.Join(append(got, ""), "\n")), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	b, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	for l := range strings.Lines(string(b)) {
		if id, _, _ := strings.Cut(l, " "); !skipped[id] {
			want = append(want, strings.TrimSuffix(l, "\n"))
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("disagreements (-want +got; HOLDFAST_UPDATE=1 accepts them):\n%s", diff)
	}
}

func line(c Cell) string {
	got := c.Got.String()
	if c.Unknown {
		got += " (unknown)"
	}
	return fmt.Sprintf("%s at %s of %s: want %s, got %s", c.ID, edgeName(c.Edge), c.Role, c.Want, got)
}

// The tables speak of rows, edges and roles that there are, and no mark asks for what its role cannot do.
func TestTables(t *testing.T) {
	rows, err := row.Read(corpus)
	if err != nil {
		t.Fatal(err)
	}
	ids, edges := map[string]bool{}, map[string]bool{}
	for _, r := range rows {
		ids[r.ID], edges[r.Edge] = true, true
	}
	can := map[string]classify.Set{}
	declared := map[string]bool{classify.Self: true}
	for _, r := range measured() {
		can[r.Name] = classify.Must(classify.New(r)).Role().Can
		for _, e := range r.Edges {
			declared[e.Name] = true
		}
	}
	for _, role := range row.Roles {
		if can[role] == 0 {
			t.Errorf("no policy is measured for %s", role)
		}
		for edge := range edges {
			if _, ok := find("", edge, role); !ok {
				t.Errorf("no place for edge %q at %s", edge, role)
			}
		}
	}
	for _, p := range places {
		if !edges[p.edge] {
			t.Errorf("place of edge %q, which no row has", p.edge)
		}
		for _, a := range p.at {
			if !declared[a] {
				t.Errorf("place of edge %q is %q, which no role declares", p.edge, a)
			}
		}
	}
	for id, m := range marks {
		if !ids[id] {
			t.Errorf("mark of row %q, which there is not", id)
		}
		for role, d := range m.decisions {
			c, ok := d.(classify.Class)
			if ok && !can[role].Has(c) && !absent(rows, id, role) {
				t.Errorf("mark of row %s is %s, which %s cannot carry out", id, c, role)
			}
		}
	}
	for id := range at {
		if !ids[id] {
			t.Errorf("place of row %q, which there is not", id)
		}
	}
	for id := range gone {
		if !ids[id] {
			t.Errorf("requester of row %q, which there is not", id)
		}
	}
}

// absent reports whether a role never meets a row.
func absent(rows []row.Row, id, role string) bool {
	for _, r := range rows {
		if r.ID == id {
			p, _ := find(id, r.Edge, role)
			return len(p.at) == 0
		}
	}
	return false
}

// A dispute names a role of the corpus, what it would accept, and why.
func TestDisputes(t *testing.T) {
	rows, err := row.Read(corpus)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rows {
		if _, _, _, ok := r.Disputed(); r.Dispute != "" && !ok {
			t.Errorf("dispute of %s is not of the form \"role: class|class. Why.\": %q", r.ID, r.Dispute)
		}
	}
}

func TestTally(t *testing.T) {
	for _, tt := range []struct {
		accepted, cells int
		want            string
	}{{0, 0, "none"}, {1, 3, "1/3 (33 %)"}, {2, 3, "2/3 (67 %)"}, {583, 584, "583/584 (99 %)"}, {584, 584, "584/584 (100 %)"}} {
		if got := (Tally{tt.accepted, tt.cells}).String(); got != tt.want {
			t.Errorf("%d of %d is %q, want %q", tt.accepted, tt.cells, got, tt.want)
		}
	}
}
