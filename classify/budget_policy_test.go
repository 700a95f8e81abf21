package classify_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"syscall"
	"testing"

	"github.com/holdfast-go/holdfast/classify"
	"github.com/holdfast-go/holdfast/errctx"
)

// What is exhausted is not retried, whatever is inside of it and around it.
func TestClassifyGaveUp(t *testing.T) {
	refused := classify.Is("refused", syscall.ECONNREFUSED, classify.RetryHere)
	outside := classify.On[*around]("around", classify.RetryElsewhere)
	about := classify.On[*classify.GaveUp]("about", classify.RetryElsewhere)
	aboutFails := classify.On[*classify.GaveUp]("about", classify.Fail)
	other := classify.Role{Name: "other", Can: everything, Default: classify.Fail}

	spent := func(role classify.Role, then classify.Class) error {
		return &classify.GaveUp{Role: role.Name, Edge: "postgres", Kind: classify.Unavailable, Then: then, Err: syscall.ECONNREFUSED}
	}
	own := spent(daemon, classify.Fail)
	for _, tt := range []struct {
		name  string
		role  classify.Role
		rules []classify.Rule
		err   error
		want  string
	}{
		{"its end", daemon, []classify.Rule{refused}, own, "fail"},
		{"its end, fatal", daemon, []classify.Rule{refused}, spent(daemon, classify.Fatal), "fatal"},
		{"in context", daemon, []classify.Rule{refused}, errctx.Annotate(fmt.Errorf("w: %w", own), "c"), "fail"},
		{"across an edge", daemon, []classify.Rule{refused}, classify.Dep("step", own), "fail"},
		{"at an edge that there is not", daemon, []classify.Rule{refused}, classify.Dep("moon", own), "fatal (unknown)"},
		{"beside what can be retried", daemon, []classify.Rule{refused}, errors.Join(syscall.ECONNREFUSED, own), "fail"},
		{"a rule about it", daemon, []classify.Rule{refused, about}, own, "fail"},
		{"a milder rule about it", daemon, []classify.Rule{refused, aboutFails}, spent(daemon, classify.Fatal), "fail"},
		{"a rule around it", daemon, []classify.Rule{refused, outside}, &around{own}, "fail"},
		{"a rule around a mark on it", daemon, []classify.Rule{refused, outside}, &around{classify.Mark(own, classify.Verdict{Class: classify.Fatal})}, "fail"},
		{"a rule around a join of it", daemon, []classify.Rule{refused, outside}, &around{errors.Join(errors.New("close"), own)}, "fail"},
		{"a rule around a join of several", daemon, []classify.Rule{refused, outside}, &around{errors.Join(own, fmt.Errorf("w: %w and %w", spent(daemon, classify.Fatal), own))}, "fatal"},
		{"a rule around a log that ends with it", daemon, []classify.Rule{refused, outside, classify.Joins[retryLog](classify.Last)}, &around{retryLog{[]error{unheard, own}}}, "fail"},
		{"a rule around a log that goes on after it", daemon, []classify.Rule{refused, outside, classify.Joins[retryLog](classify.Last)}, &around{retryLog{[]error{own, unheard}}}, "retry-elsewhere"},
		{"a rule around too much to look at", daemon, []classify.Rule{refused, outside}, &around{errors.Join(&loop, &loop)}, "retry-elsewhere"},
		{"a rule far around it", daemon, []classify.Rule{refused, outside}, fmt.Errorf("w: %w", &around{fmt.Errorf("w: %w", own)}), "fail"},
		{"a mark around it", daemon, []classify.Rule{refused}, classify.Mark(own, classify.RetryElsewhere), "retry-elsewhere"},
		{"an end that is none", daemon, []classify.Rule{refused}, spent(daemon, classify.RetryHere), "fatal (unknown)"},
		{"no end", daemon, []classify.Rule{refused}, spent(daemon, classify.None), "fatal (unknown)"},

		{"from elsewhere", daemon, []classify.Rule{refused}, classify.Remote(own), "fatal (unknown)"},
		{"from elsewhere, of an item", daemon, []classify.Rule{refused}, classify.Dep("step", classify.Remote(own)), "fail (unknown)"},
		{"from elsewhere, at an edge", daemon, []classify.Rule{refused}, classify.Dep("mirror", errctx.Restore(&passage{own}, "b1")), "best-effort (unknown)"},
		{"from elsewhere, with a rule about it", daemon, []classify.Rule{refused, about}, classify.Remote(own), "retry-elsewhere"},
		{"from elsewhere, with a rule around it", daemon, []classify.Rule{refused, outside}, &around{errors.Join(classify.Remote(own))}, "retry-elsewhere"},
		{"another's", other, []classify.Rule{refused}, own, "fail (unknown)"},
		{"another's, fatal", other, []classify.Rule{refused}, spent(daemon, classify.Fatal), "fail (unknown)"},
		{"another's, with a rule about it", other, []classify.Rule{refused, about}, own, "retry-elsewhere"},
		{"another's, with a rule around it", other, []classify.Rule{refused, outside}, &around{own}, "retry-elsewhere"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := build(t, tt.role, tt.rules...).Classify(t.Context(), tt.err); got.String() != tt.want {
				t.Errorf("got %s, want %s", got.Explain(), tt.want)
			}
		})
	}
	t.Run("the requester is gone", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if got := build(t, daemon).Classify(ctx, own); got.Class != classify.Cancelled {
			t.Error(got)
		}
	})
	t.Run("kind and edge", func(t *testing.T) {
		if got := build(t, daemon).Classify(nil, own); got.Kind != classify.Unavailable || got.Edge != "postgres" {
			t.Errorf("%+v", got)
		}
	})
}

func TestExplainBudget(t *testing.T) {
	p := build(t, daemon, classify.Is("refused", syscall.ECONNREFUSED, classify.RetryHere))
	l, err := classify.NewLedger(p, daemonBudgets...)
	if err != nil {
		t.Fatal(err)
	}
	var v classify.Verdict
	var gaveUp classify.GaveUpErr
	lines := []string{
		3: `retry-elsewhere: retry-here spent 3 of 3 in 1m; otherwise retry-here: sentinel "refused" at syscall.Errno`,
		5: `fatal: retry-elsewhere spent 2 of 2 in 1m; otherwise retry-elsewhere: retry-here spent 3 of 3 in 1m; otherwise retry-here: sentinel "refused" at syscall.Errno`,
	}
	for _, want := range lines {
		v, gaveUp = l.Spend(p.Classify(nil, syscall.ECONNREFUSED), "item", syscall.ECONNREFUSED, midnight)
		if got := v.Explain().String(); want != "" && got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
	const want = `{"role":"daemon","class":"fatal","by":"budget","reason":"retry-elsewhere spent 2 of 2 in 1m","otherwise":` +
		`{"role":"daemon","class":"retry-elsewhere","by":"budget","reason":"retry-here spent 3 of 3 in 1m","otherwise":` +
		`{"role":"daemon","class":"retry-here","by":"sentinel","rule":"refused","link":{"type":"syscall.Errno"}}}}`
	if got, _ := json.Marshal(v.Explain()); string(got) != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}

	// The same error, met further up.
	for _, tt := range []struct {
		policy *classify.Policy
		want   string
	}{
		{p, `fatal: role "daemon" gave up: retry-here spent 3 of 3 in 1m, retry-elsewhere spent 2 of 2 in 1m`},
		{build(t, single), `fail (unknown): default of single at *classify.GaveUp, "give up" (classify/budget.go:0): role "daemon" gave up: retry-here spent 3 of 3 in 1m, retry-elsewhere spent 2 of 2 in 1m`},
	} {
		x := tt.policy.Classify(nil, fmt.Errorf("w: %w", gaveUp)).Explain()
		x.Link.Line = 0
		if got := x.String(); got != tt.want {
			t.Errorf("got  %s\nwant %s", got, tt.want)
		}
	}
}

type around struct{ err error }

func (e *around) Error() string { return "around: " + e.err.Error() }
func (e *around) Unwrap() error { return e.err }
