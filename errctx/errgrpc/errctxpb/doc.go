// Package errctxpb is the protobuf form of an error: see envelope.proto.
package errctxpb
