package errctx

import (
	"fmt"
	"iter"
	"reflect"
	"runtime"
	"testing"
)

// fault is the least error that is a Kind; point is one of another shape.
type (
	fault struct{}
	point struct{ x, y int }
)

func (*fault) Error() string     { return "fault" }
func (*fault) ErrorKind() string { return "test.fault" }
func (point) Error() string      { return "point" }
func (point) ErrorKind() string  { return "test.point" }

// probe collects what add finds.
type probe struct {
	t     *testing.T
	found chan [2]uintptr // callSite's answer, and runtime.Callers'
}

func newProbe(t *testing.T) *probe { return &probe{t, make(chan [2]uintptr, 16)} }

// await compares the next n answers.
func (p *probe) await(n int) {
	p.t.Helper()
	for range n {
		if got := <-p.found; got[0] != got[1] || got[0] == 0 {
			p.t.Errorf("callSite is %s, runtime.Callers says %s", describe(got[0]), describe(got[1]))
		}
	}
}

func describe(pc uintptr) string {
	f, _ := runtime.CallersFrames([]uintptr{pc}).Next()
	return fmt.Sprintf("%s (%s:%d)", f.Function, f.File, f.Line)
}

// add stands in for the exported functions: generic, not inlined, and the direct caller of callSite.
//
//go:noinline
func add[E error](p *probe, root E) E {
	var want [1]uintptr
	runtime.Callers(2, want[:])
	p.found <- [2]uintptr{callSite(), want[0]}
	return root
}

// addAny is to Annotate what add is to Wrap.
//
//go:noinline
func addAny(p *probe, _ error) {
	var want [1]uintptr
	runtime.Callers(2, want[:])
	p.found <- [2]uintptr{callSite(), want[0]}
}

// Ways in which code reaches a call site: inlined, generic, through methods and the wrappers of methods.

func inlined1(p *probe) { add(p, &fault{}) }
func inlined2(p *probe) { inlined1(p) }
func inlined3(p *probe) { inlined2(p) }

func generic[E error](p *probe, root E) { add(p, root) }

//go:noinline
func apply[E error](f func(*probe, E) E, p *probe, root E) E { return f(p, root) }

//go:noinline
func passOn[E error](p *probe, root E) E { return apply(add[E], p, root) }

type adder interface{ Value(*probe) }

type inner struct{ _ int }

func (inner) Value(p *probe)    { add(p, &fault{}) }
func (*inner) Pointer(p *probe) { add(p, &fault{}) }

type outer struct{ inner }
type outerPointer struct{ *inner }

type box[E error] struct{ root E }

func (b box[E]) Value(p *probe)    { add(p, b.root) }
func (b *box[E]) Pointer(p *probe) { add(p, b.root) }

func once(f func()) iter.Seq[int] {
	return func(yield func(int) bool) { f(); yield(1) }
}

// opaque hides a value from the optimiser.
//
//go:noinline
func opaque[T any](v T) T { return v }

// grow calls add with n frames on the stack, which has to be moved for them.
//
//go:noinline
func grow(p *probe, n int) (pad [128]byte) {
	if n == 0 {
		add(p, &fault{})
		return pad
	}
	return grow(p, n-1)
}

var packageLevel = add[*fault]

// Whatever the call, and whether it is the first from its site or not, callSite's answer
// is that of runtime.Callers, to the byte.
func TestCallSiteIsThatOfRuntimeCallers(t *testing.T) {
	e := &fault{}
	for _, tt := range []struct {
		name string
		call func(*probe)
	}{
		{"direct", func(p *probe) { add(p, e) }},
		{"direct, not generic", func(p *probe) { addAny(p, e) }},
		{"three on a line", func(p *probe) { add(p, add(p, add(p, e))) }},
		{"inlined once", inlined1},
		{"inlined twice", inlined2},
		{"inlined three times", inlined3},
		{"inlined here", func(p *probe) { inlined3(p) }},
		{"closure", func(p *probe) { opaque(func() { add(p, e) })() }},
		{"range over func", func(p *probe) {
			for range once(func() { add(p, e) }) {
				add(p, e)
			}
		}},

		{"func value", func(p *probe) { f := add[*fault]; f(p, e) }},
		{"opaque func value", func(p *probe) { opaque(add[*fault])(p, e) }},
		{"func value of another shape", func(p *probe) { opaque(add[point])(p, point{}) }},
		{"func value of an interface", func(p *probe) { opaque(add[error])(p, e) }},
		{"func value, not generic", func(p *probe) { opaque(addAny)(p, e) }},
		{"package-level func value", func(p *probe) { packageLevel(p, e) }},
		{"func value passed on", func(p *probe) { apply(add[*fault], p, e) }},
		{"func value made in a generic function", func(p *probe) { passOn(p, e); passOn[error](p, e) }},

		{"generic caller", func(p *probe) { generic(p, e); generic(p, point{}); generic[error](p, e) }},
		{"generic caller as func value", func(p *probe) { opaque(generic[error])(p, e) }},
		{"generic method", func(p *probe) { box[point]{}.Value(p); (&box[error]{e}).Pointer(p) }},
		{"generic method value", func(p *probe) { opaque((&box[error]{e}).Value)(p) }},
		{"generic method expression", func(p *probe) { opaque((*box[*fault]).Value)(&box[*fault]{e}, p) }},
		{"generic method in an interface", func(p *probe) { opaque[adder](&box[*fault]{e}).Value(p) }},

		{"method value", func(p *probe) { opaque(inner{}.Value)(p); opaque((&inner{}).Pointer)(p) }},
		{"promoted method value", func(p *probe) { opaque(outer{}.Value)(p); opaque(outerPointer{&inner{}}.Pointer)(p) }},
		{"method expression", func(p *probe) { opaque(inner.Value)(inner{}, p); opaque((*outer).Pointer)(&outer{}, p) }},
		{"method expression of an interface", func(p *probe) { opaque(adder.Value)(&outer{}, p) }},
		{"interface", func(p *probe) { opaque[adder](inner{}).Value(p); opaque[adder](&inner{}).Value(p) }},
		{"interface with a promoted method", func(p *probe) { opaque[adder](&outer{}).Value(p); opaque[adder](outerPointer{&inner{}}).Value(p) }},

		{"defer", func(p *probe) { defer add(p, e) }},
		{"defer, not generic", func(p *probe) { defer addAny(p, e) }},
		{"defer of a func value", func(p *probe) { defer opaque(add[*fault])(p, e) }},
		{"defer in a loop", func(p *probe) {
			for range 2 {
				defer add(p, e)
			}
		}},
		{"defer of a closure", func(p *probe) { defer func() { add(p, e) }() }},
		{"defer in a panic", func(p *probe) { defer func() { _ = recover() }(); defer add(p, e); panic("test") }},
		{"defer in a fault", func(p *probe) { defer func() { _ = recover() }(); defer add(p, e); *opaque((*int)(nil)) = 1 }},
		{"recovered", func(p *probe) { defer func() { _ = recover(); add(p, e) }(); panic("test") }},

		{"go", func(p *probe) { go add(p, e) }},
		{"go, not generic", func(p *probe) { go addAny(p, e) }},
		{"go of a func value", func(p *probe) { go opaque(add[*fault])(p, e) }},
		{"go of a closure", func(p *probe) { go func() { add(p, e) }() }},
		{"coroutine", func(p *probe) {
			next, stop := iter.Pull(once(func() { add(p, e) }))
			defer stop()
			next()
		}},
		{"moving stack", func(p *probe) { go grow(p, 1000) }},

		{"reflection", func(p *probe) {
			reflect.ValueOf(add[*fault]).Call([]reflect.Value{reflect.ValueOf(p), reflect.ValueOf(e)})
		}},
		{"reflection, not generic", func(p *probe) {
			reflect.ValueOf(addAny).Call([]reflect.Value{reflect.ValueOf(p), reflect.ValueOf(e)})
		}},
		{"reflected method", func(p *probe) { reflect.ValueOf(outer{}).Method(0).Call([]reflect.Value{reflect.ValueOf(p)}) }},
		{"reflected method value", func(p *probe) { reflect.ValueOf(&outer{}).MethodByName("Pointer").Interface().(func(*probe))(p) }},
		{"made by reflection", func(p *probe) {
			f := reflect.MakeFunc(reflect.TypeFor[func(*probe, *fault) *fault](), reflect.ValueOf(packageLevel).Call)
			f.Interface().(func(*probe, *fault) *fault)(p, e)
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := newProbe(t)
			for range 3 {
				tt.call(p)
				p.await(1)
			}
			for len(p.found) > 0 {
				p.await(1)
			}
		})
	}
}

// initial is what a call site in the initialisation of a package looks like.
var initial = func() *layer { return New(&fault{}, "m").top() }()

func TestCallSiteInInit(t *testing.T) {
	_, here, _, _ := runtime.Caller(0)
	if f := initial.frame(); f.File != here || f.Line == 0 {
		t.Errorf("%s:%d, want a line of %s", f.File, f.Line, here)
	}
}

func BenchmarkCallSite(b *testing.B) {
	e := &fault{}
	w := New(e, "m")
	b.Run("Wrap", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			Wrap(w, "m")
		}
	})
	b.Run("func value", func(b *testing.B) {
		wrap := opaque(Wrap[*fault])
		b.ReportAllocs()
		for b.Loop() {
			wrap(w, "m")
		}
	})
}
