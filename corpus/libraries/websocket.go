package libraries

import (
	"github.com/gorilla/websocket"

	"github.com/holdfast-go/holdfast/classify"
)

// WebSocket is for github.com/gorilla/websocket: by the code that a connection was closed with. A peer that
// closes normally leaves whoever still waits for it interrupted; that its work was done its caller knows.
var WebSocket = []classify.Pack{
	one("websocket", "close code", func(e *websocket.CloseError) classify.Finding { return closeCode(e.Code) }),
	{Name: "websocket client", Rules: sentinels(websocketValues)},
}

var closeCode = closeCodes.index()

var closeCodes = table[int]{
	{1000, interrupted, "RFC 6455, 7.4.1: normal closure"},
	{1001, unavailable, "RFC 6455, 7.4.1: going away"},
	{1002, misconfigured, "RFC 6455, 7.4.1: protocol error"},
	{1003, invalid, "RFC 6455, 7.4.1: unsupported data"},
	{1005, unsure(interrupted), "RFC 6455, 7.4.1: closed without a code"},
	{1006, unsure(interrupted), "RFC 6455, 7.4.1: abnormal closure"},
	{1007, invalid, "RFC 6455, 7.4.1: not the data that it says to be"},
	{1008, denied, "RFC 6455, 7.4.1: violates the peer's policy"},
	{1009, invalid, "RFC 6455, 7.4.1: too big"},
	{1010, misconfigured, "RFC 6455, 7.4.1: mandatory extension"},
	{1011, unsure(unavailable), "RFC 6455, 7.4.1: internal error"},
	{1012, unavailable, "IANA, WebSocket Close Code: service restart"},
	{1013, throttled, "IANA, WebSocket Close Code: try again later"},
	{1014, unavailable, "IANA, WebSocket Close Code: bad gateway"},
	{1015, misconfigured, "RFC 6455, 7.4.1: TLS handshake"},
	{3000, misconfigured, "IANA, WebSocket Close Code: unauthorized"},
	{3003, denied, "IANA, WebSocket Close Code: forbidden"},
	{3008, timeout, "IANA, WebSocket Close Code: timeout"},
}

var websocketValues = table[error]{
	{websocket.ErrBadHandshake, misconfigured, "websocket: ErrBadHandshake; the response beside it says more"},
	{websocket.ErrCloseSent, interrupted, "websocket: ErrCloseSent, after the close of the peer was answered"},
	{websocket.ErrReadLimit, invalid, "websocket: ErrReadLimit, a message too big for us"},
}
