package errctx_test

import (
	"fmt"
	"log/slog"
	"os"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/holdfast-go/holdfast/errctx"
)

// place is where an error's outermost layer was added.
func place(err error) string {
	for l := range errctx.Layers(err) {
		f := l.Frame()
		return fmt.Sprint(f.Function, " ", f.File, ":", f.Line)
	}
	return "nowhere"
}

var base = errctx.New(&missing{"x"}, "base")

// These are inlined, one into the other.
func inlined1() error { return errctx.Wrap(base, "inlined") }
func inlined2() error { return inlined1() }
func inlined3() error { return inlined2() }

type caller struct{ pad [3]int }

func (caller) Value() error    { return errctx.Wrap(base, "method of a value") }
func (*caller) Pointer() error { return errctx.Wrap(base, "method of a pointer") }

type calls interface{ Value() error }

// promoted has its methods from another type: the compiler makes wrappers for them.
type promoted struct{ *caller }

func generic[E error](w errctx.WithContext[E]) error { return errctx.Wrap(w, "generic") }

//go:noinline
func apply(f func(errctx.WithContext[*missing], string, ...slog.Attr) errctx.WithContext[*missing]) error {
	return f(base, "through a func value")
}

//go:noinline
func deep(n int) error {
	var big [256]byte
	if n == 0 {
		return errctx.Wrap(base, "deep")
	}
	err := deep(n - 1)
	runtime.KeepAlive(&big)
	return err
}

var atInit = errctx.Wrap(base, "in a variable's initializer")

// Wherever a layer is added, the place is what runtime.Callers says: when a call site
// is seen for the first time it is asked, and what comes after has to be the same.
func TestCallSitesAreThoseOfRuntimeCallers(t *testing.T) {
	var iface calls = caller{}
	var embedded calls = promoted{&caller{}}
	wrap := errctx.Wrap[*missing]
	deferred := func(f func() error) (err error) {
		defer func() { err = f() }()
		return nil
	}
	ran := 0
	for name, add := range map[string]func() error{
		"New":                  func() error { return errctx.New(&missing{"x"}, "m") },
		"New with attributes":  func() error { return errctx.New(&missing{"x"}, "m", slog.Int("a", 1)) },
		"New of a sum":         func() error { return errctx.New[storeError](&missing{"x"}, "m") },
		"Adopt":                func() error { return errctx.Adopt(&os.PathError{Err: os.ErrExist}, "m") },
		"AdoptValue":           func() error { return errctx.AdoptValue(broken{}, "m") },
		"Wrap":                 func() error { return errctx.Wrap(base, "m") },
		"Annotate a handle":    func() error { return errctx.Annotate(base, "m") },
		"Annotate an error":    func() error { return errctx.Annotate(os.ErrExist, "m") },
		"inlined":              inlined3,
		"method of a value":    iface.Value,
		"method of a pointer":  (&caller{}).Pointer,
		"method expression":    func() error { return caller.Value(caller{}) },
		"promoted method":      embedded.Value,
		"promoted, as a value": promoted{&caller{}}.Pointer,
		"generic, pointer":     func() error { return generic(base) },
		"generic, sum":         func() error { return generic(open(&missing{"x"})) },
		"generic, value":       func() error { return generic(errctx.AdoptValue(broken{}, "m")) },
		"func value":           func() error { return wrap(base, "m") },
		"func value, passed":   func() error { return apply(errctx.Wrap[*missing]) },
		"reflect": func() error {
			out := reflect.ValueOf(wrap).Call([]reflect.Value{reflect.ValueOf(&base).Elem(), reflect.ValueOf("m")})
			return out[0].Interface().(error)
		},
		"reflect, of a method": func() error {
			out := reflect.ValueOf(&caller{}).MethodByName("Pointer").Call(nil)
			return out[0].Interface().(error)
		},
		"deferred":      func() error { return deferred(inlined1) },
		"after a panic": func() (err error) { defer func() { _ = recover(); err = inlined2() }(); panic("x") },
		"deep":          func() error { return deep(1000) },
		"range over funcs": func() (err error) {
			slices.Values([]int{1})(func(int) bool { err = inlined1(); return true })
			return err
		},
		"goroutine": func() (err error) {
			var wg sync.WaitGroup
			wg.Go(func() { err = errctx.Wrap(base, "m") })
			wg.Wait()
			return err
		},
	} {
		errctx.ForgetCallSites()
		want := place(add())
		if !strings.Contains(want, "errctx_test.") && !strings.Contains(want, "reflect.") {
			t.Errorf("%s: the place is %s", name, want)
		}
		for range 3 {
			if got := place(add()); got != want {
				t.Errorf("%s: %s, and then %s", name, want, got)
			}
		}
		if errctx.Remembered() > 0 {
			ran++
		}
	}
	if errctx.RemembersCallSites && ran < 20 {
		t.Errorf("only %d call sites were remembered", ran)
	}
	if got := place(atInit); !strings.Contains(got, "init") {
		t.Errorf("in an initializer: %s", got)
	}
}

// Many call sites and goroutines share the memory, while stacks grow and are moved.
func TestCallSitesUnderLoad(t *testing.T) {
	want := map[int]string{}
	for n := range 8 {
		want[n] = place(deep(n * 100))
	}
	var wg sync.WaitGroup
	for g := range 16 {
		wg.Go(func() {
			for i := range 50 {
				if i%10 == 0 {
					errctx.ForgetCallSites()
				}
				n := (g + i) % 8
				if got := place(deep(n * 100)); got != want[n] {
					t.Errorf("%s, want %s", got, want[n])
					return
				}
			}
		})
	}
	wg.Wait()
}
