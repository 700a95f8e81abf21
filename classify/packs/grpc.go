package packs

import (
	"reflect"
	"time"

	"github.com/holdfast-go/holdfast/classify"
)

// GRPC is for the status of a call, as the method GRPCStatus gives it. It asks for the type of
// the status, so that this package needs no import of gRPC; the caller has one:
//
//	packs.GRPC[*status.Status]()
//
// A RetryInfo among the details sets After.
//
// Unknown is like Internal: the handler on the other side returned an error that has no code. And
// Cancelled is an exchange that the other side cut off: where it was our own requester who gave
// up, the verdict does not depend on the error.
//
// Violations of a FailedPrecondition are the service's own, and so is what they mean.
func GRPC[S interface {
	Code() C
	Details() []any
}, C ~uint32]() classify.Pack {
	t := grpcTable
	t.rules = []classify.Rule{
		classify.KindFunc("GRPCStatus()", func(e interface {
			error
			GRPCStatus() S
		}) classify.Finding {
			status := e.GRPCStatus()
			f := grpcCodes.find(uint32(status.Code()))
			switch f.Kind {
			case unavailable, exhausted, conflict, timeout:
				f.After = retryInfo(status.Details())
			}
			if f.Kind == exhausted && f.After > 0 {
				f.Kind = throttled
			}
			return f
		}),
	}
	return t.pack()
}

var grpcTable = table{
	name: "grpc",
	rows: append(grpcRows, code("RESOURCE_EXHAUSTED with RetryInfo", throttled, "google.rpc.RetryInfo; AIP-194")),
}

const grpcDoc = "gRPC, Status codes and their use"

var grpcCodes, grpcRows = indexed(
	keyed[uint32]{1, unsure("CANCELLED (1)", interrupted, grpcDoc)},
	keyed[uint32]{2, unsure("UNKNOWN (2)", unavailable, grpcDoc+"; the library says so of a plain error of a handler")},
	keyed[uint32]{3, code("INVALID_ARGUMENT (3)", invalid, grpcDoc)},
	keyed[uint32]{4, unsure("DEADLINE_EXCEEDED (4)", timeout, grpcDoc)},
	keyed[uint32]{5, code("NOT_FOUND (5)", missing, grpcDoc)},
	keyed[uint32]{6, code("ALREADY_EXISTS (6)", exists, grpcDoc)},
	keyed[uint32]{7, code("PERMISSION_DENIED (7)", denied, grpcDoc)},
	keyed[uint32]{8, code("RESOURCE_EXHAUSTED (8)", exhausted, grpcDoc)},
	keyed[uint32]{9, code("FAILED_PRECONDITION (9)", misconfigured, grpcDoc+": not until the state of the system is fixed")},
	keyed[uint32]{10, code("ABORTED (10)", conflict, grpcDoc)},
	keyed[uint32]{11, code("OUT_OF_RANGE (11)", invalid, grpcDoc)},
	keyed[uint32]{12, code("UNIMPLEMENTED (12)", misconfigured, grpcDoc)},
	keyed[uint32]{13, unsure("INTERNAL (13)", unavailable, grpcDoc+"; the library says so of broken streams")},
	keyed[uint32]{14, unsure("UNAVAILABLE (14)", unavailable, grpcDoc+": not always safe to retry what is not idempotent")},
	keyed[uint32]{15, code("DATA_LOSS (15)", corrupt, grpcDoc)},
	keyed[uint32]{16, code("UNAUTHENTICATED (16)", misconfigured, grpcDoc)},
)

// retryInfo returns the delay of the google.rpc.RetryInfo among details.
func retryInfo(details []any) time.Duration {
	for _, d := range details {
		if d == nil {
			continue
		}
		m := reflect.ValueOf(d).MethodByName("GetRetryDelay")
		if !m.IsValid() || m.Type().NumIn() != 0 || m.Type().NumOut() != 1 {
			continue
		}
		if delay, ok := m.Call(nil)[0].Interface().(interface{ AsDuration() time.Duration }); ok {
			return max(0, delay.AsDuration())
		}
	}
	return 0
}
