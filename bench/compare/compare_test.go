package compare

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// What the libraries can do is written down: a version that does more, or less, shows as
// a difference. HOLDFAST_UPDATE=1 writes it anew.
func TestVerdicts(t *testing.T) {
	r, err := Run(t.Context(), func(int, int, string) {})
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for i, f := range r.Features {
		for k, c := range r.Cells[i] {
			fmt.Fprintf(&b, "%2d. %-50s %-15s %s\n", i+1, f.Name, r.Peers[k].Name, c.Verdict)
		}
	}
	golden := filepath.Join("testdata", "verdicts.txt")
	if os.Getenv("HOLDFAST_UPDATE") != "" {
		if err := os.WriteFile(golden, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	wantLines, gotLines := strings.Split(string(want), "\n"), strings.Split(b.String(), "\n")
	for i := range max(len(wantLines), len(gotLines)) {
		w, g := at(wantLines, i), at(gotLines, i)
		if w != g {
			t.Errorf("want %s\ngot  %s\n     %s", w, g, fact(r, i))
		}
	}

	// Every cell leads to a probe.
	for i, f := range r.Features {
		for k, c := range r.Cells[i] {
			src, err := os.ReadFile(c.File)
			if err != nil {
				t.Fatal(err)
			}
			lines := strings.Split(string(src), "\n")
			if c.Line > len(lines) || !strings.Contains(lines[c.Line-1], "func(") {
				t.Errorf("%s, %s: no probe at %s:%d", f.Name, r.Peers[k].Name, c.File, c.Line)
			}
			if c.Fact == "" {
				t.Errorf("%s, %s: says nothing", f.Name, r.Peers[k].Name)
			}
		}
	}

	// Every library has all snippets, and all probes of their own are of a library that is there.
	names := map[string]bool{}
	for _, p := range r.Peers {
		names[p.Name] = true
		if _, ok := snippets[p.Name]; !ok {
			t.Errorf("no snippet for %s", p.Name)
		}
	}
	for _, f := range r.Features {
		for name := range f.special {
			if !names[name] {
				t.Errorf("%s: a probe for %q, who is not there", f.Name, name)
			}
		}
	}

	var page strings.Builder
	if err := r.Markdown(&page); err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(page.String()) {
		if strings.HasPrefix(line, "| [") && strings.Count(line, "](../bench/compare/") != len(r.Peers) {
			t.Errorf("not a link in each cell: %s", line)
		}
	}
}

func at(lines []string, i int) string {
	if i < len(lines) {
		return lines[i]
	}
	return "(nothing)"
}

func fact(r *Report, i int) string {
	if n := len(r.Peers); i < n*len(r.Features) {
		return r.Cells[i/n][i%n].Fact
	}
	return ""
}

// The harness can say that something does not compile, and that something does.
func TestSnippets(t *testing.T) {
	for name, s := range snippets {
		if err := s.compiles("_ = " + put(s.wrap, put(s.start, "fault"))); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if err := s.compiles("var _ int = " + put(s.start, "fault")); err == nil {
			t.Errorf("%s: an error passes for an int", name)
		}
	}
}

func TestAPanicIsANo(t *testing.T) {
	f := Feature{special: map[string]func() Outcome{"oops": func() Outcome { panic("out of order") }}}
	if c := f.Run(named("oops")); c.Verdict != No || c.Fact != "panics: out of order" {
		t.Errorf("got %+v", c)
	}
}
