package report_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"math"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/holdfast-go/holdfast/executor/event"
	"github.com/holdfast-go/holdfast/executor/report"
)

// full takes so many writes, then fails.
type full struct {
	left, after int // after counts the writes that failed
	err         error
}

func (f *full) Write(p []byte) (int, error) {
	if f.left--; f.left >= 0 {
		return len(p), nil
	}
	f.after++
	return len(p) / 2, f.err
}

func TestWriteFailuresEndTheOutputAndAreKept(t *testing.T) {
	for _, f := range forms {
		for _, errno := range []error{syscall.EPIPE, syscall.ENOSPC, nil} {
			for _, left := range []int{0, 1} {
				w := &full{left: left, err: errno}
				s := f.open(w)
				for _, h := range stories["failed"] {
					s.Event(time.UnixMilli(int64(h.ms)), h.e)
				}
				early := s.Err()
				err := s.Close()
				if err == nil || early != nil && err != early || err != s.Close() {
					t.Fatalf("%s, %d writes, %v: %v, then %v", f.name, left, errno, early, err)
				}
				want := errno
				if errno == nil {
					want = io.ErrShortWrite
				}
				if e, ok := errors.AsType[*report.WriteError](err); !ok || e.Form == "" || !errors.Is(err, want) {
					t.Errorf("%s, %d writes, %v: %+v", f.name, left, errno, err)
				}
				if w.after != 1 {
					t.Errorf("%s, %d writes, %v: %d writes after the failure", f.name, left, errno, w.after-1)
				}
			}
		}
	}
}

func TestAnEventThatJSONCannotExpressEndsTheOutput(t *testing.T) {
	for name, open := range map[string]func(io.Writer) report.Sink{"json": report.JSON, "trace": report.Trace} {
		var b bytes.Buffer
		s := open(&b)
		s.Event(time.Time{}, event.StepStarted{Step: "a"})
		before := b.String()
		s.Event(time.Time{}, event.StepFinished{Step: "a", DurationMS: math.NaN()})
		s.Event(time.Time{}, event.Degraded{What: "more"})
		err := s.Close()
		if _, ok := errors.AsType[*json.UnsupportedValueError](err); !ok {
			t.Errorf("%s: %v", name, err)
		}
		if d := cmp.Diff(before, b.String()); d != "" {
			t.Errorf("%s: %s", name, d)
		}
	}
}

func TestWriteErrorText(t *testing.T) {
	s := report.JSON(&full{err: syscall.EPIPE})
	s.Event(time.Time{}, event.Placed{})
	err := s.Close()
	if got, want := err.Error(), "report events: write json: broken pipe"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if got := err.Root().ErrorKind(); got != "report.write" {
		t.Errorf("kind %q", got)
	}
}

func TestMulti(t *testing.T) {
	var a, b bytes.Buffer
	broken := &full{err: syscall.EPIPE}
	s := report.Multi(report.JSON(&a), report.JSON(broken), report.JSON(&full{err: syscall.ENOSPC}), report.Trace(&b))
	s.Event(time.Time{}, event.StepStarted{Step: "a"})
	s.Event(time.Time{}, event.StepStarted{Step: "b"})
	if !errors.Is(s.Err(), syscall.EPIPE) || !errors.Is(s.Close(), syscall.EPIPE) {
		t.Errorf("not the first failure: %v", s.Err())
	}
	if n := strings.Count(a.String(), "\n"); n != 2 {
		t.Errorf("%d lines before the broken sink, want 2", n)
	}
	if !json.Valid(b.Bytes()) {
		t.Errorf("the sink after the broken one was not closed: %s", &b)
	}
	if err := report.Multi().Close(); err != nil {
		t.Error(err)
	}
}
