package wire_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"slices"
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
type inputFault struct{ Cause storeError }
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
func (inputFault) ErrorKind() string  { return "phase.input_fault" }
func (*exhausted) ErrorKind() string  { return "phase.exhausted" }
func (*surprise) ErrorKind() string   { return "phase.surprise" }

func (e *inputsLost) Error() string { return fmt.Sprintf("%d inputs lost: %v", len(e.Lost), e.Lost) }
func (e inputFault) Error() string  { return e.Cause.Error() }
func (e *exhausted) Error() string  { return fmt.Sprintf("gave up after %d: %v", e.Attempts, e.Last) }
func (e *surprise) Error() string   { return fmt.Sprintf("surprise: %v, %v", e.Value, e.Kind) }
func (e inputFault) Unwrap() error  { return e.Cause }

func (e *inputsLost) Unwrap() []error {
	errs := make([]error, len(e.Lost))
	for i, l := range e.Lost {
		errs[i] = l.Err
	}
	return errs
}

func unknownPhaseError(u *wire.Unknown) phaseError { return unknownPhase{u} }

var phaseWire = wire.NewSum(unknownPhaseError, wire.Lower{storeWire},
	wire.Fields[phaseError, *inputsLost]("phase.inputs_lost"),
	wire.Fields[phaseError, inputFault]("phase.input_fault"),
	wire.Fields[phaseError, *exhausted]("phase.exhausted"),
	wire.Fields[phaseError, *surprise]("phase.surprise"),
)

func gone(digest string) storeErr {
	return errctx.New[storeError](&missing{digest, 3}, "open blob", slog.Any("digest", digest))
}

func decode[E errctx.Kind](t *testing.T, sum *wire.Sum[E], data []byte) errctx.WithContext[E] {
	t.Helper()
	w, bad := sum.Decode(data)
	if bad != nil {
		t.Fatalf("%+v\n%s", bad, data)
	}
	return w
}

func TestStaticTypeComesBack(t *testing.T) {
	sent := errctx.Wrap(gone("abc"), "run step", errctx.Safe(slog.Int("try", 2)), errctx.Safe(slog.Group("g", slog.Bool("b", true))),
		slog.String("path", "/home/bob"), errctx.Secret(slog.String("pin", "1234")))
	got := decode(t, storeWire, storeWire.Encode(sent, wire.Origin("builder-3"), wire.Class("backtrack")))

	var root storeError = got.Root() // no assertion
	if m, ok := root.(*missing); !ok || *m != (missing{"abc", 3}) {
		t.Errorf("root = %#v", root)
	}
	if got.Error() != sent.Error() {
		t.Errorf("Error() = %q, want %q", got, sent)
	}
	if origin, remote := errctx.Origin(got); !remote || origin != "builder-3" {
		t.Errorf("origin = %q, %v", origin, remote)
	}
	var there []string
	for l := range errctx.Layers(got) {
		f := l.Frame()
		there = append(there, fmt.Sprint(l.Message(), " ", f.Function, " ", f.File, " ", f.Line > 0, " ", l.Attrs()))
		for _, a := range l.Attrs() {
			if !errctx.IsSafe(a) {
				t.Errorf("%v was safe, or a placeholder, and is not any more", a)
			}
		}
	}
	want := []string{
		"run step wire_test.TestStaticTypeComesBack wire_test.go true [try=2 g=[b=true] path=[private]]",
		"open blob wire_test.gone wire_test.go true [digest=[private]]",
	}
	if !slices.Equal(there, want) {
		t.Errorf("layers:\n got %q\nwant %q", there, want)
	}
	if w, ok := errctx.From[storeError](fmt.Errorf("x: %w", got)); !ok || w.Root() != root {
		t.Error("From does not find what was decoded")
	}
}

func TestTrustedPeersSeeWhatTheLogShows(t *testing.T) {
	sent := errctx.Wrap(gone("abc"), "run step", slog.String("path", "/home/bob"), errctx.Secret(slog.String("pin", "1234")))
	got := decode(t, storeWire, storeWire.Encode(sent, wire.Trusted()))
	for l := range errctx.Layers(got) {
		if l.Message() == "run step" {
			if s := fmt.Sprint(l.Attrs()); s != "[path=/home/bob pin=[secret]]" {
				t.Errorf("attributes: %s", s)
			}
			if errctx.IsSafe(l.Attrs()[0]) {
				t.Error("what is private became safe on its way")
			}
		}
	}
	// The next hop is no trusted one.
	if again := string(storeWire.Encode(errctx.Wrap(got, "pass on"))); strings.Contains(again, "bob") {
		t.Errorf("the second hop shows a private value: %s", again)
	}
}

func TestRoundTrips(t *testing.T) {
	wiretest.RoundTrip(t, storeWire, storeError(&missing{"a\"", 1}), storeError(&missing{}), storeError(&full{"", 3, syscall.ENOSPC}), storeError(&full{}))
	wiretest.RoundTrip(t, phaseWire,
		phaseError(&inputsLost{[]lost{{"a", gone("1")}, {"b", nil}}}),
		phaseError(inputFault{&missing{"a", 1}}),
		phaseError(&exhausted{3, errctx.New[phaseError](inputFault{&missing{"a", 1}}, "try")}),
		phaseError(&exhausted{}),
		phaseError(&surprise{"panic", &wire.Unknown{}}),
		phaseError(&surprise{}),
	)
}

// The errors in a variant's fields come back as what they were, with layers of their own.
func TestErrorsInFields(t *testing.T) {
	sent := errctx.New[phaseError](&inputsLost{[]lost{{"a", errctx.Wrap(gone("1"), "materialise")}, {"b", gone("2")}}}, "prepare")
	got := decode(t, phaseWire, phaseWire.Encode(sent))
	m, ok := errors.AsType[*missing](got)
	if !ok || m.Digest != "1" {
		t.Fatalf("AsType = %v, %v", m, ok)
	}
	l := got.Root().(*inputsLost).Lost
	if len(l) != 2 || l[0].Err.Error() != "materialise: open blob: blob 1/3 is missing" || l[1].Err.Root().(*missing).Digest != "2" {
		t.Errorf("lost = %v", l)
	}
	if _, remote := errctx.Origin(l[0].Err); !remote {
		t.Error("a handle in a field is not marked as remote")
	}
}

// What a peer says about its own machine is no rule's business here.
func TestForeignCausesMatchNothing(t *testing.T) {
	for _, cause := range []error{
		syscall.ENOSPC, fs.ErrNotExist, context.Canceled, context.DeadlineExceeded, io.EOF,
		&fs.PathError{Op: "open", Path: "x", Err: syscall.ENOENT}, errors.Join(io.EOF, syscall.EIO),
	} {
		got := decode(t, storeWire, storeWire.Encode(errctx.New[storeError](&full{"", 1, cause}, "write"), wire.Trusted()))
		if errors.Is(got, cause) || errors.Is(got, fs.ErrNotExist) {
			t.Errorf("%v matches its twin here", cause)
		}
		f, ok := errors.AsType[*wire.Foreign](got)
		if !ok || f.Text != cause.Error() || f.Type != fmt.Sprintf("%T", cause) {
			t.Errorf("%v arrived as %+v", cause, f)
		}
	}
	// To others the text of a cause is sent only where it is a constant.
	for cause, want := range map[error]string{
		syscall.ENOSPC: syscall.ENOSPC.Error(), io.EOF: "error of type *errors.errorString",
		&fs.PathError{Op: "open", Path: "/home/bob", Err: syscall.ENOENT}: "error of type *fs.PathError",
		stranger{}: "error of type wire_test.stranger",
	} {
		got := decode(t, storeWire, storeWire.Encode(errctx.New[storeError](&full{"", 1, cause}, "write")))
		f, _ := errors.AsType[*wire.Foreign](got)
		if f.Error() != want {
			t.Errorf("%v arrived as %q, want %q", cause, f, want)
		}
		if k, ok := cause.(errctx.Kind); ok && f.ErrorKind() != k.ErrorKind() {
			t.Errorf("the kind %s arrived as %s", k.ErrorKind(), f.ErrorKind())
		}
	}
}

// A private field is for trusted peers, and for nobody after them.
func TestPrivateFields(t *testing.T) {
	sent := errctx.New[storeError](&full{Path: "/home/bob", Need: 1}, "write")
	if got := decode(t, storeWire, storeWire.Encode(sent)).Root().(*full); got.Path != "" || got.Need != 1 {
		t.Errorf("got %+v", got)
	}
	got := decode(t, storeWire, storeWire.Encode(sent, wire.Trusted()))
	if got.Root().(*full).Path != "/home/bob" {
		t.Errorf("got %+v", got.Root())
	}
	if again := string(storeWire.Encode(got)); strings.Contains(again, "bob") {
		t.Errorf("the second hop shows it: %s", again)
	}
}

// What a trusted peer sent of kinds that are not known here goes on to trusted peers only.
func TestTrustIsNotPassedOn(t *testing.T) {
	const secret = "canary-private"
	reg := wire.NewRegistry(storeWire)
	known := errctx.New[storeError](&full{Path: secret, Err: errors.New(secret)}, "write", slog.String("p", secret))
	for name, sent := range map[string]error{
		"another sum's": errctx.New[phaseError](&surprise{Value: secret}, "x"), "declared by nobody": errctx.Annotate(errors.New(secret), "x"),
		"a join": errors.Join(known, errors.New(secret)), "a join of joins": errors.Join(errors.New("x"), errctx.Annotate(errors.Join(known), "y")),
		"a typed join": errctx.Join(known, known),
	} {
		data := wire.NewRegistry(phaseWire, storeWire).Encode(sent, wire.Trusted())
		if !strings.Contains(string(data), secret) {
			t.Fatalf("%s: the canary is not in %s", name, data)
		}
		got, bad := reg.Decode(data)
		if bad != nil {
			t.Fatal(bad)
		}
		for _, err := range []error{got, errctx.Annotate(got, "more")} {
			if again := string(reg.Encode(err)); strings.Contains(again, secret) {
				t.Errorf("%s: shown to anybody: %s", name, again)
			}
			if again := string(reg.Encode(err, wire.Trusted())); !strings.Contains(again, secret) {
				t.Errorf("%s: not shown to a trusted peer: %s", name, again)
			}
		}
		w := decode(t, storeWire, data)
		if again := string(storeWire.Encode(w)); strings.Contains(again, secret) {
			t.Errorf("%s, by a sum: %s", name, again)
		}
	}
}

func TestUnknownKindsStayByteForByte(t *testing.T) {
	for _, data := range []string{
		`{"v":1,"kind":"store.new","payload":{"z": 1,   "a":[1,2,{"x":"<&>\u2028"}]},"layers":[["open",7,0,1,{"n":1.0}]],"names":["f","f.go"],"origin":"b"}`,
		"{ \"kind\" : \"store.new\", \"v\":9, \"payload\": 12345678901234567890, \"future\": {\"a\":  [] } }\n",
		`{"v":1,"kind":"store.new"}`,
		`{"v":1,"kind":"store.missing","payload":"not its payload"}`,
		`{"v":1,"kind":"store.missing","payload":null}`,
		`{"v":1,"type":"*x.T","text":"some text"}`,
		`{"v":1,"joined":[{"v":1,"kind":"a.b"},{"v":1,"kind":"store.missing","payload":{}}]}`,
	} {
		w := decode(t, storeWire, []byte(data))
		u, ok := w.Root().(unknownStore)
		if !ok {
			t.Errorf("%s arrived as a %T", data, w.Root())
			continue
		}
		_ = u.Error() + u.ErrorKind() + w.Error()
		if again := storeWire.Encode(w, wire.Origin("us")); string(again) != data {
			t.Errorf("sent      %s\nand again %s", data, again)
		}
		// With a layer of ours it is another envelope, with everything that was in the first.
		more := string(storeWire.Encode(errctx.Wrap(w, "pass on"), wire.Origin("us")))
		env, bad := wire.Parse([]byte(data))
		if bad != nil {
			t.Fatal(bad)
		}
		for _, part := range []string{string(env.Payload), `["pass on",`, env.Kind, env.Text, env.Type} {
			if !strings.Contains(more, part) {
				t.Errorf("%s is not in %s", part, more)
			}
		}
		if strings.Contains(data, "future") && !strings.Contains(more, `"future":{"a":  [] }`) {
			t.Errorf("a member from the future is not in %s", more)
		}
		// And once more, by somebody who knows only that much.
		if back := decode(t, storeWire, []byte(more)); back.Error() != "pass on: "+w.Error() {
			t.Errorf("%q became %q", w.Error(), back.Error())
		}
	}
}

func TestAliases(t *testing.T) {
	w := decode(t, storeWire, []byte(`{"v":1,"kind":"store.gone","payload":{"Digest":"x","Newer":true}}`))
	if m, ok := w.Root().(*missing); !ok || m.Digest != "x" {
		t.Errorf("root = %#v", w.Root())
	}
	if data := string(storeWire.Encode(w)); !strings.Contains(data, `"kind":"store.missing"`) {
		t.Errorf("the old name is written: %s", data)
	}
}

func TestCaps(t *testing.T) {
	w := gone("abc")
	for i := range 200 {
		w = errctx.Wrap(w, fmt.Sprintf("layer %03d", i))
	}
	got := decode(t, storeWire, storeWire.Encode(w))
	all := slices.Collect(errctx.Layers(got))
	if len(all) != wire.MaxLayers || all[0].Message() != "layer 199" || all[len(all)-1].Message() != "open blob" {
		t.Errorf("%d layers from %q to %q", len(all), all[0].Message(), all[len(all)-1].Message())
	}
	env, _ := wire.Parse(storeWire.Encode(w))
	if env.Dropped != 201-wire.MaxLayers || env.DroppedAt != wire.MaxLayers/2 {
		t.Errorf("dropped %d at %d", env.Dropped, env.DroppedAt)
	}

	long := strings.Repeat("x", 2000)
	w = errctx.New[storeError](&missing{long, 1}, long, errctx.Safe(slog.String(long, long)))
	for range 20 {
		w = errctx.Wrap(w, "layer", errctx.Safe(slog.String("long", long)), errctx.Safe(slog.Group("g", slog.String("long", long))))
	}
	data := storeWire.Encode(w)
	if len(data) > wire.MaxEncoded {
		t.Errorf("%d bytes", len(data))
	}
	if got := decode(t, storeWire, data); got.Root().(*missing).Digest != long {
		t.Error("the root was shortened")
	}

	// A root that is larger than everything together is still there.
	huge := strings.Repeat("y", 100_000)
	w = errctx.Wrap(errctx.New[storeError](&missing{huge, 1}, "open"), "run")
	if got := decode(t, storeWire, storeWire.Encode(w)); got.Root().(*missing).Digest != huge {
		t.Error("the root was dropped")
	}
	if _, bad := storeWire.Decode(make([]byte, wire.MaxInput+1)); bad == nil || bad.Root().Reason != "larger than 1048576 bytes" {
		t.Errorf("an input without end: %v", bad)
	}
}

func TestRegistry(t *testing.T) {
	reg := wire.NewRegistry(phaseWire, storeWire)
	send := func(err error) error {
		t.Helper()
		got, bad := reg.Decode(reg.Encode(err, wire.Origin("peer")))
		if bad != nil {
			t.Fatalf("%+v", bad)
		}
		return got
	}
	t.Run("a handle comes back as one", func(t *testing.T) {
		if got, ok := send(gone("a")).(storeErr); !ok || got.Root().(*missing).Digest != "a" {
			t.Errorf("got %T", got)
		}
	})
	t.Run("foreign wrapping is seen through", func(t *testing.T) {
		got := send(errctx.Annotate(fmt.Errorf("x: %w", errctx.Annotate(gone("a"), "inner")), "outer"))
		if got.Error() != "outer: inner: open blob: blob a/3 is missing" {
			t.Errorf("got %q", got)
		}
		if _, ok := got.(storeErr); !ok {
			t.Errorf("got %T", got)
		}
	})
	t.Run("a typed join comes back as one", func(t *testing.T) {
		got := send(errctx.Wrap(errctx.Join(gone("a"), gone("b"), errctx.New[storeError](&full{}, "write")), "all"))
		j, ok := got.(errctx.WithContext[*errctx.Joined[storeError]])
		if !ok || len(j.Root().Branches()) != 3 || j.Root().Branches()[1].Root().(*missing).Digest != "b" {
			t.Fatalf("got %T", got)
		}
		if !strings.HasPrefix(got.Error(), "all: 3 errors: open blob: blob a/3 is missing; ") {
			t.Errorf("got %q", got)
		}
	})
	t.Run("a foreign join keeps its branches", func(t *testing.T) {
		got := send(errors.Join(gone("a"), errctx.New[phaseError](inputFault{&missing{"b", 1}}, "x"), errors.New("text")))
		if _, ok := errors.AsType[errctx.WithContext[storeError]](got); !ok {
			t.Error("the first branch is not a handle on its sum")
		}
		if _, ok := errors.AsType[inputFault](got); !ok {
			t.Error("the second branch is gone")
		}
		if !strings.HasPrefix(got.Error(), "open blob: blob a/3 is missing\nx: ") {
			t.Errorf("got %q", got)
		}
	})
	t.Run("what no sum declares keeps kind, type and layers", func(t *testing.T) {
		got := send(errctx.Annotate(errctx.Annotate(&fs.PathError{Op: "open", Path: "/home/bob", Err: syscall.ENOENT}, "load"), "start"))
		u, ok := errors.AsType[*wire.Unknown](got)
		if !ok || got.Error() != "start: load: error of type *fs.PathError" || errors.Is(got, fs.ErrNotExist) {
			t.Errorf("got %q, %v", got, u)
		}
		got = send(errctx.New(stranger{}, "m"))
		if k, ok := errors.AsType[errctx.Kind](got); !ok || k.ErrorKind() != "test.stranger" {
			t.Errorf("kind: %v", got)
		}
	})
	t.Run("an unknown one passes through unchanged", func(t *testing.T) {
		const data = `{"v":1,"kind":"x.y","payload":  7}`
		err, bad := reg.Decode([]byte(data))
		if bad != nil || string(reg.Encode(err)) != data {
			t.Errorf("%v, %v", err, bad)
		}
	})
	t.Run("nil is nil", func(t *testing.T) {
		if reg.Encode(nil) != nil || storeWire.Encode(nil) != nil {
			t.Error("nil was encoded")
		}
	})
	t.Run("a join without end", func(t *testing.T) {
		e := &endless{}
		e.again = []error{e, e, gone("a")}
		data := reg.Encode(errctx.Annotate(e, "m"))
		if !json.Valid(data) || len(data) > 1<<20 {
			t.Errorf("%d bytes", len(data))
		}
		if _, bad := reg.Decode(data); bad != nil {
			t.Errorf("%+v", bad)
		}
	})
}

type stranger struct{}

func (stranger) ErrorKind() string { return "test.stranger" }
func (stranger) Error() string     { return "private text" }

type endless struct{ again []error }

func (*endless) Error() string     { return "endless" }
func (e *endless) Unwrap() []error { return e.again }

func TestCustom(t *testing.T) {
	sum := wire.NewSum(unknownStoreError, nil, wire.Custom[storeError](
		func(m *missing, opts ...wire.Option) ([]byte, error) {
			if m.Digest == "" {
				return nil, errors.New("no digest")
			}
			return json.Marshal(fmt.Sprintf("%s/%d/%d", m.Digest, m.Size, len(opts)))
		},
		func(b []byte) (*missing, error) {
			var s string
			if err := json.Unmarshal(b, &s); err != nil {
				return nil, err
			}
			digest, _, ok := strings.Cut(s, "/")
			if !ok {
				return nil, errors.New("no digest")
			}
			return &missing{Digest: digest}, nil
		}, "store.missing"))
	data := sum.Encode(gone("abc"), wire.Origin("x"))
	if !strings.Contains(string(data), `"payload":"abc/3/1"`) {
		t.Errorf("encoded as %s", data)
	}
	if m, ok := decode(t, sum, data).Root().(*missing); !ok || m.Digest != "abc" {
		t.Errorf("root = %v", m)
	}
	// What a codec refuses, and a variant that was forgotten, keep their kind.
	for name, err := range map[string]storeErr{
		"refused": errctx.New[storeError](&missing{}, "open"), "forgotten": errctx.New[storeError](&full{}, "write"),
	} {
		got := decode(t, sum, sum.Encode(err))
		if _, ok := got.Root().(unknownStore); !ok || got.Root().ErrorKind() != err.Root().ErrorKind() || len(slices.Collect(errctx.Layers(got))) != 1 {
			t.Errorf("%s: arrived as %#v", name, got.Root())
		}
	}
	if got := decode(t, sum, []byte(`{"v":1,"kind":"store.missing","payload":"no slash"}`)); got.Root().ErrorKind() != "store.missing" {
		t.Errorf("arrived as %v", got)
	}
}

func TestMalformed(t *testing.T) {
	for _, data := range []string{
		"", "null", "[]", "1", `""`, "{", `{}`, `{"v":0}`, `{"v":"1"}`, `{"v":1,"kind":7}`, `{"v":1} x`, `{"v":1,"layers":{}}`,
		`{"v":1,"layers":["x"]}`, `{"v":1,"joined":[1]}`, `{"v":1,"joined":[{}]}`, "\xff", `{"v":1,"layers":[],"names":[1]}`,
		`{"v":1,"layers":[` + strings.Repeat("[],", 2000) + `[]]}`,
		strings.Repeat(`{"v":1,"joined":[`, 100) + `{"v":1}` + strings.Repeat(`]}`, 100),
	} {
		w, bad := storeWire.Decode([]byte(data))
		if bad == nil || w != nil {
			t.Errorf("%.50s: %v, %v", data, w, bad)
			continue
		}
		if r := bad.Root(); r.Reason == "" || !strings.HasPrefix(bad.Error(), "read envelope: ") || r.ErrorKind() != "errctx.malformed_envelope" {
			t.Errorf("%.50s: %v", data, r)
		}
	}
	// These are odd, and good enough.
	for _, data := range []string{
		`{"v":1}`, `{"v":1,"layers":[[]]}`, `{"v":1,"layers":[[1,"x",[],{},5,6,7,8,9]]}`, `{"v":1,"layers":[["m",5,-1,1e99,{"a":[1],"b":null}]]}`,
		`{"v":1,"dropped":[1]}`, `{"v":1,"dropped":[5,9]}`, `{"v":1,"joined":[]}`, `{"v":1,"kind":"store.full","payload":{"Err":null}}`,
	} {
		w := decode(t, storeWire, []byte(data))
		_ = fmt.Sprintf("%+v", w)
	}
}

// Mistakes in a declaration are found when the program starts.
func TestMisdeclared(t *testing.T) {
	for want, declare := range map[string]func(){
		"store.missing is declared twice": func() {
			wire.NewSum(unknownStoreError, nil, wire.Fields[storeError, *missing]("store.missing"), wire.Fields[storeError, *full]("x", "store.missing"))
		},
		"*wire_test.missing is declared twice": func() {
			wire.NewSum(unknownStoreError, nil, wire.Fields[storeError, *missing]("a"), wire.Fields[storeError, *missing]("b"))
		},
		"*wire_test.missing is no variant of wire_test.phaseError":   func() { wire.Fields[phaseError, *missing]("a") },
		"wire_test.storeError is no variant of wire_test.storeError": func() { wire.Fields[storeError, storeError]("a") },
		"inputFault.Cause: no sum declares wire_test.storeError": func() {
			wire.NewSum(unknownPhaseError, nil, wire.Fields[phaseError, inputFault]("a"))
		},
		"closed.inner is not exported; use Custom": func() {
			wire.NewSum(unknownStoreError, nil, wire.Fields[storeError, *closed]("a"))
		},
		"wire_test.text is no struct; use Custom": func() {
			wire.NewSum(unknownStoreError, nil, wire.Fields[storeError, text]("a"))
		},
		"busy.Wait: a chan int does not travel": func() {
			wire.NewSum(unknownStoreError, nil, wire.Fields[storeError, *busy]("a"))
		},
	} {
		func() {
			defer func() {
				m, ok := recover().(*wire.Misdeclared)
				if !ok || m.Error() != "wire: "+want {
					t.Errorf("panic %v, want %q", m, want)
				}
			}()
			declare()
		}()
	}
}

type closed struct{ inner int }
type text string
type busy struct {
	Wait chan int
}

func (*closed) storeError()       {}
func (*closed) ErrorKind() string { return "test.closed" }
func (*closed) Error() string     { return "closed" }

func (text) storeError()       {}
func (text) ErrorKind() string { return "test.text" }
func (text) Error() string     { return "text" }

func (*busy) storeError()       {}
func (*busy) ErrorKind() string { return "test.busy" }
func (*busy) Error() string     { return "busy" }

// A canary in every place from which a secret or a private value could get out.
func TestCanaries(t *testing.T) {
	const secret, private = "canary-secret", "canary-private"
	reg := wire.NewRegistry(storeWire, phaseWire)
	inner := errctx.New[storeError](&full{Path: private}, "write",
		errctx.Secret(slog.String("s", secret)), slog.String("p", private), slog.Group("g", slog.String("p", private)))
	for name, data := range map[string][]byte{
		"a sum":         storeWire.Encode(inner),
		"in a field":    phaseWire.Encode(errctx.New[phaseError](&inputsLost{[]lost{{"x", inner}}}, "prepare")),
		"a registry":    reg.Encode(errctx.Annotate(inner, "outer", slog.Any("cause", inner))),
		"undeclared":    reg.Encode(errctx.Annotate(errors.New(private), "outer")),
		"joined":        reg.Encode(errctx.Join(inner, inner)),
		"foreign join":  reg.Encode(errors.Join(inner, errors.New(private))),
		"foreign text":  reg.Encode(fmt.Errorf(private+": %w", inner)),
		"safe, nested":  reg.Encode(errctx.Annotate(inner, "outer", errctx.Safe(slog.Any("cause", inner)))),
		"trusted":       bytes.ReplaceAll(storeWire.Encode(inner, wire.Trusted()), []byte(private), nil),
		"two hops away": storeWire.Encode(decode(t, storeWire, storeWire.Encode(inner, wire.Trusted()))),
	} {
		if s := string(data); strings.Contains(s, secret) || strings.Contains(s, private) {
			t.Errorf("%s: %s", name, s)
		}
	}
	if !strings.Contains(string(storeWire.Encode(inner, wire.Trusted())), private) {
		t.Error("a trusted peer does not see private values, so this test finds nothing")
	}
}

func TestSizeOfTenLayers(t *testing.T) {
	w := errctx.New[storeError](&missing{"abc", 3}, "open blob")
	for range 9 {
		w = errctx.Wrap(w, "layer")
	}
	if data := storeWire.Encode(w); len(data) > 350 {
		t.Errorf("%d bytes: %s", len(data), data)
	}
}
