package report

import (
	"bytes"
	"encoding/json"
	"io"
	"time"

	"github.com/holdfast-go/holdfast/executor/digest"
	"github.com/holdfast-go/holdfast/executor/event"
)

// JSON returns a sink that writes each event as the line of JSON that package event
// documents. The order of the fields is fixed, the keys of maps are sorted, and <, >
// and & stand as they are.
//
// An event that JSON cannot express, such as one with a NaN, ends the output like a
// failed write: what reads the lines sees that "finished" is missing.
func JSON(w io.Writer) Sink {
	j := &lines{out: out{w: w, form: "json"}}
	j.enc = json.NewEncoder(&j.buf)
	j.enc.SetEscapeHTML(false)
	return j
}

type lines struct {
	out
	buf bytes.Buffer
	enc *json.Encoder
}

// timeFormat is RFC 3339 with a fixed width: in UTC its order is the order of time.
const timeFormat = "2006-01-02T15:04:05.000000Z07:00"

// Event implements event.Sink.
func (j *lines) Event(at time.Time, e event.Event) {
	j.buf.Reset()
	head := struct {
		Event string `json:"event"`
		Time  string `json:"time"`
	}{e.Name(), at.UTC().Format(timeFormat)}
	if err := j.enc.Encode(head); err != nil {
		j.fail(err)
		return
	}
	j.buf.Truncate(j.buf.Len() - len("}\n"))
	brace := j.buf.Len() // where the event's own object opens
	if err := j.enc.Encode(filled(e)); err != nil {
		j.fail(err)
		return
	}
	j.buf.Bytes()[brace] = ',' // every event has at least one field that is always there
	j.write(j.buf.Bytes())
}

// Close implements Sink.
func (j *lines) Close() WriteErr { return j.Err() }

// filled returns e with its nil lists and maps empty, so that a script can range
// over them without asking for null.
func filled(e event.Event) event.Event {
	switch e := e.(type) {
	case event.StepFinished:
		if e.Outputs == nil {
			e.Outputs = map[string]digest.Digest{}
		}
		return e
	case event.Backtrack:
		if e.Missing == nil {
			e.Missing = []digest.Digest{}
		}
		return e
	case event.Placed:
		if e.Files == nil {
			e.Files = []string{}
		}
		return e
	}
	return e
}
