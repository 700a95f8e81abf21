package libraries

import (
	"go.etcd.io/etcd/api/v3/v3rpc/rpctypes"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/holdfast-go/holdfast/classify"
	"github.com/holdfast-go/holdfast/classify/packs"
)

// Etcd is for the client of etcd: by the value, where it says more than its code, and else by that. What
// the client has no value for it returns as the status that it is.
var Etcd = []classify.Pack{
	one("etcd", "rpctypes", func(e rpctypes.EtcdError) classify.Finding {
		if f := etcdValue(e); f.Kind != classify.NoKind {
			return f
		}
		return etcdCode(e.Code())
	}),
	packs.GRPC[*status.Status](),
}

var (
	etcdValue = etcdValues.index()
	etcdCode  = etcdCodes.index()
)

var etcdValues = table[error]{
	{rpctypes.ErrLeaderChanged, conflict, "etcd, server/etcdserver: a read waited for an index, and an election came between"},
	{rpctypes.ErrCompacted, conflict, "etcd, API guarantees: read again from a newer revision"},
	{rpctypes.ErrAuthOldRevision, conflict, "etcd, Authentication design: the client fetches a new token"},
	{rpctypes.ErrTimeout, unsure(timeout), "etcd, API guarantees: a timeout may have been applied"},
	{rpctypes.ErrTimeoutDueToLeaderFail, unsure(timeout), "etcd, API guarantees"},
	{rpctypes.ErrTimeoutDueToConnectionLost, unsure(timeout), "etcd, API guarantees"},
	{rpctypes.ErrTooManyRequests, throttled, "etcd, server/etcdserver: apply is behind commit"},
	{rpctypes.ErrLeaseNotFound, interrupted, "etcd, Lease API: it expired, and with it the session that it kept"},
	{rpctypes.ErrLeaseExist, exists, "etcd, Lease API"},
	{rpctypes.ErrMemberExist, exists, "etcd, Cluster API"},
	{rpctypes.ErrUserAlreadyExist, exists, "etcd, Auth API"},
	{rpctypes.ErrRoleAlreadyExist, exists, "etcd, Auth API"},
	{rpctypes.ErrAuthFailed, misconfigured, "etcd, Auth API: user or password, whatever the code INVALID_ARGUMENT says"},
}

// What a server says, with the code that it says it by.
var etcdCodes = table[codes.Code]{
	{codes.InvalidArgument, invalid, "rpctypes: ErrGRPCRequestTooLarge and others"},
	{codes.OutOfRange, invalid, "rpctypes: ErrGRPCFutureRev, ErrGRPCLeaseTTLTooLarge"},
	{codes.NotFound, missing, "rpctypes: ErrGRPCMemberNotFound"},
	{codes.PermissionDenied, denied, "rpctypes: ErrGRPCPermissionDenied"},
	{codes.ResourceExhausted, exhausted, "rpctypes: ErrGRPCNoSpace"},
	{codes.FailedPrecondition, misconfigured, "rpctypes: ErrGRPCClusterIDMismatch and others"},
	{codes.Unavailable, unsure(unavailable), "rpctypes: ErrGRPCNoLeader, ErrGRPCStopped, ErrGRPCUnhealthy"},
	{codes.DataLoss, corrupt, "rpctypes: ErrGRPCCorrupt"},
	{codes.Unauthenticated, misconfigured, "rpctypes: ErrGRPCInvalidAuthToken"},
}
