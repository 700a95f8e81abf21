package classify_test

import (
	"errors"
	"io"
	"io/fs"
	"syscall"
	"testing"

	"github.com/holdfast-go/holdfast/classify"
	"github.com/holdfast-go/holdfast/errctx"
)

// R10 and its neighbours: what cannot work is refused when the policy is built.
func TestNewRefuses(t *testing.T) {
	here := classify.Role{Name: "here", Can: classify.SetOf(classify.Drop, classify.Backtrack, classify.Fail), Default: classify.Fail}
	verdict := func(*inner) classify.Verdict { return classify.Verdict{} }
	for _, tt := range []struct {
		name  string
		role  classify.Role
		rules []classify.Rule
		want  string
	}{
		{"a role without a name", classify.Role{Can: everything}, nil, `role "" has no name`},
		{"a default that is a retry", classify.Role{Name: "r", Can: everything, Default: classify.RetryHere}, nil, `role "r" has retry-here for a default, which the unknown must not become`},
		{"a default that is a cancellation", classify.Role{Name: "r", Can: everything, Default: classify.Cancelled}, nil, `role "r" has cancelled for a default, which the unknown must not become`},
		{"a default that the role cannot do", classify.Role{Name: "r", Can: classify.SetOf(classify.Fail)}, nil, `role "r" cannot carry out its default, fatal`},

		{"a verdict that the role cannot do", here, []classify.Rule{classify.On[*inner]("full", classify.RetryElsewhere)}, `rule "full" gives retry-elsewhere: role "here" cannot`},
		{"one of several", here, []classify.Rule{classify.OnFunc("full", classify.SetOf(classify.Drop, classify.Fatal), verdict)}, `rule "full" gives fatal: role "here" cannot`},
		{"a sentinel's", here, []classify.Rule{classify.Is("eof", io.EOF, classify.Fatal)}, `rule "eof" gives fatal: role "here" cannot`},
		{"a capability's", here, []classify.Rule{classify.Capability("t", classify.SetOf(classify.RetryHere), func(interface{ Timeout() bool }) classify.Verdict { return classify.Verdict{} })}, `rule "t" gives retry-here: role "here" cannot`},
		{"a backtrack to nowhere", here, []classify.Rule{classify.On[*inner]("gone", classify.Backtrack)}, `rule "gone" gives backtrack: it has no key to say of what`},

		{"a rule without a name", here, []classify.Rule{classify.On[*inner]("", classify.Drop)}, `rule "" has no name`},
		{"two rules of one name", here, []classify.Rule{classify.On[*inner]("a", classify.Drop), classify.Is("a", io.EOF, classify.Drop)}, `rule "a" shares its name with another`},
		{"a zero rule", here, []classify.Rule{{}}, `rule "" has no name`},
		{"a rule without a verdict", here, []classify.Rule{classify.On[*inner]("a", classify.None)}, `rule "a" gives no verdict`},
		{"a rule with nil for a verdict", here, []classify.Rule{classify.Is("a", io.EOF, nil)}, `rule "a" gives no verdict`},
		{"a class that does not exist", here, []classify.Rule{classify.On[*inner]("a", classify.Class(9))}, `rule "a" gives no verdict`},
		{"a rule without a function", here, []classify.Rule{classify.OnFunc[*inner]("a", classify.SetOf(classify.Drop), nil)}, `rule "a" has no function`},
		{"a rule that declares nothing", here, []classify.Rule{classify.OnFunc("a", 0, verdict)}, `rule "a" declares no class that it gives`},
		{"a capability without a function", here, []classify.Rule{classify.Capability[interface{ Timeout() bool }]("a", classify.SetOf(classify.Drop), nil)}, `rule "a" has no function`},
		{"a sentinel without a target", here, []classify.Rule{classify.Is("a", nil, classify.Drop)}, `rule "a" has no target`},
		{"a sentinel that nothing equals", here, []classify.Rule{classify.Is("a", slice{"x"}, classify.Drop)}, `rule "a" has a target that cannot be compared`},
		{"a rule for every error", here, []classify.Rule{classify.On[error]("a", classify.Drop)}, `rule "a" matches every error, which is what the default is for`},
		{"a capability of everything", here, []classify.Rule{classify.Capability("a", classify.SetOf(classify.Drop), func(any) classify.Verdict { return classify.Verdict{} })}, `rule "a" matches every error, which is what the default is for`},
		{"a sum that is open", here, []classify.Rule{classify.Sum("a", classify.SetOf(classify.Drop), func(interface {
			error
			Timeout() bool
		}) classify.Verdict {
			return classify.Verdict{}
		})}, `rule "a" asks for interface { Error() string; Timeout() bool }, which is no sealed interface`},
		{"a sum that is one type", here, []classify.Rule{classify.Sum("a", classify.SetOf(classify.Drop), verdict)}, `rule "a" asks for *classify_test.inner, which is no sealed interface`},
		{"a join of no mode", here, []classify.Rule{classify.Joins[mirrors](classify.Mode(7))}, `rule "joins classify_test.mirrors" has no such mode`},

		{"a type that was answered for", here, []classify.Rule{classify.On[*inner]("a", classify.Drop), classify.OnFunc("b", classify.SetOf(classify.Drop), verdict)}, `rule "b" is never asked: rule "a" answers first`},
		{"a type that an interface answers for", here, []classify.Rule{classify.On[sumError]("a", classify.Drop), classify.On[variant]("b", classify.Drop)}, `rule "b" is never asked: rule "a" answers first`},
		{"an interface twice", here, []classify.Rule{classify.On[sumError]("a", classify.Drop), classify.On[sumError]("b", classify.Drop)}, `rule "b" is never asked: rule "a" answers first`},
		{"a sentinel that was answered for", here, []classify.Rule{classify.Is("a", io.EOF, classify.Drop), classify.Is("b", io.EOF, classify.Fail)}, `rule "b" is never asked: rule "a" answers first`},
		{"a sentinel that is another", here, []classify.Rule{classify.Is("a", fs.ErrNotExist, classify.Drop), classify.Is("b", syscall.ENOENT, classify.Fail)}, `rule "b" is never asked: rule "a" answers first`},
		{"two modes for one type", here, []classify.Rule{classify.Joins[mirrors](classify.Any), classify.Joins[mirrors](classify.Last)}, `rule "joins classify_test.mirrors" shares its name with another`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p, err := classify.New(tt.role, tt.rules...)
			if err == nil {
				t.Fatal("built")
			}
			if got := err.Root().Error(); got != tt.want || p != nil {
				t.Errorf("got %v, %s\nwant nil, %s", p, got, tt.want)
			}
		})
	}
}

func TestNewAccepts(t *testing.T) {
	verdict := func(*inner) classify.Verdict { return classify.Verdict{} }
	for _, tt := range []struct {
		name  string
		rules []classify.Rule
	}{
		{"no rules", nil},
		{"a rule that may leave links to a later one", []classify.Rule{classify.OnFunc("a", everything, verdict), classify.On[*inner]("b", classify.Drop)}},
		{"a type before its interface", []classify.Rule{classify.On[variant]("a", classify.Drop), classify.On[sumError]("b", classify.Drop)}},
		{"a sentinel before what it is", []classify.Rule{classify.Is("a", syscall.ENOENT, classify.Drop), classify.Is("b", fs.ErrNotExist, classify.Drop)}},
		{"a fixed backtrack with a key", []classify.Rule{classify.On[*inner]("a", classify.Verdict{Class: classify.Backtrack, Keys: []any{1}})}},
	} {
		t.Run(tt.name, func(t *testing.T) { build(t, anyRole, tt.rules...) })
	}
}

// What is wrong with a policy can be told by type, also through a plain error.
func TestPolicyErrorTypes(t *testing.T) {
	build := func(role classify.Role, rules ...classify.Rule) error {
		_, err := classify.New(role, rules...)
		return err
	}
	fail := classify.Role{Name: "r", Can: classify.SetOf(classify.Fail), Default: classify.Fail}
	eof := classify.Is("eof", io.EOF, classify.Fail)

	role, _ := errors.AsType[*classify.InvalidRole](build(classify.Role{}))
	rule, _ := errors.AsType[*classify.InvalidRule](build(fail, classify.Is("x", nil, classify.Fail)))
	verdict, _ := errors.AsType[*classify.UnexecutableVerdict](build(fail, classify.Is("x", io.EOF, classify.Fatal)))
	hidden, _ := errors.AsType[*classify.UnreachableRule](build(fail, eof, classify.Is("x", io.EOF, classify.Fail)))
	if role == nil || rule == nil || verdict == nil || hidden == nil {
		t.Fatal(role, rule, verdict, hidden)
	}
	if verdict.Role != "r" || verdict.Rule != "x" || verdict.Class != classify.Fatal || rule.Rule != "x" || hidden.By != "eof" {
		t.Error(verdict, rule, hidden)
	}
	kinds := map[string]bool{}
	for _, k := range []errctx.Kind{role, rule, verdict, hidden} {
		kinds[k.ErrorKind()] = true
	}
	if len(kinds) != 4 {
		t.Errorf("kinds are not told apart: %v", kinds)
	}
}

func TestMust(t *testing.T) {
	defer func() {
		if err, ok := recover().(error); !ok {
			t.Error("no panic with an error")
		} else if _, ok := errors.AsType[*classify.InvalidRole](err); !ok {
			t.Errorf("panic with %v", err)
		}
	}()
	if classify.Must(classify.New(anyRole)) == nil {
		t.Error("no policy")
	}
	classify.Must(classify.New(classify.Role{}))
}
