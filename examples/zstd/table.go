package main

import (
	"fmt"
	"io"
	"slices"
	"time"
)

// What the executor is to reach.
const (
	coldTarget   = 1.15                   // times the commands under xargs
	cachedTarget = 150 * time.Millisecond // for a run that finds everything
)

// print writes the times as a table with medians, and what they are to be.
func (t times) print(w io.Writer, steps int, before, after string) {
	fmt.Fprintf(w, "%d steps, %d jobs, %d rounds; load average %s before, %s after\n\n", steps, jobs, len(t.cold), before, after)
	fmt.Fprintf(w, "%-28s", "seconds")
	for i := range t.cold {
		fmt.Fprintf(w, "%8d", i+1)
	}
	fmt.Fprintf(w, "%10s\n", "median")
	row(w, "holdfast run, empty store", t.cold)
	row(w, "the commands under xargs", t.xargs)
	row(w, "holdfast run, all cached", t.cached)

	ratio, cached := median(t.cold).Seconds()/median(t.xargs).Seconds(), median(t.cached)
	fmt.Fprintln(w)
	goal(w, "empty store / xargs", "%.3f", ratio, coldTarget, "%.2f")
	goal(w, "all cached", "%.1f ms", cached.Seconds()*1000, cachedTarget.Seconds()*1000, "%.0f ms")
}

func row(w io.Writer, name string, values []time.Duration) {
	fmt.Fprintf(w, "%-28s", name)
	for _, d := range values {
		fmt.Fprintf(w, "%8.3f", d.Seconds())
	}
	fmt.Fprintf(w, "%10.3f\n", median(values).Seconds())
}

// median returns the middle value, the upper one of two, and 0 of nothing.
func median(values []time.Duration) time.Duration {
	if len(values) == 0 {
		return 0
	}
	return slices.Sorted(slices.Values(values))[len(values)/2]
}

// goal writes a value beside what it is to be at most.
func goal(w io.Writer, name, format string, value, target float64, targetFormat string) {
	verdict := "missed"
	if value <= target {
		verdict = "met"
	}
	fmt.Fprintf(w, "%-20s %10s   target at most %-7s %s\n", name, fmt.Sprintf(format, value), fmt.Sprintf(targetFormat, target), verdict)
}
