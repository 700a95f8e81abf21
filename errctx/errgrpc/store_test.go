package errgrpc_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/protobuf/types/known/wrapperspb"

	"github.com/holdfast-go/holdfast/errctx"
	"github.com/holdfast-go/holdfast/errctx/errgrpc"
	"github.com/holdfast-go/holdfast/errctx/wire"
)

// A sealed sum, as a package of users would declare it.
type storeError interface {
	errctx.Kind
	storeError()
}

type storeErr = errctx.WithContext[storeError]

type missing struct {
	Digest string
	Size   int64
}

type full struct {
	Path  string `errctx:"private"`
	Token string `errctx:"secret"`
	Need  uint64
}

type busy struct{ After time.Duration }

type large struct{ Data string }

type unknownStore struct{ *wire.Unknown }

func (*missing) storeError()     {}
func (*full) storeError()        {}
func (*busy) storeError()        {}
func (*large) storeError()       {}
func (unknownStore) storeError() {}

func (*missing) ErrorKind() string { return "store.missing" }
func (*full) ErrorKind() string    { return "store.disk_full" }
func (*busy) ErrorKind() string    { return "store.busy" }
func (*large) ErrorKind() string   { return "store.large" }

func (e *missing) Error() string { return fmt.Sprintf("blob %s/%d is missing", e.Digest, e.Size) }
func (e *full) Error() string    { return fmt.Sprintf("%s is full, %d bytes needed", e.Path, e.Need) }
func (e *busy) Error() string    { return "store is busy" }
func (e *large) Error() string   { return "large" }

func (e *missing) Violations() []struct{ Type, Subject, Description string } {
	return []errgrpc.Violation{{Type: "MISSING", Subject: fmt.Sprintf("blobs/%s/%d", e.Digest, e.Size)}}
}

func (e *busy) RetryAfter() time.Duration { return e.After }

var storeWire = wire.NewSum(func(u *wire.Unknown) storeError { return unknownStore{u} }, nil,
	wire.Fields[storeError, *missing]("store.missing"),
	wire.Fields[storeError, *full]("store.disk_full"),
	wire.Fields[storeError, *busy]("store.busy"),
	wire.Fields[storeError, *large]("store.large"),
)

func newCodec(opts ...errgrpc.Option) *errgrpc.Codec {
	return errgrpc.New(wire.NewRegistry(storeWire), append([]errgrpc.Option{
		errgrpc.Domain("store.test"),
		errgrpc.Codes(map[string]codes.Code{
			"store.missing":   codes.NotFound,
			"store.disk_full": codes.ResourceExhausted,
			"store.busy":      codes.Unavailable,
			"store.late":      codes.FailedPrecondition,
		}),
	}, opts...)...)
}

func lost() storeErr {
	return errctx.New[storeError](&missing{"abc", 3}, "open blob", errctx.Safe(slog.String("tier", "disk")), slog.String("user", "ann"))
}

// handlers are a service with one method of each kind. Messages are strings.
type handlers struct {
	unary  func(ctx context.Context, in string) (string, error)
	stream func(stream grpc.ServerStream) error // of all three kinds
}

const service = "/holdfast.test.Store/"

var kinds = []grpc.StreamDesc{
	{StreamName: "ServerStream", ServerStreams: true},
	{StreamName: "ClientStream", ClientStreams: true},
	{StreamName: "Bidi", ServerStreams: true, ClientStreams: true},
}

func (h *handlers) desc() *grpc.ServiceDesc {
	d := &grpc.ServiceDesc{ServiceName: "holdfast.test.Store", HandlerType: (*any)(nil)}
	d.Methods = []grpc.MethodDesc{{MethodName: "Unary", Handler: func(_ any, ctx context.Context, dec func(any) error, around grpc.UnaryServerInterceptor) (any, error) {
		in := &wrapperspb.StringValue{}
		if err := dec(in); err != nil {
			return nil, err
		}
		handle := func(ctx context.Context, req any) (any, error) {
			out, err := h.unary(ctx, req.(*wrapperspb.StringValue).Value)
			return wrapperspb.String(out), err
		}
		if around == nil {
			return handle(ctx, in)
		}
		return around(ctx, in, &grpc.UnaryServerInfo{FullMethod: service + "Unary"}, handle)
	}}}
	for _, k := range kinds {
		k.Handler = func(_ any, s grpc.ServerStream) error { return h.stream(s) }
		d.Streams = append(d.Streams, k)
	}
	return d
}

// serve starts a server on a real connection and returns a client of it.
func serve(t testing.TB, h *handlers, server []grpc.ServerOption, client []grpc.DialOption) (*grpc.ClientConn, *grpc.Server) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := grpc.NewServer(server...)
	s.RegisterService(h.desc(), h)
	done := make(chan error, 1)
	go func() { done <- s.Serve(l) }()
	t.Cleanup(func() {
		s.Stop()
		if err := <-done; err != nil && !errors.Is(err, grpc.ErrServerStopped) {
			t.Errorf("serve: %v", err)
		}
	})
	return dial(t, l.Addr().String(), client...), s
}

func dial(t testing.TB, addr string, opts ...grpc.DialOption) *grpc.ClientConn {
	t.Helper()
	conn, err := grpc.NewClient("passthrough:///"+addr, append(opts, grpc.WithTransportCredentials(insecure.NewCredentials()))...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

// get makes a unary call.
func get(ctx context.Context, conn *grpc.ClientConn, in string, opts ...grpc.CallOption) (string, error) {
	out := &wrapperspb.StringValue{}
	err := conn.Invoke(ctx, service+"Unary", wrapperspb.String(in), out, opts...)
	return out.Value, err
}

// stream makes a call of one of the other kinds: it sends n messages, and receives
// until there is an error.
func stream(ctx context.Context, conn *grpc.ClientConn, kind *grpc.StreamDesc, n int, opts ...grpc.CallOption) (received []string, err error) {
	s, err := conn.NewStream(ctx, kind, service+kind.StreamName, opts...)
	if err != nil {
		return nil, err
	}
	for range n {
		if err := s.SendMsg(wrapperspb.String("in")); err != nil {
			break // RecvMsg knows why
		}
	}
	if err := s.CloseSend(); err != nil {
		return nil, err
	}
	for {
		m := &wrapperspb.StringValue{}
		if err := s.RecvMsg(m); err != nil {
			return received, err
		}
		received = append(received, m.Value)
		if !kind.ServerStreams {
			return received, nil
		}
	}
}
