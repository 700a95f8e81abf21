package cost

import (
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"
	"time"
)

const intro = `<!-- Written by "go run . -cost" in corpus. Do not edit. -->
# What it costs to decide

What [Classify](classify.md) takes for a verdict, and what two neighbours take to say less about the same error: whether to try again
(the standard retryer of the AWS SDK), or which code a call ended with (gRPC). [Where the policies agree](classify-agreement.md) says how
right they are.

%s, on %s; load average %s before, %s after.

Each number is the median of %d rounds. In a round everybody is asked about every error, one after another, so noise hits all alike: the
ratios count, not the nanoseconds. The policies are built, and the types of the errors seen, before the first round.

`

// WritePage writes the report as a page of documentation.
func (r *Report) WritePage(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, intro, r.Machine, r.Day.Format(time.DateOnly), r.Before, r.After, r.Rounds)
	b.WriteString("## Numbers\n\nTime and allocations for one error, and how many times what Classify takes that is.\n\n| error |")
	for _, s := range Subjects {
		b.WriteString(" " + s.Name + " |")
	}
	b.WriteString("\n|---|" + strings.Repeat("---|", len(Subjects)) + "\n")
	for _, l := range r.Lines {
		fmt.Fprintf(&b, "| %s |", l.Name)
		for j, n := range l.By {
			fmt.Fprintf(&b, " %s, %s", duration(n.Time), allocations(n.Allocs))
			if j > 0 {
				fmt.Fprintf(&b, ", %s", l.ratio(j))
			}
			b.WriteString(" |")
		}
		b.WriteString("\n")
	}
	b.WriteString("\n## Targets\n\n| error | Classify at most | measured |  |\n|---|---|---|---|\n")
	for _, l := range r.Lines {
		if l.Target == nil {
			continue
		}
		met := "**missed**"
		if l.Target.Met(l.By[0]) {
			met = "met"
		}
		fmt.Fprintf(&b, "| %s | %s | %s, %s | %s |\n", l.Name, l.Target, duration(l.By[0].Time), allocations(l.By[0].Allocs), met)
	}
	b.WriteString("\n## The errors\n\n| error | what it is | verdict |\n|---|---|---|\n")
	for _, l := range r.Lines {
		v := l.Want.String()
		if l.Kind != 0 {
			v = l.Kind.String() + ": " + v
		}
		fmt.Fprintf(&b, "| %s | %s | %s |\n", l.Name, l.What, v)
	}
	b.WriteString("\nThe code is [`corpus/cost`](../corpus/cost). To write this page again, on a machine that has nothing else to do:\n\n    cd corpus && go run . -cost\n")
	_, err := io.WriteString(w, b.String())
	return err
}

// WriteSummary writes the numbers for a terminal.
func (r *Report) WriteSummary(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s; load average %s before, %s after; medians of %d rounds\n\n%-16s", r.Machine, r.Before, r.After, r.Rounds, "")
	for _, s := range Subjects {
		fmt.Fprintf(&b, "  %-26s", strings.ReplaceAll(s.Name, "`", ""))
	}
	b.WriteString("  target\n")
	for _, l := range r.Lines {
		fmt.Fprintf(&b, "%-16s", l.Name)
		for j, n := range l.By {
			cell := fmt.Sprintf("%s, %s", duration(n.Time), allocations(n.Allocs))
			if j > 0 {
				cell += ", " + l.ratio(j)
			}
			fmt.Fprintf(&b, "  %-26s", cell)
		}
		switch {
		case l.Target == nil:
			b.WriteString("  none")
		case l.Target.Met(l.By[0]):
			fmt.Fprintf(&b, "  %s: met", l.Target)
		default:
			fmt.Fprintf(&b, "  %s: MISSED", l.Target)
		}
		b.WriteString("\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// ratio is how many times what Classify takes a subject takes.
func (l Line) ratio(j int) string {
	x := float64(l.By[j].Time) / float64(l.By[0].Time)
	if x >= 10 {
		return fmt.Sprintf("%.0f×", x)
	}
	return fmt.Sprintf("%.2g×", x)
}

func duration(d time.Duration) string {
	if d < time.Microsecond {
		return fmt.Sprintf("%d ns", d.Nanoseconds())
	}
	return fmt.Sprintf("%.3g µs", float64(d)/1e3)
}

func allocations(n float64) string {
	if n == 1 {
		return "1 alloc"
	}
	return fmt.Sprintf("%.0f allocs", n)
}

// machine says what the numbers are of.
func machine() string {
	name := "unknown processor"
	if b, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		for l := range strings.Lines(string(b)) {
			if k, v, ok := strings.Cut(l, ":"); ok && strings.TrimSpace(k) == "model name" {
				name = strings.TrimSpace(v)
				break
			}
		}
	}
	return fmt.Sprintf("%s, %d cores, %s, %s/%s", name, runtime.NumCPU(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
}

// load is the load average, where the system tells.
func load() string {
	b, err := os.ReadFile("/proc/loadavg")
	f := strings.Fields(string(b))
	if err != nil || len(f) < 3 {
		return "unknown"
	}
	return strings.Join(f[:3], " ")
}
