package errgrpc_test

import (
	"context"
	"fmt"
	"net"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/status"

	"github.com/holdfast-go/holdfast/errctx"
	"github.com/holdfast-go/holdfast/errctx/errgrpc"
	"github.com/holdfast-go/holdfast/errctx/wire"
)

// What both programs know: the sum and how it travels.
type (
	BlobError interface {
		errctx.Kind
		blobError()
	}
	Missing     struct{ Digest string }
	UnknownBlob struct{ *wire.Unknown }
)

func (*Missing) blobError()        {}
func (*Missing) ErrorKind() string { return "blob.missing" }
func (m *Missing) Error() string   { return "there is no blob " + m.Digest }
func (UnknownBlob) blobError()     {}

var Statuses = errgrpc.New(
	wire.NewRegistry(wire.NewSum(func(u *wire.Unknown) BlobError { return UnknownBlob{u} }, nil,
		wire.Fields[BlobError, *Missing]("blob.missing"))),
	errgrpc.Domain("blobs.example.com"),
	errgrpc.Codes(map[string]codes.Code{"blob.missing": codes.NotFound}))

// The server returns its errors as they are.
type blobs struct {
	grpc_health_v1.UnimplementedHealthServer
}

func (blobs) Check(context.Context, *grpc_health_v1.HealthCheckRequest) (*grpc_health_v1.HealthCheckResponse, error) {
	return nil, errctx.New[BlobError](&Missing{"abc123"}, "open blob")
}

// The client decides by type, as if there were no connection in between.
func Example() {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	server := grpc.NewServer(Statuses.ServerOptions()...)
	grpc_health_v1.RegisterHealthServer(server, blobs{})
	defer server.Stop()
	go func() { _ = server.Serve(l) }()

	conn, err := grpc.NewClient(l.Addr().String(), append(Statuses.DialOptions(),
		grpc.WithTransportCredentials(insecure.NewCredentials()))...)
	if err != nil {
		panic(err)
	}
	defer func() { _ = conn.Close() }()
	_, err = grpc_health_v1.NewHealthClient(conn).Check(context.Background(), nil)
	err = errctx.Annotate(err, "ask the store")

	if w, ok := errctx.From[BlobError](err); ok {
		switch e := w.Root().(type) {
		case *Missing:
			fmt.Println("build again:", e.Digest)
		case UnknownBlob:
			fmt.Println("ask somebody newer:", e.ErrorKind())
		}
	}
	fmt.Println(err)
	fmt.Println(status.Code(err), "says the", errgrpc.SourceOf(err))
	// Output:
	// build again: abc123
	// ask the store: open blob: there is no blob abc123
	// NotFound says the server
}
