package driver

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Whatever two texts are, the difference leads from one to the other.
func TestUnified(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	text := func() string {
		var b strings.Builder
		for range r.IntN(30) {
			fmt.Fprintf(&b, "%c\n", 'a'+rune(r.IntN(4)))
		}
		if r.IntN(4) == 0 {
			b.WriteString("no end")
		}
		return b.String()
	}
	for range 5000 {
		before, after := text(), text()
		diff := unified("x.go", before, after)
		if got := patch(t, before, diff); got != after {
			t.Fatalf("before:\n%s\ndiff:\n%s\n(-want +got)\n%s", before, diff, cmp.Diff(after, got))
		}
	}
}

// patch applies a difference.
func patch(t *testing.T, before, diff string) string {
	t.Helper()
	var out strings.Builder
	lines := strings.SplitAfter(before, "\n")
	at := 0
	all := strings.SplitAfter(diff, "\n")
	for i, line := range all {
		text := strings.TrimPrefix(line, " ")
		if line != "" {
			text = line[1:]
		}
		if i+1 < len(all) && strings.HasPrefix(all[i+1], `\`) {
			text = strings.TrimSuffix(text, "\n")
		}
		switch {
		case strings.HasPrefix(line, "---") || strings.HasPrefix(line, "+++") || line == "" || line[0] == '\\':
		case strings.HasPrefix(line, "@@"):
			var a, na, b, nb int
			if _, err := fmt.Sscanf(line, "@@ -%d,%d +%d,%d @@", &a, &na, &b, &nb); err != nil {
				t.Fatal(err)
			}
			if na > 0 {
				a--
			}
			for ; at < a; at++ {
				out.WriteString(lines[at])
			}
		case line[0] == '+':
			out.WriteString(text)
		default:
			if lines[at] != text {
				t.Fatalf("the difference has %q where the text has %q:\n%s", text, lines[at], diff)
			}
			if line[0] == ' ' {
				out.WriteString(text)
			}
			at++
		}
	}
	for ; at < len(lines); at++ {
		out.WriteString(lines[at])
	}
	return out.String()
}
