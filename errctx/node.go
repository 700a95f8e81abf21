package errctx

import (
	"log/slog"
	"reflect"
	"slices"
)

// handle is what every WithContext is, whatever its type parameter.
type handle interface {
	error
	Unwrap() error
	top() *layer
	annotate(msg string, site uintptr, attrs []slog.Attr) error
}

// asHandle returns the handle that err is. A type that embeds one has its methods, and is none.
func asHandle(err error) (handle, bool) {
	h, ok := err.(handle)
	if !ok {
		return nil, false
	}
	if t := reflect.TypeOf(err); t.Kind() != reflect.Pointer || t.Elem().PkgPath() != ownPath {
		return nil, false
	}
	return h, true
}

var ownPath = reflect.TypeFor[layer]().PkgPath()

// node is the only implementation of WithContext: a root and its outermost layer.
type node[E error] struct {
	layer
	root E
}

var _ WithContext[error] = (*node[error])(nil)

func (n *node[E]) Root() E       { return n.root }
func (n *node[E]) Unwrap() error { return n.root }
func (n *node[E]) top() *layer   { return &n.layer }

func (n *node[E]) annotate(msg string, site uintptr, attrs []slog.Attr) error {
	return build(n.root, &n.layer, msg, site, attrs)
}

// build makes a node with its attributes in the same allocation. The node is
// the first field, so a pointer to it keeps the attributes behind it alive.
func build[E error](root E, next *layer, msg string, pc uintptr, attrs []slog.Attr) *node[E] {
	// User space program counters fit into 56 bits on every architecture Go runs on.
	site := uint64(pc)<<countBits | uint64(len(attrs))
	switch len(attrs) {
	case 0:
		return &node[E]{layer{next: next, msg: msg, site: site}, root}
	case 1:
		n := new(struct {
			node[E]
			a [1]slog.Attr
		})
		n.a = [1]slog.Attr(attrs)
		n.next, n.msg, n.first, n.site, n.root = next, msg, &n.a[0], site, root
		return &n.node
	case 2:
		n := new(struct {
			node[E]
			a [2]slog.Attr
		})
		n.a = [2]slog.Attr(attrs)
		n.next, n.msg, n.first, n.site, n.root = next, msg, &n.a[0], site, root
		return &n.node
	case 3:
		n := new(struct {
			node[E]
			a [3]slog.Attr
		})
		n.a = [3]slog.Attr(attrs)
		n.next, n.msg, n.first, n.site, n.root = next, msg, &n.a[0], site, root
		return &n.node
	case 4:
		n := new(struct {
			node[E]
			a [4]slog.Attr
		})
		n.a = [4]slog.Attr(attrs)
		n.next, n.msg, n.first, n.site, n.root = next, msg, &n.a[0], site, root
		return &n.node
	default:
		own := fold(attrs)
		return &node[E]{layer{next, msg, &own[0], uint64(pc)<<countBits | uint64(len(own))}, root}
	}
}

// fold copies attrs; what is beyond the number that a layer can count goes into a group "more".
func fold(attrs []slog.Attr) []slog.Attr {
	if len(attrs) <= maxAttrs {
		return slices.Clone(attrs)
	}
	kept := slices.Clone(attrs[:maxAttrs])
	kept[maxAttrs-1] = slog.Attr{Key: "more", Value: slog.GroupValue(slices.Clone(attrs[maxAttrs-1:])...)}
	return kept
}
