package driver

import (
	"fmt"
	"io"
	"strings"

	"github.com/holdfast-go/holdfast/lint/check"
)

// explainChecks prints the pages of the checks that are named, or the list of all.
func (c *command) explainChecks() error {
	if len(c.packages) == 0 {
		width := 0
		for _, k := range c.suite.Checks {
			width = max(width, len(k.ID))
		}
		for _, k := range c.suite.Checks {
			fix := " "
			if k.Fix != "" {
				fix = "fix"
			}
			fmt.Fprintf(c.stdout, "%-*s  %-7s  %-3s  %s\n", width, k.ID, k.Tier, fix, k.Title)
		}
		return nil
	}
	for i, name := range c.packages {
		k, err := c.suite.find(name)
		if err != nil {
			return err
		}
		if i > 0 {
			fmt.Fprintln(c.stdout)
		}
		if _, err := io.WriteString(c.stdout, Page(k)); err != nil {
			return err
		}
	}
	return nil
}

// tiers say what a tier means for who runs the command.
var tiers = map[check.Tier]string{
	check.Error:   "error: reported in all profiles",
	check.Warning: "warning: reported in all profiles",
	check.OptIn:   "opt-in: reported in the strict profile, or with `-enable %s`",
}

// Page returns the page of a check, in Markdown.
func Page(c *check.Check) string {
	var b strings.Builder
	tier := tiers[c.Tier]
	if c.Tier == check.OptIn {
		tier = fmt.Sprintf(tier, c.ID)
	}
	fmt.Fprintf(&b, "# %s\n\n%s.\n\n- %s\n- since %s\n", c.ID, sentence(c.Title), tier, c.Since)
	if c.Fix == "" {
		b.WriteString("- no fix\n")
	} else {
		b.WriteString("- has a [fix](#fix)\n")
	}
	fmt.Fprintf(&b, "\n## Why\n\n%s\n", strings.TrimSpace(c.Why))
	fmt.Fprintf(&b, "\n## Before\n\n```go\n%s\n```\n", strings.TrimSpace(c.Before))
	fmt.Fprintf(&b, "\n## After\n\n```go\n%s\n```\n", strings.TrimSpace(c.After))
	if len(c.Silent) > 0 {
		b.WriteString("\n## What it does not report\n\n")
		for _, s := range c.Silent {
			fmt.Fprintf(&b, "- %s\n", s)
		}
	}
	if c.Fix != "" {
		fmt.Fprintf(&b, "\n## Fix\n\n%s.\n\n`errlint -fix` applies it where nobody has to look: where nothing but the chain of the error changes.\n", strings.TrimSuffix(c.Fix, "."))
	}
	fmt.Fprintf(&b, `
## How to silence it

Where it is meant, say so with a reason: on the line or the one before, in the comment of the function, or in that of the package.

%[2]sgo
//errlint:opaque(%[1]s) clients of the public API see no internals
%[2]s

%[3]s//nolint:errlint%[3]s and %[3]s//lint:ignore errlint/%[1]s REASON%[3]s work as with other linters. To turn it off altogether, %[3]serrlint -disable %[1]s%[3]s, or in %[3]s%[4]s%[3]s:

%[2]syaml
disable: [%[1]s]
%[2]s
`, c.ID, "```", "`", SettingsFile)
	return b.String()
}

// Table returns the checks as a table of Markdown, with links to their pages.
func Table(checks []*check.Check) string {
	var b strings.Builder
	b.WriteString("| check | tier | fix | reports |\n|---|---|---|---|\n")
	for _, c := range checks {
		fix := ""
		if c.Fix != "" {
			fix = "yes"
		}
		fmt.Fprintf(&b, "| [%[1]s](%[1]s.md) | %[2]s | %[3]s | %[4]s |\n", c.ID, c.Tier, fix, strings.ReplaceAll(c.Title, "|", `\|`))
	}
	return b.String()
}

// sentence returns a title as the beginning of a sentence.
func sentence(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}
