package cost

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os/exec"
	"slices"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/holdfast-go/holdfast/classify"
	"github.com/holdfast-go/holdfast/classify/packs"
	"github.com/holdfast-go/holdfast/errctx"
)

// Case is an error, and the policy that decides about it.
type Case struct {
	Name   string
	What   string
	Want   classify.Class // of the policy: a case that decides otherwise measures something else
	Kind   classify.Kind
	Target *Target // nil: none was set

	policy *classify.Policy
	err    error
}

var (
	ten    = &Target{300 * time.Nanosecond, 0}
	custom = &Target{time.Microsecond, -1}
)

// Cases returns what is measured.
func Cases() []Case {
	own, edges := ownRules(), fourEdges()
	broken := &fs.PathError{Op: "open", Path: "/x", Err: syscall.EIO}
	return []Case{
		{"ten-links", "ten links, most of errctx and fmt, decided by a typed rule on the innermost", classify.Fatal, 0, ten, own, deep(broken)},
		{"ten-links-is-as", "the same, and four of the links have methods Is and As of their own", classify.Fatal, 0, custom, own, deepCustom(broken)},
		{"errno", "ten links around an errno, all packs of Standard", classify.Fatal, classify.Hardware, ten, edges, deep(classify.Dep("disk", broken))},
		{"postgres", "ten links around a SQLSTATE, Postgres before Standard", classify.RetryHere, classify.Conflict, ten, edges,
			deep(classify.Dep("db", fmt.Errorf("commit: %w", &pgconn.PgError{Code: "40001"})))},
		{"grpc", "ten links around a status, GRPC before Standard", classify.RetryHere, classify.Unavailable, ten, edges,
			deep(classify.Dep("peer", fmt.Errorf("call: %w", status.Error(codes.Unavailable, "m"))))},
		{"unknown", "ten links that no rule knows, all packs of Standard, both passes", classify.Fatal, 0, nil, edges, deep(classify.Dep("disk", errors.New("?")))},
	}
}

// deep puts eight links around an error of two.
func deep(err error) error {
	err = errctx.Annotate(err, "open input")
	err = fmt.Errorf("materialise: %w", err)
	err = &exec.Error{Name: "cc", Err: err}
	err = fmt.Errorf("step: %w", err)
	err = errctx.Annotate(err, "run step")
	err = fmt.Errorf("attempt: %w", err)
	err = fmt.Errorf("plan: %w", err)
	return fmt.Errorf("main: %w", err)
}

// deepCustom is deep with links that have to be asked.
func deepCustom(err error) error {
	err = errctx.Annotate(err, "open input")
	err = &asking{err}
	err = fmt.Errorf("materialise: %w", err)
	err = &asking{err}
	err = errctx.Annotate(err, "run step")
	err = &asking{err}
	err = fmt.Errorf("plan: %w", err)
	return &asking{err}
}

// asking is a link that knows better what it is, and is nothing.
type asking struct{ err error }

func (e *asking) Error() string   { return e.err.Error() }
func (e *asking) Unwrap() error   { return e.err }
func (e *asking) Is(t error) bool { return t == context.Canceled && e.err == nil }
func (e *asking) As(t any) bool {
	_, ok := t.(**asking)
	return ok && e.err == nil
}

var everything = classify.SetOf(classify.Cancelled, classify.Drop, classify.BestEffort, classify.RetryHere, classify.RetryElsewhere, classify.Fail, classify.Fatal)

// ownRules is a policy of verdicts: the rule that decides, and two dozen others.
func ownRules() *classify.Policy {
	rules := []classify.Rule{
		classify.On[syscall.Errno]("errno", classify.Fatal),
		classify.OnFunc("exit", classify.SetOf(classify.Fail), func(*exec.ExitError) classify.Verdict { return classify.Verdict{Class: classify.Fail} }),
		classify.Capability("timeout", classify.SetOf(classify.RetryHere), func(e interface{ Timeout() bool }) classify.Verdict {
			if e.Timeout() {
				return classify.Verdict{Class: classify.RetryHere}
			}
			return classify.Verdict{}
		}),
	}
	for i := range 20 {
		rules = append(rules, classify.Is(fmt.Sprint("sentinel ", i), errors.New("x"), classify.Fail))
	}
	return classify.Must(classify.New(classify.Role{Name: "own rules", Can: everything}, rules...))
}

// fourEdges is a policy by packs and tables.
func fourEdges() *classify.Policy {
	do := classify.Every(classify.Fatal).But(classify.Table{classify.Conflict: classify.RetryHere, classify.Unavailable: classify.RetryHere})
	with := func(first classify.Pack) []classify.Pack {
		return slices.Concat([]classify.Pack{first}, packs.Standard)
	}
	return classify.Must(classify.New(classify.Role{Name: "edges", Can: everything, Edges: []classify.Edge{
		{Name: classify.Self, Packs: packs.Standard, Do: do},
		{Name: "disk", Packs: packs.Standard, Do: do},
		{Name: "db", Packs: with(packs.Postgres), Do: do},
		{Name: "peer", Packs: with(packs.GRPC[*status.Status]()), Do: do},
	}}))
}
