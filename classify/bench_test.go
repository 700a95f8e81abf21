package classify_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os/exec"
	"syscall"
	"testing"

	"github.com/holdfast-go/holdfast/classify"
	"github.com/holdfast-go/holdfast/errctx"
)

// deep is a chain of ten links of six types; the innermost one decides.
func deep() error {
	var err error = &fs.PathError{Op: "open", Path: "/x", Err: syscall.EIO}
	err = errctx.Annotate(err, "open input")
	err = fmt.Errorf("materialise: %w", err)
	err = &exec.Error{Name: "cc", Err: err}
	err = fmt.Errorf("step: %w", err)
	err = errctx.Annotate(err, "run step")
	err = fmt.Errorf("attempt: %w", err)
	err = fmt.Errorf("plan: %w", err)
	return fmt.Errorf("main: %w", err)
}

// deepCustom is a chain of ten links of which four have to be asked what they are.
func deepCustom() error {
	var err error = &fs.PathError{Op: "open", Path: "/x", Err: syscall.EIO}
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

func deepPolicy(tb testing.TB) *classify.Policy {
	tb.Helper()
	gives := classify.SetOf(classify.Fail)
	rules := []classify.Rule{
		classify.On[syscall.Errno]("errno", classify.Fatal),
		classify.Capability("timeout", classify.SetOf(classify.RetryHere), func(e interface{ Timeout() bool }) classify.Verdict {
			return when(e.Timeout(), classify.RetryHere)
		}),
	}
	for i := range 20 { // rules that never match must cost nothing
		rules = append(rules, classify.Is(fmt.Sprint("sentinel ", i), errors.New("x"), classify.Fail))
	}
	rules = append(rules,
		classify.OnFunc("exit", gives, func(*exec.ExitError) classify.Verdict { return classify.Verdict{Class: classify.Fail} }),
		classify.Is("not found", exec.ErrNotFound, classify.Fail),
	)
	return build(tb, classify.Role{Name: "bench", Can: everything}, rules...)
}

func BenchmarkClassify(b *testing.B) {
	p := deepPolicy(b)
	ctx, cancel := context.WithCancel(b.Context())
	defer cancel()
	for _, bb := range []struct {
		name string
		err  error
	}{
		{"ten links", deep()},
		{"ten links, four with Is and As", deepCustom()},
		{"ten wrapErrors", wraps(9, syscall.EIO)},
		{"unknown, two passes", wraps(9, errors.New("x"))},
		{"one link", syscall.EIO},
		{"join of two", errors.Join(deep(), deep())},
	} {
		b.Run(bb.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				sink = p.Classify(ctx, bb.err)
			}
		})
	}
}

var sink classify.Verdict

func wraps(n int, err error) error {
	for range n {
		err = fmt.Errorf("w: %w", err)
	}
	return err
}
