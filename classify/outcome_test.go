package classify_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/holdfast-go/holdfast/classify"
	"github.com/holdfast-go/holdfast/errctx"
)

// open is the end of a loop that must not try again.
type open struct {
	err error
	not bool
}

func (*open) Error() string          { return "it may have been done" }
func (*open) ErrorKind() string      { return "test.open" }
func (e *open) Unwrap() error        { return e.err }
func (e *open) OutcomeUnknown() bool { return !e.not }

// What may have been done stays so for everybody who meets it, whatever decides; see Uncertain.
func TestOutcomeUnknown(t *testing.T) {
	refused, lost := error(syscall.ECONNREFUSED), error(&stateError{"lost"})
	p := classify.Must(classify.New(runner,
		classify.On[*around]("around", classify.RetryElsewhere),
		classify.OnFunc("inner", classify.SetOf(classify.RetryHere, classify.BestEffort), func(e *inner) classify.Verdict {
			return classify.Verdict{Class: map[string]classify.Class{"retry": classify.RetryHere}[e.text]}
		}),
		classify.On[*group]("side effect", classify.BestEffort),
		classify.Joins[mirrors](classify.Any), classify.Joins[retryLog](classify.Last),
	))
	retry := &inner{"retry"}
	sure := classify.Verdict{Class: classify.RetryHere}
	for _, tt := range []struct {
		name string
		err  error
		want string
	}{
		{"nobody says so", classify.Dep("builder", refused), "retry-elsewhere after 1s"},
		{"a pack says so", classify.Dep("db", lost), "retry-here, open"},
		{"a table decides below", &open{err: classify.Dep("builder", refused)}, "retry-elsewhere after 1s, open"},
		{"… and the link is below the edge", classify.Dep("builder", &open{err: refused}), "retry-elsewhere after 1s, open"},
		{"a capability decides below", classify.Dep("db", fmt.Errorf("x: %w", &open{err: timeoutError{}})), "retry-here, open"},
		{"a rule decides below", &open{err: retry}, "retry-here, open"},
		{"a mark decides below", &open{err: classify.Mark(refused, sure)}, "retry-here, open"},
		{"nobody knows what is below", &open{err: unheard}, "fatal (unknown), open"},
		{"there is an edge that nobody declared below", &open{err: classify.Dep("cache", refused)}, "fatal (unknown), open"},
		{"what is below panics", &open{err: classify.Dep("mirror", explosive{})}, "best-effort (unknown), open"},
		{"a join is below", &open{err: errors.Join(classify.Dep("mirror", refused), retry)}, "retry-here, open"},
		{"a link that denies it has no say", &open{err: classify.Dep("db", lost), not: true}, "retry-here, open"},
		{"one that could say so and does not", &open{err: retry, not: true}, "retry-here"},
		{"context around it", errctx.Annotate(fmt.Errorf("x: %w", errctx.New(&open{err: retry}, "y")), "z"), "retry-here, open"},

		{"a branch says so", errors.Join(&open{err: classify.Dep("mirror", refused)}, retry), "retry-here, open"},
		{"an unknown branch says so", errors.Join(&open{err: classify.Dep("mirror", unheard)}, classify.Dep("mirror", errors.New("!")), retry), "retry-here, open"},
		{"a cancelled branch says so", errors.Join(&open{err: context.Canceled}, retry), "retry-here, open"},
		{"an alternative says so", mirrors{[]error{&open{err: retry}, classify.Dep("mirror", refused)}}, "best-effort, open"},
		{"the last attempt says so", retryLog{[]error{retry, &open{err: retry}}}, "retry-here, open"},
		{"one before it does", retryLog{[]error{&open{err: retry}, retry}}, "retry-here"},

		{"another program says so", classify.Dep("builder", classify.Remote(&open{err: refused})), "retry-elsewhere after 1s, open"},
		{"we say so of another program", classify.Dep("builder", &open{err: classify.Remote(refused)}), "retry-elsewhere after 1s, open"},

		{"a rule for a retry is around it", &around{fmt.Errorf("x: %w", &open{err: unheard})}, "retry-elsewhere, open"},
		{"… and around a join of it", &around{errors.Join(unheard, &open{err: unheard})}, "retry-elsewhere, open"},
		{"… and around a link that does not say so", &around{&open{not: true}}, "retry-elsewhere"},
		{"… and around another program's", &around{classify.Remote(&open{})}, "retry-elsewhere, open"},
		{"… and around a class marked on it", &around{classify.Mark(&open{err: unheard}, classify.RetryHere)}, "retry-elsewhere, open"},
		{"… and around a verdict marked on it", &around{classify.Mark(&open{err: unheard}, sure)}, "retry-elsewhere"},
		{"… and around a verdict that says so", &around{classify.Mark(unheard, classify.Verdict{Class: classify.RetryHere, OutcomeUnknown: true})}, "retry-elsewhere, open"},
		{"a rule for no retry is around it, in a join with one", errors.Join(&group{&open{}}, retry), "retry-here, open"},

		{"a class is marked around it", classify.Mark(&open{err: retry}, classify.RetryElsewhere), "retry-elsewhere, open"},
		{"a class is marked around what a pack knows", classify.Mark(classify.Dep("db", lost), classify.RetryElsewhere), "retry-elsewhere, open"},
		{"… twice", classify.Mark(classify.Mark(classify.Dep("db", lost), classify.RetryHere), classify.RetryElsewhere), "retry-elsewhere, open"},
		{"… in a join", classify.Mark(errors.Join(refused, classify.Dep("db", lost)), classify.RetryElsewhere), "retry-elsewhere, open"},
		{"a class is marked around a rule around it", classify.Mark(&around{&open{err: retry}}, classify.RetryHere), "retry-here, open"},
		{"a verdict is marked around it", classify.Mark(&open{err: retry}, sure), "retry-here"},
		{"a class is marked around that", classify.Mark(classify.Mark(&open{err: retry}, sure), classify.RetryElsewhere), "retry-elsewhere"},
		{"a verdict is marked that says so", classify.Mark(retry, classify.Verdict{Class: classify.RetryHere, OutcomeUnknown: true}), "retry-here, open"},
		{"a mark around what leads back to itself", classify.Mark(&loop, classify.RetryHere), "retry-here"},
		{"a mark around what panics", classify.Mark(explosive{}, classify.RetryHere), "retry-here"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			v := p.Classify(t.Context(), tt.err)
			got := v.String()
			if v.OutcomeUnknown {
				got += ", open"
			}
			if got != tt.want {
				t.Errorf("got %s, want %s\n%s", got, tt.want, v.Explain())
			}
			if x := v.Explain(); x.OutcomeUnknown != v.OutcomeUnknown {
				t.Error("that is not explained")
			}
		})
	}
}

// A loop inside of another one: the inner one ends where the outcome is unknown, and so does the outer one.
func TestNestedLoops(t *testing.T) {
	p := classify.Must(classify.New(runner))
	calls := 0
	loop := func(op func() error) error {
		for range 5 {
			err := op()
			if v := p.Classify(t.Context(), err); v.OutcomeUnknown || v.Class != classify.RetryHere {
				return &open{err: err}
			}
		}
		return nil
	}
	err := loop(func() error {
		return loop(func() error {
			calls++
			return classify.Dep("db", &stateError{"lost"})
		})
	})
	if calls != 1 || err == nil {
		t.Errorf("%d calls, %v", calls, err)
	}
}

// A value can say in a pack that the operation may have been done, as a function can.
func TestFound(t *testing.T) {
	unsure := classify.Finding{Kind: classify.Timeout, After: time.Second, OutcomeUnknown: true}
	role := runner
	role.Edges = []classify.Edge{{Name: classify.Self, Do: databaseTable, Packs: []classify.Pack{{"p", []classify.Rule{
		classify.KindIs("value", sentinel, unsure), classify.KindOn[*inner]("type", unsure),
		classify.KindIs("kind", other, classify.Timeout), classify.KindOn[*ours]("kind of type", classify.Timeout),
	}}}}}
	p := classify.Must(classify.New(role))
	for err, want := range map[error]classify.Finding{
		sentinel: unsure, &inner{}: unsure, other: {Kind: classify.Timeout}, &ours{}: {Kind: classify.Timeout},
	} {
		v := p.Classify(t.Context(), fmt.Errorf("x: %w", err))
		if got := (classify.Finding{Kind: v.Kind, After: v.After, OutcomeUnknown: v.OutcomeUnknown}); got != want || v.Class != classify.RetryHere {
			t.Errorf("%v: got %+v, want %+v", err, got, want)
		}
	}
}

// A mark looks below itself, and however many there are, that has an end.
func TestMarksOfMarks(t *testing.T) {
	p := classify.Must(classify.New(runner))
	deep := classify.Dep("db", error(&stateError{"lost"}))
	for range 5_000 {
		deep = classify.Mark(deep, classify.RetryHere)
	}
	if v := p.Classify(t.Context(), deep); v.Class != classify.RetryHere || !v.OutcomeUnknown || v.Edge != "db" {
		t.Errorf("got %s", v.Explain())
	}
	bush := deep
	for range 60 {
		bush = classify.Mark(errors.Join(bush, bush), classify.RetryHere)
	}
	var deeper error = bush
	for range 100_000 {
		deeper = classify.Mark(deeper, classify.Drop)
	}
	wide := errors.Join(slices.Repeat([]error{classify.Mark(&loop, classify.RetryHere)}, 9_000)...)
	for want, err := range map[classify.Class]error{classify.RetryHere: wide, classify.Drop: deeper} {
		if v := p.Classify(t.Context(), err); v.Class != want {
			t.Errorf("got %s", v.Explain())
		}
	}
	if v := p.Classify(t.Context(), bush); v.Class != classify.RetryHere {
		t.Errorf("got %s", v.Explain())
	}
}
