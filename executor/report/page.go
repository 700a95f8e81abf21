package report

import (
	"bytes"
	"cmp"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/holdfast-go/holdfast/executor/event"
)

// page writes the lines that stay.
type page struct {
	level    Level
	terminal bool // what processes wrote may steer it
	color    bool
	dir      string

	warned  map[[2]string]bool // by What and Detail
	reasons map[string]string  // why a step failed
}

// The colours of the words that open a line, as parameters of the SGR sequence.
const (
	red    = "1;31"
	green  = "1;32"
	yellow = "1;33"
	cyan   = "36"
	reset  = "\x1b[0m"
)

// Bounds of what one event prints.
const (
	maxOutput = 32 << 10 // bytes of each of a step's two streams
	maxDetail = 16 << 10 // bytes of an error's tree
	maxNames  = 5        // files or steps in a list
	maxBlobs  = 3        // digests of a backtrack
)

// print writes what e means to a reader: whole lines, or nothing.
func (p *page) print(b *bytes.Buffer, e event.Event) {
	switch e := e.(type) {
	case event.Plan:
		p.plan(b, e)
	case event.StepStarted:
		if p.level >= Verbose {
			b.WriteString("started " + clean(e.Step) + "\n")
		}
	case event.StepFinished:
		p.stepFinished(b, e)
	case event.Backtrack:
		p.backtrack(b, e)
	case event.Degraded:
		p.degraded(b, e)
	case event.Placed:
		p.placed(b, e)
	case event.Finished:
		p.finished(b, e)
	}
}

func (p *page) plan(b *bytes.Buffer, e event.Plan) {
	if p.level < Verbose {
		return
	}
	fmt.Fprintf(b, "plan: %s: steps %d, jobs %d, sandbox %s, store %s, run %s\n",
		cmp.Or(clean(p.path(e.Plan)), "one command"), e.Steps, e.Jobs, clean(e.Sandbox), clean(p.path(e.Store)), clean(e.Run))
}

func (p *page) stepFinished(b *bytes.Buffer, e event.StepFinished) {
	name, wrote := clean(e.Step), len(e.Stdout)+len(e.Stderr) > 0
	switch {
	case !e.OK:
		why := reason(e)
		p.reasons[e.Step] = why
		fmt.Fprintf(b, "%s %s (%s)", p.mark(red, "failed:"), name, why)
		if d := millis(e.DurationMS); d > 0 { // else it did not even start
			b.WriteString(" after " + took(d))
		}
		b.WriteString("\n")
		if e.Hint != "" {
			b.WriteString("  hint: " + clean(e.Hint) + "\n")
		}
		p.failure(b, e.Error)
	case p.level < Normal:
		return
	case e.Source == event.Cached:
		if p.level >= Verbose {
			b.WriteString("cached " + name + "\n")
		}
		return
	case !p.terminal || wrote || p.level >= Verbose:
		b.WriteString(clean(string(e.Source)) + " " + name + " " + took(millis(e.DurationMS)) + "\n")
	}
	both := len(e.Stdout) > 0 && len(e.Stderr) > 0
	p.wrote(b, "stdout", both, e.Stdout, e.StdoutSize)
	p.wrote(b, "stderr", both, e.Stderr, e.StderrSize)
}

// reason says in a few words why a step failed.
func reason(e event.StepFinished) string {
	switch {
	case e.Error != nil:
		return clean(e.Error.Message)
	case e.TimedOut:
		return "timed out"
	case e.Signal != "":
		return "killed by " + clean(e.Signal)
	case e.ExitCode != 0:
		return fmt.Sprintf("exit status %d", e.ExitCode)
	case len(e.Missing) > 0:
		return "missing output: " + list(cleaned(e.Missing), maxNames)
	case len(e.Refused) > 0:
		return "refused output: " + list(cleaned(e.Refused), maxNames)
	default:
		return "no result"
	}
}

// wrote prints the end of what a process wrote to one stream.
func (p *page) wrote(b *bytes.Buffer, name string, named bool, data []byte, size int64) {
	if len(data) == 0 {
		return
	}
	if named {
		b.WriteString("--- " + name + "\n")
	}
	end := tail(data, maxOutput)
	if left := max(size, int64(len(data))) - int64(len(end)); left > 0 {
		fmt.Fprintf(b, "… %d earlier bytes left out\n", left)
	}
	if !p.terminal {
		end = strip(end)
	}
	b.Write(bytes.TrimSuffix(end, []byte("\n")))
	if p.terminal && bytes.ContainsRune(end, '\x1b') {
		b.WriteString(reset) // it may end in the middle of a colour
	}
	b.WriteString("\n")
}

// failure prints what is known of an error beside its message.
func (p *page) failure(b *bytes.Buffer, f *event.Failure) {
	if f == nil {
		return
	}
	if f.Kind != "" {
		b.WriteString("  kind: " + clean(f.Kind) + "\n")
	}
	if f.Verdict != "" {
		b.WriteString("  verdict: " + clean(f.Verdict) + "\n")
	}
	if f.Detail == "" {
		return
	}
	for line := range strings.Lines(head(f.Detail, maxDetail)) {
		text := strings.ReplaceAll(strings.TrimRight(line, "\r\n"), "\t", "    ")
		b.WriteString("  " + clean(text) + "\n")
	}
	if left := len(f.Detail) - maxDetail; left > 0 {
		fmt.Fprintf(b, "  %d more bytes left out\n", left)
	}
}

func (p *page) backtrack(b *bytes.Buffer, e event.Backtrack) {
	if p.level < Normal {
		return
	}
	blobs := "1 blob"
	if n := len(e.Missing); n != 1 {
		blobs = fmt.Sprintf("%d blobs", n)
	}
	var short []string
	for _, d := range e.Missing {
		short = append(short, d.Short()[:6]+"…") // a line holds several
	}
	from, repair := "produced by", "rerun with cache reads off"
	if e.Reread {
		from, repair = "of source file", "read again"
	}
	fmt.Fprintf(b, "%s %s missing (%s) %s %s: %s", p.mark(cyan, "backtrack:"), blobs, list(short, maxBlobs), from, quote(e.Producer), repair)
	if e.Attempt > 1 {
		fmt.Fprintf(b, ", attempt %d", e.Attempt)
	}
	if p.level >= Verbose {
		b.WriteString(", for " + quote(e.Consumer))
	}
	b.WriteString("\n")
}

func (p *page) degraded(b *bytes.Buffer, e event.Degraded) {
	said := [2]string{e.What, e.Detail}
	if p.level < Normal || p.warned[said] {
		return
	}
	p.warned[said] = true
	b.WriteString(p.mark(yellow, "warning:") + " " + clean(e.What))
	if e.Detail != "" {
		b.WriteString(": " + clean(e.Detail))
	}
	if e.Error != nil {
		b.WriteString(": " + clean(e.Error.Message))
	}
	if e.Step != "" {
		b.WriteString(" (step " + clean(e.Step) + ")")
	}
	b.WriteString("\n")
	if p.level >= Verbose {
		p.failure(b, e.Error)
	}
}

func (p *page) placed(b *bytes.Buffer, e event.Placed) {
	if p.level < Normal {
		return
	}
	b.WriteString("outputs: " + clean(p.path(e.Dir)))
	if len(e.Files) > 0 {
		b.WriteString(" (" + list(cleaned(e.Files), maxNames) + ")")
	}
	b.WriteString("\n")
}

func (p *page) finished(b *bytes.Buffer, e event.Finished) {
	counts := fmt.Sprintf("%d executed, ", e.Executed)
	if e.Rerun > 0 {
		counts += fmt.Sprintf("%d rerun, ", e.Rerun)
	}
	counts += fmt.Sprintf("%d cached", e.Cached)
	if e.OK {
		fmt.Fprintf(b, "%s %s in %s\n", p.mark(green, "ok:"), counts, seconds(millis(e.DurationMS), 2))
		return
	}
	var causes []string
	for _, step := range e.Failed {
		cause := clean(step)
		if why, ok := p.reasons[step]; ok {
			cause += " (" + why + ")"
		}
		causes = append(causes, cause)
	}
	why := list(causes, maxNames)
	if e.Error != nil {
		why = strings.TrimPrefix(why+", ", ", ") + clean(e.Error.Message)
	}
	fmt.Fprintf(b, "%s %s%s, %d skipped\n", p.mark(red, "failed:"), strings.TrimPrefix(why+"; ", "; "), counts, e.Skipped)
	p.failure(b, e.Error)
}

// mark returns the word that opens a line, in its colour.
func (p *page) mark(color, word string) string {
	if !p.color {
		return word
	}
	return "\x1b[" + color + "m" + word + reset
}

// path returns file relative to where the reader is when that is shorter.
func (p *page) path(file string) string {
	if rel, err := filepath.Rel(p.dir, file); err == nil && len(rel) < len(file) {
		return rel
	}
	return file
}

func cleaned(names []string) []string {
	out := make([]string, len(names))
	for i, n := range names {
		out[i] = clean(n)
	}
	return out
}
