package classify_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"syscall"
	"testing"

	"github.com/holdfast-go/holdfast/classify"
	"github.com/holdfast-go/holdfast/errctx"
)

// A verdict names the rule, the link and, of an errctx handle, the layer where the fault was seen.
func TestExplain(t *testing.T) {
	cancelled, cancel := context.WithCancelCause(t.Context())
	cancel(errors.New("superseded"))
	hidden, cancel := context.WithCancelCause(t.Context())
	cancel(textBomb{})
	fault := errctx.New[StoreError](&MissingDigest{"ab"}, "open blob")
	p := build(t, anyRole, append(walkRules(),
		classify.Sum("store", classify.SetOf(classify.Backtrack), func(e StoreError) classify.Verdict {
			return VisitStore(e, storeVerdicts{})
		}),
		classify.OnFunc("liar", classify.SetOf(classify.Drop), func(slice) classify.Verdict { return when(true, classify.Fatal) }),
		classify.OnFunc("mute", classify.SetOf(classify.Drop), func(unwrapBomb) classify.Verdict { return classify.Verdict{} }),
		classify.OnFunc("buggy", classify.SetOf(classify.Drop), func(holder) classify.Verdict { panic("oops") }),
		classify.Capability("timeout", classify.SetOf(classify.RetryHere), func(e interface{ Timeout() bool }) classify.Verdict {
			return classify.Verdict{Class: classify.RetryHere, After: 1500, Free: true, Exclude: []string{"a"}}
		}),
	)...)
	const at = " (classify/explain_test.go:N)"
	for _, tt := range []struct {
		name string
		ctx  context.Context
		err  error
		want string
		json string
	}{
		{"no error", t.Context(), nil, "none: no error", `{"class":"none"}`},
		{
			"a typed rule, with the layer next to the fault", t.Context(), errctx.Wrap(errctx.Wrap(fault, "read input"), "materialise"),
			`backtrack of ab: typed rule "store" at *classify_test.MissingDigest, "open blob"` + at,
			`{"role":"any","class":"backtrack","by":"typed rule","rule":"store","link":{"type":"*classify_test.MissingDigest","message":"open blob","function":"F","file":"D/explain_test.go","line":N},"keys":["ab"]}`,
		},
		{
			"the nearest of several handles", t.Context(), errctx.Annotate(fmt.Errorf("b: %w", errctx.Annotate(fmt.Errorf("a: %w", sentinel), "inner")), "outer"),
			`best-effort: sentinel "sentinel" at *errors.errorString, "inner"` + at, "",
		},
		{
			"layers further in are not the link's", t.Context(), errctx.Annotate(classify.Mark(&outer{errctx.Annotate(unheard, "inner")}, classify.Drop), "outer"),
			`drop: mark at *classify_test.outer, "outer"` + at, "",
		},
		{
			"a marked handle", t.Context(), errctx.Annotate(classify.Mark(fault, classify.Fatal), "outer"),
			`fatal: mark at *classify_test.MissingDigest, "open blob"` + at, "",
		},
		{
			"a handle above several errors", t.Context(), errctx.Annotate(classify.Mark(errors.Join(&group{}, unheard), classify.Drop), "m"),
			`drop: mark at *errors.joinError, "m"` + at, "",
		},
		{
			"a capability", t.Context(), &wrapTimeout{unheard},
			`retry-here after 1.5µs, free excluding a: capability "timeout" at *classify_test.wrapTimeout`,
			`{"role":"any","class":"retry-here","by":"capability","rule":"timeout","link":{"type":"*classify_test.wrapTimeout"},"after":"1.5µs","free":true,"exclude":["a"]}`,
		},
		{
			"the unknown, down to its innermost link", t.Context(), errctx.Annotate(fmt.Errorf("a: %w", unheard), "m"),
			`fail (unknown): default of any at *errors.errorString, "m"` + at + `: no rule has an opinion`,
			`{"role":"any","class":"fail","by":"default","link":{"type":"*errors.errorString","message":"m","function":"F","file":"D/explain_test.go","line":N},"reason":"no rule has an opinion","unknown":true}`,
		},
		{
			"a join, by the branch that decided", t.Context(), fmt.Errorf("%w", errors.Join(sentinel, &inner{"drop"}, nil)),
			`best-effort: sentinel "sentinel" at *errors.errorString, of 2 errors (all)`, "",
		},
		{
			"alternatives", t.Context(), mirrors{[]error{sentinel, &inner{"drop"}, other}},
			`drop: typed rule "inner" at *classify_test.inner, of 3 errors (any)`,
			`{"role":"any","class":"drop","by":"typed rule","rule":"inner","link":{"type":"*classify_test.inner"},"join":"any","branches":3}`,
		},
		{
			"an unknown branch that decided", t.Context(), errors.Join(&inner{"drop"}, unheard),
			`fail (unknown): default of any at *errors.errorString, of 2 errors (all): no rule has an opinion`, "",
		},
		{
			"a requester who is gone", cancelled, unheard,
			`cancelled: the requester of any is gone (superseded); otherwise fail (unknown): default of any at *errors.errorString: no rule has an opinion`, "",
		},
		{
			"in JSON", cancelled, sentinel,
			`cancelled: the requester of any is gone (superseded); otherwise best-effort: sentinel "sentinel" at *errors.errorString`,
			`{"role":"any","class":"cancelled","by":"requester","cause":"superseded","otherwise":{"role":"any","class":"best-effort","by":"sentinel","rule":"sentinel","link":{"type":"*errors.errorString"}}}`,
		},
		{
			"what there would have been to wait for", cancelled, &wrapTimeout{unheard},
			`cancelled: the requester of any is gone (superseded); otherwise retry-here after 1.5µs, free excluding a: capability "timeout" at *classify_test.wrapTimeout`, "",
		},
		{
			"a cause whose text panics", hidden, sentinel,
			`cancelled: the requester of any is gone (panic: boom); otherwise best-effort: sentinel "sentinel" at *errors.errorString`, "",
		},
		{
			"a rule that lies", t.Context(), slice{"x"},
			`fail (unknown): default of any "liar" at classify_test.slice: the rule gave fatal, which it does not declare`, "",
		},
		{
			"a rule that panics", t.Context(), errctx.Annotate(holder{1}, "m"),
			`fail (unknown): default of any "buggy" at classify_test.holder, "m"` + at + `: panic: oops`, "",
		},
		{
			"an Unwrap that panics after a rule was asked in vain", t.Context(), unwrapBomb{},
			`fail (unknown): default of any at classify_test.unwrapBomb: panic: boom`, "",
		},
		{
			"a mark with nil for a key", t.Context(), classify.Mark(unheard, classify.Verdict{Class: classify.Backtrack, Keys: []any{nil}}),
			`fail (unknown): default of any at *errors.errorString: backtrack has no key, or one that cannot be compared`, "",
		},
		{
			"a mark that asks too much", t.Context(), classify.Mark(unheard, classify.Class(42)),
			`fail (unknown): default of any at *errors.errorString: the mark gives class(42), which the role cannot carry out`, "",
		},
		{
			"a mark without a key", t.Context(), classify.Mark(unheard, classify.Backtrack),
			`fail (unknown): default of any at *errors.errorString: backtrack has no key, or one that cannot be compared`, "",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			why := p.Classify(tt.ctx, tt.err).Explain()
			if got := mask(why.String()); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
			out, err := json.Marshal(why)
			if err != nil {
				t.Fatal(err)
			}
			if got := mask(string(out)); tt.json != "" && got != tt.json {
				t.Errorf("got  %s\nwant %s", got, tt.json)
			}
		})
	}
}

// mask hides what moves with every edit of this file.
func mask(s string) string {
	for pattern, with := range map[string]string{
		`\.go:\d+`:           ".go:N",
		`"line":\d+`:         `"line":N`,
		`"function":"[^"]*"`: `"function":"F"`,
		`"file":"classify/`:  `"file":"D/`,
	} {
		s = regexp.MustCompile(pattern).ReplaceAllString(s, with)
	}
	return s
}

// What was made by hand has no reasons, and is about an error all the same.
func TestExplainMadeByHand(t *testing.T) {
	if got := (classify.Verdict{Class: classify.Fail}).Explain().String(); got != "fail" {
		t.Error(got)
	}
}

// Also where the requester is gone the edge and the kind are told, and of the machine nothing.
func TestExplainGone(t *testing.T) {
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	x := runnerPolicy.Classify(gone, errctx.Annotate(classify.Dep("mirror", syscall.ECONNREFUSED), "m")).Explain()
	if o := x.Otherwise; o == nil || o.Edge != "mirror" || o.Kind != "unavailable" || o.Link.File != "classify/explain_test.go" {
		t.Errorf("got %+v", x)
	}
}
