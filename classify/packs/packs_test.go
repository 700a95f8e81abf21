package packs

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/holdfast-go/holdfast/classify"
	"github.com/holdfast-go/holdfast/errctx"
)

// policy is a role with one edge, which takes what the packs know and drops the rest.
func policy(tb testing.TB, packs ...classify.Pack) *classify.Policy {
	tb.Helper()
	p, err := classify.New(classify.Role{
		Name: "test", Can: classify.SetOf(classify.Drop), Default: classify.Drop,
		Edges: []classify.Edge{{Name: classify.Self, Packs: packs, Do: classify.Every(classify.Drop)}},
	})
	if err != nil {
		tb.Fatal(err)
	}
	return p
}

// tell is a case: an error, and what is to be told about it.
type tell struct {
	name string
	err  error
	want classify.Finding
}

// sure is a case whose outcome is known.
func sure(name string, err error, k classify.Kind) tell {
	return tell{name, err, classify.Finding{Kind: k}}
}

// open is a case whose outcome is not known.
func open(name string, err error, k classify.Kind) tell {
	return tell{name, err, classify.Finding{Kind: k, OutcomeUnknown: true}}
}

// check tells each error: by itself, with context, and at an edge that has Standard behind the packs.
func check(t *testing.T, own []classify.Pack, cases ...tell) {
	t.Helper()
	alone, standard := policy(t, own...), policy(t, slices.Concat(own, Standard)...)
	for _, tt := range cases {
		if tt.err == nil {
			t.Errorf("%s: no error was provoked", tt.name)
			continue
		}
		expect(t, alone, tt)
		expect(t, standard, tt)
		tt.name, tt.err = "context around "+tt.name, errctx.Annotate(fmt.Errorf("x: %w", tt.err), "y")
		expect(t, alone, tt)
	}
}

func expect(t *testing.T, p *classify.Policy, tt tell) {
	t.Helper()
	v := p.Classify(t.Context(), tt.err)
	got := classify.Finding{Kind: v.Kind, After: v.After, OutcomeUnknown: v.OutcomeUnknown}
	if got != tt.want {
		t.Errorf("%s: got %+v, want %+v\n%s\n%s", tt.name, got, tt.want, chain(tt.err), v.Explain())
	}
}

// chain spells the types of a chain.
func chain(err error) string {
	var types []string
	for ; err != nil; err = errors.Unwrap(err) {
		types = append(types, fmt.Sprintf("%T", err))
	}
	return strings.Join(types, " > ")
}

// every returns the exported packs, GRPC with a status of the test's own.
func every() []classify.Pack {
	return append(slices.Clone(Standard), Postgres, SQLite, S3, GRPC[*fakeStatus]())
}

// Every pack is accepted by a policy, which also finds rules that are never asked.
func TestPacksAreValid(t *testing.T) {
	seen := map[string]bool{}
	for _, p := range every() {
		policy(t, p)
		if seen[p.Name] || len(p.Rules) == 0 {
			t.Errorf("pack %q comes twice or is empty", p.Name)
		}
		seen[p.Name] = true
	}
	policy(t, every()...)
	for r := range Sources() {
		if !seen[r.Pack] {
			t.Errorf("%q is of no pack", r.Pack)
		}
	}
}

// Every value in a table gets the kind of its row, in its own pack and wrapped.
func TestSentinels(t *testing.T) {
	n := 0
	for _, tab := range tables() {
		for _, r := range tab.rows {
			if r.rule == nil || r.target == nil {
				continue
			}
			n++
			p := policy(t, tab.pack())
			expect(t, p, tell{tab.name + " " + r.Match, r.target, r.finding()})
			expect(t, p, tell{tab.name + " " + r.Match, errctx.Annotate(fmt.Errorf("x: %w", r.target), "y"), r.finding()})
		}
	}
	if n < 80 {
		t.Errorf("only %d values", n)
	}
}

func TestSources(t *testing.T) {
	seen := map[string]bool{}
	for r := range Sources() {
		key := r.Pack + " " + r.Match
		switch {
		case r.Match == "" || r.Source == "" || r.Kind == none:
			t.Errorf("a row says nothing: %+v", r)
		case seen[key]:
			t.Errorf("%s: twice", key)
		}
		seen[key] = true
	}
	for range Sources() {
		break // an iterator that can be left
	}
}

// The tables, as a file: a change of a kind shows in a review. HOLDFAST_UPDATE=1 rewrites it.
func TestTables(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("the errnos in the file are those of Linux")
	}
	var b strings.Builder
	for r := range Sources() {
		var notes []string
		if r.OutcomeUnknown {
			notes = append(notes, "outcome unknown")
		}
		if r.Late {
			notes = append(notes, "late")
		}
		fmt.Fprintf(&b, "%s\t%s\t%s\t%s\t%s\n", r.Pack, r.Match, r.Kind, strings.Join(notes, ", "), r.Source)
	}
	file := filepath.Join("testdata", "tables.tsv")
	if os.Getenv("HOLDFAST_UPDATE") != "" {
		if err := os.MkdirAll("testdata", 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(b.String()), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	got, old := strings.Split(b.String(), "\n"), strings.Split(string(want), "\n")
	for i := range max(len(got), len(old)) {
		if i >= len(got) || i >= len(old) || got[i] != old[i] {
			t.Fatalf("line %d of %s differs; HOLDFAST_UPDATE=1 rewrites it", i+1, file)
		}
	}
}

// What is not known stays unknown: text never matters, also not that of a known error.
func TestTextDoesNotMatter(t *testing.T) {
	p := policy(t, every()...)
	for _, tab := range tables() {
		for _, r := range tab.rows {
			if r.target == nil {
				continue
			}
			for _, err := range []error{errors.New(r.target.Error()), fmt.Errorf("x: %v", r.target)} {
				if v := p.Classify(context.Background(), err); !v.Unknown {
					t.Errorf("the text of %s matches: %s", r.Match, v.Explain())
				}
			}
		}
	}
}

// fake is an error of somebody else with the methods of a test.
type fake struct{ error }

type statusFake struct {
	fake
	status int
}

func (e *statusFake) HTTPStatusCode() int { return e.status }

type otherStatusFake struct {
	fake
	status int
}

func (e *otherStatusFake) StatusCode() int { return e.status }

type retryAfterFake struct {
	statusFake
	after time.Duration
}

func (e *retryAfterFake) RetryAfter() time.Duration { return e.after }
