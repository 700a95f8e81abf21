package errgrpc_test

import (
	"errors"
	"fmt"
	"log/slog"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/holdfast-go/holdfast/errctx"
	"github.com/holdfast-go/holdfast/errctx/errgrpc"
	"github.com/holdfast-go/holdfast/errctx/wire"
)

// What a status has for those who know nothing of this package.
func ExampleCodec_ToStatus() {
	err := errctx.New(&Missing{"abc123"}, "open blob",
		errctx.Safe(slog.String("tier", "disk")), slog.String("user", "ann"))
	st := Statuses.ToStatus(err)
	fmt.Println(st.Code(), "|", st.Message())
	for _, d := range st.Proto().Details {
		fmt.Println(d.MessageName())
	}
	// Output:
	// NotFound | open blob: blob.missing
	// google.rpc.ErrorInfo
	// holdfast.errctx.v1.Envelope
}

// A status in a message, such as that of a long-running operation.
func ExampleCodec_FromStatus() {
	err := Statuses.FromStatus(status.New(codes.NotFound, "no such object")) // of a server of another make
	k, _ := errors.AsType[errctx.Kind](err)
	fmt.Println(err)
	fmt.Println(k.ErrorKind())
	// Output:
	// rpc error: code = NotFound desc = no such object
	// grpc.not_found
}

// A Remote Execution server: its clients take PreconditionFailure, and nothing beside it.
func ExampleOnly() {
	statuses := errgrpc.New(wire.NewRegistry(), errgrpc.Only(errgrpc.PreconditionFailure),
		errgrpc.Codes(map[string]codes.Code{"blob.missing": codes.FailedPrecondition}),
		errgrpc.ViolationsOf(func(m *Missing) []errgrpc.Violation {
			return []errgrpc.Violation{{Type: "MISSING", Subject: "blobs/" + m.Digest}}
		}))
	fmt.Println(len(statuses.ToStatus(&Missing{"abc123/3"}).Details()), "detail")
	// Output: 1 detail
}

// A quota that says when to come again.
func ExampleRetryAfterOf() {
	statuses := errgrpc.New(wire.NewRegistry(), errgrpc.Only(errgrpc.RetryInfo),
		errgrpc.RetryAfterOf(func(*Missing) time.Duration { return 30 * time.Second }))
	fmt.Println(statuses.ToStatus(&Missing{}).Proto().Details[0].MessageName())
	// Output: google.rpc.RetryInfo
}
