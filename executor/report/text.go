package report

import (
	"bytes"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/width"
)

// maxText is how much of one name or message is shown, in bytes.
const maxText = 4 << 10

// clean returns s fit for a terminal: what does not print, such as an escape or a
// change of the writing direction, becomes what strconv.Quote makes of it.
func clean(s string) string {
	s = head(s, maxText)
	if !strings.ContainsFunc(s, unprintable) {
		return s
	}
	var b []byte
	for len(s) > 0 {
		r, n := utf8.DecodeRuneInString(s)
		if unprintable(r) {
			q := strconv.Quote(s[:n])
			b = append(b, q[1:len(q)-1]...)
		} else {
			b = append(b, s[:n]...)
		}
		s = s[n:]
	}
	return string(b)
}

// unprintable holds for invalid bytes too, which decode to utf8.RuneError, and for
// a U+FFFD that really is there, which is no loss.
func unprintable(r rune) bool { return r == utf8.RuneError || !strconv.IsPrint(r) }

// quote returns s between quotes, as a line of text holds it.
func quote(s string) string { return strconv.Quote(head(s, maxText)) }

// head returns the first n bytes of s, less a character that does not fit, and an
// ellipsis; all of s when it is not longer.
func head(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n] + "…"
}

// list joins the first n of all with commas and counts the rest.
func list(all []string, n int) string {
	if len(all) <= n {
		return strings.Join(all, ", ")
	}
	return strings.Join(all[:n], ", ") + " and " + strconv.Itoa(len(all)-n) + " more"
}

// fit returns s, cut with an ellipsis when it takes more than n cells of a terminal.
func fit(s string, n int) string {
	cells, cut := 0, 0 // of what was seen; the length of what stays beside an ellipsis
	for i, r := range s {
		if cells < n {
			cut = i
		}
		if cells += cellsOf(r); cells > n {
			return s[:cut] + strings.Repeat("…", min(max(n, 0), 1))
		}
	}
	return s
}

// cellsOf returns how many cells of a terminal r takes, by Unicode's East Asian Width.
func cellsOf(r rune) int {
	switch k := width.LookupRune(r).Kind(); {
	case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf):
		return 0
	case k == width.EastAsianWide, k == width.EastAsianFullwidth:
		return 2
	}
	return 1
}

// tail returns the end of p: whole lines of at most limit bytes, or when the last
// line alone is longer, the last whole characters of it.
func tail(p []byte, limit int) []byte {
	if len(p) <= limit {
		return p
	}
	p = p[len(p)-limit-1:] // one more, so that a line which just fits is found
	if nl := bytes.IndexByte(p, '\n'); nl >= 0 && nl+1 < len(p) {
		return p[nl+1:]
	}
	for p = p[1:]; len(p) > 0 && !utf8.RuneStart(p[0]); {
		p = p[1:]
	}
	return p
}

// escapes matches what ECMA-48 makes of the escape character: control sequences, strings
// up to their terminator, two-byte functions, and one that is cut off. A string stops at
// the end of its line as well, so that a stray opener does not swallow the output.
var escapes = regexp.MustCompile(`\x1b(?:\[[0-?]*[ -/]*[@-~]?|[\]PX^_][^\x07\x1b\n]*(?:\x07|\x1b\\)?|[ -/]*[0-~]?)`)

// strip returns p without escape sequences.
func strip(p []byte) []byte {
	if !bytes.ContainsRune(p, '\x1b') {
		return p
	}
	return escapes.ReplaceAll(p, nil)
}

// millis returns the duration of ms milliseconds; 0 for what is no duration.
func millis(ms float64) time.Duration {
	switch ns := ms * float64(time.Millisecond); {
	case !(ns > 0):
		return 0
	case ns >= math.MaxInt64:
		return math.MaxInt64
	default:
		return time.Duration(ns)
	}
}

// seconds returns d for people: "0.8s" with so many decimals, "2m03s", "1h02m".
func seconds(d time.Duration, decimals int) string {
	d = max(d, 0)
	switch r := d.Round(time.Second); {
	case r >= time.Hour:
		m := int(d.Round(time.Minute) / time.Minute)
		return strconv.Itoa(m/60) + "h" + two(m%60) + "m"
	case d.Round(time.Second/10) >= time.Minute:
		s := int(r / time.Second)
		return strconv.Itoa(s/60) + "m" + two(s%60) + "s"
	}
	return strconv.FormatFloat(d.Seconds(), 'f', decimals, 64) + "s"
}

func two(n int) string { return strconv.Itoa(n/10) + strconv.Itoa(n%10) }

// took returns how long a step took: milliseconds where tenths of a second say nothing.
func took(d time.Duration) string {
	if d < 100*time.Millisecond {
		return strconv.FormatInt(d.Milliseconds(), 10) + "ms"
	}
	return seconds(d, 1)
}
