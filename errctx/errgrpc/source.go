package errgrpc

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/stats"
)

// Source says whose status an error is.
type Source uint8

const (
	// Unclear is what cannot be told, and what is no error of a call at all.
	Unclear Source = iota
	// Client is this side of the connection: it was refused or lost, the caller's context
	// ended, a message was too large. The server may have done what it was asked for.
	Client
	// Server is the peer: it has answered.
	Server
)

// String returns "unclear", "client" or "server".
func (s Source) String() string { return [...]string{"unclear", "client", "server"}[min(s, Server)] }

// SourceOf says whose status err is. gRPC itself does not tell; that is why [Codec.DialOptions]
// watches for the trailers with which a server ends a call.
//
// Unclear are the errors of a client that has the interceptors only, unless there are details,
// which only servers send. With DialOptions it is ResourceExhausted, Internal and Unimplemented when
// they have no details and the server had sent headers before: the server
// may have said so, or this side could not read its message.
func SourceOf(err error) Source {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.source
	}
	return Unclear
}

// seen is what has been received in a call.
type seen struct{ header, trailer atomic.Bool }

type seenKey struct{}

// observer is a stats.Handler that notes what is received. It is told of the
// trailers that a gRPC server ends a call with, and of no others: not of a
// reset, and not of a proxy's HTTP status, of which gRPC makes a status, too.
type observer struct{}

var _ stats.Handler = observer{}

func (observer) HandleRPC(ctx context.Context, s stats.RPCStats) {
	call, ok := ctx.Value(seenKey{}).(*seen)
	if !ok {
		return
	}
	switch s.(type) {
	case *stats.Begin: // an attempt; one before may have failed, without headers
		call.trailer.Store(false)
	case *stats.InHeader:
		call.header.Store(true)
	case *stats.InTrailer:
		call.trailer.Store(true)
	}
}

func (observer) TagRPC(ctx context.Context, _ *stats.RPCTagInfo) context.Context   { return ctx }
func (observer) TagConn(ctx context.Context, _ *stats.ConnTagInfo) context.Context { return ctx }
func (observer) HandleConn(context.Context, stats.ConnStats)                       {}

// unreadable are the codes that gRPC gives to a message that it cannot read.
var unreadable = map[codes.Code]bool{codes.ResourceExhausted: true, codes.Internal: true, codes.Unimplemented: true}

// source says whose status it is that a call ended with. Details are sent by servers only, and who has
// been told to stop does not wait for a server to agree.
func (call *call) source(code codes.Code, details, ended bool) Source {
	switch {
	case details:
		return Server
	case ended:
		return Client
	case !call.observed:
		return Unclear
	case !call.trailer.Load():
		return Client
	case call.header.Load() && unreadable[code]:
		return Unclear
	default:
		return Server
	}
}

// ended returns the error of a context that is at its end. A server may notice a deadline
// before the timer of this side goes off.
func ended(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if deadline, ok := ctx.Deadline(); ok && !time.Now().Before(deadline) {
		return context.DeadlineExceeded
	}
	return nil
}
