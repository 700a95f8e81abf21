package cost

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"
)

// Each case is decided as it says, or it measures something else, and is ten links deep.
func TestCases(t *testing.T) {
	for _, c := range Cases() {
		v := c.policy.Classify(t.Context(), c.err)
		if v.Class != c.Want || v.Kind != c.Kind || v.Unknown != (c.Name == "unknown") {
			t.Errorf("%s: %s", c.Name, v.Explain())
		}
		links := 0
		for err := c.err; err != nil; err = errors.Unwrap(err) {
			links++
		}
		if links < 10 || links > 11 {
			t.Errorf("%s has %d links", c.Name, links)
		}
	}
}

// What can be promised on any machine.
func TestAllocations(t *testing.T) {
	for _, c := range Cases() {
		if c.Target == nil || c.Target.Allocs < 0 {
			continue
		}
		if n := testing.AllocsPerRun(100, func() { verdict = c.policy.Classify(t.Context(), c.err) }); n > c.Target.Allocs {
			t.Errorf("%s: %v allocations, %s", c.Name, n, c.Target)
		}
	}
}

func TestReport(t *testing.T) {
	rounds := 0
	r, err := Measure(t.Context(), Cases(), Options{Each: 10 * time.Microsecond}, func(int) { rounds++ })
	if err != nil {
		t.Fatal(err)
	}
	if rounds != 5 || r.Rounds != 5 {
		t.Errorf("%d rounds, the report says %d", rounds, r.Rounds)
	}
	var page, summary strings.Builder
	if err := errors.Join(r.WritePage(&page), r.WriteSummary(&summary)); err != nil {
		t.Fatal(err)
	}
	for _, c := range Cases() {
		if !strings.Contains(page.String(), "| "+c.Name+" |") || !strings.Contains(summary.String(), c.Name) {
			t.Errorf("the report lacks %s", c.Name)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Measure(ctx, Cases()[:1], Options{Each: time.Microsecond}, func(int) {}); !errors.Is(err, context.Canceled) {
		t.Errorf("interrupted: %v", err)
	}
}

func TestTarget(t *testing.T) {
	for _, tt := range []struct {
		n    Number
		want bool
	}{{Number{300, 0}, true}, {Number{301, 0}, false}, {Number{1, 1}, false}} {
		if ten.Met(tt.n) != tt.want {
			t.Errorf("%v: met is %v", tt.n, !tt.want)
		}
	}
	if !custom.Met(Number{1000, 7}) {
		t.Error("a target without allocations counts them")
	}
	if s := (Line{By: []Number{{100, 0}, {2500, 3}}}).ratio(1); s != "25×" {
		t.Error(s)
	}
}
