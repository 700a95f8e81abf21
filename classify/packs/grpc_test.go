package packs

import (
	"errors"
	"testing"
	"time"

	"github.com/holdfast-go/holdfast/classify"
)

// A status and its error, as they look in gRPC.
type (
	fakeCode   uint32
	fakeStatus struct {
		code    fakeCode
		details []any
	}
	callFake  struct{ status *fakeStatus }
	otherFake struct{ status *otherStatus }

	otherStatus struct{ fakeStatus }
)

func (s *fakeStatus) Code() fakeCode {
	if s == nil {
		return 0
	}
	return s.code
}

func (s *fakeStatus) Details() []any {
	if s == nil {
		return nil
	}
	return s.details
}

func (e *callFake) Error() string           { return "rpc error" }
func (e *callFake) GRPCStatus() *fakeStatus { return e.status }
func (e *callFake) Is(target error) bool    { return target == error(e) }

func (e *otherFake) Error() string            { return "rpc error" }
func (e *otherFake) GRPCStatus() *otherStatus { return e.status }

// As in google.rpc.
type (
	retryInfoFake struct{ delay *durationFake }
	durationFake  struct{ d time.Duration }
	quotaFake     struct{}
)

func (r *retryInfoFake) GetRetryDelay() *durationFake { return r.delay }
func (d *durationFake) AsDuration() time.Duration {
	if d == nil {
		return 0
	}
	return d.d
}

func call(code fakeCode, details ...any) error { return &callFake{&fakeStatus{code, details}} }

func TestGRPC(t *testing.T) {
	own := []classify.Pack{GRPC[*fakeStatus]()}
	for c := range fakeCode(20) {
		want := grpcCodes[uint32(c)]
		if (want.Kind == none) != (c == 0 || c > 16) {
			t.Errorf("code %d means %s", c, want.Kind)
		}
		check(t, own, tell{"code", call(c), want})
	}
	delay := &retryInfoFake{&durationFake{3 * time.Second}}
	check(t, own,
		tell{"a quota", call(8, quotaFake{}, delay), classify.Finding{Kind: throttled, After: 3 * time.Second}},
		tell{"a server that comes back", call(14, errors.New("?"), nil, delay), classify.Finding{Kind: unavailable, After: 3 * time.Second, OutcomeUnknown: true}},
		sure("a delay that is none", call(8, &retryInfoFake{}), exhausted),
		sure("a delay in the past", call(8, &retryInfoFake{&durationFake{-1}}), exhausted),
		sure("a delay where no retry helps", call(3, delay), invalid),
		sure("no status", &callFake{}, none),
		sure("a status of another library", &otherFake{&otherStatus{fakeStatus{code: 3}}}, none),
	)
	// Two libraries at one edge, each with its status.
	check(t, []classify.Pack{GRPC[*fakeStatus](), GRPC[*otherStatus]()}, sure("the other one", &otherFake{&otherStatus{fakeStatus{code: 3}}}, invalid))
}
