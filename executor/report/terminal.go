package report

import (
	"bytes"
	"cmp"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/holdfast-go/holdfast/executor/event"
	"golang.org/x/term"
)

// Options say how Terminal writes. The zero value is what a command wants.
type Options struct {
	Level Level
	// Columns returns the width of the terminal that the writer is, in cells; it is
	// asked before each drawing. nil: the system says whether the writer is a
	// terminal, and how wide.
	Columns func() int
	// Getenv reads NO_COLOR and TERM. nil is os.Getenv.
	Getenv func(string) string
	// Dir is where the reader is: a path is shown relative to it when that is
	// shorter. "" is the working directory.
	Dir string
}

// Level says how much a reader wants to see.
type Level int

// The levels. What a level shows the next one shows too.
const (
	Quiet   Level = iota - 1 // steps that failed, and the summary
	Normal                   // and what was executed, repaired, degraded and placed
	Verbose                  // and what came from the cache, what started, and why errors happened
)

// Terminal returns a sink that writes text for people.
//
// On a terminal one live line says how far the run is; what stays is printed above
// it: steps that failed, and what the processes wrote. It is drawn from a goroutine
// of its own that Close ends, at most every tenth of a second, and again below
// whatever is printed. Elsewhere, and where TERM is "dumb", there are only plain
// lines without escape sequences, one for each step that was executed. Colours
// need a terminal and an empty NO_COLOR (https://no-color.org).
//
// A terminal that is stopped (Ctrl-S) stops the run at its next event, as it stops
// any program that writes.
func Terminal(w io.Writer, o Options) Sink {
	getenv := o.Getenv
	if getenv == nil {
		getenv = os.Getenv
	}
	if o.Dir == "" {
		o.Dir, _ = os.Getwd() // without one, paths are shown as they are
	}
	t := &terminal{out: out{w: w, form: "text"}, columns: o.Columns}
	if t.columns == nil {
		t.columns = columnsOf(w)
	}
	if getenv("TERM") == "dumb" {
		t.columns = nil
	}
	t.page = page{
		level:    o.Level,
		terminal: t.columns != nil,
		color:    t.columns != nil && getenv("NO_COLOR") == "",
		dir:      o.Dir,
		warned:   map[[2]string]bool{},
		reasons:  map[string]string{},
	}
	if t.columns != nil && o.Level > Quiet {
		t.stop, t.stopped = make(chan struct{}), make(chan struct{})
		go t.redraw()
	}
	return t
}

// columnsOf returns how to ask for w's width, nil when w is not a terminal.
func columnsOf(w io.Writer) func() int {
	f, ok := w.(interface{ Fd() uintptr })
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return nil
	}
	return func() int {
		columns, _, _ := term.GetSize(int(f.Fd())) // 0 on failure, as a terminal says that does not know
		return columns
	}
}

const (
	interval       = 100 * time.Millisecond // between drawings; a run that is faster shows no live line at all
	defaultColumns = 80                     // of a terminal that does not know
	clearLine      = "\r\x1b[K"
)

type terminal struct {
	out
	columns       func() int    // nil: not a terminal
	stop, stopped chan struct{} // nil: no live line
	close         sync.Once

	mu    sync.Mutex // guards what follows, and the order of writes
	page  page
	live  progress
	shown string // the live line on the screen, "" for none
}

// Event implements event.Sink.
func (t *terminal) Event(at time.Time, e event.Event) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.live.note(at, e)
	var b bytes.Buffer
	t.page.print(&b, e)
	if b.Len() == 0 {
		return
	}
	if t.shown == "" {
		t.write(b.Bytes())
		return
	}
	// One Write clears the live line, prints, and brings it back: no flicker.
	t.shown = t.live.line(at, t.width())
	t.write([]byte(clearLine + b.String() + t.shown))
}

// redraw keeps the live line up to date until Close.
func (t *terminal) redraw() {
	defer close(t.stopped)
	tick := time.NewTicker(interval)
	defer tick.Stop()
	for {
		select {
		case <-t.stop:
			return
		case now := <-tick.C:
			t.draw(now)
		}
	}
}

func (t *terminal) draw(now time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if line := t.live.line(now, t.width()); line != t.shown {
		t.shown = line
		// The end is cleared after the text, so that what stays the same is never blank.
		t.write([]byte("\r" + line + strings.TrimPrefix(clearLine, "\r")))
	}
}

// width returns the cells of the live line. The last column stays free: a character
// there makes some terminals wrap.
func (t *terminal) width() int { return max(cmp.Or(max(t.columns(), 0), defaultColumns)-1, 1) }

// Close implements Sink. It clears the live line and ends its goroutine.
func (t *terminal) Close() WriteErr {
	t.close.Do(func() {
		if t.stop == nil {
			return
		}
		close(t.stop)
		<-t.stopped
		if t.shown != "" {
			t.write([]byte(clearLine))
		}
	})
	return t.Err()
}
