package main

import (
	"context"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"slices"
	"sync"
	"text/tabwriter"
	"time"

	"github.com/holdfast-go/holdfast/classify"
	"github.com/holdfast-go/holdfast/classify/supervise"
)

// faults are what can be done to the daemon. Each lasts until its undo is called.
var faults = map[string]func(ctx context.Context, w *world, r *rand.Rand) (undo func() error, err error){
	"database": func(_ context.Context, w *world, _ *rand.Rand) (func() error, error) {
		return takeDown(w.database), nil
	},
	"mirror": func(_ context.Context, w *world, _ *rand.Rand) (func() error, error) { return takeDown(w.mirror), nil },
	"worker": func(_ context.Context, w *world, r *rand.Rand) (func() error, error) {
		return takeDown(w.workers[either(r)]), nil
	},
	"hang": func(_ context.Context, w *world, r *rand.Rand) (func() error, error) {
		h := w.hanging[either(r)]
		h.Store(true)
		return func() error { h.Store(false); return nil }, nil
	},
	"message": func(ctx context.Context, w *world, _ *rand.Rand) (func() error, error) {
		if err := w.send(ctx, "GARBAGE \x00"); worldPolicy.Classify(ctx, err).Class == classify.Fatal {
			return nil, err
		}
		return func() error { return nil }, nil
	},
}

func takeDown(s *server) (undo func() error) {
	s.down()
	return s.up
}

func either(r *rand.Rand) string { return []string{"a", "b"}[r.IntN(2)] }

// chaos is the tally of a run under faults.
type chaos struct {
	mu     sync.Mutex
	faults map[string]int
	ends   map[string]int // "scope action class"
	exits  map[string]int // what the daemon died of
	odd    []*supervise.Report
	delays []time.Duration // from the death of the database to the daemon's
	blamed time.Time
}

func newChaos() *chaos {
	return &chaos{faults: map[string]int{}, ends: map[string]int{}, exits: map[string]int{}}
}

// note is told of the end of each task.
func (c *chaos) note(e supervise.End) {
	if e.Verdict.Class == classify.None {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ends[fmt.Sprintf("%s\t%s\t%s", e.Scope, e.Verdict.Class, e.Action)]++
}

// exit is told of the end of each of the daemon's lives. One explains itself if a rule knew what it
// died of, and at which dependency.
func (c *chaos) exit(r *supervise.Report, w *world) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if r.Died == nil {
		c.exits[fmt.Sprintf("%d\tstopped: %v", r.Code, r.Cause)]++
		return
	}
	v := r.Died.Verdict
	if v.Unknown || v.Edge == "" {
		c.odd = append(c.odd, r)
		return
	}
	c.exits[fmt.Sprintf("%d\t%s: %s at the %s", r.Code, v.Class, v.Kind, v.Edge)]++
	if fell := w.database.downSince(); fell != c.blamed { // else it met a database that was still down
		c.blamed = fell
		c.delays = append(c.delays, time.Since(fell))
	}
}

// rage injects one fault after the other until ctx is done, and undoes each after a while.
func (c *chaos) rage(ctx context.Context, w *world, seed uint64) error {
	r := rand.New(rand.NewPCG(seed, 0))
	names := slices.Sorted(maps.Keys(faults))
	for {
		if err := sleep(ctx, time.Duration(50+r.IntN(150))*time.Millisecond); err != nil {
			return err
		}
		name := names[r.IntN(len(names))]
		undo, err := faults[name](ctx, w, r)
		if err != nil {
			return err
		}
		c.mu.Lock()
		c.faults[name]++
		c.mu.Unlock()
		err = sleep(ctx, time.Duration(20+r.IntN(300))*time.Millisecond)
		if err := undo(); err != nil {
			return err
		}
		if err != nil {
			return err
		}
	}
}

// summary prints the tally, and returns whether everything came out.
func (c *chaos) summary(out io.Writer, w *world, n *counts, before, after int) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	t := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	defer func() { _ = t.Flush() }()
	section := func(title string, rows map[string]int) {
		fmt.Fprintf(t, "\n%s\n", title)
		for _, name := range slices.Sorted(maps.Keys(rows)) {
			fmt.Fprintf(t, "  %d\t%s\n", rows[name], name)
		}
	}
	section("faults injected", c.faults)
	section("verdicts acted on (scope, verdict, action)", c.ends)
	section("exits (code, why)", c.exits)
	if slices.Sort(c.delays); len(c.delays) > 0 {
		fmt.Fprintf(t, "\nfrom the database's death to the daemon's exit: median %s, at most %s\n",
			c.delays[len(c.delays)/2].Round(time.Millisecond), c.delays[len(c.delays)-1].Round(time.Millisecond))
	}
	accepted, done, open := w.rows.sums()
	fmt.Fprintf(t, "\nitems: %d accepted, %d done (%d of them without mirror), %d open, %d lost; %d attempts moved, %d messages dropped\n",
		accepted, done, n.degraded.Load(), open, accepted-done-open, n.retried.Load(), n.dropped.Load())
	fmt.Fprintf(t, "goroutines: %d before, %d after\n", before, after)
	fmt.Fprintf(t, "exits that do not explain themselves: %d\n", len(c.odd))
	for _, r := range c.odd {
		fmt.Fprintln(t, r)
	}
	return len(c.odd) == 0 && accepted == done+open && after <= before
}
