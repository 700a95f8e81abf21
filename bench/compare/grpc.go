package compare

import (
	"context"
	"fmt"

	crdb "github.com/cockroachdb/errors"
	"github.com/cockroachdb/errors/extgrpc"
	"github.com/cockroachdb/errors/grpc/middleware"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/holdfast-go/holdfast/bench/peer"
	"github.com/holdfast-go/holdfast/errctx"
	"github.com/holdfast-go/holdfast/errctx/errgrpc"
	"github.com/holdfast-go/holdfast/errctx/wire"
)

var grpcStatus = Feature{
	Name: "gRPC status with standard details",
	Doc: "Yes: a client that knows nothing of the library reads a code and an ErrorInfo with the kind of the error. " +
		"Partly: it reads the code. The probe is such a client.",
	probe: func(p peer.Peer) Outcome {
		return readStatus(p.Chain(1))
	},
	special: map[string]func() Outcome{
		"errctx": func() Outcome {
			codec := errgrpc.New(wire.NewRegistry(peer.SumWire), errgrpc.Domain("bench.example.com"),
				errgrpc.Codes(map[string]codes.Code{"bench.fault": codes.NotFound}))
			s := codec.ToStatus(named("errctx").Chain(10))
			outcome := readStatus(s.Err())
			w, ok := errctx.From[peer.Sum](codec.FromStatus(s))
			outcome.Fact += fmt.Sprintf("; a client that knows the package gets the static type back: %t", ok && w != nil)
			return outcome
		},
		"cockroachdb": func() Outcome {
			_, err := middleware.UnaryServerInterceptor(context.Background(), nil, nil, func(context.Context, any) (any, error) {
				return nil, extgrpc.WrapWithGrpcCode(crdb.Wrap(&peer.Fault{}, "open blob"), codes.NotFound)
			})
			return readStatus(err)
		},
	},
}

// readStatus is what a client sees of what a handler or interceptor returned.
func readStatus(err error) Outcome {
	s := status.Convert(err)
	details := "no details"
	for _, d := range s.Proto().GetDetails() {
		details = "a detail " + d.GetTypeUrl()
	}
	for _, d := range s.Details() {
		if info, ok := d.(*errdetails.ErrorInfo); ok {
			return yes("code %v, ErrorInfo with reason %s", s.Code(), info.GetReason())
		}
	}
	fact := fmt.Sprintf("code %v, %s", s.Code(), details)
	if s.Code() == codes.Unknown {
		return no("%s", fact)
	}
	return partly("%s", fact)
}
