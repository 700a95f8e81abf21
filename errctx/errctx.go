package errctx

import (
	"log/slog"
	"reflect"
	"slices"
)

// WithContext is an error of static type E with layers of context around it.
// The interface is sealed: only this package's functions make handles.
//
// An interface, not a struct, because a nil handle returned as an error has to
// be nil, and a handle has to be comparable even when its root is not.
type WithContext[E error] interface {
	error
	// Unwrap returns the root, in one step. Layers are data, not errors.
	Unwrap() error
	// Root returns what happened, without the context.
	Root() E

	handle
}

// Kind is an error with a stable identifier, such as "cas.missing_digest".
// The identifier outlives renames of the Go type: it is what logs, metrics and
// wire formats carry. Handles have none, which is why they do not nest.
type Kind interface {
	error
	ErrorKind() string
}

// New starts a handle at the line where a fault of our own is seen.
// It returns nil when root is nil.
//
// For a handle on a sealed sum, name the sum: New[StoreError](&MissingDigest{…}, "…").
//
//go:noinline
func New[K Kind](root K, msg string, attrs ...slog.Attr) WithContext[K] {
	if isNil(root) {
		return nil
	}
	return build(root, nil, msg, callSite(), attrs)
}

// Adopt starts a handle on a foreign error that is a pointer, such as *fs.PathError.
// It returns nil when root is nil.
//
// The constraint leaves interfaces out: a handle cannot be adopted, and an error
// whose type is known only as an interface goes through [Annotate].
//
//go:noinline
func Adopt[P interface {
	*T
	error
}, T any](root P, msg string, attrs ...slog.Attr) WithContext[P] {
	if root == nil {
		return nil
	}
	return build(root, nil, msg, callSite(), attrs)
}

// AdoptValue starts a handle on a foreign error that is a value, such as
// syscall.Errno or x509.HostnameError. Like [Adopt] it takes no interfaces.
//
// A zero value is an error like any other: check errno != 0 before calling.
//
//go:noinline
func AdoptValue[V error, P interface {
	*V
	error
}](root V, msg string, attrs ...slog.Attr) WithContext[V] {
	return build(root, nil, msg, callSite(), attrs)
}

// Wrap adds a layer and keeps the type. It returns nil when w is nil.
//
//go:noinline
func Wrap[E error](w WithContext[E], msg string, attrs ...slog.Attr) WithContext[E] {
	if w == nil {
		return nil
	}
	n, ok := w.(*node[E])
	if !ok { // somebody's type that embeds a handle
		return build(w.Root(), w.top(), msg, callSite(), attrs)
	}
	if len(attrs) == 0 {
		return &node[E]{layer{next: &n.layer, msg: msg, site: uint64(callSite()) << countBits}, n.root}
	}
	return build(n.root, &n.layer, msg, callSite(), attrs)
}

// Map changes the type of the root on purpose, as one does where one phase's
// error becomes another's, and keeps the layers. It returns nil when w is nil
// and when f returns nil, which says that there is no error any more.
//
// Give F an Unwrap method that returns the E it was made from, and
// errors.Is/As/AsType go on finding the original.
func Map[E error, F Kind](w WithContext[E], f func(E) F) WithContext[F] {
	if w == nil {
		return nil
	}
	root := f(w.Root())
	if isNil(root) {
		return nil
	}
	return &node[F]{layer: layer{next: w.top()}, root: root}
}

// Annotate adds a layer to any error, for code that returns plain errors.
// The dynamic type is kept: what [From] and errors.As found before, they find
// after. It returns nil when err is nil, also when it is a nil pointer in an interface.
//
//go:noinline
func Annotate(err error, msg string, attrs ...slog.Attr) error {
	if isNil(err) {
		return nil
	}
	if h, ok := asHandle(err); ok {
		return h.annotate(msg, callSite(), attrs)
	}
	return build(err, nil, msg, callSite(), attrs)
}

// From finds the handle on a K in err's tree: the inverse of returning a handle as a plain error.
// The layers that were added around it come along, whatever was between them: a handle on
// another type, an error of others with an Unwrap method.
//
// When err holds a K that never was in a handle of that type, a variant where the sum is asked
// for or the other way round, a handle is made of it.
func From[K Kind](err error) (_ WithContext[K], ok bool) {
	if n, ok := err.(*node[K]); ok {
		return n, n != nil
	}
	budget := maxVisits
	var inner *node[K]
	above, ok := handlesTo(err, func(e error) bool {
		inner, ok = e.(*node[K])
		if x, may := e.(interface{ As(any) bool }); !ok && may {
			var w WithContext[K]
			if x.As(&w) {
				inner, ok = w.(*node[K])
			}
		}
		return ok && inner != nil
	}, &budget)
	switch {
	case ok && len(above) == 0:
		return inner, true
	case ok:
		return &node[K]{layer: layer{next: stack(above, &inner.layer)}, root: inner.root}, true
	}
	var root K
	around, ok := handlesTo(err, func(e error) bool {
		root, ok = e.(K)
		if x, may := e.(interface{ As(any) bool }); !ok && may {
			ok = x.As(&root)
		}
		return ok && !isNil(root)
	}, &budget)
	if !ok {
		return nil, false
	}
	return &node[K]{layer: layer{next: stack(around, nil)}, root: root}, true
}

// handlesTo returns the handles on the way to the first error that is sought, outermost first.
func handlesTo(err error, sought func(error) bool, budget *int) (handles []handle, found bool) {
	for ; err != nil && *budget > 0; *budget-- {
		if sought(err) {
			return handles, true
		}
		if h, ok := asHandle(err); ok {
			handles = append(handles, h)
		}
		switch u := err.(type) {
		case interface{ Unwrap() error }:
			err = u.Unwrap()
		case interface{ Unwrap() []error }:
			*budget--
			for _, e := range u.Unwrap() {
				if below, ok := handlesTo(e, sought, budget); ok {
					return append(handles, below...), true
				}
			}
			return nil, false
		default:
			return nil, false
		}
	}
	return nil, false
}

// stack puts the layers of handles, outermost first, on top of others. The innermost
// chain is shared where nothing lies below it.
func stack(handles []handle, bottom *layer) *layer {
	for _, h := range slices.Backward(handles) {
		if bottom == nil {
			bottom = h.top()
			continue
		}
		own := slices.Collect(h.top().all())
		for _, l := range slices.Backward(own) {
			copied := *l
			copied.next, bottom = bottom, &copied
		}
	}
	return bottom
}

// maxVisits bounds a walk over foreign errors: a chain may be cyclic, and a join
// that holds itself twice has more paths than a walk can end.
const maxVisits = 100_000

// isNil reports whether root is nil, or a typed nil: neither is an error.
func isNil[E error](root E) bool {
	if any(root) == nil {
		return true
	}
	switch v := reflect.ValueOf(root); v.Kind() {
	case reflect.Pointer, reflect.Map, reflect.Slice, reflect.Func, reflect.Chan:
		return v.IsNil()
	}
	return false
}
