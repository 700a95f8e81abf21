// Package errgrpc carries errors over gRPC, and brings their static type back.
//
// An error becomes a google.rpc.Status that every gRPC client understands: a code, a message
// of constant text, the standard details, and last an envelope with the error itself for
// those who know this package.
//
//	var Statuses = errgrpc.New(wire.NewRegistry(storeWire),
//		errgrpc.Domain("store.example.com"),
//		errgrpc.Codes(map[string]codes.Code{"store.missing": codes.NotFound}))
//
//	server := grpc.NewServer(Statuses.ServerOptions()...)
//	conn, err := grpc.NewClient(addr, append(Statuses.DialOptions(), creds)...)
//
// Which function do I call?
//
//	a server, a client                            ServerOptions, DialOptions
//	interceptors in an order of my own            UnaryServer, StreamServer, UnaryClient, StreamClient
//	a status in a message, not of a call          ToStatus, FromStatus
//	the error's type, with its layers             errctx.From[StoreError](err)
//	one variant of it                             errors.AsType[*MissingDigest](err)
//	code, message and details                     status.FromError(err), status.Code(err)
//	did my own context end the call?              errors.Is(err, context.Canceled), or DeadlineExceeded
//	did the server say so, or my side of it?      SourceOf(err)
//	clients that take no details but their own    Only
//
// Promises:
//
//   - What a client gets is an [*Error]: all of the above works on it, and io.EOF stays io.EOF.
//   - The code is what the first of these says, from the outside in: a status that the error carries,
//     its kind in the table, context.Canceled and context.DeadlineExceeded. Else it is Unknown. An
//     error that is not nil never becomes OK.
//   - A status that a handler makes by hand is sent as it is. One that came from another server
//     is passed on byte for byte, with what neither side knows of it; layers that
//     were added to it are sent, its code and details stay.
//   - Private values, the texts of roots and of dynamic wrappers stay at home unless the peer
//     is [Trusted]; secrets always do. Fields of declared variants travel, as in package wire.
//   - A server's Canceled or DeadlineExceeded never matches the context package's errors unless
//     the caller's own context ended: who is asked for the result decides whether it is still wanted.
//   - What may be left out of a status is left out so that it fits into [MaxStatus].
//   - A status with an envelope that makes no sense is a status without one. Nothing that a peer
//     sends causes a panic.
package errgrpc
