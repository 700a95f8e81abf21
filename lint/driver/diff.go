package driver

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// printDiff prints what the safe fixes of findings change, as patch and git apply take it.
func (c *command) printDiff(findings []*Finding) (int, error) {
	p := c.planFixes(findings, c.refused())
	files, err := c.files(p)
	if err != nil {
		return 0, err
	}
	_, colors := c.look(c.stdout)
	code := exitClean
	for _, file := range slices.Sorted(maps.Keys(files)) {
		text := unified(c.rel(file), string(c.sources.read(file)), string(files[file]))
		if text == "" {
			continue
		}
		code = exitFindings
		for line := range strings.Lines(text) {
			color := map[byte]string{'+': colors.good, '-': colors.bad, '@': colors.dim}[line[0]]
			if color != "" {
				line = color + strings.TrimSuffix(line, "\n") + colors.end + "\n"
			}
			if _, err := fmt.Fprint(c.stdout, line); err != nil {
				return 0, err
			}
		}
	}
	if p.skipped > 0 {
		c.note("%s overlap others: -fix makes them in another round", plural(p.skipped, "fix"))
	}
	return code, nil
}

const contextLines = 3

// unified returns the difference of two texts, or "".
func unified(name, before, after string) string {
	a, b := slices.Collect(strings.Lines(before)), slices.Collect(strings.Lines(after))
	script := compare(a, b)
	var out strings.Builder
	for i := 0; i < len(script); {
		if script[i].op == ' ' {
			i++
			continue
		}
		from := max(0, i-contextLines)
		to, same := i, 0
		for j := i; j < len(script) && same <= 2*contextLines; j++ {
			if same++; script[j].op != ' ' {
				to, same = j+1, 0
			}
		}
		end := min(len(script), to+contextLines)
		if out.Len() == 0 {
			fmt.Fprintf(&out, "--- a/%s\n+++ b/%[1]s\n", name)
		}
		hunk(&out, script[from:end])
		i = end
	}
	return out.String()
}

// step is a line that stays, goes ('-') or comes ('+'), with the numbers of lines before it.
type step struct {
	op   byte
	text string
	a, b int
}

func hunk(out *strings.Builder, steps []step) {
	var na, nb int
	for _, s := range steps {
		if s.op != '+' {
			na++
		}
		if s.op != '-' {
			nb++
		}
	}
	start := func(before, n int) int {
		if n == 0 {
			return before
		}
		return before + 1
	}
	fmt.Fprintf(out, "@@ -%d,%d +%d,%d @@\n", start(steps[0].a, na), na, start(steps[0].b, nb), nb)
	for _, s := range steps {
		fmt.Fprintf(out, "%c%s", s.op, s.text)
		if !strings.HasSuffix(s.text, "\n") {
			out.WriteString("\n\\ No newline at end of file\n")
		}
	}
}

// compare returns the shortest way from a to b (Myers).
func compare(a, b []string) []step {
	pre := 0
	for pre < len(a) && pre < len(b) && a[pre] == b[pre] {
		pre++
	}
	post := 0
	for post < len(a)-pre && post < len(b)-pre && a[len(a)-1-post] == b[len(b)-1-post] {
		post++
	}
	var script []step
	keep := func(i, n, shift int) {
		for k := i; k < i+n; k++ {
			script = append(script, step{' ', a[k], k, k + shift})
		}
	}
	keep(0, pre, 0)
	script = append(script, myers(a[pre:len(a)-post], b[pre:len(b)-post], pre)...)
	keep(len(a)-post, post, len(b)-len(a))
	return script
}

func myers(a, b []string, shift int) []step {
	// furthest[d][k+d] is how far in a one gets on diagonal k with d changes.
	var furthest [][]int
	at := func(d, k int) int {
		if d < 0 || k < -d || k > d {
			return -1
		}
		return furthest[d][k+d]
	}
	come := func(d, k int) (x int, down bool) { // the better of the two ways to diagonal k
		if k == -d || k != d && at(d-1, k-1) < at(d-1, k+1) {
			return at(d-1, k+1), true
		}
		return at(d-1, k-1) + 1, false
	}
search:
	for d := 0; ; d++ {
		furthest = append(furthest, make([]int, 2*d+1))
		for k := -d; k <= d; k += 2 {
			x := 0
			if d > 0 {
				x, _ = come(d, k)
			}
			for x < len(a) && x-k < len(b) && x-k >= 0 && a[x] == b[x-k] {
				x++
			}
			furthest[d][k+d] = x
			if x >= len(a) && x-k >= len(b) {
				break search
			}
		}
	}
	var back []step
	x, y := len(a), len(b)
	for d := len(furthest) - 1; d >= 0; d-- {
		k := x - y
		px, down := 0, false
		if d > 0 {
			px, down = come(d, k)
		}
		for x > px && y > px-k {
			x, y = x-1, y-1
			back = append(back, step{' ', a[x], x + shift, y + shift})
		}
		switch {
		case d == 0:
		case down:
			y--
			back = append(back, step{'+', b[y], x + shift, y + shift})
		default:
			x--
			back = append(back, step{'-', a[x], x + shift, y + shift})
		}
	}
	slices.Reverse(back)
	return back
}
