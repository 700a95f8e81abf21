package errctx_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/holdfast-go/holdfast/errctx"
)

// A small sealed sum, as a package of users would declare it.
type storeError interface {
	errctx.Kind
	storeError()
}

type storeErr = errctx.WithContext[storeError]

type missing struct{ digest string }

func (*missing) storeError()       {}
func (*missing) ErrorKind() string { return "test.missing" }
func (e *missing) Error() string   { return "missing " + e.digest }

type broken struct{ parts []string } // uncomparable

func (broken) storeError()       {}
func (broken) ErrorKind() string { return "test.broken" }
func (e broken) Error() string   { return "broken " + strings.Join(e.parts, ",") }

// list is a kind of error that is nil without being a pointer.
type list []string

func (list) ErrorKind() string { return "test.list" }
func (list) Error() string     { return "list" }

// The next phase's sum embeds the lower one.
type inputFault struct{ storeError }

func (inputFault) phaseError()     {}
func (e inputFault) Unwrap() error { return e.storeError }

type phaseError interface {
	errctx.Kind
	phaseError()
}

func toPhase(e storeError) phaseError { return inputFault{e} }

func open(m *missing) storeErr { return errctx.New[storeError](m, "open blob") }

func TestWrapKeepsStaticTypeAndRoot(t *testing.T) {
	m := &missing{"abc"}
	w := errctx.Wrap(errctx.Wrap(open(m), "read input"), "run step", slog.String("step", "cc"))
	var root storeError = w.Root() // no assertion: this line compiles because the type was kept
	if root != storeError(m) {
		t.Errorf("Root() = %v, want the same value", root)
	}
	if got, want := w.Error(), "run step: read input: open blob: missing abc"; got != want {
		t.Errorf("Error() = %q, want %q", got, want)
	}
	if w.Unwrap() != error(m) {
		t.Error("Unwrap does not lead to the root in one step")
	}
}

func TestMapChangesTypeAndKeepsLayers(t *testing.T) {
	m := &missing{"abc"}
	w := errctx.Wrap(errctx.Map(errctx.Wrap(open(m), "read input"), toPhase), "materialise")
	var root phaseError = w.Root()
	if _, ok := root.(inputFault); !ok {
		t.Errorf("root is %T, want inputFault", root)
	}
	if got, want := w.Error(), "materialise: read input: open blob: missing abc"; got != want {
		t.Errorf("Error() = %q, want %q", got, want)
	}
	if got, ok := errors.AsType[*missing](w); !ok || got != m {
		t.Errorf("AsType after Map = %v, %v, want the same pointer", got, ok)
	}
}

func TestNilInNilOut(t *testing.T) {
	var none storeErr
	var nilPath *fs.PathError
	for name, err := range map[string]error{
		"New of nil sum":         errctx.New[storeError](nil, "x"),
		"New of typed nil":       errctx.New[storeError]((*missing)(nil), "x"),
		"New of nil pointer":     errctx.New[*missing](nil, "x"),
		"Adopt of nil":           errctx.Adopt(nilPath, "x"),
		"Wrap of nil":            errctx.Wrap(none, "x"),
		"Map of nil":             errctx.Map(none, toPhase),
		"Map to nil":             errctx.Map(open(&missing{}), func(storeError) phaseError { return nil }),
		"Annotate of nil":        errctx.Annotate(nil, "x"),
		"Annotate of nil handle": errctx.Annotate(none, "x"),
		"Annotate of typed nil":  errctx.Annotate(nilPath, "x"),
		"New of nil slice":       errctx.New(list(nil), "x"),
		"a nil handle":           none,
	} {
		if err != nil {
			t.Errorf("%s: got a non-nil error of type %T", name, err)
		}
	}
	if w, ok := errctx.From[storeError](nil); ok || w != nil {
		t.Error("From(nil) found something")
	}
	for range errctx.Layers(none) {
		t.Error("a nil handle has layers")
	}
}

func TestFromBringsTheHandleBack(t *testing.T) {
	m := &missing{"abc"}
	w := errctx.Wrap(open(m), "read input")
	var plain error // the static type is lost here, as in `_, err = f()`
	plain = w
	for name, err := range map[string]error{
		"itself":            plain,
		"annotated":         errctx.Annotate(plain, "outer"),
		"through %w":        fmt.Errorf("outer: %w", plain),
		"through Join":      errors.Join(errors.New("other"), plain),
		"%w in Join in %w":  fmt.Errorf("a: %w", errors.Join(fmt.Errorf("b: %w", plain))),
		"mapped, then back": errctx.Map(w, toPhase),
	} {
		t.Run(name, func(t *testing.T) {
			back, ok := errctx.From[storeError](err)
			if !ok || back.Root() != storeError(m) {
				t.Fatalf("From = %v, %v", back, ok)
			}
			variant, ok := errctx.From[*missing](err) // narrower than what was made
			if !ok || variant.Root() != m {
				t.Fatalf("From[*missing] = %v, %v", variant, ok)
			}
			for kind, err := range map[string]error{"sum": back, "variant": variant} {
				got := messages(err)
				if !slices.Equal(got[max(0, len(got)-2):], []string{"read input", "open blob"}) {
					t.Errorf("%s: layers = %q, want … read input, open blob", kind, got)
				}
			}
		})
	}
	// Layers around a handle come along, whatever is between.
	between := errctx.Annotate(fmt.Errorf("foreign: %w", errctx.Annotate(errors.Join(errors.New("x"), plain), "middle")), "outer")
	back, ok := errctx.From[storeError](between)
	if !ok || back.Root() != storeError(m) {
		t.Fatalf("From = %v, %v", back, ok)
	}
	if got := messages(back); !slices.Equal(got, []string{"outer", "middle", "read input", "open blob"}) {
		t.Errorf("layers = %q", got)
	}
	if got := messages(w); !slices.Equal(got, []string{"read input", "open blob"}) {
		t.Errorf("From changed the handle: %q", got)
	}
	if _, ok := errctx.From[storeError](errors.New("foreign")); ok {
		t.Error("From found a storeError in a foreign error")
	}
	if w, ok := errctx.From[storeError](fmt.Errorf("x: %w", m)); !ok || w.Root() != storeError(m) {
		t.Error("From did not find a bare root")
	}
}

func TestAsTypeFindsSumVariantAndHandle(t *testing.T) {
	w := errctx.Wrap(open(&missing{"abc"}), "outer")
	for name, err := range map[string]error{
		"bare": w, "joined": errors.Join(errors.New("x"), w), "wrapped": fmt.Errorf("x: %w", w),
	} {
		if _, ok := errors.AsType[storeError](err); !ok {
			t.Errorf("%s: the sum is not found", name)
		}
		if _, ok := errors.AsType[*missing](err); !ok {
			t.Errorf("%s: the variant is not found", name)
		}
		if h, ok := errors.AsType[storeErr](err); !ok || h != w {
			t.Errorf("%s: the handle is not found", name)
		}
		if !errors.Is(err, w) {
			t.Errorf("%s: errors.Is does not find the handle itself", name)
		}
	}
}

func TestUncomparableRootDoesNotPanic(t *testing.T) {
	w := errctx.Wrap(errctx.New[storeError](broken{[]string{"a"}}, "x"), "y")
	if errors.Is(w, fs.ErrNotExist) {
		t.Error("found what is not there")
	}
	if !errors.Is(w, w) {
		t.Error("a handle on an uncomparable root is not itself")
	}
}

func TestForeignErrors(t *testing.T) {
	_, err := os.Open("/nonexistent/file")
	path, _ := errors.AsType[*fs.PathError](err)
	w := errctx.Wrap(errctx.Adopt(path, "open config"), "start")
	if w.Root().Path != "/nonexistent/file" || !errors.Is(w, fs.ErrNotExist) {
		t.Errorf("adopted error lost its identity: %v", w)
	}
	e := errctx.AdoptValue(syscall.ENOSPC, "write blob")
	if e.Root() != syscall.ENOSPC || !errors.Is(e, syscall.ENOSPC) {
		t.Errorf("adopted errno lost its identity: %v", e)
	}
	a := errctx.Annotate(errctx.Annotate(err, "inner"), "outer")
	if got, want := a.Error(), "outer: inner: open /nonexistent/file: no such file or directory"; got != want {
		t.Errorf("Annotate: %q, want %q", got, want)
	}
}

func TestDepth10000(t *testing.T) {
	w := open(&missing{"deep"})
	for range 10_000 {
		w = errctx.Wrap(w, "layer")
	}
	if errors.Is(w, fs.ErrExist) {
		t.Error("found what is not there")
	}
	if n := len(messages(w)); n != 10_001 {
		t.Errorf("%d layers, want 10001", n)
	}
	if len(w.Error()) != 10_000*len("layer: ")+len("open blob: missing deep") {
		t.Error("wrong text")
	}
	if n := testing.AllocsPerRun(100, func() {
		if _, ok := errors.AsType[*broken](w); ok {
			t.Error("found what is not there")
		}
	}); n != 0 {
		t.Errorf("a miss at depth 10,000 allocates %v times", n)
	}
}

func TestSharedErrorWrappedFrom64Goroutines(t *testing.T) {
	shared := errctx.Wrap(open(&missing{"shared"}), "common")
	want := shared.Error()
	var wg sync.WaitGroup
	for i := range 64 {
		wg.Go(func() {
			w := shared
			for range 100 {
				w = errctx.Wrap(w, "own", slog.Int("goroutine", i))
			}
			if n := len(messages(w)); n != 102 {
				t.Errorf("%d layers, want 102", n)
			}
		})
	}
	wg.Wait()
	if shared.Error() != want {
		t.Error("wrapping changed the shared error")
	}
}

func TestAllocations(t *testing.T) {
	w := open(&missing{"x"})
	p := errctx.New(&missing{"x"}, "pointer root")
	var plain error = w
	var constant error = errctx.Annotate(errctx.New(fixed{}, "open"), "read")
	deep := errctx.New(fixed{}, "open")
	for range 9 {
		deep = errctx.Wrap(deep, "layer", slog.Int("n", 1))
	}
	log := slog.New(slog.NewJSONHandler(io.Discard, nil))
	var s string
	pooled := func(allocs float64) float64 {
		if forgetful {
			return allocs + 20
		}
		return allocs
	}
	for _, tt := range []struct {
		name string
		max  float64
		f    func()
	}{
		{"Wrap", 1, func() { sink = errctx.Wrap(w, "layer") }},
		{"Wrap pointer root", 1, func() { sink = errctx.Wrap(p, "layer") }},
		{"Wrap 1 attribute", 1, func() { sink = errctx.Wrap(w, "layer", slog.Int("a", 1)) }},
		{"Wrap 3 attributes", 1, func() {
			sink = errctx.Wrap(w, "layer", slog.Int("a", 1), slog.String("b", "x"), slog.Bool("c", true))
		}},
		{"Annotate a handle", 1, func() { sink = errctx.Annotate(plain, "layer") }},
		{"Map", 2, func() { sink = errctx.Map(w, toPhase) }}, // the node and the variant
		{"From", 0, func() { _, _ = errctx.From[storeError](plain) }},
		{"Root", 0, func() { _ = w.Root() }},
		{"AsType hit", 0, func() { _, _ = errors.AsType[*missing](plain) }},
		{"Is miss", 0, func() { _ = errors.Is(plain, fs.ErrExist) }},
		{"Error", 1, func() { s = constant.Error() }},
		{"Wrap 1 safe attribute", 2, func() { sink = errctx.Wrap(w, "layer", errctx.Safe(slog.Int("a", 1))) }},
		{"Wrap 1 secret attribute", 1, func() { sink = errctx.Wrap(w, "layer", errctx.Secret(slog.String("a", "x"))) }},
		{"slog JSON, 10 layers", pooled(3), func() { log.Error("m", "err", deep) }},
		{"JSON, 10 layers", pooled(1), func() { errctx.Log.JSON(deep) }},
	} {
		if n := testing.AllocsPerRun(200, tt.f); n > tt.max {
			t.Errorf("%s: %v allocations, want at most %v", tt.name, n, tt.max)
		}
	}
	_ = s
}

var sink error

// fixed is an error whose text costs nothing.
type fixed struct{}

func (fixed) ErrorKind() string { return "test.fixed" }
func (fixed) Error() string     { return "fixed" }

func TestAttributes(t *testing.T) {
	for _, n := range []int{0, 1, 2, 3, 4, 5, 255, 256, 1000} {
		attrs := make([]slog.Attr, n)
		for i := range attrs {
			attrs[i] = slog.Int(fmt.Sprint("k", i), i)
		}
		w := errctx.New(&missing{"x"}, "m", attrs...)
		clear(attrs) // the layer must have its own copy
		runtime.GC()
		var got []slog.Attr
		for l := range errctx.Layers(w) {
			for _, a := range l.Attrs() {
				if a.Key == "more" {
					got = append(got, a.Value.Group()...)
				} else {
					got = append(got, a)
				}
			}
		}
		if len(got) != n {
			t.Fatalf("%d attributes came back as %d", n, len(got))
		}
		for i, a := range got {
			if a.Key != fmt.Sprint("k", i) || a.Value.Int64() != int64(i) {
				t.Fatalf("attribute %d of %d is %v", i, n, a)
			}
		}
	}
}

func TestCallSite(t *testing.T) {
	_, _, line, _ := runtime.Caller(0)
	w := errctx.New[storeError](&missing{"x"}, "new")
	x := errctx.Wrap(w, "wrap")
	y := errctx.Annotate(x, "annotate")
	z := func() error { return errctx.Annotate(y, "closure") }()
	want := []int{line + 4, line + 3, line + 2, line + 1}
	var got []int
	for l := range errctx.Layers(z) {
		f := l.Frame()
		if !strings.HasSuffix(f.File, "errctx_test.go") || !strings.Contains(f.Function, "TestCallSite") {
			t.Errorf("layer %q is at %s in %s", l.Message(), f.Function, f.File)
		}
		got = append(got, f.Line)
	}
	if !slices.Equal(got, want) {
		t.Errorf("lines %v, want %v", got, want)
	}
}

func TestMapThenAnnotateKeepsStaticType(t *testing.T) {
	w := errctx.Map(open(&missing{"x"}), toPhase)
	err := errctx.Annotate(w, "plain code")
	if _, ok := errors.AsType[errctx.WithContext[phaseError]](err); !ok {
		t.Error("Annotate lost the static type of the handle")
	}
	if got := reflect.TypeOf(err); got != reflect.TypeOf(w) {
		t.Errorf("Annotate changed the dynamic type to %v", got)
	}
}

// A foreign join that holds itself has endless paths; every walk ends all the same.
type endless struct{ again []error }

func (*endless) Error() string     { return "endless" }
func (e *endless) Unwrap() []error { return e.again }

func TestEndlessTreesEnd(t *testing.T) {
	e := &endless{}
	w := errctx.Annotate(e, "layer")
	e.again = []error{w, w, nil, e}
	n := 0
	for range errctx.Layers(w) {
		n++
	}
	if n == 0 || n > 200_000 {
		t.Errorf("%d layers", n)
	}
	if len(fmt.Sprintf("%+v", w)) > 1<<20 {
		t.Error("the rendering has no bound")
	}
	if b, err := json.Marshal(w); err != nil || len(b) > 1<<22 {
		t.Errorf("the encoding has no bound: %d, %v", len(b), err)
	}
}

func messages(err error) (all []string) {
	for l := range errctx.Layers(err) {
		all = append(all, l.Message())
	}
	return all
}

// A type that embeds a handle has its methods, and is an error like any other.
type embedding struct{ storeErr }

func (embedding) ErrorKind() string { return "test.embedding" }
func (e embedding) Unwrap() error   { return e.storeErr }

func TestTypesThatEmbedAHandle(t *testing.T) {
	low := open(&missing{"x"})
	w := errctx.New(embedding{low}, "phase")
	if got, ok := errctx.From[storeError](w); !ok || !slices.Equal(messages(got), []string{"phase", "open blob"}) {
		t.Errorf("From = %v, %v", got, ok)
	}
	if got := errctx.Wrap[storeError](embedding{low}, "more"); got.Error() != "more: open blob: missing x" {
		t.Errorf("Wrap = %q", got)
	}
	if _, ok := errors.AsType[embedding](errctx.Annotate(embedding{low}, "x")); !ok {
		t.Error("Annotate lost the type")
	}
	if _, root := errctx.Split(embedding{low}); root != error(embedding{low}) {
		t.Errorf("Split took it for a handle: %v", root)
	}
	_ = fmt.Sprintf("%+v %v", errctx.Annotate(embedding{}, "nothing embedded"), errctx.Log.Text(errctx.Annotate(embedding{}, "x")))
}

// Methods of others that panic cost their part of the rendering, and no more.
type panics struct{ error }

func (panics) ErrorKind() string { panic("ErrorKind") }
func (panics) Error() string     { panic("Error") }
func (panics) Unwrap() []error   { panic("Unwrap") }

func TestMethodsThatPanic(t *testing.T) {
	for _, err := range []error{
		errctx.New(panics{}, "m", slog.Int("a", 1)), errctx.Annotate(errors.Join((*missing)(nil), errors.New("x")), "m"), panics{},
	} {
		for _, p := range []errctx.Profile{errctx.Local, errctx.Log, errctx.Wire, errctx.Public} {
			if b := p.JSON(err); !json.Valid(b) {
				t.Errorf("%s: %s", p, b)
			}
			_, _ = p.Text(err), p.Line(err)
		}
	}
}

func TestZeroLayer(t *testing.T) {
	var l errctx.Layer
	if _, remote := l.Origin(); remote || l.Message() != "" || l.Attrs() != nil || l.Frame().Line != 0 {
		t.Error("the zero Layer says something")
	}
}

func TestTextsOfOthersStayInTheirLine(t *testing.T) {
	w := errctx.Restore(&missing{"x"}, "peer", errctx.Record{Message: "a\nb\x1b[31m", Attrs: []slog.Attr{slog.String("k\n", "v\r\n")}}, errctx.Record{Function: "f", File: "f.go", Line: 1})
	if got, want := errctx.Log.Text(w), "a\\nb\\x1b[31m k\\n=v\\r\\n\n\n    at f (f.go:1) on peer\nmissing x [test.missing *errctx_test.missing]"; got != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}
