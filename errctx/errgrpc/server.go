package errgrpc

import (
	"context"

	"google.golang.org/grpc"
	"google.golang.org/grpc/status"
)

// ServerOptions makes statuses of the errors that a server's handlers return. The interceptors
// stand behind those that were given before.
func (c *Codec) ServerOptions() []grpc.ServerOption {
	return []grpc.ServerOption{
		grpc.ChainUnaryInterceptor(c.UnaryServer()),
		grpc.ChainStreamInterceptor(c.StreamServer()),
	}
}

// UnaryServer makes a status of the error that a handler returns. Interceptors around this one
// find the error itself, for the log, by errors.Unwrap; its text is what the client is told.
func (c *Codec) UnaryServer() grpc.UnaryServerInterceptor {
	return func(ctx context.Context, req any, _ *grpc.UnaryServerInfo, handle grpc.UnaryHandler) (any, error) {
		resp, err := handle(ctx, req)
		return resp, c.answer(err)
	}
}

// StreamServer is [Codec.UnaryServer] for streams. What SendMsg and RecvMsg return inside a handler is
// not touched.
func (c *Codec) StreamServer() grpc.StreamServerInterceptor {
	return func(srv any, stream grpc.ServerStream, _ *grpc.StreamServerInfo, handle grpc.StreamHandler) error {
		return c.answer(handle(srv, stream))
	}
}

func (c *Codec) answer(err error) error {
	if err == nil {
		return nil
	}
	st := c.ToStatus(err)
	if from, _ := carried(err); from != nil && from.GRPCStatus() == st {
		return err
	}
	return &answer{err, st}
}

// answer is an error and what the client is told of it. Its text is what the client is told, too: gRPC
// sends the text of whatever an outer interceptor wraps around it. The error itself is below.
type answer struct {
	err    error
	status *status.Status
}

var _ carrier = (*answer)(nil)

func (a *answer) Error() string              { return a.status.Message() }
func (a *answer) GRPCStatus() *status.Status { return a.status }
func (a *answer) Unwrap() error              { return a.err }
