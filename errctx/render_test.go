package errctx_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"regexp"
	"strings"
	"testing"

	"github.com/holdfast-go/holdfast/errctx"
)

func layered() storeErr {
	return errctx.Wrap(open(&missing{"abc"}), "run step", slog.String("step", "cc"), slog.Int("try", 2))
}

func TestFormat(t *testing.T) {
	w := layered()
	for verb, want := range map[string]string{
		"%v":   "run step: open blob: missing abc",
		"%s":   "run step: open blob: missing abc",
		"%q":   `"run step: open blob: missing abc"`,
		"%40s": "        run step: open blob: missing abc",
		"%#v":  "run step: open blob: missing abc",
		"%+v": `run step step=cc try=2
    at …errctx_test.layered (…/errctx/render_test.go:N)
open blob
    at …errctx_test.open (…/errctx/errctx_test.go:N)
missing abc [test.missing *errctx_test.missing]`,
	} {
		if got := scrub(fmt.Sprintf(verb, w)); got != want {
			t.Errorf("%s:\n got %s\nwant %s", verb, got, want)
		}
	}
}

func TestFormatTreeOfJoinedErrors(t *testing.T) {
	joined := errctx.Annotate(errors.Join(layered(), errors.New("plain")), "all steps")
	got := scrub(fmt.Sprintf("%+v", joined))
	want := `all steps
    at …errctx_test.TestFormatTreeOfJoinedErrors (…/errctx/render_test.go:N)
run step: open blob: missing abc
plain [*errors.joinError]
  run step step=cc try=2
      at …errctx_test.layered (…/errctx/render_test.go:N)
  open blob
      at …errctx_test.open (…/errctx/errctx_test.go:N)
  missing abc [test.missing *errctx_test.missing]
  plain [*errors.errorString]`
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

const wantTree = `{"message":"run step: open blob: missing abc","kind":"test.missing","type":"*errctx_test.missing","root":"missing abc",` +
	`"layers":[{"message":"run step","function":"errctx_test.layered","file":"errctx/render_test.go","line":N,"attrs":{"step":"cc","try":2}},` +
	`{"message":"open blob","function":"errctx_test.open","file":"errctx/errctx_test.go","line":N}]}`

func TestJSONAndSlogGiveTheSameTree(t *testing.T) {
	b, err := json.Marshal(layered())
	if err != nil {
		t.Fatal(err)
	}
	if got := scrub(string(b)); got != wantTree {
		t.Errorf("json:\n got %s\nwant %s", got, wantTree)
	}
	var log bytes.Buffer
	slog.New(slog.NewJSONHandler(&log, nil)).Error("failed", "err", layered())
	if got := scrub(log.String()); !strings.Contains(got, `"err":`+wantTree+"}") {
		t.Errorf("slog JSON:\n got %s\nwant …%s", got, wantTree)
	}
	log.Reset()
	slog.New(slog.NewTextHandler(&log, nil)).Error("failed", "err", layered())
	if got := scrub(log.String()); !strings.Contains(got, `err.layers="run step {\"step\":\"cc\",\"try\":2} (errctx_test.layered:N); open blob (errctx_test.open:N)"`) {
		t.Errorf("slog text: %s", got)
	}
}

// Values that encoding/json refuses must not cost the error its encoding.
func TestJSONOfHostileAttributes(t *testing.T) {
	w := errctx.New(&missing{"x"}, "m", slog.Any("f", func() {}), slog.Any("ch", make(chan int)), slog.Float64("inf", math.Inf(1)))
	if _, err := json.Marshal(w); err != nil {
		t.Errorf("Marshal: %v", err)
	}
}

var (
	reFile = regexp.MustCompile(`[^\s"(]*/errctx/(\w+\.go)`)
	reLine = regexp.MustCompile(`(\.go:|"line":|errctx_test\.\w+:)\d+`)
	reFunc = regexp.MustCompile(`github\.com/\S*?/errctx_test\.`)
)

func scrub(s string) string {
	s = reFile.ReplaceAllString(s, "…/errctx/$1")
	s = reLine.ReplaceAllString(s, "${1}N")
	return reFunc.ReplaceAllString(s, "…errctx_test.")
}
