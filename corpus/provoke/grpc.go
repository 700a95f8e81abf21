package provoke

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/encoding/gzip"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/emptypb"
	"google.golang.org/protobuf/types/known/wrapperspb"
)

// rpc serves any method with f.
func (e *Env) rpc(f grpc.StreamHandler, opts ...grpc.ServerOption) (addr string, s *grpc.Server) {
	l := e.listen()
	s = grpc.NewServer(append(opts, grpc.UnknownServiceHandler(f))...)
	e.wg.Go(func() { _ = s.Serve(l) })
	e.cleanup(s.Stop)
	return l.Addr().String(), s
}

// client returns a connection to addr.
func (e *Env) client(addr string, opts ...grpc.DialOption) *grpc.ClientConn {
	opts = append(opts, grpc.WithTransportCredentials(insecure.NewCredentials()))
	c := must(grpc.NewClient("passthrough:///"+addr, opts...))
	e.cleanup(func() { _ = c.Close() })
	return c
}

const method = "/corpus.Corpus/Call"

// answers serves err to any unary call and returns what the client gets.
func answers(err error) provocation {
	return func(ctx context.Context, e *Env) error {
		addr, _ := e.rpc(func(_ any, s grpc.ServerStream) error {
			if err := s.RecvMsg(new(emptypb.Empty)); err != nil {
				return err
			}
			return err
		})
		return e.client(addr).Invoke(ctx, method, new(emptypb.Empty), new(emptypb.Empty))
	}
}

func code(c codes.Code) provocation { return answers(status.Error(c, "x")) }

var grpcRows = map[string]provocation{
	"grpc-invalidargument":    code(codes.InvalidArgument),
	"grpc-notfound":           code(codes.NotFound),
	"grpc-resourceexhausted":  code(codes.ResourceExhausted),
	"grpc-failedprecondition": code(codes.FailedPrecondition),
	"grpc-aborted":            code(codes.Aborted),
	"grpc-unimplemented":      code(codes.Unimplemented),
	"grpc-internal":           code(codes.Internal),
	"grpc-dataloss":           code(codes.DataLoss),
	"grpc-unauthenticated":    code(codes.Unauthenticated),
	"grpc-permissiondenied":   code(codes.PermissionDenied),
	"grpc-unavailable":        code(codes.Unavailable),
	"grpc-alreadyexists":      code(codes.AlreadyExists),
	"grpc-outofrange":         code(codes.OutOfRange),
	"grpc-remote-canceled":    code(codes.Canceled),
	"grpc-unknown-plain":      answers(errors.New("handler returned a plain error")),
	"grpc-retryinfo": answers(must(status.New(codes.ResourceExhausted, "x").
		WithDetails(&errdetails.RetryInfo{RetryDelay: durationpb.New(2 * time.Second)})).Err()),
	"grpc-refused": func(ctx context.Context, e *Env) error {
		return e.client(e.refused()).Invoke(ctx, method, new(emptypb.Empty), new(emptypb.Empty))
	},
	"grpc-killed-midstream": func(ctx context.Context, e *Env) error {
		started := make(chan struct{})
		addr, server := e.rpc(func(_ any, s grpc.ServerStream) error {
			close(started)
			<-s.Context().Done()
			return s.Context().Err()
		})
		stream := must(e.client(addr).NewStream(ctx, &grpc.StreamDesc{ServerStreams: true, ClientStreams: true}, method))
		<-started
		server.Stop()
		return stream.RecvMsg(new(emptypb.Empty))
	},
	"grpc-client-deadline": func(ctx context.Context, e *Env) error {
		addr, _ := e.rpc(func(_ any, s grpc.ServerStream) error { <-s.Context().Done(); return s.Context().Err() })
		ctx, cancel := context.WithTimeout(ctx, 30*time.Millisecond)
		defer cancel()
		return e.client(addr).Invoke(ctx, method, new(emptypb.Empty), new(emptypb.Empty))
	},
	"grpc-msg-too-large": func(ctx context.Context, e *Env) error {
		receive := func(_ any, s grpc.ServerStream) error { return s.RecvMsg(new(wrapperspb.StringValue)) }
		addr, _ := e.rpc(receive, grpc.MaxRecvMsgSize(10))
		return e.client(addr).Invoke(ctx, method, wrapperspb.String(strings.Repeat("x", 100)), new(emptypb.Empty))
	},
	"grpc-reply-too-large": func(ctx context.Context, e *Env) error {
		addr, _ := e.rpc(func(_ any, s grpc.ServerStream) error {
			if err := s.RecvMsg(new(emptypb.Empty)); err != nil {
				return err
			}
			return s.SendMsg(wrapperspb.String(strings.Repeat("x", 100)))
		})
		small := grpc.MaxCallRecvMsgSize(10)
		return e.client(addr).Invoke(ctx, method, new(emptypb.Empty), new(wrapperspb.StringValue), small)
	},
	"grpc-bad-reply": func(ctx context.Context, e *Env) error {
		addr, _ := e.rpc(func(_ any, s grpc.ServerStream) error {
			if err := s.RecvMsg(new(emptypb.Empty)); err != nil {
				return err
			}
			return s.SendMsg(wrapperspb.Bytes([]byte{0xff, 0xfe})) // no valid UTF-8 where a string is expected
		})
		return e.client(addr).Invoke(ctx, method, new(emptypb.Empty), new(wrapperspb.StringValue))
	},
	"grpc-conn-closed": func(ctx context.Context, e *Env) error {
		c := e.client(e.refused())
		check(c.Close())
		return c.Invoke(ctx, method, new(emptypb.Empty), new(emptypb.Empty), grpc.UseCompressor(gzip.Name))
	},
	"grpc-not-grpc": func(ctx context.Context, e *Env) error {
		s := e.web(func(http.ResponseWriter, *http.Request) {})
		return e.client(s.Listener.Addr().String()).Invoke(ctx, method, new(emptypb.Empty), new(emptypb.Empty))
	},
}
