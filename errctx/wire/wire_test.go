package wire_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"strings"
	"syscall"
	"testing"

	"github.com/holdfast-go/holdfast/errctx"
	"github.com/holdfast-go/holdfast/errctx/wire"
	"github.com/holdfast-go/holdfast/errctx/wire/wiretest"
)

// A small sealed sum, as a package of users would declare it.
type storeError interface {
	errctx.Kind
	storeError()
}

type storeErr = errctx.WithContext[storeError]

type missing struct {
	Digest string
	Size   int64
}

type full struct {
	Path string `errctx:"private"`
	Need uint64
	Err  error
}

type unknownStore struct{ *wire.Unknown }

func (*missing) storeError()     {}
func (*full) storeError()        {}
func (unknownStore) storeError() {}

func (*missing) ErrorKind() string { return "store.missing" }
func (*full) ErrorKind() string    { return "store.full" }

func (e *missing) Error() string { return fmt.Sprintf("blob %s/%d is missing", e.Digest, e.Size) }
func (e *full) Error() string    { return fmt.Sprintf("disk is full, %d bytes needed: %v", e.Need, e.Err) }
func (e *full) Unwrap() error    { return e.Err }

func unknownStoreError(u *wire.Unknown) storeError { return unknownStore{u} }

var storeWire = wire.NewSum(unknownStoreError, nil,
	wire.Fields[storeError, *missing]("store.missing", "store.gone"),
	wire.Fields[storeError, *full]("store.full"),
)

// The next phase's sum has errors of the lower one in its fields, in every shape.
type phaseError interface {
	errctx.Kind
	phaseError()
}

type lost struct {
	Path string
	Err  storeErr
}

type inputsLost struct{ Lost []lost }
type inputFault struct{ storeError }
type exhausted struct {
	Attempts int
	Last     errctx.WithContext[phaseError]
}
type surprise struct {
	Value any
	Kind  errctx.Kind
}
type unknownPhase struct{ *wire.Unknown }

func (*inputsLost) phaseError()  {}
func (inputFault) phaseError()   {}
func (*exhausted) phaseError()   {}
func (*surprise) phaseError()    {}
func (unknownPhase) phaseError() {}

func (*inputsLost) ErrorKind() string { return "phase.inputs_lost" }
func (*exhausted) ErrorKind() string  { return "phase.exhausted" }
func (*surprise) ErrorKind() string   { return "phase.surprise" }

func (e *inputsLost) Error() string { return fmt.Sprintf("%d inputs lost: %v", len(e.Lost), e.Lost[0].Err) }
func (e *exhausted) Error() string  { return fmt.Sprintf("gave up after %d: %v", e.Attempts, e.Last) }
func (e *surprise) Error() string   { return fmt.Sprintf("surprise: %v, %v", e.Value, e.Kind) }
func (e inputFault) Unwrap() error  { return e.storeErrorValue() }

func (e inputFault) storeErrorValue() storeError { return e.storeError }

func (e *inputsLost) Unwrap() []error {
	errs := make([]error, len(e.Lost))
	for i, l := range e.Lost {
		errs[i] = l.Err
	}
	return errs
}

func TestEnvelopeOfADeepChain(t *testing.T) {
	_ = slog.Any
	_ = json.Valid
	_ = syscall.ENOSPC
	_ = strings.Join
	_ = errors.Is
	_ = fs.ErrExist
	w := errctx.New[storeError](&missing{"abc", 3}, "open blob")
	for range 9 {
		w = errctx.Wrap(w, "layer")
	}
	data := storeWire.Encode(w)
	t.Logf("%d %s", len(data), data)
	back, bad := storeWire.Decode(data)
	if bad != nil {
		t.Fatal(bad)
	}
	t.Logf("%+v", back)
	wiretest.Complete(t, storeWire, ".")
	wiretest.RoundTrip(t, storeWire, storeError(&missing{"a", 1}), storeError(&full{"", 3, syscall.ENOSPC}))
}

func BenchmarkRoundTrip(b *testing.B) {
	w := errctx.New[storeError](&missing{"abc", 3}, "open blob")
	for range 9 {
		w = errctx.Wrap(w, "layer")
	}
	data := storeWire.Encode(w)
	b.Run("encode", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			storeWire.Encode(w)
		}
	})
	b.Run("decode", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			storeWire.Decode(data)
		}
	})
}
