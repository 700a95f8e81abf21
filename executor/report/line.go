package report

import (
	"io"
	"os"
	"time"
)

// Line returns how to show the progress of long work on one line of a terminal, and
// how to take the line away. Where w is no terminal both do nothing. They must be
// called from one goroutine at a time; a line that cannot be written is left out.
func Line(w io.Writer) (show func(text string), clear func()) {
	columns := columnsOf(w)
	if columns == nil || os.Getenv("TERM") == "dumb" {
		return func(string) {}, func() {}
	}
	var last time.Time
	return func(text string) {
			if now := time.Now(); now.Sub(last) >= interval {
				last = now
				_, _ = io.WriteString(w, clearLine+text)
			}
		}, func() {
			if !last.IsZero() {
				_, _ = io.WriteString(w, clearLine)
			}
		}
}
