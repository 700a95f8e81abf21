package report_test

import (
	"os"
	"time"

	"github.com/holdfast-go/holdfast/executor/digest"
	"github.com/holdfast-go/holdfast/executor/event"
	"github.com/holdfast-go/holdfast/executor/report"
)

// A command shows people what happens and keeps the lines for a program. What the
// sinks could not write is known at the end.
func Example() {
	s := report.Multi(
		report.Terminal(os.Stdout, report.Options{}),
		report.JSON(os.Stdout),
	)
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	s.Event(at, event.Backtrack{
		Missing: []digest.Digest{digest.Empty}, Producer: "compile", Consumer: "link", Attempt: 1,
	})
	s.Event(at, event.Finished{OK: true, Executed: 3, Rerun: 1, Cached: 38, DurationMS: 1240})
	if err := s.Close(); err != nil {
		os.Exit(74) // EX_IOERR
	}
	// Output:
	// backtrack: 1 blob missing (e3b0c4…) produced by "compile": rerun with cache reads off
	// {"event":"backtrack","time":"2026-01-02T03:04:05.000000Z","missing":["e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855/0"],"producer":"compile","consumer":"link","attempt":1}
	// ok: 3 executed, 1 rerun, 38 cached in 1.24s
	// {"event":"finished","time":"2026-01-02T03:04:05.000000Z","ok":true,"executed":3,"cached":38,"rerun":1,"duration_ms":1240}
}
