package report_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/holdfast-go/holdfast/executor/event"
	"github.com/holdfast-go/holdfast/executor/report"
)

// events has every event of the contract.
var events = []event.Event{
	event.Plan{}, event.StepStarted{}, event.StepFinished{}, event.Backtrack{}, event.Degraded{}, event.Placed{}, event.Finished{},
}

// decode reads a line as a strict consumer does: no field but the documented ones.
func decode(line []byte) (event.Event, time.Time, error) {
	var head struct {
		Event string    `json:"event"`
		Time  time.Time `json:"time"`
	}
	fields := map[string]json.RawMessage{}
	if err := json.Unmarshal(line, &head); err != nil {
		return nil, time.Time{}, err
	}
	if err := json.Unmarshal(line, &fields); err != nil {
		return nil, time.Time{}, err
	}
	delete(fields, "event")
	delete(fields, "time")
	for _, e := range events {
		if e.Name() != head.Event {
			continue
		}
		body, err := json.Marshal(fields)
		if err != nil {
			return nil, time.Time{}, err
		}
		d := json.NewDecoder(bytes.NewReader(body))
		d.DisallowUnknownFields()
		v := reflect.New(reflect.TypeOf(e))
		err = d.Decode(v.Interface())
		return v.Elem().Interface().(event.Event), head.Time, err
	}
	return nil, time.Time{}, fmt.Errorf("no event %q", head.Event)
}

// forPeople are the fields that are not in the JSON form.
var forPeople = cmp.Options{
	cmpopts.IgnoreFields(event.StepFinished{}, "Stdout", "Stderr", "StdoutSize", "StderrSize"),
	cmpopts.IgnoreFields(event.Failure{}, "Detail"),
	cmpopts.EquateEmpty(),
	cmp.FilterValues(func(a, b json.RawMessage) bool { return len(a) > 0 && len(b) > 0 },
		cmp.Comparer(func(a, b json.RawMessage) bool { return compact(a) == compact(b) })),
}

func compact(m json.RawMessage) string {
	var b bytes.Buffer
	if err := json.Compact(&b, m); err != nil {
		return err.Error()
	}
	return b.String()
}

func TestTheGoldenLinesAreTheContract(t *testing.T) {
	seen := map[string]bool{}
	for name, story := range stories {
		if name == "hostile" {
			continue // what is not UTF-8 does not come back
		}
		lines := bytes.SplitAfter(section(t, name, "json"), []byte("\n"))
		if got := len(lines) - 1; got != len(story) {
			t.Fatalf("%s: %d lines, want %d", name, got, len(story))
		}
		for i, h := range story {
			e, at, err := decode(lines[i])
			if err != nil {
				t.Fatalf("%s: %v", lines[i], err)
			}
			seen[e.Name()] = true
			if d := cmp.Diff(h.e, e, forPeople); d != "" {
				t.Errorf("%s: %s", lines[i], d)
			}
			if got := at.Sub(time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)); got != time.Duration(h.ms)*time.Millisecond {
				t.Errorf("%s: at %v, want %d ms", lines[i], got, h.ms)
			}
		}
	}
	for _, e := range events {
		if !seen[e.Name()] {
			t.Errorf("no golden line shows %s", e.Name())
		}
	}
}

func TestJSONLines(t *testing.T) {
	zone := time.FixedZone("", 3600)
	at := time.Date(2026, 1, 2, 3, 4, 5, 6_000, zone)
	for _, e := range events {
		var w writes
		s := report.JSON(&w)
		s.Event(at, e)
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		if len(w) != 1 || strings.Index(w[0], "\n") != len(w[0])-1 || !json.Valid([]byte(w[0])) {
			t.Errorf("%s: not one line in one write: %q", e.Name(), w)
		}
		if want := `{"event":"` + e.Name() + `","time":"2026-01-02T02:04:05.000006Z",`; !strings.HasPrefix(w[0], want) {
			t.Errorf("%s: %s does not open with %s", e.Name(), w[0], want)
		}
		if strings.Contains(w[0], "null") {
			t.Errorf("%s: a script meets null in %s", e.Name(), w[0])
		}
	}
}

// writes keeps each Write by itself.
type writes []string

func (w *writes) Write(p []byte) (int, error) {
	*w = append(*w, string(p))
	return len(p), nil
}
