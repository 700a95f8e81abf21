// Package status makes errors for the wire.
package status

import (
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

func statuses(name string, err error) error {
	switch name {
	case "a":
		return status.Error(codes.Internal, err.Error()) // want `a status has only the text of err`
	case "b":
		return status.Errorf(codes.Internal, "x: %v", err) // want `a status has only the text of err`
	case "c":
		return status.New(codes.Internal, err.Error()).Err() // want `a status has only the text of err`
	case "d":
		return status.Error(codes.Internal, "x")
	}
	return nil
}
