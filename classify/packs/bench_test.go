package packs

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"slices"
	"syscall"
	"testing"

	"github.com/holdfast-go/holdfast/classify"
	"github.com/holdfast-go/holdfast/errctx"
)

// deep puts a chain of eight links around one of two.
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

var sink classify.Verdict

// In the first pass nothing is allocated, whatever decides.
func benchmarks() []tell {
	return []tell{
		{"errno", deep(&fs.PathError{Op: "open", Path: "/x", Err: syscall.EIO}), classify.Finding{Kind: hardware}},
		{"net", deep(&net.OpError{Op: "read", Net: "tcp", Err: os.NewSyscallError("read", syscall.ECONNRESET)}), classify.Finding{Kind: interrupted, OutcomeUnknown: true}},
		{"deadline", deep(fmt.Errorf("x: %w", context.DeadlineExceeded)), classify.Finding{Kind: timeout, OutcomeUnknown: true}},
		{"sentinel", deep(fmt.Errorf("x: %w", fs.ErrNotExist)), classify.Finding{Kind: missing}},
		{"SQLSTATE", deep(fmt.Errorf("x: %w", &stateFake{state: "40001"})), classify.Finding{Kind: conflict}},
		{"gRPC", deep(fmt.Errorf("x: %w", call(10))), classify.Finding{Kind: conflict}},
		{"S3", deep(&wrapFake{statusFake{status: 503}, &apiFake{code: "SlowDown"}}), classify.Finding{Kind: throttled}},
	}
}

func BenchmarkStandard(b *testing.B) {
	run := func(name string, p *classify.Policy, err error) {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			ctx := b.Context()
			for b.Loop() {
				sink = p.Classify(ctx, err)
			}
		})
	}
	edges := map[string]*classify.Policy{
		"SQLSTATE": policy(b, slices.Concat([]classify.Pack{Postgres}, Standard)...),
		"gRPC":     policy(b, slices.Concat([]classify.Pack{GRPC[*fakeStatus]()}, Standard)...),
		"S3":       policy(b, slices.Concat([]classify.Pack{S3}, Standard)...),
	}
	standard := policy(b, Standard...)
	for _, bb := range benchmarks() {
		p := edges[bb.name]
		if p == nil {
			p = standard
		}
		run(bb.name, p, bb.err)
	}
	run("unknown, two passes", standard, deep(fmt.Errorf("x: %w", errors.New("?"))))
	run("status, second pass", standard, deep(&statusFake{status: 404}))
}

func TestFirstPassDoesNotAllocate(t *testing.T) {
	all := policy(t, slices.Concat([]classify.Pack{Postgres, GRPC[*fakeStatus](), S3, SQLite}, Standard)...)
	for _, tt := range benchmarks() {
		expect(t, all, tt)
		if n := testing.AllocsPerRun(100, func() { sink = all.Classify(t.Context(), tt.err) }); n != 0 {
			t.Errorf("%s: %v allocations", tt.name, n)
		}
	}
}
