package score

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/holdfast-go/holdfast/corpus/row"
)

const pageIntro = `%s: a real thing was broken, and the real library said so. Each was then shown to the roles that meet it,
at the edges where they meet it, and the verdicts held against those that people accept
([` + "`corpus/classify-corpus.csv`" + `](../corpus/classify-corpus.csv); several may be right).
A cell is one error, one role and one of its edges. What a value cannot tell, such as who sent a kill, its caller marks: %d cells.

The roles are those of [` + "`classify/roles`" + `](../classify/roles), with the packs of [` + "`classify/packs`" + `](../classify/packs). These import the
standard library only; what MySQL, MongoDB, etcd, Kafka, NATS, SSH, WebSocket, Kubernetes and OAuth2 say by types without methods is known by nine tables in
[` + "`corpus/libraries`" + `](../corpus/libraries), as a program that imports them would write them.

`

// WritePage writes the result as a page of documentation.
func (res *Result) WritePage(w io.Writer) error {
	var b strings.Builder
	b.WriteString("<!-- Written by \"go run .\" in corpus. Do not edit. -->\n# Where the policies agree, and where they do not\n\n")
	fmt.Fprintf(&b, pageIntro, plural(res.Rows-len(res.Skipped), "error was provoked", "errors were provoked"),
		count(res.Cells, func(c Cell) bool { return c.Marked != "" }))

	b.WriteString("## Accepted verdicts\n\n| role | edge | accepted |\n|---|---|---|\n")
	for _, role := range row.Roles {
		for _, edge := range res.edges(role) {
			fmt.Fprintf(&b, "| %s | %s | %s |\n", role, edgeName(edge), res.Tally(func(c Cell) bool { return c.Role == role && c.Edge == edge }))
		}
		fmt.Fprintf(&b, "| **%s** | all | **%s** |\n", role, res.Tally(func(c Cell) bool { return c.Role == role }))
	}
	fmt.Fprintf(&b, "| **all** | all | **%s** |\n\n", res.Tally(func(Cell) bool { return true }))
	fmt.Fprintf(&b, "How to read this: the tables of the roles and packs were written with this file at hand. So it shows that one table for each edge holds what people accept,\n"+
		"and keeps showing it while libraries change; it does not show how a policy fares on errors that nobody listed. Of these it says that they are unknown, and\n"+
		"takes the default of the edge: that is what %d of the accepted verdicts are.\n\n", count(res.Cells, func(c Cell) bool { return c.Accepted && c.Unknown }))
	two := res.Tally(func(c Cell) bool { return c.Labellers == "2" })
	one := res.Tally(func(c Cell) bool { return c.Labellers != "2" })
	fmt.Fprintf(&b, "Of the rows that two people labelled, each alone at first: %s. Of those that one person labelled: %s.\n\n", two, one)

	b.WriteString("## Retry, or not\n\nThe question that other libraries answer. They are asked about the same values in the same cells; they know neither role, edge nor mark, and were not written\nwith these labels at hand. A cell agrees if what it says, to try again\n" +
		"(here or elsewhere) or not to, is among what is accepted.\n\n| who is asked | agrees | of the rows that two people labelled |\n|---|---|---|\n")
	for _, p := range res.Peers {
		fmt.Fprintf(&b, "| %s | %s | %s |\n", p.Name, p.All, p.Two)
	}

	b.WriteString("\n## Disagreements\n\n")
	if bad := res.Disagreements(); len(bad) == 0 {
		b.WriteString("None.\n")
	} else {
		b.WriteString("| error | role | edge | accepted | verdict | why |\n|---|---|---|---|---|---|\n")
		for _, c := range bad {
			got := c.Got.String()
			if c.Unknown {
				got += " (unknown)"
			}
			why := c.Reason
			if why == "" {
				why = c.Note
			}
			fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s |\n", c.ID, c.Role, edgeName(c.Edge), cell(c.Want), got, cell(why))
		}
	}

	if len(res.disputes) > 0 {
		b.WriteString("\n## Disputed labels\n\nThe label counts above; this is what the project would accept instead, and why.\n\n| error | role | label | instead | because |\n|---|---|---|---|---|\n")
		for _, r := range res.disputes {
			role, instead, why, _ := r.Disputed()
			fmt.Fprintf(&b, "| %s | %s | %s | %s | %s |\n", r.ID, role, cell(r.Accepted[role].String()), cell(instead.String()), cell(why))
		}
	}

	if len(res.Skipped) > 0 {
		b.WriteString("\n## Not provoked\n\n| error | why |\n|---|---|\n")
		for _, s := range res.Skipped {
			fmt.Fprintf(&b, "| %s | %s |\n", s.ID, cell(s.Why))
		}
	}
	b.WriteString("\n## Where a role meets what\n\nThe corpus names some edges by their transport. A role meets such values at the edges behind it:\n\n| in the corpus | role | its edges | because |\n|---|---|---|---|\n")
	for _, p := range places {
		role, at := p.role, "none"
		if role == "" {
			role = "all"
			if slices.ContainsFunc(places, func(o place) bool { return o.edge == p.edge && o.role != "" }) {
				role = "others"
			}
		}
		if len(p.at) > 0 {
			var names []string
			for _, e := range p.at {
				names = append(names, edgeName(e))
			}
			at = strings.Join(names, ", ")
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", p.edge, role, at, p.why)
	}
	b.WriteString("\n## What callers marked\n\n| error | mark | because |\n|---|---|---|\n")
	for _, id := range slices.Sorted(keys(marks)) {
		fmt.Fprintf(&b, "| %s | %s | %s |\n", id, cell(marks[id].String()), marks[id].why)
	}
	for _, id := range slices.Sorted(keys(gone)) {
		fmt.Fprintf(&b, "| %s | the requester is gone | %s |\n", id, gone[id])
	}
	b.WriteString("\n## To write this page again\n\n    cd corpus && go run .\n\n" +
		"It takes about ten seconds once it is built. Some rows need PostgreSQL's programs, or root on Linux; without them they are listed here as not provoked.\n" +
		"A new row goes into the file above and into [`corpus/provoke`](../corpus/provoke). [What it costs to decide](classify-cost.md) is another page.\n")
	_, err := io.WriteString(w, b.String())
	return err
}

// String returns the classes of a mark, one if all roles have the same.
func (m mark) String() string {
	var out []string
	for _, role := range row.Roles {
		if m.decisions[role] == nil {
			continue
		}
		c := fmt.Sprint(m.decisions[role])
		if !slices.Contains(out, c) {
			out = append(out, c)
		}
	}
	return strings.Join(out, " or ")
}

func keys[V any](m map[string]V) func(func(string) bool) {
	return func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

// edges returns those of a role that have cells.
func (res *Result) edges(role string) []string {
	var out []string
	for _, c := range res.Cells {
		if c.Role == role && !slices.Contains(out, c.Edge) {
			out = append(out, c.Edge)
		}
	}
	slices.Sort(out)
	return out
}

func edgeName(e string) string {
	if e == "" {
		return "self"
	}
	return e
}

// cell makes a text fit for a table.
func cell(s string) string { return strings.ReplaceAll(s, "|", " or ") }

func count(cells []Cell, f func(Cell) bool) (n int) {
	for _, c := range cells {
		if f(c) {
			n++
		}
	}
	return n
}

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// WriteSummary writes the tallies for a terminal.
func (res *Result) WriteSummary(w io.Writer) error {
	var b strings.Builder
	for _, role := range row.Roles {
		fmt.Fprintf(&b, "%-15s %s\n", role, res.Tally(func(c Cell) bool { return c.Role == role }))
		for _, edge := range res.edges(role) {
			fmt.Fprintf(&b, "  %-13s %s\n", edgeName(edge), res.Tally(func(c Cell) bool { return c.Role == role && c.Edge == edge }))
		}
	}
	fmt.Fprintf(&b, "%-15s %s\n\nretry or not:\n", "all", res.Tally(func(Cell) bool { return true }))
	for _, p := range res.Peers {
		fmt.Fprintf(&b, "  %-64s %s\n", strings.ReplaceAll(p.Name, "`", ""), p.All)
	}
	bad := res.Disagreements()
	fmt.Fprintf(&b, "\n%s\n", plural(len(bad), "disagreement", "disagreements"))
	for _, c := range bad {
		fmt.Fprintf(&b, "  %s at %s of %s: want %s, got %s\n", c.ID, edgeName(c.Edge), c.Role, c.Want, c.Explanation)
	}
	for _, s := range res.Skipped {
		fmt.Fprintf(&b, "skipped %s: %s\n", s.ID, s.Why)
	}
	_, err := io.WriteString(w, b.String())
	return err
}
