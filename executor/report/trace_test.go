package report_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/holdfast-go/holdfast/executor/event"
	"github.com/holdfast-go/holdfast/executor/report"
)

// element is what a viewer needs of an element of a trace.
type element struct {
	Name  string
	Phase string   `json:"ph"`
	Time  *float64 `json:"ts"`
	Dur   *float64
	PID   *int
	TID   *int
	Args  map[string]any
}

func elements(t *testing.T, data string) (all []element) {
	t.Helper()
	if err := json.Unmarshal([]byte(data), &all); err != nil {
		t.Fatalf("%v in %s", err, data)
	}
	return all
}

func TestATraceThatIsCutOffLacksOnlyTheBracket(t *testing.T) {
	for name, story := range stories {
		var w writes
		play(t, story, func() report.Sink { return report.Trace(&w) })
		for i := 1; i < len(w); i++ {
			if got := elements(t, strings.Join(w[:i], "")+"]"); len(got) != i {
				t.Errorf("%s: %d elements after %d writes", name, len(got), i)
			}
		}
		elements(t, strings.Join(w, ""))
	}
	var b bytes.Buffer
	if err := report.Trace(&b).Close(); err != nil || len(elements(t, b.String())) != 0 {
		t.Errorf("no events: %q, %v", &b, err)
	}
}

func TestStepsOnOneLaneNeverOverlap(t *testing.T) {
	const steps, jobs = 400, 6
	rng := rand.New(rand.NewPCG(1, 2))
	var b bytes.Buffer
	s := report.Trace(&b)
	at := time.UnixMilli(1_000_000)
	s.Event(at, event.Plan{Plan: "p", Steps: steps, Jobs: jobs})
	var running []string
	for i := 0; i < steps || len(running) > 0; {
		at = at.Add(time.Duration(rng.IntN(3)) * 500 * time.Microsecond) // often 0: an end and a start at once
		if i < steps && len(running) < jobs && rng.IntN(2) == 0 {
			name := fmt.Sprint(i)
			i++
			running = append(running, name)
			s.Event(at, event.StepStarted{Step: name})
		} else if n := len(running); n > 0 {
			k := rng.IntN(n)
			s.Event(at, event.StepFinished{Step: running[k], Source: event.Executed, OK: true})
			running = slices.Delete(running, k, k+1)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	ends, seen := map[int]float64{}, map[string]bool{}
	spans := slices.DeleteFunc(elements(t, b.String()), func(e element) bool { return e.Phase != "X" })
	slices.SortStableFunc(spans, func(a, b element) int { return int(*a.Time - *b.Time) })
	for _, e := range spans {
		if *e.Time < ends[*e.TID] {
			t.Errorf("step %s starts at %v on lane %d, which is taken until %v", e.Name, *e.Time, *e.TID, ends[*e.TID])
		}
		ends[*e.TID] = *e.Time + *e.Dur
		seen[e.Name] = true
	}
	if len(seen) != steps || len(ends) != jobs {
		t.Errorf("%d steps on %d lanes, want %d on %d", len(seen), len(ends), steps, jobs)
	}
}

func TestWhatStillRunsAtTheEndIsInTheTrace(t *testing.T) {
	var b bytes.Buffer
	s, at := report.Trace(&b), time.UnixMilli(5)
	s.Event(at, event.StepStarted{Step: "first"})
	s.Event(at.Add(time.Millisecond), event.StepStarted{Step: "second"})
	s.Event(at.Add(2*time.Millisecond), event.StepStarted{Step: "first"}) // again, without an end
	s.Event(at.Add(-time.Hour), event.StepFinished{Step: "cached", Source: event.Cached, OK: true})
	s.Event(at.Add(4*time.Millisecond), event.Finished{})
	s.Close()
	s.Close()
	type span struct {
		Name     string
		TID      int
		From, To float64
		Cut      any
	}
	var got []span
	for _, e := range elements(t, b.String()) {
		if e.Phase == "X" {
			got = append(got, span{e.Name, *e.TID, *e.Time, *e.Time + *e.Dur, e.Args["unfinished"]})
		}
	}
	want := []span{{"first", 1, 0, 2000, true}, {"first", 1, 2000, 4000, true}, {"second", 2, 1000, 4000, true}}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}
