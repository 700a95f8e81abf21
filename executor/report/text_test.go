package report

import (
	"bytes"
	"io"
	"math"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/holdfast-go/holdfast/executor/event"
)

func TestClean(t *testing.T) {
	for in, want := range map[string]string{
		"":                           "",
		"compile:huf 世界 é":           "compile:huf 世界 é",
		"\x1b[2J":                    `\x1b[2J`,
		"a\nb\tc":                    `a\nb\tc`,
		"\xff":                       `\xff`,
		"\u202e\u2066":               `\u202e\u2066`,
		"\u009b31m":                  `\u009b31m`,
		"\ufffd":                     "\ufffd",
		`\`:                          `\`,
		strings.Repeat("世", maxText): strings.Repeat("世", maxText/3) + "…",
	} {
		if got := clean(in); got != want {
			t.Errorf("clean(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestFit(t *testing.T) {
	for _, c := range []struct {
		in    string
		cells int
		want  string
	}{
		{"abc", 3, "abc"}, {"abcd", 3, "ab…"}, {"abcd", 1, "…"}, {"abcd", 0, ""}, {"", 0, ""}, {"abcd", -1, ""},
		{"世界", 4, "世界"}, {"世界", 3, "世…"}, {"世界", 2, "…"}, {"a世", 2, "a…"},
		{"e\u0301e\u0301", 2, "e\u0301e\u0301"}, {"e\u0301bc", 2, "e\u0301…"},
	} {
		if got := fit(c.in, c.cells); got != c.want {
			t.Errorf("fit(%q, %d) = %q, want %q", c.in, c.cells, got, c.want)
		}
	}
}

func TestStrip(t *testing.T) {
	for in, want := range map[string]string{
		"plain":                                    "plain",
		"\x1b[1;31mred\x1b[0m":                     "red",
		"\x1b[?25l\x1b[2K\x1b[38:5:1mx":            "x",
		"\x1b]0;title\ax":                          "x",
		"\x1b]8;;http://a\x1b\\link\x1b]8;;\x1b\\": "link",
		"\x1b(Bx\x1b7y":                            "xy",
		"\x1b]stray\nnext":                         "\nnext",
		"cut\x1b[1;":                               "cut",
		"cut\x1b":                                  "cut",
		"\x1b[31\nx":                               "\nx",
	} {
		if got := string(strip([]byte(in))); got != want {
			t.Errorf("strip(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestDurations(t *testing.T) {
	for ms, want := range map[float64]string{
		0: "0ms", -1: "0ms", math.NaN(): "0ms", math.Inf(-1): "0ms", math.Inf(1): "2562047h47m",
		99.9: "99ms", 100: "0.1s", 59_900: "59.9s", 59_990: "1m00s", 3_599_400: "59m59s", 3_599_600: "1h00m", 3_720_000: "1h02m",
	} {
		if got := took(millis(ms)); got != want {
			t.Errorf("%v ms: %s, want %s", ms, got, want)
		}
	}
}

func FuzzText(f *testing.F) {
	f.Add("世界\x1b[31m\xff\r\n", 3)
	f.Add("\x1b]8;;\x1b\\\u0301", 0)
	f.Add(strings.Repeat("é", 3000), 10)
	f.Fuzz(func(t *testing.T, s string, n int) {
		c := clean(s)
		if !utf8.ValidString(c) || strings.ContainsFunc(c, func(r rune) bool { return r < ' ' || r == 0x7f }) {
			t.Errorf("clean(%q) = %q", s, c)
		}
		if n >= 0 {
			cells := 0
			cut := fit(c, n)
			for _, r := range cut {
				cells += cellsOf(r)
			}
			if cells > n || !strings.HasPrefix(c, strings.TrimSuffix(cut, "…")) || !utf8.ValidString(cut) {
				t.Errorf("fit(%q, %d) = %q", c, n, cut)
			}
			end := tail([]byte(s), n)
			if len(end) > n || !strings.HasSuffix(s, string(end)) || utf8.ValidString(s) && !utf8.Valid(end) {
				t.Errorf("tail(%q, %d) = %q", s, n, end)
			}
		}
		if p := strip([]byte(s)); bytes.ContainsRune(p, '\x1b') {
			t.Errorf("strip(%q) = %q", s, p)
		}
	})
}

// Drawing comes from another goroutine than the events: the race detector watches.
func TestDrawingBesideEvents(t *testing.T) {
	s := Terminal(io.Discard, Options{Columns: func() int { return 40 }, Getenv: func(string) string { return "" }}).(*terminal)
	s.Event(time.Now(), event.Plan{Steps: 1000})
	var wg sync.WaitGroup
	wg.Go(func() {
		for range 1000 {
			s.draw(time.Now())
			_ = s.Err()
		}
	})
	for range 1000 {
		s.Event(time.Now(), event.StepStarted{Step: "a"})
		s.Event(time.Now(), event.StepFinished{Step: "a", Stdout: []byte("x")})
	}
	wg.Wait()
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}
