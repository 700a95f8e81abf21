package engine_test

import (
	"bytes"
	"errors"
	"log/slog"
	"os"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/holdfast-go/holdfast/classify"
	"github.com/holdfast-go/holdfast/errctx"
	"github.com/holdfast-go/holdfast/errctx/wire"
	"github.com/holdfast-go/holdfast/errctx/wire/wiretest"
	"github.com/holdfast-go/holdfast/executor/action"
	"github.com/holdfast-go/holdfast/executor/actioncache"
	"github.com/holdfast-go/holdfast/executor/cas"
	"github.com/holdfast-go/holdfast/executor/digest"
	"github.com/holdfast-go/holdfast/executor/engine"
	"github.com/holdfast-go/holdfast/executor/merkle"
	"github.com/holdfast-go/holdfast/executor/process"
	"github.com/holdfast-go/holdfast/executor/runner"
	"github.com/holdfast-go/holdfast/executor/sandbox"
)

// travellers has every variant of the sum, and beneath them those of the sums that it carries.
func travellers() []engine.Error {
	missing := errctx.Restore[cas.StoreError](&cas.MissingDigest{Digest: digest.Empty, Where: "disk"}, "",
		errctx.Record{Message: "link blob", Function: "disk.(*Store).Link", File: "link.go", Line: 42})
	lost := &sandbox.InputsLost{Lost: []sandbox.Lost{{Path: "a", Err: missing}}}
	malformed := &action.Malformed{Field: "command.arguments", Name: "x", Reason: "a NUL byte"}
	seen := errctx.Restore[engine.Error](engine.StepFault{Cause: &runner.MaterializeError{Cause: lost}}, "",
		errctx.Record{Message: "run step", Attrs: []slog.Attr{errctx.Safe(slog.String("step", "link"))}})
	return []engine.Error{
		engine.StepFault{Cause: &runner.StartError{Cause: &process.ResourceLimit{Op: "fork/exec", Err: syscall.EAGAIN}}},
		engine.StoreFault{StoreError: &cas.DiskFull{Path: "/p", Need: 3, Free: 2, Err: syscall.ENOSPC}},
		engine.PlaceFault{Cause: lost},
		engine.CacheFault{Cause: &runner.LookupError{Cause: actioncache.StoreFault{StoreError: &cas.StoreIO{Op: "read", Path: "/p", Err: syscall.EIO}}}},
		engine.TreeFault{WalkError: &merkle.Malformed{Digest: digest.Empty, Path: "a", Reason: "not sorted"}},
		engine.InputConflict{BuildError: &merkle.BadPath{Path: "..", Reason: "not a name"}},
		&engine.MalformedStep{Err: malformed},
		&engine.MalformedBlob{Message: malformed},
		&engine.MalformedBlob{Tree: &merkle.TooLarge{Path: "a", What: "entries", Limit: 3}},
		&engine.InputAbsent{Step: "link", Producer: "compile", Path: "a/b"},
		&engine.InputChanged{Path: "a", Want: digest.Empty},
		&engine.UnrecoverableDigest{Digest: digest.Empty, Consumer: "link", Searched: "everywhere", Err: seen},
		&engine.BacktrackExhausted{Digest: digest.Empty, Producer: "compile", Consumers: []string{"link", "link"}, Attempts: 2, Err: seen},
		&engine.RetryExhausted{Step: "link", Attempts: 4, Err: seen},
		&engine.UnknownStep{Name: "lonk", Hint: "did you mean link?"},
		&engine.NotBuilt{Step: "compile", Key: digest.Empty},
		&engine.Cancelled{Cause: errors.New("the user has had enough")},
		&engine.Panic{Value: "index out of range", Stack: []byte("goroutine 1 [running]")},
	}
}

func TestWire(t *testing.T) {
	wiretest.Complete(t, engine.Wire, ".")
	wiretest.RoundTrip(t, engine.Wire, travellers()...)
}

// Logs of runs outlive the program that wrote them. What stands in the file is never updated by hand: lines are added.
func TestWireReadsWhatEarlierVersionsWrote(t *testing.T) {
	const file = "testdata/wire.jsonl"
	var now bytes.Buffer
	for _, e := range travellers() {
		now.Write(append(engine.Wire.Encode(errctx.Restore(e, ""), wire.Trusted()), '\n'))
	}
	if os.Getenv("HOLDFAST_UPDATE") != "" {
		if err := os.WriteFile(file, now.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	then, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Split(string(then), "\n"), strings.Split(now.String(), "\n")); diff != "" {
		t.Errorf("the form has changed (-want +got)\n%s", diff)
	}
	want := travellers()
	for i, line := range bytes.Split(bytes.TrimSpace(then), []byte("\n")) {
		got, bad := engine.Wire.Decode(line)
		if bad != nil || got.Error() != want[i].Error() {
			t.Errorf("%s\nis %v (%v), want %v", line, got, bad, want[i])
		}
	}
}

// What arrives is found by its type at any depth, and a name that is not known here is nobody's guess.
func TestWhatArrives(t *testing.T) {
	for _, sent := range travellers() {
		got, bad := engine.Wire.Decode(engine.Wire.Encode(errctx.New(sent, "send"), wire.Trusted(), wire.Class("fatal")))
		if bad != nil {
			t.Fatal(bad)
		}
		_, was := errors.AsType[cas.StoreError](sent)
		if _, is := errors.AsType[cas.StoreError](got); was != is {
			t.Errorf("%T: an error of the store is in it: %v, and was: %v", sent, is, was)
		}
		if _, is := errors.AsType[syscall.Errno](got); is {
			t.Errorf("%T: an errno of another machine counts as one of ours", sent)
		}
	}
	newer := []byte(`{"v":1,"kind":"engine.step_fault","payload":{"Cause":{"v":1,"kind":"runner.teleport","payload":{"To":"builder-7"}}}}`)
	got, bad := engine.Wire.Decode(newer)
	if bad != nil {
		t.Fatal(bad)
	}
	if u, ok := errors.AsType[runner.Unknown](got); !ok || u.ErrorKind() != "runner.teleport" {
		t.Errorf("got %+v", got)
	}
	if v := engine.LocalExecutor().Classify(t.Context(), got); v.Class != classify.Fatal {
		t.Errorf("what nobody here knows is %s", v.Explain())
	}
	if again := engine.Wire.Encode(got); !bytes.Equal(again, newer) {
		t.Errorf("got   %s\nsent on %s", newer, again)
	}
}
