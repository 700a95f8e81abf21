package errgrpc

import (
	"context"
	"errors"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
)

// DialOptions makes the errors of a client's calls [*Error]s, and tells a server's from its own. The
// interceptors stand behind those that were given before.
func (c *Codec) DialOptions() []grpc.DialOption {
	return []grpc.DialOption{
		grpc.WithStatsHandler(observer{}),
		grpc.WithChainUnaryInterceptor(c.unaryClient(true)),
		grpc.WithChainStreamInterceptor(c.streamClient(true)),
	}
}

// UnaryClient makes an [*Error] of the status that a call returns. What is none, such as an error
// that an interceptor behind this one makes, stays what it is.
func (c *Codec) UnaryClient() grpc.UnaryClientInterceptor { return c.unaryClient(false) }

// StreamClient is [Codec.UnaryClient] for streams: it is about all methods of one. io.EOF stays io.EOF.
func (c *Codec) StreamClient() grpc.StreamClientInterceptor { return c.streamClient(false) }

func (c *Codec) unaryClient(observed bool) grpc.UnaryClientInterceptor {
	return func(ctx context.Context, method string, req, reply any, cc *grpc.ClientConn, invoke grpc.UnaryInvoker, opts ...grpc.CallOption) error {
		call := &call{codec: c, caller: ctx, observed: observed}
		return call.result(invoke(call.context(), method, req, reply, cc, opts...))
	}
}

func (c *Codec) streamClient(observed bool) grpc.StreamClientInterceptor {
	return func(ctx context.Context, desc *grpc.StreamDesc, cc *grpc.ClientConn, method string, open grpc.Streamer, opts ...grpc.CallOption) (grpc.ClientStream, error) {
		call := &call{codec: c, caller: ctx, observed: observed}
		s, err := open(call.context(), desc, cc, method, opts...)
		if err != nil {
			return nil, call.result(err)
		}
		return &clientStream{s, call}, nil
	}
}

// call is one call of a client.
type call struct {
	codec    *Codec
	caller   context.Context
	observed bool // by the stats handler
	seen
}

// context returns that for the call, in which the stats handler finds it.
func (call *call) context() context.Context {
	return context.WithValue(call.caller, seenKey{}, &call.seen)
}

// result makes an Error of a status. gRPC itself, when it gives up to retry, and interceptors
// behind this one may have put something around it.
func (call *call) result(err error) error {
	from, code := carried(err)
	e := &Error{}
	if from == nil {
		inner, _ := errors.AsType[carrier](err)
		if from, code = carried(inner); from == nil {
			return err
		}
		e.around = err
	}
	if _, done := from.(*Error); done {
		return err
	}
	e.status = from.GRPCStatus()
	if code == codes.Canceled || code == codes.DeadlineExceeded {
		e.ended = ended(call.caller)
	}
	details := e.status.Proto().GetDetails()
	if e.source = call.source(code, len(details) > 0, e.ended != nil); e.source == Server {
		call.codec.restore(e, details)
	}
	return e
}

type clientStream struct {
	grpc.ClientStream
	call *call
}

func (s *clientStream) RecvMsg(m any) error { return s.call.result(s.ClientStream.RecvMsg(m)) }
func (s *clientStream) CloseSend() error    { return s.call.result(s.ClientStream.CloseSend()) }

func (s *clientStream) Header() (metadata.MD, error) {
	md, err := s.ClientStream.Header()
	return md, s.call.result(err)
}

// SendMsg returns io.EOF when the server has ended the call: RecvMsg has its status then. Whatever else it
// returns is of this side.
func (s *clientStream) SendMsg(m any) error {
	err := s.call.result(s.ClientStream.SendMsg(m))
	if e, ok := err.(*Error); ok && e.source != Client {
		return &Error{status: e.status, source: Client, ended: e.ended}
	}
	return err
}
