package engine_test

import (
	"context"
	"errors"
	"fmt"
	"syscall"
	"testing"

	"github.com/holdfast-go/holdfast/classify"
	"github.com/holdfast-go/holdfast/errctx"
	"github.com/holdfast-go/holdfast/errctx/wire"
	"github.com/holdfast-go/holdfast/executor/actioncache"
	"github.com/holdfast-go/holdfast/executor/cas"
	"github.com/holdfast-go/holdfast/executor/digest"
	"github.com/holdfast-go/holdfast/executor/engine"
	"github.com/holdfast-go/holdfast/executor/merkle"
	"github.com/holdfast-go/holdfast/executor/process"
	"github.com/holdfast-go/holdfast/executor/runner"
	"github.com/holdfast-go/holdfast/executor/sandbox"
)

// ways are the hops by which a fault of the store reaches the engine.
var ways = map[string]func(cas.StoreError) error{
	"lost among the inputs": func(e cas.StoreError) error {
		lost := []sandbox.Lost{{Path: "a", Err: errctx.Wrap(errctx.New(e, "link blob"), "materialise input")}}
		return step(&runner.MaterializeError{Cause: &sandbox.InputsLost{Lost: lost}})
	},
	"of the sandbox": func(e cas.StoreError) error {
		return step(&runner.MaterializeError{Cause: sandbox.StoreFault{StoreError: e}})
	},
	"of the input tree": func(e cas.StoreError) error {
		return step(&runner.MaterializeError{Cause: sandbox.TreeFault{WalkError: merkle.StoreFault{StoreError: e}}})
	},
	"of the captured files": func(e cas.StoreError) error { return step(&runner.StartError{Capture: e}) },
	"of capturing":          func(e cas.StoreError) error { return step(&runner.CaptureError{Cause: e}) },
	"of storing":            func(e cas.StoreError) error { return step(&runner.PersistError{Cause: e}) },
	"of caching": func(e cas.StoreError) error {
		return step(&runner.PersistError{Cache: actioncache.StoreFault{StoreError: e}})
	},
	"of looking up": func(e cas.StoreError) error {
		return errctx.New[engine.Error](engine.CacheFault{Cause: &runner.LookupError{Cause: actioncache.StoreFault{StoreError: e}}}, "look up")
	},
	"of a source file": func(e cas.StoreError) error {
		return errctx.New[engine.Error](engine.StoreFault{StoreError: e}, "store source file")
	},
	"of placing": func(e cas.StoreError) error {
		return errctx.New[engine.Error](engine.PlaceFault{Cause: sandbox.StoreFault{StoreError: e}}, "place")
	},
	"through plain code": func(e cas.StoreError) error {
		return fmt.Errorf("plug-in: %w", errctx.Annotate(errors.Join(errctx.New(e, "x")), "y"))
	},
}

func step(e runner.Error) error {
	return errctx.Wrap(errctx.New[engine.Error](engine.StepFault{Cause: e}, "run step"), "run plan")
}

// A fault of the store is the same value and has the same verdict whichever way it comes.
func TestTheVerdictDoesNotDependOnTheWay(t *testing.T) {
	d := digest.Of([]byte("x"))
	for _, tt := range []struct {
		fault cas.StoreError
		want  classify.Class
	}{
		{&cas.MissingDigest{Digest: d}, classify.Backtrack},
		{&cas.CorruptBlob{Digest: d}, classify.Backtrack},
		{&cas.TooLarge{Digest: d}, classify.Fail},
		{&cas.Unreadable{Path: "x", Err: syscall.ENOENT}, classify.Fail},
		{&cas.LinkRefused{Err: syscall.EXDEV}, classify.Fatal},
		{&cas.DiskFull{Err: syscall.ENOSPC}, classify.Fatal},
		{&cas.Denied{Err: syscall.EACCES}, classify.Fatal},
		{&cas.StoreIO{Err: syscall.EIO}, classify.Fatal},
		{&cas.Resource{Err: syscall.EMFILE}, classify.RetryHere},
	} {
		for way, make := range ways {
			err := make(tt.fault)
			if got, ok := errors.AsType[cas.StoreError](err); !ok || root(got) != tt.fault {
				t.Errorf("%T %s: arrived as %v", tt.fault, way, got)
			}
			v := engine.LocalExecutor().Classify(context.Background(), err)
			if v.Class != tt.want || v.Unknown {
				t.Errorf("%T %s: %s, want %s", tt.fault, way, v.Explain(), tt.want)
			}
			if tt.want == classify.Backtrack && (len(v.Keys) != 1 || v.Keys[0] != d) {
				t.Errorf("%T %s: keys %v", tt.fault, way, v.Keys)
			}
		}
	}
}

// root returns what a phase's fault carries.
func root(e cas.StoreError) cas.StoreError {
	for {
		inner, ok := errors.Unwrap(e).(cas.StoreError)
		if !ok {
			return e
		}
		e = inner
	}
}

func TestOtherVerdicts(t *testing.T) {
	gone, cancel := context.WithCancel(context.Background())
	cancel()
	for _, tt := range []struct {
		name string
		ctx  context.Context
		err  error
		want classify.Class
	}{
		{"no such command", context.Background(), step(&runner.StartError{Cause: &process.NotFound{}}), classify.Fail},
		{"a busy executable", context.Background(), step(&runner.StartError{Cause: &process.Busy{}}), classify.RetryHere},
		{"out of processes", context.Background(), step(&runner.StartError{Cause: &process.ResourceLimit{}}), classify.RetryHere},
		{"a lost process", context.Background(), step(&runner.WaitError{Cause: &process.Lost{}}), classify.Fatal},
		{"a killed process of a living requester", context.Background(), step(&runner.WaitError{Cancelled: errors.New("who?")}), classify.Fatal},
		{"a killed process of a requester who is gone", gone, step(&runner.WaitError{Cancelled: context.Canceled}), classify.Cancelled},
		{"exhausted: not to be repaired by what it was made of", context.Background(),
			&engine.BacktrackExhausted{Err: errctx.New[engine.Error](engine.StoreFault{StoreError: &cas.MissingDigest{}}, "x")}, classify.Fatal},
		{"a panic", context.Background(), &engine.Panic{Value: &cas.MissingDigest{}}, classify.Fatal},
		{"what another version knows", context.Background(), engine.Unknown{Unknown: &wire.Unknown{}}, classify.Fatal},
		{"what another version's store knows", context.Background(), step(&runner.CaptureError{Cause: cas.Unknown{Unknown: &wire.Unknown{}}}), classify.Fatal},
		{"what another version's runner knows", context.Background(), step(runner.Unknown{Unknown: &wire.Unknown{}}), classify.Fatal},
		{"nobody's error", context.Background(), errors.New("text says nothing: blob is missing"), classify.Fatal},
	} {
		if v := engine.LocalExecutor().Classify(tt.ctx, tt.err); v.Class != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, v.Explain(), tt.want)
		}
	}
}
