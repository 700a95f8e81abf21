package report_test

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/holdfast-go/holdfast/executor/digest"
	"github.com/holdfast-go/holdfast/executor/event"
	"github.com/holdfast-go/holdfast/executor/report"
)

// plain returns what the events leave on a sink that is not a terminal.
func plain(t *testing.T, o report.Options, events ...event.Event) string {
	t.Helper()
	var b strings.Builder
	s := terminal(&b, o)
	for _, e := range events {
		s.Event(time.Time{}, e)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestLines(t *testing.T) {
	missing := func(n int) (all []digest.Digest) {
		for i := range n {
			all = append(all, digest.Digest{Hash: [32]byte{0x3f, 0x2a, 0x9c + byte(i)}})
		}
		return all
	}
	for _, c := range []struct {
		name, want string
		e          event.Event
	}{
		{"one blob", `backtrack: 1 blob missing (3f2a9c…) produced by "compile:huf_compress": rerun with cache reads off`,
			event.Backtrack{Missing: missing(1), Producer: "compile:huf_compress", Attempt: 1}},
		{"three blobs", `backtrack: 3 blobs missing (3f2a9c…, 3f2a9d…, 3f2a9e…) produced by "a": rerun with cache reads off`,
			event.Backtrack{Missing: missing(3), Producer: "a"}},
		{"many blobs", `backtrack: 9 blobs missing (3f2a9c…, 3f2a9d…, 3f2a9e… and 6 more) produced by "a": rerun with cache reads off, attempt 3`,
			event.Backtrack{Missing: missing(9), Producer: "a", Attempt: 3}},
		{"a source", `backtrack: 1 blob missing (3f2a9c…) of source file "hello.c": read again`,
			event.Backtrack{Missing: missing(1), Producer: "hello.c", Reread: true, Attempt: 1}},

		{"all well", "ok: 3 executed, 1 rerun, 38 cached in 1.24s", event.Finished{OK: true, Executed: 3, Rerun: 1, Cached: 38, DurationMS: 1240}},
		{"nothing rerun", "ok: 0 executed, 42 cached in 0.00s", event.Finished{OK: true, Cached: 42, DurationMS: 4}},
		{"long", "ok: 1 executed, 0 cached in 1h02m", event.Finished{OK: true, Executed: 1, DurationMS: 62 * 60_000}},
		{"one failed", "failed: compile:x; 2 executed, 1 rerun, 3 cached, 4 skipped",
			event.Finished{Failed: []string{"compile:x"}, Executed: 2, Rerun: 1, Cached: 3, Skipped: 4}},
		{"no reason known", "failed: 0 executed, 0 cached, 0 skipped", event.Finished{}},
		{"a step and the infrastructure", "failed: a, disk full; 1 executed, 0 cached, 0 skipped",
			event.Finished{Failed: []string{"a"}, Executed: 1, Error: &event.Failure{Message: "disk full"}}},

		{"outputs below", "outputs: examples/quickstart/out (report.txt)", event.Placed{Dir: "/home/me/examples/quickstart/out", Files: []string{"report.txt"}}},
		{"outputs elsewhere", "outputs: /srv/out", event.Placed{Dir: "/srv/out"}},
		{"outputs here", "outputs: .", event.Placed{Dir: "/home/me"}},
		{"five outputs", "outputs: out (1, 2, 3, 4, 5)", event.Placed{Dir: "out", Files: strings.Split("12345", "")}},
		{"six outputs", "outputs: out (1, 2, 3, 4, 5 and 1 more)", event.Placed{Dir: "out", Files: strings.Split("123456", "")}},

		{"milliseconds", "executed a 99ms", event.StepFinished{Step: "a", OK: true, Source: event.Executed, DurationMS: 99.9}},
		{"tenths", "executed a 0.8s", event.StepFinished{Step: "a", OK: true, Source: event.Executed, DurationMS: 800}},
		{"minutes", "rerun a 2m03s", event.StepFinished{Step: "a", OK: true, Source: event.Rerun, DurationMS: 122_700}},
		{"no result", "failed: a (no result)", event.StepFinished{Step: "a", DurationMS: -1}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if d := cmp.Diff(c.want+"\n", plain(t, report.Options{}, c.e)); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestEachDegradationIsToldOnce(t *testing.T) {
	got := plain(t, report.Options{},
		event.Degraded{What: "a", Detail: "1", Step: "x"}, event.Degraded{What: "a", Detail: "1", Step: "y"},
		event.Degraded{What: "a", Detail: "2"}, event.Degraded{What: "b"}, event.Degraded{What: "b"})
	if d := cmp.Diff("warning: a: 1 (step x)\nwarning: a: 2\nwarning: b\n", got); d != "" {
		t.Error(d)
	}
}

func TestOutputIsBounded(t *testing.T) {
	for _, c := range []struct {
		name    string
		out     []byte
		size    int64
		want    string // how the shown part opens
		atMost  int    // bytes
		wantEnd string
	}{
		{"short enough", []byte(strings.Repeat("0123456\n", 4096)), 0, "0123456\n", 32 << 10, "0123456\n"},
		{"cut at a line", []byte(strings.Repeat("0123456\n", 5000)), 0, "… 7232 earlier bytes left out\n0123456\n", 33 << 10, "456\n"},
		{"one long line", []byte(strings.Repeat("世", 20_000)), 0, "… 27234 earlier bytes left out\n世", 33 << 10, "世\n"},
		{"cut before it came", []byte("end\n"), 1_000_004, "… 1000000 earlier bytes left out\nend\n", 100, "end\n"},
		{"an absurd size", []byte("end"), -5, "end\n", 4, "end\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := plain(t, report.Options{}, event.StepFinished{Step: "a", Source: event.Executed, OK: true, Stdout: c.out, StdoutSize: c.size})
			got = strings.TrimPrefix(got, "executed a 0ms\n")
			if !strings.HasPrefix(got, c.want) || !strings.HasSuffix(got, c.wantEnd) || len(got) > c.atMost {
				t.Errorf("%d bytes: %.60q … %q", len(got), got, got[max(0, len(got)-10):])
			}
			if !utf8.ValidString(got) {
				t.Error("a character was cut")
			}
		})
	}
	long := event.Failure{Message: strings.Repeat("世", 10_000), Detail: strings.Repeat("line\n", 100_000)}
	if got := plain(t, report.Options{}, event.StepFinished{Step: "a", Error: &long}); len(got) > 64<<10 ||
		!strings.HasSuffix(got, "\n  483616 more bytes left out\n") || !utf8.ValidString(got) {
		t.Errorf("%d bytes, ending in %q", len(got), got[len(got)-60:])
	}
}

func TestColoursAndEscapesNeedATerminal(t *testing.T) {
	file, err := os.Create(filepath.Join(t.TempDir(), "log"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	for _, c := range []struct {
		name           string
		file           bool
		columns        func() int
		env            []string
		escapes, color bool
	}{
		{"terminal", false, columns(80), []string{"TERM=xterm"}, true, true},
		{"terminal, NO_COLOR", false, columns(80), []string{"TERM=xterm", "NO_COLOR=1"}, true, false},
		{"terminal, empty NO_COLOR", false, columns(80), []string{"NO_COLOR="}, true, true},
		{"dumb terminal", false, columns(80), []string{"TERM=dumb"}, false, false},
		{"not a file", false, nil, nil, false, false},
		{"file", true, nil, nil, false, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			var b strings.Builder
			w := io.Writer(&b)
			if c.file {
				w = file
			}
			play(t, stories["repaired"], func() report.Sink {
				return terminal(w, report.Options{Columns: c.columns, Getenv: env(c.env...)})
			})
			got := b.String()
			if c.file {
				data, err := os.ReadFile(file.Name())
				if err != nil {
					t.Fatal(err)
				}
				got = string(data)
			}
			if got := strings.Contains(got, "\x1b"); got != c.escapes {
				t.Errorf("escape sequences: %v", got)
			}
			if got := strings.Contains(got, "\x1b[1;32mok:"); got != c.color {
				t.Errorf("colours: %v", got)
			}
			if !strings.Contains(got, "3 executed, 1 rerun, 1 cached in 1.24s\n") {
				t.Errorf("no summary in %q", got)
			}
		})
	}
}

// screen is what a terminal shows of a stream: enough of one for what we send.
type screen struct {
	columns int
	done    []string // rows above the cursor's
	row     []rune   // the cursor's
	at      int      // the cursor in it
}

var sgr = regexp.MustCompile(`\x1b\[[0-9;]*m`)

func (s *screen) Write(p []byte) (int, error) {
	text := sgr.ReplaceAllString(string(p), "")
	for text != "" {
		if rest, ok := strings.CutPrefix(text, "\x1b[K"); ok {
			s.row, text = s.row[:min(s.at, len(s.row))], rest
			continue
		}
		r, n := utf8.DecodeRuneInString(text)
		text = text[n:]
		switch r {
		case '\r':
			s.at = 0
		case '\n':
			s.done, s.row, s.at = append(s.done, string(s.row)), nil, 0
		case '\x1b':
			return 0, fmt.Errorf("a sequence that the test does not know before %q", text)
		default:
			s.row = append(s.row[:s.at], append([]rune{r}, s.row[min(s.at+1, len(s.row)):]...)...)
			if s.at++; s.at >= s.columns && !strings.Contains(text, "\n") {
				return 0, fmt.Errorf("the live line reaches the last column: %q", string(s.row))
			}
		}
	}
	return len(p), nil
}

func TestTheLiveLineLeavesNothingBehind(t *testing.T) {
	for _, story := range []string{"repaired", "failed", "infrastructure"} {
		for _, n := range []int{0, 1, 2, 3, 10, 40, 80, 300} {
			s := &screen{columns: n}
			if n == 0 {
				s.columns = 80 // a terminal that does not know
			}
			if n == 1 {
				s.columns = 2 // there has to be one cell
			}
			play(t, stories[story], func() report.Sink { return terminal(s, report.Options{Level: report.Verbose, Columns: columns(n)}) })
			if len(s.row) != 0 {
				t.Errorf("%s, %d columns: %q is left", story, n, string(s.row))
			}
			want := strings.TrimSuffix(string(section(t, story, "plain verbose")), "\n")
			if d := cmp.Diff(want, strings.Join(s.done, "\n")); d != "" {
				t.Errorf("%s, %d columns: %s", story, n, d)
			}
		}
	}
}

func TestCloseClearsTheLineOfARunThatWasCutOff(t *testing.T) {
	s := &screen{columns: 80}
	synctest.Test(t, func(t *testing.T) {
		sink := terminal(s, report.Options{Columns: columns(80)})
		sink.Event(time.Now(), event.Plan{Steps: 2})
		for range 2 { // the second attempt replaces the first
			sink.Event(time.Now(), event.StepStarted{Step: "a"})
		}
		time.Sleep(time.Second + time.Millisecond)
		synctest.Wait()
		if got := string(s.row); got != "[0/2] 1 running: a 1.0s" {
			t.Errorf("live line %q", got)
		}
		for range 2 {
			if err := sink.Close(); err != nil {
				t.Error(err)
			}
		}
		time.Sleep(time.Second)
	})
	if len(s.row) != 0 || len(s.done) != 0 {
		t.Errorf("left: %q above %q", s.done, string(s.row))
	}
}

func TestAThousandStepsAreDrawnTenTimesASecond(t *testing.T) {
	const steps, each = 1000, 7 * time.Millisecond
	var w writes
	synctest.Test(t, func(t *testing.T) {
		s := terminal(&w, report.Options{Columns: columns(80)})
		s.Event(time.Now(), event.Plan{Steps: steps})
		for i := range steps {
			name := fmt.Sprint("step", i)
			s.Event(time.Now(), event.StepStarted{Step: name})
			time.Sleep(each)
			s.Event(time.Now(), event.StepFinished{Step: name, Source: event.Executed, OK: true})
		}
		s.Event(time.Now(), event.Finished{OK: true, Executed: steps, DurationMS: 7000})
		s.Close()
	})
	if want := int(steps * each / (100 * time.Millisecond)); len(w) < want || len(w) > want+2 {
		t.Errorf("%d writes, want %d and the summary", len(w), want)
	}
	if got := w[len(w)-1]; !strings.HasSuffix(got, "ok:\x1b[0m 1000 executed, 0 cached in 7.00s\n") {
		t.Errorf("last: %q", got)
	}
}

func TestQuietHasNoLiveLine(t *testing.T) {
	var w writes
	play(t, stories["repaired"], func() report.Sink { return terminal(&w, report.Options{Level: report.Quiet, Columns: columns(80)}) })
	if len(w) != 1 {
		t.Errorf("%q", w)
	}
}
