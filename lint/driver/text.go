package driver

import (
	"bufio"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
	"unicode/utf8"

	"golang.org/x/term"
)

// palette has the codes of a terminal's colors; all are empty where there are none.
type palette struct{ place, bad, note, good, dim, end string }

// look says how text is printed to w: with source lines or one line each, and in which colors.
func (c *command) look(w io.Writer) (rich bool, p palette) {
	rich = c.color == "always" || isTerminal(w)
	if rich && c.color != "never" && (c.color == "always" || os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb") {
		p = palette{"\x1b[1m", "\x1b[31m", "\x1b[33m", "\x1b[32m", "\x1b[2m", "\x1b[0m"}
	}
	return rich, p
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

func (c *command) printText(r *report) error {
	w := bufio.NewWriter(c.stdout)
	rich, p := c.look(c.stdout)
	for _, f := range r.findings {
		fmt.Fprintf(w, "%s%s:%d:%d:%s %s %s(%s)%s\n", p.place, f.File, f.Line, f.Column, p.end, f.Message, p.dim, f.Check, p.end)
		if rich {
			c.printSource(w, p, f)
		}
	}
	if rich && len(r.findings) > 0 {
		c.printSummary(w, p, r.findings)
	}
	return w.Flush()
}

// printSource shows the line, what is meant in it, and how to fix it.
func (c *command) printSource(w io.Writer, p palette, f *Finding) {
	lines := c.sources.lines(f.abs, f.Line, f.Line)
	if len(lines) == 0 || f.Column-1 > len(lines[0]) {
		return
	}
	line := lines[0]
	end := len(line)
	if f.EndLine == f.Line && f.EndColumn-1 <= len(line) {
		end = f.EndColumn - 1
	}
	before, marked := line[:f.Column-1], line[f.Column-1:max(end, f.Column-1)]
	trimmed := strings.TrimLeft(before, " \t")
	pad := func(s string) int { return utf8.RuneCountInString(strings.ReplaceAll(s, "\t", "    ")) }
	text := strings.ReplaceAll(trimmed+line[f.Column-1:], "\t", "    ")
	color := p.bad
	if f.Tier != "error" {
		color = p.note
	}
	fmt.Fprintf(w, "    %s\n    %s%s^%s%s\n", text, strings.Repeat(" ", pad(trimmed)), color, strings.Repeat("~", max(0, pad(marked)-1)), p.end)
	if len(f.Fixes) == 0 {
		return
	}
	fix := &f.Fixes[0]
	how := "have a look: -fix does not apply it"
	if safe := f.safeFix(); safe != nil {
		fix, how = safe, "-fix"
	}
	fmt.Fprintf(w, "    %sfix:%s %s %s(%s)%s\n", p.good, p.end, fix.Message, p.dim, how, p.end)
}

func (c *command) printSummary(w io.Writer, p palette, findings []*Finding) {
	count, fixable, safe := map[string]int{}, map[string]int{}, 0
	for _, f := range findings {
		count[f.Check]++
		if f.safeFix() != nil {
			fixable[f.Check]++
			safe++
		}
	}
	fmt.Fprintln(w)
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(t, "findings\tfixable\t  check\n")
	for _, name := range slices.SortedFunc(maps.Keys(count), func(a, b string) int { return c.order(a) - c.order(b) }) {
		fmt.Fprintf(t, "%d\t%d\t  %s\n", count[name], fixable[name], name)
	}
	fmt.Fprintf(t, "%d\t%d\t  in all\n", len(findings), safe)
	t.Flush()
	hint := "errlint -explain CHECK says more"
	if safe > 0 {
		hint = "errlint -fix applies the fixes, " + hint
	}
	fmt.Fprintf(w, "%s%s%s\n", p.dim, hint, p.end)
}

// order returns the place of a check in the documentation.
func (c *command) order(id string) int {
	for i, k := range c.suite.Checks {
		if k.ID == id {
			return i
		}
	}
	return len(c.suite.Checks)
}

// plural returns "1 finding", "2 findings".
func plural(n int, what string) string {
	switch {
	case n == 1:
		return "1 " + what
	case strings.HasSuffix(what, "x"):
		return fmt.Sprintf("%d %ses", n, what)
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// spin shows on a terminal that something is done, until the function that it returns is called: "go vet" says nothing before the end.
func (c *command) spin() (stop func()) {
	if !isTerminal(c.stderr) || os.Getenv("TERM") == "dumb" {
		return func() {}
	}
	done, gone := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(gone)
		start := time.Now()
		tick := time.NewTicker(time.Second / 4)
		defer tick.Stop()
		for i := 0; ; i++ {
			select {
			case <-done:
				if i > 0 {
					fmt.Fprint(c.stderr, "\r\x1b[K")
				}
				return
			case <-tick.C:
				fmt.Fprintf(c.stderr, "\r%c go vet: %s ", `|/-\`[i%4], time.Since(start).Round(time.Second))
			}
		}
	}()
	return func() { close(done); <-gone }
}
