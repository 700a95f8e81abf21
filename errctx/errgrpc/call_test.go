package errgrpc_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/wrapperspb"

	"github.com/holdfast-go/holdfast/errctx"
	"github.com/holdfast-go/holdfast/errctx/errgrpc"
	"github.com/holdfast-go/holdfast/errctx/wire"
)

// calls are one call of each kind, with an error that the handler returns after n messages.
func calls() map[string]func(ctx context.Context, conn *grpc.ClientConn) error {
	all := map[string]func(ctx context.Context, conn *grpc.ClientConn) error{
		"Unary": func(ctx context.Context, conn *grpc.ClientConn) error {
			_, err := get(ctx, conn, "in")
			return err
		},
	}
	for _, k := range kinds {
		all[k.StreamName] = func(ctx context.Context, conn *grpc.ClientConn) error {
			_, err := stream(ctx, conn, &k, 1)
			return err
		}
	}
	return all
}

// failing is a service whose methods return what err returns.
func failing(err func() error) *handlers {
	return &handlers{
		unary:  func(context.Context, string) (string, error) { return "", err() },
		stream: func(grpc.ServerStream) error { return err() },
	}
}

// layers lists messages and origins, outermost first.
func layers(err error) (all []string) {
	for l := range errctx.Layers(err) {
		origin, remote := l.Origin()
		if !remote {
			origin = "here"
		}
		all = append(all, l.Message()+" @ "+origin)
	}
	return all
}

func TestTheStaticTypeComesBack(t *testing.T) {
	server := newCodec(errgrpc.Origin("server"))
	conn, _ := serve(t, failing(func() error { return errctx.Wrap(lost(), "get") }), server.ServerOptions(), newCodec().DialOptions())
	for name, call := range calls() {
		t.Run(name, func(t *testing.T) {
			err := call(t.Context(), conn)
			w, ok := errctx.From[storeError](err)
			if !ok {
				t.Fatalf("no store error in %+v", err)
			}
			var root storeError = w.Root()
			if diff := cmp.Diff(storeError(&missing{"abc", 3}), root); diff != "" {
				t.Errorf("the root (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff([]string{"get @ server", "open blob @ server"}, layers(w)); diff != "" {
				t.Errorf("the layers (-want +got):\n%s", diff)
			}
			if m, ok := errors.AsType[*missing](err); !ok || m.Size != 3 {
				t.Errorf("errors.AsType: %v, %v", m, ok)
			}
			st, ok := status.FromError(err)
			if !ok || st.Code() != codes.NotFound || status.Code(err) != codes.NotFound || st.Message() != "get: open blob: store.missing" {
				t.Errorf("the status is %v, %v", st, ok)
			}
			if n := len(st.Details()); n != 3 {
				t.Errorf("%d details", n)
			}
			if origin, remote := errctx.Origin(err); !remote || origin != "server" {
				t.Errorf("the origin is %q, %v", origin, remote)
			}
			if s := errgrpc.SourceOf(err); s != errgrpc.Server {
				t.Errorf("the source is %v", s)
			}
			if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
				t.Error("it matches the context's errors")
			}
			if got, want := err.Error(), "get: open blob: blob abc/3 is missing"; got != want {
				t.Errorf("%q, want %q", got, want)
			}
		})
	}
}

// A server that calls another one and passes its error on, with a layer or without.
func TestTwoHops(t *testing.T) {
	far, _ := serve(t, failing(func() error { return lost() }), newCodec(errgrpc.Origin("far")).ServerOptions(), newCodec().DialOptions())
	for _, tt := range []struct {
		name string
		pass func(error) error
		want []string
		line string
	}{
		{"as it is", func(err error) error { return err },
			[]string{"open blob @ far"}, "open blob: store.missing"},
		{"with a layer", func(err error) error { return errctx.Annotate(err, "ask far") },
			[]string{"ask far @ near", "open blob @ far"}, "ask far: open blob: store.missing"},
		{"as a handle", func(err error) error {
			w, _ := errctx.From[storeError](err)
			return errctx.Wrap(w, "ask far")
		}, []string{"ask far @ near", "open blob @ far"}, "ask far: open blob: store.missing"},
		{"in a text", func(err error) error { return fmt.Errorf("user ann: %w", err) },
			[]string{"open blob @ far"}, "open blob: store.missing"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			near, _ := serve(t, &handlers{unary: func(ctx context.Context, in string) (string, error) {
				_, err := get(ctx, far, in)
				return "", tt.pass(err)
			}}, newCodec(errgrpc.Origin("near")).ServerOptions(), newCodec().DialOptions())
			_, err := get(t.Context(), near, "in")
			w, ok := errctx.From[storeError](err)
			if !ok || status.Code(err) != codes.NotFound {
				t.Fatalf("%+v", err)
			}
			if diff := cmp.Diff(tt.want, layers(w)); diff != "" {
				t.Errorf("the layers (-want +got):\n%s", diff)
			}
			if got := status.Convert(err).Message(); got != tt.line {
				t.Errorf("the message is %q, want %q", got, tt.line)
			}
		})
	}
}

// A client that knows nothing of this package understands the standard details.
func TestForeignClient(t *testing.T) {
	conn, _ := serve(t, failing(func() error { return lost() }), newCodec().ServerOptions(), nil)
	_, err := get(t.Context(), conn, "in")
	st := status.Convert(err)
	want := []proto.Message{
		&errdetails.ErrorInfo{Reason: "STORE_MISSING", Domain: "store.test", Metadata: map[string]string{"tier": "disk"}},
		&errdetails.PreconditionFailure{Violations: []*errdetails.PreconditionFailure_Violation{{Type: "MISSING", Subject: "blobs/abc/3"}}},
	}
	for i, w := range want {
		if got := st.Details()[i].(proto.Message); !proto.Equal(w, got) {
			t.Errorf("detail %d is %v, want %v", i, got, w)
		}
	}
	if st.Code() != codes.NotFound || st.Message() != "open blob: store.missing" {
		t.Errorf("%v", st)
	}
}

// A server that knows nothing of this package: everything works that needs no envelope.
func TestForeignServer(t *testing.T) {
	plain, err := status.New(codes.NotFound, "no such object").WithDetails(&errdetails.ErrorInfo{Reason: "NO_SUCH_OBJECT", Domain: "foreign"})
	if err != nil {
		t.Fatal(err)
	}
	for name, sent := range map[string]*status.Status{"with details": plain, "without": status.New(codes.NotFound, "no such object")} {
		t.Run(name, func(t *testing.T) {
			far, _ := serve(t, failing(sent.Err), nil, newCodec().DialOptions())
			for name, call := range calls() {
				t.Run(name, func(t *testing.T) {
					err := call(t.Context(), far)
					st, ok := status.FromError(err)
					if !ok || !proto.Equal(sent.Proto(), st.Proto()) {
						t.Errorf("%v came as %v, %v", sent, st, ok)
					}
					if _, remote := errctx.Origin(err); !remote || errgrpc.SourceOf(err) != errgrpc.Server {
						t.Errorf("%+v is no server's", err)
					}
					if k, ok := errors.AsType[errctx.Kind](err); !ok || k.ErrorKind() != "grpc.not_found" {
						t.Errorf("the kind is %v", k)
					}
					if got, want := err.Error(), sent.Err().Error(); got != want {
						t.Errorf("%q, want %q", got, want)
					}
				})
			}
			near, _ := serve(t, &handlers{unary: func(ctx context.Context, in string) (string, error) {
				_, err := get(ctx, far, in)
				return "", errctx.Annotate(err, "ask far")
			}}, newCodec().ServerOptions(), newCodec().DialOptions())
			_, err := get(t.Context(), near, "in")
			st := status.Convert(err)
			if st.Code() != codes.NotFound || st.Message() != "ask far: no such object" {
				t.Errorf("passed on: %v", st)
			}
			if info, ok := st.Details()[0].(*errdetails.ErrorInfo); !ok || name == "with details" && info.Domain != "foreign" {
				t.Errorf("passed on: %v", st.Details())
			}
		})
	}
}

func TestStreamsEndWithEOF(t *testing.T) {
	h := &handlers{stream: func(s grpc.ServerStream) error {
		in := &wrapperspb.StringValue{}
		for {
			err := s.RecvMsg(in)
			if err == io.EOF {
				break
			}
			if err != nil {
				return err
			}
		}
		return s.SendMsg(wrapperspb.String("out"))
	}}
	conn, _ := serve(t, h, newCodec().ServerOptions(), newCodec().DialOptions())
	for _, k := range kinds {
		received, err := stream(t.Context(), conn, &k, 1)
		if k.ServerStreams && err != io.EOF || !k.ServerStreams && err != nil || len(received) != 1 {
			t.Errorf("%s: %v, %v", k.StreamName, received, err)
		}
	}
}

// Header returns no error of its own; what it waited for is found by RecvMsg.
func TestHeader(t *testing.T) {
	conn, _ := serve(t, failing(func() error { return lost() }), newCodec().ServerOptions(), newCodec().DialOptions())
	s, err := conn.NewStream(t.Context(), &kinds[2], service+"Bidi")
	if err != nil {
		t.Fatal(err)
	}
	if md, err := s.Header(); md != nil || err != nil {
		t.Errorf("%v, %v", md, err)
	}
	if _, ok := errctx.From[storeError](s.RecvMsg(&wrapperspb.StringValue{})); !ok {
		t.Error("the type is lost")
	}
	if err := s.SendMsg(wrapperspb.String("in")); err != io.EOF {
		t.Errorf("%v after the end", err)
	}
}

// What a handler returns as a status is the status.
func TestByHand(t *testing.T) {
	sent, err := status.New(codes.AlreadyExists, "there is one").WithDetails(wrapperspb.String("detail"))
	if err != nil {
		t.Fatal(err)
	}
	conn, _ := serve(t, failing(sent.Err), newCodec().ServerOptions(), newCodec().DialOptions())
	for name, call := range calls() {
		if got := status.Convert(call(t.Context(), conn)); !proto.Equal(sent.Proto(), got.Proto()) {
			t.Errorf("%s: %v, want %v", name, got, sent)
		}
	}
}

// Interceptors around the server's see the error with everything in it.
func TestInterceptorsAroundSeeTheError(t *testing.T) {
	var logged error
	around := grpc.ChainUnaryInterceptor(func(ctx context.Context, req any, _ *grpc.UnaryServerInfo, handle grpc.UnaryHandler) (any, error) {
		resp, err := handle(ctx, req)
		logged = err
		return resp, err
	})
	sent := error(lost())
	conn, _ := serve(t, failing(func() error { return sent }), append([]grpc.ServerOption{around}, newCodec().ServerOptions()...), nil)
	_, err := get(t.Context(), conn, "in")
	if _, ok := errctx.From[storeError](logged); !ok || status.Code(logged) != codes.NotFound || status.Code(err) != codes.NotFound {
		t.Errorf("logged %v, sent %v", logged, err)
	}
	sent = status.Error(codes.Aborted, "by hand")
	if _, err := get(t.Context(), conn, "in"); logged != sent || status.Code(err) != codes.Aborted {
		t.Errorf("logged %v, sent %v", logged, err)
	}
}

// The innermost interceptor of a client has the say.
func TestTwoCodecsOfAClient(t *testing.T) {
	outer := errgrpc.New(wire.NewRegistry())
	conn, _ := serve(t, failing(func() error { return lost() }), newCodec().ServerOptions(), append(outer.DialOptions(), newCodec().DialOptions()...))
	for name, call := range calls() {
		if _, ok := errctx.From[storeError](call(t.Context(), conn)); !ok {
			t.Errorf("%s: the type is lost", name)
		}
	}
}
