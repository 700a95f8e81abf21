// Package report renders the events of a run: as lines of JSON for programs, as text
// for people, as a trace for timeline viewers.
//
// What every sink promises:
//
//   - Whatever belongs together is one Write, so lines never tear, whoever else
//     writes to the same place.
//   - The first failure ends the sink's output and is kept, typed, for Err and Close.
//     It never stops the run, and a reader never gets a stream with a hole in it.
//   - Names, paths and messages cannot steer a terminal: what does not print is
//     escaped. What a step's process wrote is shown as it is on a terminal and
//     without escape sequences elsewhere.
package report

import (
	"io"
	"sync"
	"time"

	"github.com/holdfast-go/holdfast/errctx"
	"github.com/holdfast-go/holdfast/executor/event"
)

// Sink is an event.Sink whose output has an end.
type Sink interface {
	event.Sink
	// Close completes the output and returns what Err returns. It leaves the
	// writer open. A second Close does nothing; no event may follow the first.
	Close() WriteErr
	// Err returns the failure that ended the output early, or nil. It may be
	// called at any time from any goroutine.
	Err() WriteErr
}

// Multi returns a sink that passes every event to all of sinks, in their order.
// One that fails does not keep the others from going on; Err and Close return the
// first failure in that order.
func Multi(sinks ...Sink) Sink { return multi(sinks) }

type multi []Sink

func (m multi) Event(at time.Time, e event.Event) {
	for _, s := range m {
		s.Event(at, e)
	}
}

func (m multi) Close() WriteErr {
	for _, s := range m {
		s.Close()
	}
	return m.Err()
}

func (m multi) Err() WriteErr {
	for _, s := range m {
		if err := s.Err(); err != nil {
			return err
		}
	}
	return nil
}

// out is the writer of a sink until the first failure. Its owner writes from one
// goroutine at a time.
type out struct {
	w    io.Writer
	form string

	mu  sync.Mutex // guards err, so that Err need not wait for a slow Write
	err WriteErr
}

func (o *out) write(p []byte) {
	if len(p) == 0 || o.Err() != nil {
		return
	}
	n, err := o.w.Write(p)
	if err == nil && n < len(p) {
		err = io.ErrShortWrite
	}
	if err != nil {
		o.fail(err)
	}
}

func (o *out) fail(err error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.err == nil {
		o.err = errctx.New(&WriteError{Form: o.form, Err: err}, "report events")
	}
}

// Err implements Sink.
func (o *out) Err() WriteErr {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.err
}

// WriteErr is a [WriteError] with its context.
type WriteErr = errctx.WithContext[*WriteError]

// WriteError says that a sink's output ends early.
type WriteError struct {
	Form string // "json", "text" or "trace"
	Err  error  // the writer's, such as EPIPE or ENOSPC, or encoding/json's for an event it cannot express
}

// ErrorKind implements errctx.Kind.
func (*WriteError) ErrorKind() string { return "report.write" }

func (e *WriteError) Error() string { return "write " + e.Form + ": " + e.Err.Error() }
func (e *WriteError) Unwrap() error { return e.Err }
