//go:build gc && !purego && (amd64 || arm64)

package errctx

import (
	"io/fs"
	"syscall"
	"testing"
)

// The call sites of every exported function must be confirmed, or callSite is merely
// slow: that is how a function that lost its go:noinline would show.
func TestCallSiteIsConfirmed(t *testing.T) {
	e := &fault{}
	w := New(e, "m")
	for name, add := range map[string]func() error{
		"New":                 func() error { return New(e, "m") },
		"New of an interface": func() error { return New[Kind](e, "m") },
		"Adopt":               func() error { return Adopt(&fs.PathError{Err: e}, "m") },
		"AdoptValue":          func() error { return AdoptValue(syscall.ENOENT, "m") },
		"Wrap":                func() error { return Wrap(w, "m") },
		"Annotate a handle":   func() error { return Annotate(w, "m") },
		"Annotate an error":   func() error { return Annotate(fs.ErrExist, "m") },
	} {
		pc := uintptr(add().(handle).top().site >> countBits)
		if confirmed[slot(pc)].Load() != pc {
			t.Errorf("%s: %x is not confirmed", name, pc)
		}
		if again := uintptr(add().(handle).top().site >> countBits); again != pc {
			t.Errorf("%s: at %x first, then at %x", name, pc, again)
		}
	}
}

// Losing a slot costs time, not truth.
func TestCallSiteWithoutItsSlot(t *testing.T) {
	p := newProbe(t)
	for range 3 {
		for i := range confirmed {
			confirmed[i].Store(^uintptr(0))
		}
		add(p, &fault{})
		p.await(1)
	}
}
