package classify_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/holdfast-go/holdfast/classify"
	"github.com/holdfast-go/holdfast/errctx"
)

var everything = classify.SetOf(classify.Cancelled, classify.Drop, classify.BestEffort, classify.RetryHere,
	classify.RetryElsewhere, classify.Backtrack, classify.Fail, classify.Fatal)

// anyRole can do everything, and fails what it does not know.
var anyRole = classify.Role{Name: "any", Can: everything, Default: classify.Fail}

func build(tb testing.TB, role classify.Role, rules ...classify.Rule) *classify.Policy {
	tb.Helper()
	p, err := classify.New(role, rules...)
	if err != nil {
		tb.Fatal(err)
	}
	return p
}

// The errors of these tests: each shows one way in which a value may behave.
type (
	inner    struct{ text string }
	outer    struct{ err error }
	answers  struct{ timeout bool } // has a capability
	isCase   struct{ target error } // has an Is method
	asCase   struct{ as *inner }    // has an As method
	slice    []string               // cannot be compared
	holder   struct{ v any }        // can be compared, sometimes
	joined   struct{ errs []error } // declares nothing
	retryLog struct{ errs []error }
	mirrors  struct{ errs []error }
	group    struct{ err error } // declares a mode, and has one branch
	claims   struct{ joined }    // a join that claims to be anything

	sumError interface {
		error
		sealed()
	}
	variant  struct{ n int }
	carrier  struct{ sumError } // carries a sum into the next one
	carrier2 struct{ *carrier }
	caused   struct{ err error } // a variant with a cause
	enclosed struct{ sumError }  // one that embeds another and does not unwrap
	several  []error             // one that is no struct
	ring     struct{ *ring }     // one that embeds itself
)

func (e *inner) Error() string     { return e.text }
func (e *outer) Error() string     { return "outer: " + e.err.Error() }
func (e *outer) Unwrap() error     { return e.err }
func (e *answers) Error() string   { return "answers" }
func (e *answers) Timeout() bool   { return e.timeout }
func (e isCase) Error() string     { return "is" }
func (e isCase) Is(t error) bool   { return t == e.target }
func (e asCase) Error() string     { return "as" }
func (slice) Error() string        { return "slice" }
func (holder) Error() string       { return "holder" }
func (e joined) Error() string     { return "joined" }
func (e joined) Unwrap() []error   { return e.errs }
func (e retryLog) Error() string   { return "retries" }
func (e retryLog) Unwrap() []error { return e.errs }
func (e mirrors) Error() string    { return "mirrors" }
func (e mirrors) Unwrap() []error  { return e.errs }
func (e group) Error() string      { return "group" }
func (e group) Unwrap() error      { return e.err }
func (claims) Is(error) bool       { return true }
func (claims) As(any) bool         { return true }
func (variant) sealed()            {}
func (caused) sealed()             {}
func (caused) Error() string       { return "caused" }
func (e caused) Unwrap() error     { return e.err }
func (several) sealed()            {}
func (several) Error() string      { return "several" }
func (several) Unwrap() error      { return nil }
func (ring) sealed()               {}
func (ring) Error() string         { return "ring" }
func (ring) Unwrap() error         { return nil }
func (variant) Error() string      { return "variant" }
func (carrier) Error() string      { return "carrier" }
func (e carrier) Unwrap() error    { return e.sumError }

func (e asCase) As(target any) bool {
	p, ok := target.(**inner)
	if ok {
		*p = e.as
	}
	return ok
}

var (
	sentinel = errors.New("sentinel")
	other    = errors.New("other")
	unheard  = errors.New("unheard of")
)

// rules of the walk tests; every class tells which one decided.
func walkRules() []classify.Rule {
	return []classify.Rule{
		classify.OnFunc("inner", classify.SetOf(classify.Drop, classify.Fatal), func(e *inner) classify.Verdict {
			return when(e.text == "drop", classify.Drop)
		}),
		classify.On[*answers]("answers", classify.Fatal),
		classify.Is("sentinel", sentinel, classify.BestEffort),
		classify.Is("other", other, classify.Fatal),
		classify.Is("not there", fs.ErrNotExist, classify.RetryElsewhere),
		classify.Joins[retryLog](classify.Last),
		classify.Joins[mirrors](classify.Any),
		classify.Joins[group](classify.Any),
	}
}

func when(is bool, c classify.Class) classify.Verdict {
	if is {
		return classify.Verdict{Class: c}
	}
	return classify.Verdict{}
}

func TestWalk(t *testing.T) {
	drop := &inner{"drop"}
	timeout := classify.Capability("timeout", classify.SetOf(classify.RetryHere), func(e interface{ Timeout() bool }) classify.Verdict {
		return when(e.Timeout(), classify.RetryHere)
	})
	outerTypes := classify.On[*outer]("outer", classify.Fatal)
	for _, tt := range []struct {
		name  string
		err   error
		rules []classify.Rule // before those of walkRules
		want  string
	}{
		{name: "no error is no verdict", err: nil, want: "none"},
		{name: "a nil handle is no error", err: errctx.Wrap[*MissingDigest](nil, "m"), want: "none"},
		{name: "nobody knows it", err: unheard, want: "fail (unknown)"},
		{name: "a typed rule", err: drop, want: "drop"},
		{name: "a typed rule through context", err: fmt.Errorf("b: %w", errctx.Annotate(fmt.Errorf("a: %w", drop), "m")), want: "drop"},
		{name: "a sentinel", err: fmt.Errorf("a: %w", sentinel), want: "best-effort"},
		{name: "a sentinel's text is not the sentinel", err: errors.New("sentinel"), want: "fail (unknown)"},
		{name: "a sentinel that a link's Is method claims", err: fmt.Errorf("a: %w", syscall.ENOENT), want: "retry-elsewhere"},
		{name: "an Is method that says no", err: isCase{unheard}, want: "fail (unknown)"},
		{
			name: "an As method that says no", err: asCase{drop}, want: "drop",
			rules: []classify.Rule{
				classify.On[*quiet]("quiet", classify.Fatal),
				classify.OnFunc("outer", classify.SetOf(classify.Fatal), func(*outer) classify.Verdict { return when(true, classify.Fatal) }),
			},
		},
		{name: "a type that a link's As method gives", err: fmt.Errorf("a: %w", asCase{drop}), want: "drop"},

		{name: "R1: the outermost opinion decides", err: &outer{drop}, rules: []classify.Rule{outerTypes}, want: "fatal"},
		{name: "R1: a rule without an opinion lets the walk go on", err: fmt.Errorf("%w", &outer{&inner{"?"}}), want: "fail (unknown)"},
		{name: "R1: a mark comes before the types inside", err: fmt.Errorf("a: %w", classify.Mark(drop, classify.Cancelled)), want: "cancelled"},
		{name: "R1: a type comes before the mark inside", err: &outer{classify.Mark(drop, classify.Cancelled)}, rules: []classify.Rule{outerTypes}, want: "fatal"},
		{name: "R1: the outer of two marks decides", err: classify.Mark(classify.Mark(drop, classify.Cancelled), classify.Fatal), want: "fatal"},
		{
			name: "R1: in one link a type comes before a sentinel", err: drop,
			rules: []classify.Rule{classify.Is("this one", drop, classify.Fatal)}, want: "drop",
		},
		{
			name: "R1: in one link a type comes before a sentinel it claims to be", err: isCase{sentinel},
			rules: []classify.Rule{classify.On[isCase]("is", classify.Fatal)}, want: "fatal",
		},
		{
			name: "of two rules for a link the first with an opinion decides", err: drop,
			rules: []classify.Rule{
				classify.OnFunc("mute", classify.SetOf(classify.Fatal), func(*inner) classify.Verdict { return classify.Verdict{} }),
				classify.OnFunc("first", classify.SetOf(classify.Backtrack), func(e *inner) classify.Verdict {
					return classify.Verdict{Class: classify.Backtrack, Keys: []any{e.text}}
				}),
			},
			want: "backtrack of drop",
		},

		{name: "R2: a capability is asked last", err: &wrapTimeout{drop}, rules: []classify.Rule{timeout}, want: "drop"},
		{name: "R2: a capability of a chain that has no opinion", err: fmt.Errorf("%w", &wrapTimeout{unheard}), rules: []classify.Rule{timeout}, want: "retry-here"},
		{name: "R2: a capability that says no", err: &quiet{unheard}, rules: []classify.Rule{timeout}, want: "fail (unknown)"},

		{name: "R3: of all the worst wins", err: errors.Join(drop, sentinel, syscall.ENOENT), want: "retry-elsewhere"},
		{name: "R3: a wrapper with several %w is a join", err: fmt.Errorf("%w and %w", drop, other), want: "fatal"},
		{name: "R3: of alternatives the mildest wins", err: mirrors{[]error{other, sentinel, drop}}, want: "drop"},
		{name: "R3: of alternatives cancelled comes last", err: mirrors{[]error{other, classify.Mark(unheard, classify.Cancelled)}}, want: "fatal"},
		{name: "R3: only cancelled alternatives", err: mirrors{[]error{classify.Mark(unheard, classify.Cancelled)}}, want: "cancelled"},
		{name: "R3: of alternatives a known one comes first", err: mirrors{[]error{unheard, other}}, want: "fatal"},
		{name: "R3: of attempts the last one speaks", err: retryLog{[]error{other, drop, nil}}, want: "drop"},
		{name: "R3: also where it is unknown", err: retryLog{[]error{other, unheard}}, want: "fail (unknown)"},
		{name: "R3: and its capabilities are asked", err: retryLog{[]error{other, &wrapTimeout{unheard}}}, rules: []classify.Rule{timeout}, want: "retry-here"},
		{name: "R3: a log of no attempts", err: retryLog{}, want: "fail (unknown)"},
		{name: "R3: a mode is inherited", err: group{errors.Join(other, drop)}, want: "drop"},
		{name: "R3: through branches", err: mirrors{[]error{other, errors.Join(sentinel, drop)}}, want: "drop"},
		{name: "R3: from the nearest that declares one", err: mirrors{[]error{other, retryLog{[]error{drop, sentinel}}}}, want: "best-effort"},
		{name: "R3: a join with a verdict of its own", err: fmt.Errorf("%w", joined{[]error{other}}), rules: []classify.Rule{classify.On[joined]("joined", classify.Drop)}, want: "drop"},
		{name: "R3: a join does not answer for its branches", err: claims{joined{[]error{drop}}}, want: "drop"},
		{name: "R3: nil branches are none", err: joined{[]error{nil, drop, nil}}, want: "drop"},
		{name: "R3: a join of nothing", err: joined{}, want: "fail (unknown)"},

		{name: "R4: an unknown branch is the default", err: errors.Join(drop, unheard), want: "fail (unknown)"},
		{name: "R4: which a worse one outweighs", err: errors.Join(unheard, other), want: "fatal"},
		{name: "R4: a known verdict of the same class speaks", err: errors.Join(unheard, classify.Mark(unheard, classify.Fail)), want: "fail"},
		{name: "R4: only unknown branches", err: errors.Join(unheard, io.EOF), want: "fail (unknown)"},
		{name: "R4: a foreign cancellation counts for nothing", err: errors.Join(fmt.Errorf("a: %w", context.Canceled), drop), want: "drop"},
		{name: "R4: also one that only says so", err: errors.Join(isCase{context.Canceled}, drop), want: "drop"},
		{
			name: "R4: also where a rule knows it", err: errors.Join(context.Canceled, drop),
			rules: []classify.Rule{classify.Is("cancel", context.Canceled, classify.Fatal)}, want: "drop",
		},
		{
			name: "R4: unless it is alone", err: errors.Join(context.Canceled, errors.Join(context.Canceled)),
			rules: []classify.Rule{classify.Is("cancel", context.Canceled, classify.RetryHere)}, want: "retry-here",
		},
		{name: "R4: alone and unknown", err: errors.Join(context.Canceled), want: "fail (unknown)"},
		{name: "R4: beside the unknown it does not hide it", err: errors.Join(context.Canceled, unheard), want: "fail (unknown)"},
		{name: "R4: beside a capability", err: errors.Join(context.Canceled, &wrapTimeout{unheard}), rules: []classify.Rule{timeout}, want: "retry-here"},
		{name: "R4: a marked one is not foreign", err: errors.Join(classify.Mark(context.Canceled, classify.Fatal), drop), want: "fatal"},
		{name: "R4: an unknown branch is asked for capabilities", err: errors.Join(drop, &wrapTimeout{unheard}), rules: []classify.Rule{timeout}, want: "retry-here"},
		{name: "a join below a capability", err: &wrapTimeout{errors.Join(unheard, unheard)}, rules: []classify.Rule{timeout}, want: "retry-here"},

		{name: "a sum's variant", err: variant{1}, rules: []classify.Rule{sumRule()}, want: "drop"},
		{name: "a variant with a cause", err: caused{other}, rules: []classify.Rule{sumRule()}, want: "drop"},
		{name: "a variant that embeds another for good", err: enclosed{variant{1}}, rules: []classify.Rule{sumRule()}, want: "drop"},
		{name: "a variant that is no struct", err: several{}, rules: []classify.Rule{sumRule()}, want: "drop"},
		{name: "a variant that embeds itself", err: &ring{}, rules: []classify.Rule{sumRule()}, want: "drop"},
		{name: "what embeds a sum is no variant of it", err: carrier{variant{1}}, rules: []classify.Rule{sumRule(), classify.On[carrier]("carrier", classify.Fatal)}, want: "fatal"},
		{name: "however deep it embeds it", err: &carrier2{&carrier{variant{1}}}, rules: []classify.Rule{sumRule(), classify.On[*carrier2]("carrier", classify.Fatal)}, want: "fatal"},
		{name: "what it embeds is", err: carrier{variant{1}}, rules: []classify.Rule{sumRule()}, want: "drop"},

		{name: "a mark that the role cannot carry out", err: classify.Mark(drop, classify.Class(42)), want: "fail (unknown)"},
		{name: "a backtrack of nothing", err: classify.Mark(drop, classify.Backtrack), want: "fail (unknown)"},
		{name: "a backtrack of nil", err: classify.Mark(drop, classify.Verdict{Class: classify.Backtrack, Keys: []any{nil}}), want: "fail (unknown)"},
		{name: "a key that cannot be compared", err: classify.Mark(drop, classify.Verdict{Class: classify.Backtrack, Keys: []any{1, []int{2}}}), want: "fail (unknown)"},
		{
			name: "a verdict that a rule did not declare", err: drop, want: "fail (unknown)",
			rules: []classify.Rule{classify.OnFunc("liar", classify.SetOf(classify.Drop), func(*inner) classify.Verdict { return when(true, classify.Fatal) })},
		},
		{name: "a mark cannot claim to be unknown", err: classify.Mark(drop, classify.Verdict{Class: classify.Fatal, Unknown: true}), want: "fatal"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := build(t, anyRole, append(tt.rules, walkRules()...)...)
			if got := p.Classify(t.Context(), tt.err).String(); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}

// wrapTimeout answers for what it wraps, as net.OpError does; quiet says no.
type (
	wrapTimeout struct{ err error }
	quiet       struct{ err error }
)

func (e *wrapTimeout) Error() string { return "timeout" }
func (e *wrapTimeout) Unwrap() error { return e.err }
func (e *wrapTimeout) Timeout() bool { return true }
func (e *quiet) Error() string       { return "quiet" }
func (e *quiet) Unwrap() error       { return e.err }
func (e *quiet) Timeout() bool       { return false }

func sumRule() classify.Rule {
	return classify.Sum("sum", classify.SetOf(classify.Drop), func(sumError) classify.Verdict { return when(true, classify.Drop) })
}

// The payloads of verdicts of one class are joined too.
func TestJoinedPayload(t *testing.T) {
	again := func(v classify.Verdict) error { v.Class = classify.RetryElsewhere; return classify.Mark(unheard, v) }
	lost := func(keys ...any) error {
		return classify.Mark(unheard, classify.Verdict{Class: classify.Backtrack, Keys: keys})
	}
	a := again(classify.Verdict{After: time.Second, Free: true, Exclude: []string{"a"}})
	b := again(classify.Verdict{After: time.Minute, Exclude: []string{"b", "a"}})
	p := build(t, anyRole, walkRules()...)
	for _, tt := range []struct {
		name string
		err  error
		want string
	}{
		{"all: the longest wait, free if all are, every exclusion", errors.Join(a, b), "retry-elsewhere after 1m0s excluding a, b"},
		{"any: the shortest wait, free if one is", mirrors{[]error{a, b}}, "retry-elsewhere after 1s, free excluding a, b"},
		{"two lost blobs are one backtrack", errors.Join(lost("x", "y"), lost("y", 1)), "backtrack of x, y, 1"},
		{"a worse class leaves the milder one's payload behind", errors.Join(a, lost("x")), "backtrack of x"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for range 2 { // joining must not write to what a mark owns
				if got := p.Classify(t.Context(), tt.err).String(); got != tt.want {
					t.Errorf("got %s, want %s", got, tt.want)
				}
			}
		})
	}
}

// Of two declarations that cover a type the first one holds.
func TestJoinsOrder(t *testing.T) {
	p := build(t, anyRole,
		classify.Joins[retryLog](classify.Last),
		classify.Joins[interface {
			error
			Unwrap() []error
		}](classify.Any),
		classify.Is("mild", sentinel, classify.Drop), classify.Is("bad", other, classify.Fatal),
	)
	for want, err := range map[classify.Class]error{
		classify.Fatal: retryLog{[]error{sentinel, other}},
		classify.Drop:  errors.Join(sentinel, other),
	} {
		if got := p.Classify(t.Context(), err).Class; got != want {
			t.Errorf("%v: got %s, want %s", err, got, want)
		}
	}
}

// A verdict that two errors share is not written to by either join.
func TestJoinDoesNotWriteToMarks(t *testing.T) {
	p := build(t, anyRole)
	lost := func(keys ...any) error {
		return classify.Mark(unheard, classify.Verdict{Class: classify.Backtrack, Keys: keys})
	}
	shared := lost(append(make([]any, 0, 8), "a")...)
	one := p.Classify(t.Context(), errors.Join(shared, lost("b")))
	p.Classify(t.Context(), errors.Join(shared, lost("c")))
	if got := one.String(); got != "backtrack of a, b" {
		t.Errorf("got %s", got)
	}
}

// R5: the requester's context decides what is a cancellation.
func TestRequester(t *testing.T) {
	cancelled, cancel := context.WithCancelCause(t.Context())
	cancel(errors.New("superseded"))
	late, stop := context.WithTimeout(t.Context(), 0)
	defer stop()
	daemon := classify.Role{Name: "daemon", Can: everything}
	silent := classify.Role{Name: "silent", Can: classify.SetOf(classify.Fail, classify.Fatal)} // about cancellations
	rules := []classify.Rule{classify.Is("bad", sentinel, classify.Fatal), classify.Is("fault", other, classify.Fail)}
	for _, tt := range []struct {
		name string
		role classify.Role
		ctx  context.Context
		err  error
		want string
	}{
		{"a living requester", anyRole, t.Context(), other, "fail"},
		{"no requester", anyRole, nil, other, "fail"},
		{"a requester who gave up", anyRole, cancelled, other, "cancelled"},
		{"one who ran out of time", anyRole, late, other, "cancelled"},
		{"fatal is fatal all the same", anyRole, cancelled, fmt.Errorf("a: %w", sentinel), "fatal"},
		{"no error is none all the same", anyRole, cancelled, nil, "none"},
		{"the unknown is an echo of the cancellation", daemon, cancelled, unheard, "cancelled"},
		{"and is not without one", daemon, t.Context(), unheard, "fatal (unknown)"},
		{"a foreign cancellation is an error", anyRole, t.Context(), context.Canceled, "fail (unknown)"},
		{"a role that does not say that it can stop", silent, cancelled, other, "cancelled"},
		{"and one that has nothing to say", silent, cancelled, unheard, "cancelled"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := build(t, tt.role, rules...).Classify(tt.ctx, tt.err).String(); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}

// What foreign errors do must not take the classifier down, nor a verdict's explanation.
func TestHostile(t *testing.T) {
	var typedNil *inner
	cycle := &outer{}
	cycle.err = fmt.Errorf("round: %w", cycle)
	bush := &joined{errs: make([]error, 2)}
	bush.errs[0], bush.errs[1] = bush, bush
	thicket := &joined{}
	thicket.errs = slices.Repeat([]error{thicket}, 10_000)
	nest := errors.Join(sentinel)
	for range 9_000 {
		nest = errors.Join(nest)
	}
	deeper := nest
	for range 9_000 {
		deeper = errors.Join(deeper)
	}
	p := build(t, anyRole,
		classify.Is("sentinel", sentinel, classify.BestEffort),
		classify.Is("holder", holder{1}, classify.Drop),
		classify.On[*bomb]("bomb", classify.Drop),
		classify.OnFunc("bombed", classify.SetOf(classify.Drop), func(*bombed) classify.Verdict { panic("boom") }),
		classify.OnFunc("inner", classify.SetOf(classify.Drop), func(e *inner) classify.Verdict { return when(e.text == "drop", classify.Drop) }),
		classify.Capability("timeout", classify.SetOf(classify.RetryHere), func(e interface{ Timeout() bool }) classify.Verdict {
			return when(e.Timeout(), classify.RetryHere)
		}),
	)
	for _, tt := range []struct {
		name   string
		err    error
		want   string
		reason string
	}{
		{"a chain that leads back to itself", cycle, "fail (unknown)", "more than 10000 links"},
		{"a join that leads back to itself", bush, "fail (unknown)", "more than 10000 links"},
		{"a wide one", errctx.Annotate(thicket, "m"), "fail (unknown)", "more than 10000 links"},
		{"the same below a handle", errctx.Annotate(bush, "m"), "fail (unknown)", "more than 10000 links"},
		{"a verdict above it", &bomb{errctx.Annotate(bush, "m")}, "drop", ""},
		{"a verdict between a handle and it", errctx.Annotate(classify.Mark(bush, classify.Drop), "m"), "drop", ""},
		{"a deep nest of joins", nest, "best-effort", ""},
		{"too deep a nest of joins", deeper, "fail (unknown)", "more than 10000 links"},
		{"a chain just short enough", wraps(9_999, sentinel), "best-effort", ""},
		{"a chain one too long", wraps(10_000, sentinel), "fail (unknown)", "more than 10000 links"},
		{"a wide join just narrow enough", joined{slices.Repeat([]error{unheard}, 9_999)}, "fail (unknown)", "no rule has an opinion"},
		{"too wide a join", joined{slices.Repeat([]error{sentinel}, 10_000)}, "fail (unknown)", "more than 10000 links"},
		{"a value that cannot be compared", fmt.Errorf("a: %w", slice{"x"}), "fail (unknown)", "no rule has an opinion"},
		{"such a branch of a join", errors.Join(slice{"x"}, sentinel), "fail (unknown)", "no rule has an opinion"},
		{"a struct that holds such a value", holder{[]int{1}}, "fail (unknown)", "no rule has an opinion"},
		{"a struct that holds another", fmt.Errorf("a: %w", holder{1}), "drop", ""},
		{"a typed nil that a rule looks into", fmt.Errorf("a: %w", typedNil), "fail (unknown)", "panic: runtime error: invalid memory address or nil pointer dereference"},
		{"a typed nil that unwraps", (*outer)(nil), "fail (unknown)", "panic: runtime error: invalid memory address or nil pointer dereference"},
		{"a typed nil with a rule that does not look", (*bomb)(nil), "drop", ""},
		{"an Unwrap that panics", errctx.Annotate(unwrapBomb{}, "m"), "fail (unknown)", "panic: boom"},
		{"an Is that panics", isBomb{}, "fail (unknown)", "panic: boom"},
		{"an As that panics", asBomb{}, "fail (unknown)", "panic: boom"},
		{"a capability that panics", timeoutBomb{}, "fail (unknown)", "panic: boom"},
		{"a rule that panics, above a sentinel", &bombed{sentinel}, "fail (unknown)", "panic: boom"},
		{"a verdict above a panic", &bomb{unwrapBomb{}}, "drop", ""},
		{"a panic in one branch leaves the others", errors.Join(unwrapBomb{}, classify.Mark(unheard, classify.Fatal)), "fatal", ""},
		{"a mark on a value whose text panics", classify.Mark(textBomb{}, classify.Drop), "drop", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			v := p.Classify(t.Context(), tt.err)
			if got := v.String(); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
			why := v.Explain()
			if why.Reason != tt.reason {
				t.Errorf("reason %q, want %q", why.Reason, tt.reason)
			}
			if !strings.HasPrefix(why.String(), tt.want+": ") {
				t.Errorf("explained as %q", why)
			}
		})
	}
}

type (
	bomb        struct{ err error }
	bombed      struct{ err error }
	unwrapBomb  struct{}
	isBomb      struct{}
	asBomb      struct{}
	timeoutBomb struct{}
	textBomb    struct{}
)

func (*bomb) Error() string       { return "bomb" }
func (e *bomb) Unwrap() error     { return e.err }
func (*bombed) Error() string     { return "bombed" }
func (e *bombed) Unwrap() error   { return e.err }
func (unwrapBomb) Error() string  { return "unwrap" }
func (unwrapBomb) Unwrap() error  { panic("boom") }
func (isBomb) Error() string      { return "is" }
func (isBomb) Is(error) bool      { panic("boom") }
func (asBomb) Error() string      { return "as" }
func (asBomb) As(any) bool        { panic("boom") }
func (timeoutBomb) Error() string { return "timeout" }
func (timeoutBomb) Timeout() bool { panic("boom") }
func (textBomb) Error() string    { panic("boom") }

func TestMark(t *testing.T) {
	t.Run("nothing is marked with nothing", func(t *testing.T) {
		if err := classify.Mark(nil, classify.Fatal); err != nil {
			t.Errorf("nil became %v", err)
		}
		for _, d := range []classify.Decision{nil, classify.None, classify.Verdict{}} {
			if err := classify.Mark(unheard, d); err != unheard {
				t.Errorf("%v marked as %v", d, err)
			}
		}
	})
	t.Run("a handle is found again below a mark", func(t *testing.T) {
		fault := errctx.New[StoreError](&MissingDigest{"ab"}, "open")
		w, ok := errctx.From[StoreError](classify.Mark(fault, classify.Fatal))
		if !ok || w != fault {
			t.Errorf("got %v", w)
		}
	})
}

func TestZeroPolicy(t *testing.T) {
	var none *classify.Policy
	for name, p := range map[string]*classify.Policy{"nil": none, "zero": {}} {
		t.Run("no policy: "+name+" is unknown, hence fatal", func(t *testing.T) {
			if got := p.Classify(t.Context(), unheard).String(); got != "fatal (unknown)" {
				t.Errorf("got %s", got)
			}
			if got := p.Classify(t.Context(), nil).Class; got != classify.None {
				t.Errorf("nil gives %s", got)
			}
			gone, cancel := context.WithCancel(t.Context())
			cancel()
			if got := p.Classify(gone, unheard).Class; got != classify.Cancelled {
				t.Errorf("without a requester got %s", got)
			}
		})
	}
}

// A policy learns the types that it meets, from any number of goroutines.
func TestConcurrent(t *testing.T) {
	p := build(t, anyRole, walkRules()...)
	errs := []error{&inner{"drop"}, fmt.Errorf("a: %w", sentinel), syscall.ENOENT, mirrors{[]error{other, &inner{"drop"}}}, unheard}
	want := []classify.Class{classify.Drop, classify.BestEffort, classify.RetryElsewhere, classify.Drop, classify.Fail}
	var wg sync.WaitGroup
	for i := range 64 {
		wg.Go(func() {
			for j := range errs {
				k := (i + j) % len(errs)
				if got := p.Classify(t.Context(), errs[k]).Class; got != want[k] {
					t.Errorf("%v: got %s, want %s", errs[k], got, want[k])
				}
			}
		})
	}
	wg.Wait()
}

func TestWalkAllocatesNothing(t *testing.T) {
	p := deepPolicy(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	for name, err := range map[string]error{"known": deep(), "unknown": wraps(9, unheard), "marked": wraps(9, classify.Mark(unheard, classify.Drop))} {
		t.Run("ten links, "+name, func(t *testing.T) {
			if n := testing.AllocsPerRun(100, func() { p.Classify(ctx, err) }); n != 0 {
				t.Errorf("%v allocations", n)
			}
		})
	}
}
