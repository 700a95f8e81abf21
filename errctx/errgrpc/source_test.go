package errgrpc_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/grpc/test/bufconn"
	"google.golang.org/protobuf/types/known/wrapperspb"

	"github.com/holdfast-go/holdfast/errctx"
	"github.com/holdfast-go/holdfast/errctx/errgrpc"
)

// want is what is known of an error of a call.
type want struct {
	source []errgrpc.Source
	code   codes.Code
	is     error // of the context package
}

var (
	client  = []errgrpc.Source{errgrpc.Client}
	server  = []errgrpc.Source{errgrpc.Server}
	unclear = []errgrpc.Source{errgrpc.Unclear}
)

func (w want) check(t *testing.T, err error) {
	t.Helper()
	if err == nil {
		t.Fatal("no error")
	}
	if s := errgrpc.SourceOf(err); !slices.Contains(w.source, s) || status.Code(err) != w.code {
		t.Errorf("%v: %v, want %v and %v", err, s, w.code, w.source)
	}
	for _, target := range []error{context.Canceled, context.DeadlineExceeded} {
		if got := errors.Is(err, target); got != (target == w.is) {
			t.Errorf("errors.Is(%v, %v) = %v", err, target, got)
		}
	}
	if _, ok := status.FromError(err); !ok {
		t.Errorf("%v has no status", err)
	}
}

// Servers without this package; what they do is the same for all kinds of calls.
func TestSource(t *testing.T) {
	plain := func(c codes.Code) func() error {
		return func() error { return status.Error(c, "a plain status") }
	}
	afterHeader := func(c codes.Code) *handlers {
		md := metadata.Pairs("k", "v")
		return &handlers{
			unary: func(ctx context.Context, _ string) (string, error) {
				if err := grpc.SendHeader(ctx, md); err != nil {
					return "", err
				}
				return "", plain(c)()
			},
			stream: func(s grpc.ServerStream) error {
				if err := s.SendHeader(md); err != nil {
					return err
				}
				return plain(c)()
			},
		}
	}
	for _, tt := range []struct {
		name string
		h    *handlers
		want want
	}{
		{"trailers only", failing(plain(codes.NotFound)), want{server, codes.NotFound, nil}},
		{"unavailable, says the server", failing(plain(codes.Unavailable)), want{server, codes.Unavailable, nil}},
		{"internal, says the server", failing(plain(codes.Internal)), want{server, codes.Internal, nil}},
		{"exhausted, says the server", failing(plain(codes.ResourceExhausted)), want{server, codes.ResourceExhausted, nil}},
		{"cancelled, says the server", failing(plain(codes.Canceled)), want{server, codes.Canceled, nil}},
		{"late, says the server", failing(plain(codes.DeadlineExceeded)), want{server, codes.DeadlineExceeded, nil}},
		{"headers first", afterHeader(codes.Aborted), want{server, codes.Aborted, nil}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			conn, _ := serve(t, tt.h, nil, newCodec().DialOptions())
			for name, call := range calls() {
				t.Run(name, func(t *testing.T) { tt.want.check(t, call(t.Context(), conn)) })
			}
		})
	}
	t.Run("headers first, then a code that gRPC gives to unreadable messages", func(t *testing.T) {
		h := &handlers{stream: func(s grpc.ServerStream) error {
			if err := s.SendMsg(wrapperspb.String("one")); err != nil {
				return err
			}
			return plain(codes.Internal)()
		}}
		conn, _ := serve(t, h, nil, newCodec().DialOptions())
		_, err := stream(t.Context(), conn, &kinds[0], 1)
		want{unclear, codes.Internal, nil}.check(t, err)
	})
}

// Without the stats handler less is known, but nothing that is wrong.
func TestSourceWithInterceptorsOnly(t *testing.T) {
	c := newCodec()
	opts := []grpc.DialOption{grpc.WithUnaryInterceptor(c.UnaryClient()), grpc.WithStreamInterceptor(c.StreamClient())}
	plain, _ := serve(t, failing(func() error { return status.Error(codes.NotFound, "a plain status") }), nil, opts)
	ours, _ := serve(t, failing(func() error { return lost() }), newCodec().ServerOptions(), opts)
	over, cancel := context.WithCancel(t.Context())
	cancel()
	for _, call := range calls() {
		want{unclear, codes.NotFound, nil}.check(t, call(t.Context(), plain))
		want{server, codes.NotFound, nil}.check(t, call(t.Context(), ours))
		want{client, codes.Canceled, context.Canceled}.check(t, call(over, plain))
	}
	s, err := plain.NewStream(t.Context(), &kinds[2], service+"Bidi", grpc.MaxCallSendMsgSize(1))
	if err != nil {
		t.Fatal(err)
	}
	want{client, codes.ResourceExhausted, nil}.check(t, s.SendMsg(wrapperspb.String("in")))
}

// overdue is a context between its deadline and its end.
type overdue struct{ context.Context }

func (overdue) Deadline() (time.Time, bool) { return time.Unix(0, 0), true }

// Every pair of what a server may send and what may have become of the caller's context.
func TestContexts(t *testing.T) {
	alive := t.Context()
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	late, cancel := context.WithDeadline(t.Context(), time.Unix(0, 0))
	defer cancel()
	for _, tt := range []struct {
		name string
		ctx  context.Context
		sent error
		want want
	}{
		{"cancelled by the server", alive, context.Canceled, want{server, codes.Canceled, nil}},
		{"late at the server", alive, context.DeadlineExceeded, want{server, codes.DeadlineExceeded, nil}},
		{"cancelled on both sides", cancelled, context.Canceled, want{server, codes.Canceled, context.Canceled}},
		{"late on both sides", late, context.DeadlineExceeded, want{server, codes.DeadlineExceeded, context.DeadlineExceeded}},
		{"cancelled here, late there", cancelled, context.DeadlineExceeded, want{server, codes.DeadlineExceeded, context.Canceled}},
		{"late there, and here the timer has yet to go off", overdue{alive}, context.DeadlineExceeded, want{server, codes.DeadlineExceeded, context.DeadlineExceeded}},
		{"another error, just before the end", cancelled, lost(), want{server, codes.NotFound, nil}},
		{"plainly cancelled", cancelled, status.Error(codes.Canceled, "a plain status"), want{client, codes.Canceled, context.Canceled}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := newCodec()
			err := c.UnaryClient()(tt.ctx, "", nil, nil, nil, func(context.Context, string, any, any, *grpc.ClientConn, ...grpc.CallOption) error {
				return c.ToStatus(tt.sent).Err()
			})
			tt.want.check(t, err)
		})
	}
}

func TestSourceOfARefusedConnection(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = l.Close()
	conn := dial(t, l.Addr().String(), newCodec().DialOptions()...)
	for name, call := range calls() {
		t.Run(name, func(t *testing.T) { want{client, codes.Unavailable, nil}.check(t, call(t.Context(), conn)) })
	}
}

// blocked is a service whose handlers wait for the end of their context, or of the test.
func blocked(started chan<- struct{}, then func(ctx context.Context) error) *handlers {
	wait := func(ctx context.Context) error {
		started <- struct{}{}
		<-ctx.Done()
		return then(ctx)
	}
	return &handlers{
		unary:  func(ctx context.Context, _ string) (string, error) { return "", wait(ctx) },
		stream: func(s grpc.ServerStream) error { return wait(s.Context()) },
	}
}

func TestSourceOfAServerThatDies(t *testing.T) {
	for name, call := range calls() {
		t.Run(name, func(t *testing.T) {
			started := make(chan struct{}, 1)
			conn, s := serve(t, blocked(started, context.Cause), newCodec().ServerOptions(), newCodec().DialOptions())
			go func() {
				<-started
				s.Stop()
			}()
			want{client, codes.Unavailable, nil}.check(t, call(t.Context(), conn))
		})
	}
}

func TestSourceOfACallersCancellation(t *testing.T) {
	started := make(chan struct{}, 1)
	conn, _ := serve(t, blocked(started, context.Cause), newCodec().ServerOptions(), newCodec().DialOptions())
	for name, call := range calls() {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			go func() {
				<-started
				cancel()
			}()
			want{client, codes.Canceled, context.Canceled}.check(t, call(ctx, conn))
			want{client, codes.Canceled, context.Canceled}.check(t, call(ctx, conn)) // before it started
		})
	}
}

// Who notices the deadline first is a matter of luck, and a server may take it for a
// cancellation. That the caller's deadline has passed is known either way.
func TestSourceOfACallersDeadline(t *testing.T) {
	for name, call := range calls() {
		t.Run(name, func(t *testing.T) {
			started := make(chan struct{}, 100)
			ours, _ := serve(t, blocked(started, context.Cause), newCodec().ServerOptions(), newCodec().DialOptions())
			foreign, _ := serve(t, blocked(started, func(ctx context.Context) error { return status.FromContextError(ctx.Err()).Err() }), nil, newCodec().DialOptions())
			for range 20 {
				ctx, cancel := context.WithTimeout(t.Context(), 3*time.Millisecond)
				for conn, source := range map[*grpc.ClientConn][]errgrpc.Source{ours: {errgrpc.Client, errgrpc.Server}, foreign: client} {
					err := call(ctx, conn)
					w := want{source, codes.DeadlineExceeded, context.DeadlineExceeded}
					if status.Code(err) == codes.Canceled {
						w.code = codes.Canceled
					}
					w.check(t, err)
				}
				cancel()
			}
		})
	}
}

// A deadline and a cancellation of the server's own are its affair.
func TestSourceOfAServersContext(t *testing.T) {
	for err, code := range map[error]codes.Code{context.Canceled: codes.Canceled, context.DeadlineExceeded: codes.DeadlineExceeded} {
		conn, _ := serve(t, failing(func() error { return fmt.Errorf("work: %w", err) }), newCodec().ServerOptions(), newCodec().DialOptions())
		for name, call := range calls() {
			t.Run(code.String()+"/"+name, func(t *testing.T) {
				want{server, code, nil}.check(t, call(t.Context(), conn))
				ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
				defer cancel()
				want{server, code, nil}.check(t, call(ctx, conn))
			})
		}
	}
}

func TestSourceOfMessagesThatAreTooLarge(t *testing.T) {
	big := strings.Repeat("x", 1000)
	h := &handlers{
		unary: func(context.Context, string) (string, error) { return big, nil },
		stream: func(s grpc.ServerStream) error {
			if err := s.RecvMsg(&wrapperspb.StringValue{}); err != nil {
				return err
			}
			return s.SendMsg(wrapperspb.String(big))
		},
	}
	all := append([]grpc.StreamDesc{{StreamName: "Unary"}}, kinds...)
	invoke := func(conn *grpc.ClientConn, k *grpc.StreamDesc, opts ...grpc.CallOption) error {
		if k.StreamName == "Unary" {
			_, err := get(t.Context(), conn, "in", opts...)
			return err
		}
		_, err := stream(t.Context(), conn, k, 1, opts...)
		return err
	}
	conn, _ := serve(t, h, newCodec().ServerOptions(), newCodec().DialOptions())
	small, _ := serve(t, h, []grpc.ServerOption{grpc.MaxRecvMsgSize(1)}, newCodec().DialOptions())
	for _, k := range all {
		t.Run(k.StreamName, func(t *testing.T) {
			// The trailers may have come, or not.
			err := invoke(conn, &k, grpc.MaxCallRecvMsgSize(100))
			want{[]errgrpc.Source{errgrpc.Client, errgrpc.Unclear}, codes.ResourceExhausted, nil}.check(t, err)
			want{server, codes.ResourceExhausted, nil}.check(t, invoke(small, &k))
			if k.StreamName == "Unary" {
				want{client, codes.ResourceExhausted, nil}.check(t, invoke(conn, &k, grpc.MaxCallSendMsgSize(1)))
				return
			}
			s, err := conn.NewStream(t.Context(), &k, service+k.StreamName, grpc.MaxCallSendMsgSize(1))
			if err != nil {
				t.Fatal(err)
			}
			want{client, codes.ResourceExhausted, nil}.check(t, s.SendMsg(wrapperspb.String("in")))
		})
	}
}

// What a proxy says is not what the server says.
func TestSourceOfAProxysAnswer(t *testing.T) {
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, "try later", http.StatusServiceUnavailable)
	}))
	s.Config.Protocols = new(http.Protocols)
	s.Config.Protocols.SetUnencryptedHTTP2(true)
	s.Start()
	defer s.Close()
	conn := dial(t, s.Listener.Addr().String(), newCodec().DialOptions()...)
	want{client, codes.Unavailable, nil}.check(t, calls()["Unary"](t.Context(), conn))
}

// What is true of one attempt need not be true of the next.
func TestSourceAfterARetry(t *testing.T) {
	l := bufconn.Listen(1 << 16)
	s := grpc.NewServer()
	attempts := 0
	h := &handlers{unary: func(ctx context.Context, _ string) (string, error) {
		if attempts++; attempts == 1 {
			return "", status.Error(codes.Unavailable, "once more")
		}
		go s.Stop()
		<-ctx.Done()
		return "", ctx.Err()
	}}
	s.RegisterService(h.desc(), h)
	done := make(chan error, 1)
	go func() { done <- s.Serve(l) }()
	const retry = `{"methodConfig": [{"name": [{}], "retryPolicy": {"maxAttempts": 2, "initialBackoff": "0.001s",
		"maxBackoff": "0.001s", "backoffMultiplier": 1, "retryableStatusCodes": ["UNAVAILABLE"]}}]}`
	conn := dial(t, "bufconn", append(newCodec().DialOptions(),
		grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) { return l.DialContext(ctx) }),
		grpc.WithDefaultServiceConfig(retry))...)
	_, err := get(t.Context(), conn, "in")
	want{client, codes.Unavailable, nil}.check(t, err)
	if err := <-done; err != nil || attempts != 2 {
		t.Errorf("%d attempts, %v", attempts, err)
	}
}

// denied is an error of an interceptor.
type denied struct{ Err error }

func (e *denied) Error() string { return "denied: " + e.Err.Error() }
func (e *denied) Unwrap() error { return e.Err }

// What other interceptors return is theirs, and what they put around a status stays around it.
func TestOtherInterceptorsErrors(t *testing.T) {
	local, opaque := errors.New("no token"), errors.New("opaque")
	for _, tt := range []struct {
		name  string
		inner func(error) error
		check func(error) bool
	}{
		{"instead of a call", func(error) error { return local }, func(err error) bool {
			return err == local && errgrpc.SourceOf(err) == errgrpc.Unclear
		}},
		{"around a status", func(err error) error { return fmt.Errorf("%w: %w", opaque, &denied{err}) }, func(err error) bool {
			_, typed := errors.AsType[*denied](err)
			_, store := errctx.From[storeError](err)
			return typed && store && errors.Is(err, opaque) && status.Code(err) == codes.NotFound && status.Convert(err).Message() == "open blob: store.missing" &&
				errgrpc.SourceOf(err) == errgrpc.Server && err.Error() == "open blob: blob abc/3 is missing"
		}},
		{"around a status without an envelope", func(error) error { return &denied{status.Error(codes.Aborted, "text")} }, func(err error) bool {
			_, typed := errors.AsType[*denied](err)
			return typed && !errors.Is(err, opaque) && status.Code(err) == codes.Aborted && err.Error() == "denied: rpc error: code = Aborted desc = text"
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			conn, _ := serve(t, failing(func() error { return lost() }), newCodec().ServerOptions(), append(newCodec().DialOptions(),
				grpc.WithChainUnaryInterceptor(func(ctx context.Context, method string, req, reply any, cc *grpc.ClientConn, invoke grpc.UnaryInvoker, opts ...grpc.CallOption) error {
					return tt.inner(invoke(ctx, method, req, reply, cc, opts...))
				})))
			if _, err := get(t.Context(), conn, "in"); !tt.check(err) {
				t.Errorf("%+v", err)
			}
		})
	}
}
