package classify_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/holdfast-go/holdfast/classify"
	"github.com/holdfast-go/holdfast/errctx"
)

// Packs and a role as a small daemon would have them.
var (
	errnos = classify.Pack{Name: "errno", Rules: []classify.Rule{
		classify.KindIs("refused", syscall.ECONNREFUSED, classify.Unavailable),
		classify.KindIs("no space", syscall.ENOSPC, classify.Exhausted),
		classify.KindIs("denied", fs.ErrPermission, classify.Denied),
	}}
	states = classify.Pack{Name: "states", Rules: []classify.Rule{
		classify.KindFunc("state", func(e *stateError) classify.Finding {
			switch e.state {
			case "40001":
				return classify.Finding{Kind: classify.Conflict}
			case "57P01":
				return classify.Finding{Kind: classify.Unavailable, After: 3 * time.Second}
			case "lost":
				return classify.Finding{Kind: classify.Interrupted, OutcomeUnknown: true}
			}
			return classify.Finding{}
		}),
	}}
	timeouts = classify.Pack{Name: "timeouts", Rules: []classify.Rule{
		classify.KindCapability("Timeout", func(e interface{ Timeout() bool }) classify.Finding {
			if e.Timeout() {
				return classify.Finding{Kind: classify.Timeout}
			}
			return classify.Finding{}
		}),
	}}

	databaseTable = classify.Every(classify.Fatal).But(classify.Table{
		classify.Conflict: classify.RetryHere, classify.Timeout: classify.RetryHere, classify.Interrupted: classify.RetryHere,
	})
	builderTable = classify.Every(classify.RetryElsewhere).But(classify.Table{
		classify.Unavailable: classify.Verdict{Class: classify.RetryElsewhere, After: time.Second}, classify.Invalid: classify.Fail,
	})
	mirrorTable  = classify.Every(classify.BestEffort)
	messageTable = classify.Every(classify.Drop)

	runner = classify.Role{
		Name: "runner", Can: classify.SetOf(classify.Cancelled, classify.Drop, classify.BestEffort, classify.RetryHere, classify.RetryElsewhere, classify.Fail, classify.Fatal),
		Edges: []classify.Edge{
			{Name: "db", Packs: []classify.Pack{states, errnos, timeouts}, Do: databaseTable},
			{Name: "builder", Packs: []classify.Pack{errnos, timeouts}, Do: builderTable},
			{Name: "mirror", Packs: []classify.Pack{errnos}, Do: mirrorTable, Default: classify.BestEffort},
			{Name: "message", Item: true, Packs: []classify.Pack{errnos}, Do: messageTable, Default: classify.Drop},
		},
	}
	runnerPolicy = classify.Must(classify.New(runner, classify.On[*ours]("ours", classify.Fail)))
)

type stateError struct{ state string }

func (e *stateError) Error() string { return "state " + e.state }

// ours is an error of the program's own, for which it has a rule.
type ours struct{ err error }

func (*ours) ErrorKind() string { return "test.ours" }
func (*ours) Error() string     { return "ours" }
func (e *ours) Unwrap() error   { return e.err }

func TestEdges(t *testing.T) {
	refused := &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}
	for _, tt := range []struct {
		name string
		err  error
		want string // verdict, edge, kind
	}{
		{"the same error at the database", classify.Dep("db", refused), "fatal db unavailable"},
		{"… at a builder", classify.Dep("builder", refused), "retry-elsewhere after 1s builder unavailable"},
		{"… at a mirror", classify.Dep("mirror", refused), "best-effort mirror unavailable"},
		{"… in a message", classify.Dep("message", refused), "drop message unavailable"},
		{"… from nowhere", refused, "fatal (unknown)  none"},

		{"a table does not lose what the value told", classify.Dep("db", &stateError{"57P01"}), "fatal after 3s db unavailable"},
		{"an outcome that is not known", classify.Dep("db", &stateError{"lost"}), "retry-here db interrupted outcome unknown"},
		{"a pack of another edge is not asked", classify.Dep("builder", &stateError{"40001"}), "fatal (unknown) builder none"},
		{"the default of an edge", classify.Dep("mirror", errors.New("?")), "best-effort (unknown) mirror none"},
		{"the default of an item's edge", classify.Dep("message", errors.New("?")), "drop (unknown) message none"},
		{"an edge nobody declared", classify.Dep("cache", refused), "fatal (unknown) cache none"},

		{"context over the edge", errctx.Annotate(fmt.Errorf("x: %w", classify.Dep("db", refused)), "y"), "fatal db unavailable"},
		{"context below the edge", classify.Dep("db", errctx.Annotate(fmt.Errorf("x: %w", refused), "y")), "fatal db unavailable"},
		{"the innermost edge decides", classify.Dep("mirror", classify.Dep("db", refused)), "fatal db unavailable"},
		{"… in both directions", classify.Dep("db", classify.Dep("mirror", refused)), "best-effort mirror unavailable"},

		{"what a builder says of its database is no word of ours", classify.Dep("builder", classify.Remote(classify.Dep("db", refused))), "retry-elsewhere after 1s builder unavailable"},
		{"… nor of what we do not have", classify.Dep("builder", classify.Remote(classify.Dep("its cache", refused))), "retry-elsewhere after 1s builder unavailable"},
		{"a handle from elsewhere is remote by itself", classify.Dep("builder", errctx.Wrap(errctx.Restore(&ours{classify.Dep("db", errors.New("?"))}, "b1"), "x")), "fail builder none"},

		{"a rule of the role, beyond an edge", classify.Dep("db", &ours{refused}), "fail db none"},
		{"a capability, in the second pass", classify.Dep("db", &net.OpError{Op: "read", Err: timeoutError{}}), "retry-here db timeout"},
		{"a mark over the edge", classify.Mark(classify.Dep("db", refused), classify.Drop), "drop db none"},
		{"… by a verdict", classify.Mark(classify.Dep("db", refused), classify.Verdict{Class: classify.RetryHere}), "retry-here db none"},
		{"… that names another edge", classify.Mark(classify.Dep("db", refused), classify.Verdict{Class: classify.RetryHere, Edge: "mirror"}), "retry-here mirror none"},
		{"… that names an edge nobody declared", classify.Mark(classify.Dep("db", refused), classify.Verdict{Class: classify.RetryHere, Edge: "cache"}), "retry-here db none"},
		{"a mark over an edge nobody declared", classify.Mark(classify.Dep("cache", refused), classify.Drop), "drop  none"},
		{"a mark over an edge of what nobody knows", classify.Mark(classify.Dep("mirror", errors.New("?")), classify.RetryHere), "retry-here mirror none"},
		{"a mark over several edges", classify.Mark(errors.Join(classify.Dep("mirror", refused), classify.Dep("db", refused)), classify.RetryHere), "retry-here db none"},
		{"a mark over a mark over an edge", classify.Mark(fmt.Errorf("x: %w", classify.Mark(classify.Dep("db", refused), classify.Drop)), classify.RetryHere), "retry-here db none"},
		{"a mark that the role cannot carry out is the default of the item's edge", classify.Mark(classify.Dep("message", refused), classify.Backtrack), "drop (unknown) message none"},
		{"a mark over what is above another program's edge", classify.Mark(classify.Dep("builder", classify.Remote(classify.Dep("db", refused))), classify.RetryHere), "retry-here builder none"},
		{"a mark below the edge", classify.Dep("db", classify.Mark(refused, classify.Drop)), "drop db none"},

		{"each branch has its edge, the worst wins", errors.Join(classify.Dep("mirror", refused), classify.Dep("builder", refused)), "retry-elsewhere after 1s builder unavailable"},
		{"an unknown branch is its edge's default", errors.Join(classify.Dep("mirror", errors.New("?")), classify.Dep("builder", refused)), "retry-elsewhere after 1s builder unavailable"},
		{"… which may be the worst", errors.Join(classify.Dep("db", errors.New("?")), classify.Dep("builder", refused)), "fatal (unknown) db none"},
		{"what may have been done stays so, whoever wins", errors.Join(classify.Dep("db", &stateError{"lost"}), classify.Dep("builder", refused)), "retry-elsewhere after 1s builder unavailable outcome unknown"},
		{"what leads back to itself, of an item", classify.Dep("message", &loop), "drop (unknown) message none"},
		{"… for a reason of ours", fmt.Errorf("x: %w", &loop), "fatal (unknown)  none"},
		{"too many branches, of an item", classify.Dep("message", errors.Join(slices.Repeat([]error{errors.New("?")}, 10_001)...)), "drop (unknown) message none"},
		{"… each by itself", errors.Join(slices.Repeat([]error{classify.Dep("message", errors.New("?"))}, 10_001)...), "drop (unknown) message none"},
		{"… some of a join", errors.Join(classify.Dep("message", errors.New("?")), classify.Dep("message", errors.Join(slices.Repeat([]error{errors.New("?")}, 10_001)...))), "drop (unknown) message none"},
		{"… beside another edge", errors.Join(refused, classify.Dep("message", &loop)), "fatal (unknown)  none"},
		{"… in a join of the item's", classify.Dep("message", errors.Join(refused, classify.Dep("db", refused), classify.Dep("db", &loop))), "drop (unknown) message none"},
		{"a method that panics, of an item", classify.Dep("message", explosive{}), "drop (unknown) message none"},
		{"an edge around a join", classify.Dep("mirror", errors.Join(refused, fs.ErrPermission)), "best-effort mirror unavailable"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			v := runnerPolicy.Classify(context.Background(), tt.err)
			got := fmt.Sprintf("%s %s %s", v, v.Edge, v.Kind)
			if v.OutcomeUnknown {
				got += " outcome unknown"
			}
			if got != tt.want {
				t.Errorf("got  %s\nwant %s\n%s", got, tt.want, v.Explain())
			}
		})
	}
	text := errctx.Log.Text(errctx.Annotate(classify.Mark(classify.Dep("db", refused), classify.Drop), "connect"))
	if !strings.HasSuffix(text, "\ndial: connection refused [*net.OpError]") {
		t.Errorf("an edge is shown in place of the error: %s", text)
	}
	if classify.Dep("db", nil) != nil || classify.Remote(nil) != nil {
		t.Error("nil crossed an edge")
	}
	if err := classify.Dep("db", classify.Remote(fs.ErrExist)); !errors.Is(err, fs.ErrExist) || err.Error() != "file already exists" {
		t.Errorf("an edge hides what is behind it: %v", err)
	}
}

// A dial that was called off because the requester is gone is no death of the database.
func TestStoppedWithTheRequester(t *testing.T) {
	stops := classify.Pack{Name: "stops", Rules: []classify.Rule{classify.KindIs("cancelled", context.Canceled, classify.Stopped)}}
	role := runner
	role.Edges = []classify.Edge{{Name: "db", Packs: []classify.Pack{stops, errnos}, Do: databaseTable}}
	p := classify.Must(classify.New(role))
	gone, cancel := context.WithCancel(context.Background())
	cancel()
	for _, tt := range []struct {
		ctx  context.Context
		err  error
		want classify.Class
	}{
		{gone, context.Canceled, classify.Cancelled},
		{context.Background(), context.Canceled, classify.Fatal},
		{gone, syscall.ECONNREFUSED, classify.Fatal},
	} {
		if v := p.Classify(tt.ctx, classify.Dep("db", tt.err)); v.Class != tt.want {
			t.Errorf("%v: %s", tt.err, v.Explain())
		}
	}
	if got := p.Role(); got.Name != "runner" || len(got.Edges) != 1 {
		t.Errorf("Role() = %v", got)
	}
}

// loop leads back to itself.
var loop looping

type looping struct{}

func (*looping) Error() string   { return "loop" }
func (l *looping) Unwrap() error { return l }

// explosive is an error that cannot be looked into.
type explosive struct{}

func (explosive) Error() string { return "explosive" }
func (explosive) Unwrap() error { panic("Unwrap") }

type timeoutError struct{}

func (timeoutError) Error() string { return "timeout" }
func (timeoutError) Timeout() bool { return true }

// Kinds of errors that came through no edge need an edge Self.
func TestSelf(t *testing.T) {
	role := classify.Role{Name: "r", Can: classify.SetOf(classify.RetryHere, classify.Fatal), Edges: []classify.Edge{
		{Name: classify.Self, Packs: []classify.Pack{errnos}, Do: classify.Every(classify.RetryHere)},
	}}
	p := classify.Must(classify.New(role))
	if v := p.Classify(nil, syscall.ENOSPC); v.Class != classify.RetryHere || v.Kind != classify.Exhausted { //nolint:staticcheck // nil is allowed
		t.Errorf("got %s", v.Explain())
	}
	// A rule for kinds among the role's own, without a table: unknown, and it says why.
	p = classify.Must(classify.New(classify.Role{Name: "r", Can: classify.SetOf(classify.Fatal)}, classify.KindIs("full", syscall.ENOSPC, classify.Exhausted)))
	v := p.Classify(context.Background(), syscall.ENOSPC)
	if !v.Unknown || !strings.Contains(v.Explain().String(), "the rule found exhausted, and there is no table for it") {
		t.Errorf("got %s", v.Explain())
	}
}

func TestExplainEdges(t *testing.T) {
	for _, tt := range []struct {
		err  error
		want string
	}{
		{classify.Dep("db", syscall.ECONNREFUSED), `fatal: sentinel at edge "db", unavailable, "errno: refused" at syscall.Errno`},
		{classify.Dep("cache", syscall.ECONNREFUSED), `fatal (unknown): default of runner at edge "cache" at *classify.dep: the role declares no edge "cache"`},
		{classify.Dep("db", errors.New("?")), `fatal (unknown): default of runner at edge "db" at *errors.errorString: no rule has an opinion`},
	} {
		x := runnerPolicy.Classify(context.Background(), tt.err).Explain()
		if got := x.String(); got != tt.want {
			t.Errorf("got  %s\nwant %s", got, tt.want)
		}
		b, err := json.Marshal(x)
		if err != nil || !strings.Contains(string(b), `"edge":"`+x.Edge+`"`) {
			t.Errorf("JSON: %s, %v", b, err)
		}
	}
}

func TestEdgesThatNewRefuses(t *testing.T) {
	edge := func(e classify.Edge) classify.Edge {
		if e.Do == nil {
			e.Do = classify.Every(classify.Drop)
		}
		return e
	}
	without := classify.Every(classify.Drop)
	delete(without, classify.Corrupt)
	for want, edges := range map[string][]classify.Edge{
		`edge "x" is declared twice`:                                                                          {edge(classify.Edge{Name: "x"}), edge(classify.Edge{Name: "x"})},
		`edge "x" has no decision for corrupt`:                                                                {{Name: "x", Do: without}},
		`edge "x" has no decision for unavailable`:                                                            {{Name: "x"}},
		`edge "x" gives best-effort for missing, which role "r" cannot carry out`:                             {edge(classify.Edge{Name: "x", Do: classify.Every(classify.Drop).But(classify.Table{classify.Missing: classify.BestEffort})})},
		`edge "x" gives backtrack for missing: a kind has no key to say of what`:                              {edge(classify.Edge{Name: "x", Do: classify.Every(classify.Drop).But(classify.Table{classify.Missing: classify.Backtrack})})},
		`edge "x" fails the item for timeout, which is not the item's fault`:                                  {edge(classify.Edge{Name: "x", Do: classify.Every(classify.Drop).But(classify.Table{classify.Timeout: classify.Fail})})},
		`edge "x" has retry-here for a default, which the unknown must not become`:                            {edge(classify.Edge{Name: "x", Default: classify.RetryHere})},
		`edge "x" has best-effort for a default, which role "r" cannot carry out`:                             {edge(classify.Edge{Name: "x", Default: classify.BestEffort})},
		`edge "x" ends the role by default, for errors that an item carries`:                                  {edge(classify.Edge{Name: "x", Item: true, Default: classify.Fatal})},
		`edge "x" ends the role for bug, which an item carries: put the item aside first, and Mark the error`: {edge(classify.Edge{Name: "x", Item: true, Do: classify.Every(classify.Drop).But(classify.Table{classify.Bug: classify.Fatal})})},
		`rule "r1" is of a pack without a name`:                                                               {edge(classify.Edge{Name: "x", Packs: []classify.Pack{{Rules: []classify.Rule{classify.KindIs("r1", fs.ErrExist, classify.Exists)}}}})},
		`rule "p: r1" gives a verdict; a pack knows kinds only`:                                               {edge(classify.Edge{Name: "x", Packs: []classify.Pack{{"p", []classify.Rule{classify.Is("r1", fs.ErrExist, classify.Drop)}}}})},
		`rule "p: r1" gives no kind`:                                                                          {edge(classify.Edge{Name: "x", Packs: []classify.Pack{{"p", []classify.Rule{classify.KindIs("r1", fs.ErrExist, classify.NoKind)}}}})},
		`rule "p: r2" gives no kind`:                                                                          {edge(classify.Edge{Name: "x", Packs: []classify.Pack{{"p", []classify.Rule{classify.KindOn[*ours]("r2", nil)}}}})},
		`rule "p: r3" gives no kind`:                                                                          {edge(classify.Edge{Name: "x", Packs: []classify.Pack{{"p", []classify.Rule{classify.KindIs("r3", fs.ErrExist, classify.Finding{OutcomeUnknown: true})}}}})},
		`rule "p: r1" has no function`:                                                                        {edge(classify.Edge{Name: "x", Packs: []classify.Pack{{"p", []classify.Rule{classify.KindFunc[*ours]("r1", nil)}}}})},
		`rule "p: r1" shares its name with another`:                                                           {edge(classify.Edge{Name: "x", Packs: []classify.Pack{{"p", []classify.Rule{classify.KindIs("r1", fs.ErrExist, classify.Exists), classify.KindIs("r1", fs.ErrClosed, classify.Bug)}}}})},
		`rule "p: r2" is never asked: rule "p: r1" answers first`:                                             {edge(classify.Edge{Name: "x", Packs: []classify.Pack{{"p", []classify.Rule{classify.KindOn[*ours]("r1", classify.Exists), classify.KindOn[*ours]("r2", classify.Bug)}}}})},
	} {
		role := classify.Role{Name: "r", Can: classify.SetOf(classify.Drop, classify.RetryHere, classify.Fail, classify.Fatal, classify.Backtrack), Edges: edges}
		_, err := classify.New(role)
		if err == nil || err.Root().Error() != want {
			t.Errorf("got  %v\nwant %s", err, want)
		}
	}
}

// What a table says of outcomes holds beside what a pack says.
func TestTableOutcome(t *testing.T) {
	role := runner
	role.Edges = []classify.Edge{{Name: "db", Packs: []classify.Pack{states, errnos}, Do: databaseTable.But(classify.Table{
		classify.Conflict: classify.Verdict{Class: classify.RetryHere, OutcomeUnknown: true},
	})}}
	if v := classify.Must(classify.New(role)).Classify(t.Context(), classify.Dep("db", &stateError{"40001"})); !v.OutcomeUnknown {
		t.Errorf("got %s", v.Explain())
	}
}

// What a caller does with his slices afterwards is his own business.
func TestPolicyIsImmutable(t *testing.T) {
	role := runner
	role.Edges = slices.Clone(runner.Edges)
	rules := []classify.Rule{classify.On[*ours]("ours", classify.Fail)}
	p := classify.Must(classify.New(role, rules...))
	role.Edges[0].Name = "moon"
	rules[0] = classify.On[*ours]("ours", classify.Drop)
	if v := p.Classify(t.Context(), &ours{}); v.Class != classify.Fail {
		t.Errorf("got %s", v.Explain())
	}
	if got := p.Role().Edges[0].Name; got != "db" {
		t.Errorf("the first edge is called %q", got)
	}
}

// Every kind has a name, and Every a decision for it.
func TestKinds(t *testing.T) {
	seen := map[string]bool{}
	for k := range classify.Kinds() {
		if s := k.String(); s == "" || s == "none" || seen[s] {
			t.Errorf("kind %d is called %q", k, s)
		}
		seen[k.String()] = true
	}
	if len(seen) != 16 || len(classify.Every(classify.Drop)) != 16 {
		t.Errorf("%d kinds", len(seen))
	}
	if got := classify.Table(nil).But(classify.Table{classify.Bug: classify.Fatal}); len(got) != 1 || len(got.But(nil)) != 1 {
		t.Errorf("nothing but a bug is %v", got)
	}
	if got := classify.Kind(200).String(); got != "kind(200)" {
		t.Errorf("an unknown kind is called %q", got)
	}
}
