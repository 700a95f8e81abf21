package provoke

import (
	"context"
	"net"
	"time"

	"go.etcd.io/etcd/api/v3/etcdserverpb"
	"go.etcd.io/etcd/api/v3/v3rpc/rpctypes"
	clientv3 "go.etcd.io/etcd/client/v3"
	"go.uber.org/zap"
	"google.golang.org/grpc"
)

// etcd returns a client for the server at addr.
func (e *Env) etcd(ctx context.Context, addr string) *clientv3.Client {
	c := must(clientv3.New(clientv3.Config{Endpoints: []string{addr}, Context: ctx, Logger: zap.NewNop(), DialTimeout: time.Second}))
	e.cleanup(func() { _ = c.Close() })
	return c
}

// etcdAnswer is what a client gets when the server refuses a put with err.
func etcdAnswer(err error) provocation {
	return func(ctx context.Context, e *Env) error {
		addr, _ := e.rpc(func(_ any, s grpc.ServerStream) error {
			if err := s.RecvMsg(new(etcdserverpb.PutRequest)); err != nil {
				return err
			}
			return err
		})
		ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
		defer cancel()
		_, err := e.etcd(ctx, addr).Put(ctx, "k", "v")
		return err
	}
}

var etcdRows = map[string]provocation{
	"etcd-permission-denied": etcdAnswer(rpctypes.ErrGRPCPermissionDenied),
	"etcd-auth-failed":       etcdAnswer(rpctypes.ErrGRPCAuthFailed),
	"etcd-no-space":          etcdAnswer(rpctypes.ErrGRPCNoSpace),
	"etcd-timeout":           etcdAnswer(rpctypes.ErrGRPCTimeout),
	"etcd-lease-not-found":   etcdAnswer(rpctypes.ErrGRPCLeaseNotFound),
	"etcd-compacted":         etcdAnswer(rpctypes.ErrGRPCCompacted),
	"etcd-request-too-large": etcdAnswer(rpctypes.ErrGRPCRequestTooLarge),
	"etcd-leader-changed":    etcdAnswer(rpctypes.ErrGRPCLeaderChanged),
	"etcd-silent": func(ctx context.Context, e *Env) error {
		ctx, cancel := context.WithTimeout(ctx, 100*time.Millisecond)
		defer cancel()
		_, err := e.etcd(context.WithoutCancel(ctx), e.serve(func(c net.Conn) { hold(c) })).Put(ctx, "k", "v")
		return err
	},
}
