package report

import (
	"bytes"
	"cmp"
	"encoding/json"
	"io"
	"maps"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/holdfast-go/holdfast/executor/digest"
	"github.com/holdfast-go/holdfast/executor/event"
)

// Trace returns a sink that writes a trace in the array form of Chrome's Trace Event
// Format, which Perfetto (https://ui.perfetto.dev) and chrome://tracing show: each
// executed step on the first lane that is free, backtracks and degradations as
// instants. Cached steps take no time and are left out.
//
// The format lets the closing bracket be missing, so the trace of a run that was
// killed can be opened. Close adds the steps that still run, and the bracket.
func Trace(w io.Writer) Sink {
	t := &trace{out: out{w: w, form: "trace"}, running: map[string]span{}}
	t.enc = json.NewEncoder(&t.buf)
	t.enc.SetEscapeHTML(false)
	return t
}

type trace struct {
	out
	buf   bytes.Buffer
	enc   *json.Encoder
	comma bool // the array has an element

	began, last time.Time       // the first event, the latest
	lanes       []bool          // rows of the trace: whether a step is on it
	running     map[string]span // by step
	close       sync.Once
}

// span is a step on its lane.
type span struct {
	lane   int
	start  time.Time
	digest digest.Digest
}

// traceEvent is an element of the array. Times are in microseconds.
type traceEvent struct {
	Name     string   `json:"name"`
	Category string   `json:"cat,omitempty"`
	Phase    string   `json:"ph"`
	Scope    string   `json:"s,omitempty"` // of an instant: "p" for the whole process
	Time     float64  `json:"ts"`
	Duration *float64 `json:"dur,omitempty"` // 0 is a duration too
	Process  int      `json:"pid"`
	Thread   int      `json:"tid"` // 0 for the run, then the lanes
	Args     any      `json:"args"`
}

// The phases of the format that are used.
const (
	complete = "X"
	instant  = "i"
	metadata = "M"
)

type named struct {
	Name string `json:"name"`
}

// stepArgs is what the viewer shows of a step that is clicked on.
type stepArgs struct {
	Digest    digest.Digest  `json:"digest"`
	Source    event.Source   `json:"source,omitempty"`
	OK        bool           `json:"ok"`
	ExitCode  int            `json:"exit_code"`
	Signal    string         `json:"signal,omitempty"`
	TimedOut  bool           `json:"timed_out,omitempty"`
	Hint      string         `json:"hint,omitempty"`
	Error     *event.Failure `json:"error,omitempty"`
	ProcessMS float64        `json:"process_ms"`
	Cut       bool           `json:"unfinished,omitempty"` // the trace ends before the step does
}

// Event implements event.Sink.
func (t *trace) Event(at time.Time, e event.Event) {
	if t.began.IsZero() {
		t.began, t.last = at, at
	}
	if at.After(t.last) {
		t.last = at
	}
	switch e := e.(type) {
	case event.Plan:
		t.add(traceEvent{Name: "process_name", Phase: metadata, Args: named{cmp.Or(e.Plan, "holdfast")}})
		t.add(traceEvent{Name: "thread_name", Phase: metadata, Args: named{"run"}})
	case event.StepStarted:
		t.start(at, e)
	case event.StepFinished:
		t.finish(at, e)
	case event.Backtrack:
		t.add(traceEvent{Name: "backtrack", Category: "backtrack", Phase: instant, Scope: "p", Time: t.micros(at), Args: filled(e)})
	case event.Degraded:
		t.add(traceEvent{Name: e.What, Category: "degraded", Phase: instant, Scope: "p", Time: t.micros(at), Args: e})
	}
}

func (t *trace) start(at time.Time, e event.StepStarted) {
	if s, ok := t.running[e.Step]; ok { // started again without an end in between
		t.end(e.Step, s, at, stepArgs{Digest: s.digest, ExitCode: -1, Cut: true})
	}
	t.running[e.Step] = span{t.take(), at, e.Digest}
}

func (t *trace) finish(at time.Time, e event.StepFinished) {
	s, ok := t.running[e.Step]
	if !ok {
		return // from the cache, or it could not start
	}
	t.end(e.Step, s, at, stepArgs{
		Digest: e.Digest, Source: e.Source, OK: e.OK, ExitCode: e.ExitCode, Signal: e.Signal, TimedOut: e.TimedOut,
		Hint: e.Hint, Error: e.Error, ProcessMS: e.DurationMS,
	})
}

// end writes a step and gives its lane back.
func (t *trace) end(step string, s span, at time.Time, args stepArgs) {
	delete(t.running, step)
	t.lanes[s.lane] = false
	from := t.micros(s.start)
	t.add(traceEvent{
		Name: step, Category: cmp.Or(string(args.Source), "unfinished"), Phase: complete,
		Time: from, Duration: new(max(t.micros(at)-from, 0)), Thread: s.lane + 1, Args: args,
	})
}

// take returns the first lane that is free.
func (t *trace) take() int {
	i := slices.Index(t.lanes, false)
	if i < 0 {
		i = len(t.lanes)
		t.lanes = append(t.lanes, false)
		t.add(traceEvent{Name: "thread_name", Phase: metadata, Thread: i + 1, Args: named{"lane " + strconv.Itoa(i+1)}})
	}
	t.lanes[i] = true
	return i
}

// add writes an element with what separates it from the one before, so that the file
// lacks nothing but the bracket after each Write.
func (t *trace) add(e traceEvent) {
	e.Process = 1
	t.buf.Reset()
	t.buf.WriteString(t.separator())
	if err := t.enc.Encode(e); err != nil {
		t.fail(err)
		return
	}
	t.buf.Truncate(t.buf.Len() - len("\n"))
	t.write(t.buf.Bytes())
}

func (t *trace) separator() string {
	if !t.comma {
		t.comma = true
		return "[\n"
	}
	return ",\n"
}

func (t *trace) micros(at time.Time) float64 { return float64(max(at.Sub(t.began), 0)) / 1e3 }

// Close implements Sink.
func (t *trace) Close() WriteErr {
	t.close.Do(func() {
		byLane := func(a, b string) int { return cmp.Compare(t.running[a].lane, t.running[b].lane) }
		for _, step := range slices.SortedFunc(maps.Keys(t.running), byLane) {
			s := t.running[step]
			t.end(step, s, t.last, stepArgs{Digest: s.digest, ExitCode: -1, Cut: true})
		}
		if !t.comma {
			t.write([]byte("["))
		}
		t.write([]byte("\n]\n"))
	})
	return t.Err()
}
