// Package peer drives errctx and other error libraries through the same motions,
// each the way its own documentation says to use it.
package peer

import (
	"encoding/json"
	"log/slog"
	"runtime"
	"time"
)

// Fault is the root of every chain: a typed error, as programs have them.
type Fault struct{ Digest string }

// Error returns a constant, so that what is measured is the layers.
func (*Fault) Error() string { return "blob is missing" }

// ErrorKind makes a Fault an errctx.Kind.
func (*Fault) ErrorKind() string { return "bench.fault" }

// SafeDetails lets cockroachdb/errors carry the field over the wire.
func (f *Fault) SafeDetails() []string { return []string{f.Digest} }

// What the layers with attributes are given. Variables, as real values are no constants.
var (
	Digest = "sha256:3f2a9c"
	Size   = int64(1 << 20)
	Took   = 1500 * time.Millisecond
)

// attrText is how those are put into a text.
const attrText = "digest=%s size=%d took=%s"

// Peer is one library.
type Peer struct {
	Name string
	Path string // of its package; "" for what is written by hand
	Uses string // what is called for a layer

	// Each runs its operation n times.
	First func(n int) // a layer on a root
	More  func(n int) // a layer on a chain of one layer
	Ten   func(n int) // a root and ten layers
	Attrs func(n int) // More with three attributes
	Root  func(n int) // from what Ten returns to the root
	From  func(n int) // from a plain error to what More returns; nil if that is one

	// Chain10 returns a root with ten layers, each with a call site and a message of its own.
	Chain10 func(root *Fault) error
	// Repeated returns a root with layers that one loop adds.
	Repeated func(root *Fault, depth int) error
	// WithAttrs returns two layers, the outer one with three attributes.
	WithAttrs func(root *Fault) error
	// Any is a layer on whatever error is at hand, nil too.
	Any func(err error) error
	// Log returns what one logs with slog.
	Log func(err error) slog.Attr
	// JSON is how an error becomes JSON.
	JSON func(err error) ([]byte, error)
	// Wire prepares err, a chain of this peer's, to be sent; nil if there is no wire form.
	Wire func(err error) Trip
}

// Chain returns a root with layers, as true to life as the depth allows.
func (p Peer) Chain(depth int) error {
	root := &Fault{Digest: Digest}
	if depth == 10 {
		return p.Chain10(root)
	}
	return p.Repeated(root, depth)
}

// Trip encodes one error and decodes it again.
type Trip struct {
	Encode func() ([]byte, error)
	Decode func([]byte) (error, error)
}

// All returns the peers. The first one is errctx.
func All() []Peer {
	return []Peer{holdfast(), holdfastSum(), bareStruct(), std(), pkgErrors(), goFaster(), tozd(), cockroach(), erisPeer(), errorxPeer(), oopsPeer()}
}

// api is what an adapter gives: a library's calls, with its own types. E is what a layer
// returns. The rest of Peer follows from it.
type api[E error] struct {
	first func(*Fault) E
	more  func(E) E
	ten   func(*Fault) E
	attrs func(E) E
	root  func(E) error
	any   func(error) error
}

// of completes p with what follows from a.
func of[E error](p Peer, a api[E]) Peer {
	root := &Fault{Digest: Digest}
	one, ten := a.first(root), a.ten(root)
	p.First = repeat(func() E { return a.first(root) })
	p.More = repeat(func() E { return a.more(one) })
	p.Ten = repeat(func() E { return a.ten(root) })
	p.Attrs = repeat(func() E { return a.attrs(one) })
	if p.Root == nil {
		p.Root = repeat(func() error { return a.root(ten) })
	}
	p.Any = a.any
	p.Chain10 = func(root *Fault) error { return a.ten(root) }
	p.Repeated = func(root *Fault, depth int) error {
		e := a.first(root)
		for range depth - 1 {
			e = a.more(e)
		}
		return e
	}
	p.WithAttrs = func(root *Fault) error { return a.attrs(a.first(root)) }
	if p.Log == nil {
		p.Log = func(err error) slog.Attr { return slog.Any("err", err) }
	}
	if p.JSON == nil {
		p.JSON = func(err error) ([]byte, error) { return json.Marshal(err) }
	}
	return p
}

// repeat returns a loop over f. The results escape, as errors do.
func repeat[T any](f func() T) func(n int) {
	return func(n int) {
		var last T
		for range n {
			last = f()
		}
		runtime.KeepAlive(last)
	}
}
