package wire_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"github.com/holdfast-go/holdfast/errctx"
	"github.com/holdfast-go/holdfast/errctx/wire"
)

// variant is a variant of storeError with any fields: one type is enough to declare many sums.
type variant[T any] struct{ V T }

func (*variant[T]) storeError()       {}
func (*variant[T]) ErrorKind() string { return "test.variant" }
func (*variant[T]) Error() string     { return "variant" }

func sumOf[T any]() *wire.Sum[storeError] {
	return wire.NewSum(unknownStoreError, wire.Lower{phaseWire}, wire.Fields[storeError, *variant[T]]("test.variant"))
}

func sent[T any](v T, opts ...wire.Option) string {
	return string(sumOf[T]().Encode(errctx.New[storeError](&variant[T]{v}, "m"), opts...))
}

type key string

func (key) SecretValue() {}

// frame refers to itself: what is declared of its fields holds at any depth.
type frame struct {
	Name   string
	Secret string `errctx:"secret"`
	Own    string `errctx:"private"`
	Parent *frame
	Others []frame
}

type number int

func (number) SafeValue() {}

// embedsSafe has the method of a part.
type embedsSafe struct {
	number
	user string
}

func (e embedsSafe) Error() string { return "no access for " + e.user }

// tree refers to itself by a slice alone.
type tree struct {
	Name string
	Kids []tree
}

func TestWhatStaysAtHome(t *testing.T) {
	const secret, private = "canary-secret", "canary-private"
	deep := frame{"a", secret, private, &frame{"b", secret, private, nil, []frame{{"c", secret, private, nil, nil}}}, nil}
	inner := errctx.Annotate(errors.New(private), "inner")
	for name, text := range map[string][2]string{ // to anybody, to a trusted peer
		"a secret by its type":   {sent(struct{ K key }{secret}), sent(struct{ K key }{secret}, wire.Trusted())},
		"… in a list":            {sent([]key{secret}), sent([]key{secret}, wire.Trusted())},
		"… in an any":            {sent[any](key(secret)), sent[any](key(secret), wire.Trusted())},
		"a type that has itself": {sent(deep), sent(deep, wire.Trusted())},
		"an error in an any":     {sent[any](errors.New(private)), sent[any](errors.New(private), wire.Trusted())},
	} {
		if strings.Contains(text[0], secret) || strings.Contains(text[0], private) {
			t.Errorf("%s: shown to anybody: %s", name, text[0])
		}
		if strings.Contains(text[1], secret) {
			t.Errorf("%s: a trusted peer sees a secret: %s", name, text[1])
		}
		if want := strings.Contains(name, "itself") || strings.Contains(name, "error"); strings.Contains(text[1], private) != want {
			t.Errorf("%s: a trusted peer sees a private value: %v: %s", name, !want, text[1])
		}
	}
	// One safe part does not make an error safe, wherever it stands.
	part := embedsSafe{1, private}
	for name, text := range map[string]string{
		"undeclared": string(wire.NewRegistry().Encode(errctx.Annotate(part, "m"))), "a cause": sent[error](part), "in an any": sent[any](part),
	} {
		if strings.Contains(text, private) {
			t.Errorf("%s: %s", name, text)
		}
	}
	// A safe attribute is shown to a trusted peer as to anybody: the next one cannot tell what was in it.
	w := errctx.New[storeError](&missing{}, "m", errctx.Safe(slog.Any("e", inner)))
	hop := decode(t, storeWire, storeWire.Encode(w, wire.Trusted()))
	if s := string(storeWire.Encode(hop)) + string(errctx.Public.JSON(hop)); strings.Contains(s, private) {
		t.Errorf("two hops away: %s", s)
	}
	back := decode(t, sumOf[tree](), []byte(sent(tree{"a", []tree{{"b", nil}}})))
	if v, ok := back.Root().(*variant[tree]); !ok || v.V.Kids[0].Name != "b" {
		t.Errorf("a tree arrived as %v", back.Root())
	}
}

func TestDeclarationsThatAreRefused(t *testing.T) {
	for want, declare := range map[string]func(){
		"would match errors of the receiver's": func() { sumOf[syscall.Errno]() },
		"which nobody understands": func() {
			sumOf[struct {
				A int `errctx:"Secret"`
			}]()
		},
		"needs a slice, or Custom":                  func() { sumOf[map[string]error]() },
		"has no variant for unknown errors":         func() { wire.NewSum[storeError](nil, nil) },
		"a variant is not made by Fields or Custom": func() { wire.NewSum(unknownStoreError, nil, wire.Variant[storeError]{}) },
		"no sum declares interface { Other() }":     func() { sumOf[interface{ Other() }]() },
		"a complex128 does not travel":              func() { sumOf[complex128]() },
		".V.inner is not exported; use Custom":      func() { sumOf[closed2]() },
	} {
		func() {
			defer func() {
				if m, ok := recover().(*wire.Misdeclared); !ok || !strings.Contains(m.Error(), want) {
					t.Errorf("panic %v, want %q", m, want)
				}
			}()
			declare()
		}()
	}
}

type closed2 = struct{ inner int }

// Whatever a peer sends costs no more than its size allows, and no panic.
func TestHostilePeers(t *testing.T) {
	nested := []byte(strings.Repeat(`{"v":1,"kind":"phase.exhausted","payload":{"Attempts":1,"Last":`, 10_000) + `null` + strings.Repeat("}}", 10_000))
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if _, bad := phaseWire.Decode(nested); bad == nil {
		t.Error("10,000 errors in one another were read")
	}
	ok := []byte(strings.Repeat(`{"v":1,"kind":"phase.exhausted","payload":{"Attempts":1,"Last":`, 4000) + `null` + strings.Repeat("}}", 4000))
	w, bad := phaseWire.Decode(ok)
	if runtime.ReadMemStats(&after); after.TotalAlloc-before.TotalAlloc > 64<<20 {
		t.Errorf("%d MiB", (after.TotalAlloc-before.TotalAlloc)>>20)
	}
	depth := 0
	for bad == nil && w != nil {
		e, more := w.Root().(*exhausted)
		if !more {
			break
		}
		w, depth = e.Last, depth+1
	}
	if depth > 40 {
		t.Errorf("%d errors in one another", depth)
	}
	// Envelopes that others have made, with payloads that are no JSON.
	reg := wire.NewRegistry(storeWire)
	for _, payload := range []string{`{"Digest":"xxxx\`, `{]`, `null,"kind":"store.missing","payload":{"Digest":"evil"}`, `{"Digest":"x" garbage`, `"\`} {
		for _, kind := range []string{"store.missing", "new.kind"} {
			data := []byte(payload)
			err := reg.Restore(&wire.Envelope{Version: 1, Kind: kind, Payload: data[:len(data):len(data)]})
			again := reg.Encode(err)
			if !json.Valid(again) || strings.Contains(string(again), "evil") {
				t.Errorf("%s %s became %s", kind, payload, again)
			}
			if _, ok := errors.AsType[*missing](err); ok {
				t.Errorf("%s was taken for a payload", payload)
			}
		}
	}
	_ = reg.Restore(nil).Error()
}

// Methods of somebody's error that panic cost the error its details, and the program nothing.
func TestHostileErrors(t *testing.T) {
	reg := wire.NewRegistry(storeWire)
	for name, err := range map[string]error{
		"a typed nil in a join": errors.Join((*missing)(nil), errors.New("x")), "kind": errctx.New(bomb{}, "m"), "in a join": errors.Join(bomb{}, gone("a")),
		"an unknown without anything": errctx.New[storeError](unknownStore{}, "m"), "text": errctx.Annotate(textBomb{}, "m"),
	} {
		for _, opts := range [][]wire.Option{nil, {wire.Trusted()}} {
			if data := reg.Encode(err, opts...); !json.Valid(data) {
				t.Errorf("%s: %s", name, data)
			}
		}
	}
	sum := wire.NewSum(unknownStoreError, nil, wire.Custom[storeError](
		func(*missing, ...wire.Option) ([]byte, error) { panic("encode") }, func([]byte) (*missing, error) { panic("decode") }, "store.missing"))
	if got := decode(t, sum, sum.Encode(gone("a"))); got.Root().ErrorKind() != "store.missing" {
		t.Errorf("arrived as %v", got)
	}
	if got := decode(t, sum, []byte(`{"v":1,"kind":"store.missing","payload":{}}`)); got.Root().ErrorKind() != "store.missing" {
		t.Errorf("arrived as %v", got)
	}
}

type bomb struct{}

func (bomb) ErrorKind() string { panic("ErrorKind") }
func (bomb) Error() string     { panic("Error") }

type textBomb struct{}

func (textBomb) Error() string { panic("Error") }

// Roots are not dropped; where there are too many, that is said.
func TestManyErrors(t *testing.T) {
	reg := wire.NewRegistry(storeWire)
	count := func(err error) (n int, text string) {
		got, bad := reg.Decode(reg.Encode(err))
		if bad != nil {
			t.Fatal(bad)
		}
		for _, b := range errors.Unwrap(got).(interface{ Unwrap() []error }).Unwrap() {
			if _, ok := errors.AsType[*missing](b); ok {
				n++
			} else {
				text = b.Error()
			}
		}
		return n, text
	}
	var loop error
	for i := range 40 {
		loop = errors.Join(loop, gone(fmt.Sprint(i)))
	}
	if n, _ := count(loop); n != 40 {
		t.Errorf("%d of 40 errors that were joined in a loop arrived", n)
	}
	var many []error
	for i := range 1500 {
		many = append(many, gone(fmt.Sprint(i)))
	}
	if n, text := count(errors.Join(many...)); n != 999 || text != "501 more errors" {
		t.Errorf("%d of 1500, and %q", n, text)
	}
	huge := errctx.New[storeError](&missing{strings.Repeat("x", wire.MaxInput), 1}, "open")
	if got := decode(t, storeWire, storeWire.Encode(huge)); got.Root().ErrorKind() != "store.missing" {
		t.Errorf("too large to be read: %v", got)
	}
}

// An error that stands twice in each of many layers is not written a million times.
func TestErrorsThatAreShared(t *testing.T) {
	w := errctx.New[phaseError](inputFault{&missing{"a", 1}}, "m")
	type two = variant[[]errctx.WithContext[phaseError]]
	sum := sumOf[[]errctx.WithContext[phaseError]]()
	for range 20 {
		w = errctx.New[phaseError](&exhausted{1, w}, "m")
	}
	data := sum.Encode(errctx.New[storeError](&two{[]errctx.WithContext[phaseError]{w, w, w}}, "m"))
	if len(data) > 1<<20 || !json.Valid(data) {
		t.Errorf("%d bytes", len(data))
	}
}

// The caps hold for whatever context is made of.
func TestCapsOfOddTexts(t *testing.T) {
	odd := strings.Repeat("\x00", 600)
	w := errctx.New[storeError](&missing{}, odd)
	for range 40 {
		w = errctx.Wrap(w, odd[:30], errctx.Safe(slog.String(odd[:20], odd[:40])), errctx.Safe(slog.Int("n", 1)))
	}
	if data := storeWire.Encode(w, wire.Origin(odd), wire.Class(odd)); len(data) > wire.MaxEncoded {
		t.Errorf("%d bytes", len(data))
	}
	for n := 1; n < 120; n++ {
		w := gone("a")
		for i := range n {
			w = errctx.Wrap(w, strings.Repeat("m", 40+i), errctx.Safe(slog.String("k", strings.Repeat("v", i*3))))
		}
		if data := storeWire.Encode(w); len(data) > wire.MaxEncoded {
			t.Errorf("%d layers: %d bytes", n, len(data))
		}
	}
}

// Who added a layer is known any number of hops away.
func TestOriginsOverHops(t *testing.T) {
	w := decode(t, storeWire, storeWire.Encode(gone("a"), wire.Origin("first")))
	w = decode(t, storeWire, storeWire.Encode(errctx.Wrap(w, "second"), wire.Origin("second")))
	w = decode(t, storeWire, storeWire.Encode(errctx.Wrap(w, "third"), wire.Origin("third")))
	var got []string
	for l := range errctx.Layers(w) {
		origin, _ := l.Origin()
		got = append(got, l.Message()+" by "+origin)
	}
	if s := strings.Join(got, ", "); s != "third by third, second by second, open blob by first" {
		t.Error(s)
	}
}
