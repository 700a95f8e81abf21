package report_test

import (
	"fmt"
	"io"
	"testing"
	"time"

	"github.com/holdfast-go/holdfast/executor/digest"
	"github.com/holdfast-go/holdfast/executor/event"
	"github.com/holdfast-go/holdfast/executor/report"
)

// A run with nothing to do tells one event a step: what that costs counts.
func BenchmarkCachedStep(b *testing.B) {
	names := make([]string, 10_000)
	for i := range names {
		names[i] = fmt.Sprint("compile:file", i)
	}
	e := event.StepFinished{Source: event.Cached, OK: true, Outputs: map[string]digest.Digest{"out.o": digest.Empty}}
	for name, open := range map[string]func() report.Sink{
		"json":     func() report.Sink { return report.JSON(io.Discard) },
		"plain":    func() report.Sink { return report.Terminal(io.Discard, report.Options{}) },
		"terminal": func() report.Sink { return report.Terminal(io.Discard, report.Options{Columns: columns(80)}) },
		"trace":    func() report.Sink { return report.Trace(io.Discard) },
	} {
		b.Run(name, func(b *testing.B) {
			s := open()
			at := time.Now()
			s.Event(at, event.Plan{Steps: len(names)})
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				e.Step = names[i%len(names)]
				s.Event(at, e)
			}
			s.Close()
		})
	}
}
