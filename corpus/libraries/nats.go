package libraries

import (
	"github.com/nats-io/nats.go"

	"github.com/holdfast-go/holdfast/classify"
)

// NATS is for github.com/nats-io/nats.go, which has a value for everything that it says. What the
// server says compares itself to them, by its method Is.
var NATS = []classify.Pack{{Name: "nats", Rules: sentinels(natsValues)}}

var natsValues = table[error]{
	{nats.ErrNoServers, unavailable, "nats: ErrNoServers"},
	{nats.ErrDisconnected, unavailable, "nats: ErrDisconnected"},
	{nats.ErrConnectionReconnecting, unavailable, "nats: ErrConnectionReconnecting"},
	{nats.ErrStaleConnection, unsure(interrupted), "nats: ErrStaleConnection, pings were not answered"},
	{nats.ErrTimeout, unsure(timeout), "nats: ErrTimeout; it is no net.Error"},
	{nats.ErrNoResponders, timeout, "NATS, Request-Reply: nobody is there yet, and the server says so before the time is up"},
	{nats.ErrDrainTimeout, timeout, "nats: ErrDrainTimeout"},
	{nats.ErrSlowConsumer, exhausted, "nats: ErrSlowConsumer, messages were dropped"},
	{nats.ErrReconnectBufExceeded, exhausted, "nats: ErrReconnectBufExceeded"},
	{nats.ErrMaxConnectionsExceeded, exhausted, "nats: ErrMaxConnectionsExceeded"},
	{nats.ErrMaxAccountConnectionsExceeded, exhausted, "nats: ErrMaxAccountConnectionsExceeded"},
	{nats.ErrMaxSubscriptionsExceeded, exhausted, "nats: ErrMaxSubscriptionsExceeded"},

	{nats.ErrMaxPayload, invalid, "nats: ErrMaxPayload"},
	{nats.ErrBadHeaderMsg, invalid, "nats: ErrBadHeaderMsg"},
	{nats.ErrBadSubject, bug, "nats: ErrBadSubject"},
	{nats.ErrBadSubscription, bug, "nats: ErrBadSubscription, used after its end"},
	{nats.ErrInvalidConnection, bug, "nats: ErrInvalidConnection, nil"},
	{nats.ErrInvalidMsg, bug, "nats: ErrInvalidMsg, nil"},
	{nats.ErrInvalidArg, bug, "nats: ErrInvalidArg"},

	{nats.ErrAuthorization, misconfigured, "nats: ErrAuthorization"},
	{nats.ErrAuthExpired, misconfigured, "nats: ErrAuthExpired"},
	{nats.ErrAuthRevoked, misconfigured, "nats: ErrAuthRevoked"},
	{nats.ErrSecureConnRequired, misconfigured, "nats: ErrSecureConnRequired"},
	{nats.ErrSecureConnWanted, misconfigured, "nats: ErrSecureConnWanted"},
	{nats.ErrHeadersNotSupported, misconfigured, "nats: ErrHeadersNotSupported"},
	{nats.ErrPermissionViolation, denied, "nats: ErrPermissionViolation"},
	{nats.ErrConnectionClosed, stopped, "nats: ErrConnectionClosed, closed by this program or given up by the client"},
	{nats.ErrConnectionDraining, stopped, "nats: ErrConnectionDraining, by this program"},
}
