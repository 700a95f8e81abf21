package errctx

import (
	"iter"
	"log/slog"
	"runtime"
	"slices"
	"unsafe"
)

// Layer is one step of context: what was being done, with what, and where.
type Layer struct{ l *layer }

// Message is the constant text given to New, Adopt, Wrap or Annotate.
func (l Layer) Message() string { return l.l.msg }

// Attrs returns a copy of the layer's attributes.
func (l Layer) Attrs() []slog.Attr { return slices.Clone(l.l.attrs()) }

// Frame resolves the function, file and line that added the layer.
func (l Layer) Frame() runtime.Frame { return l.l.frame() }

// Layers yields the layers of every handle in err's tree, outermost first.
// Branches of a joined error follow one another in their order. The walk ends
// after 100,000 errors: trees of foreign errors may be cyclic.
func Layers(err error) iter.Seq[Layer] {
	return func(yield func(Layer) bool) {
		budget := maxVisits
		yieldLayers(err, yield, &budget)
	}
}

func yieldLayers(err error, yield func(Layer) bool, budget *int) bool {
	for ; err != nil && *budget > 0; *budget-- {
		if h, ok := err.(handle); ok {
			for l := range h.top().all() {
				if !yield(Layer{l}) {
					return false
				}
			}
		}
		switch u := err.(type) {
		case interface{ Unwrap() error }:
			err = u.Unwrap()
		case interface{ Unwrap() []error }:
			*budget--
			for _, e := range u.Unwrap() {
				if !yieldLayers(e, yield, budget) {
					return false
				}
			}
			return true
		default:
			return true
		}
	}
	return true
}

// layer is immutable once built, and not generic, so that rendering and
// encoding are compiled once. Siblings share their tail.
//
// 40 bytes: with a pointer root a node is 48, a size class of the allocator.
// That is why pc and the number of attributes share a word.
type layer struct {
	next  *layer
	msg   string
	first *slog.Attr // the attributes, in the node's own allocation
	site  uint64     // program counter << 8 | number of attributes
}

const maxAttrs = 0xff

// blank tells the layer that Map makes: a new root, nothing said.
func (l *layer) blank() bool { return l.msg == "" && l.site == 0 }

func (l *layer) attrs() []slog.Attr { return unsafe.Slice(l.first, l.site&maxAttrs) }

func (l *layer) frame() runtime.Frame {
	if l.site>>8 == 0 {
		return runtime.Frame{}
	}
	f, _ := runtime.CallersFrames([]uintptr{uintptr(l.site >> 8)}).Next()
	return f
}

// all yields the layers that say something, outermost first.
func (l *layer) all() iter.Seq[*layer] {
	return func(yield func(*layer) bool) {
		for ; l != nil; l = l.next {
			if !l.blank() && !yield(l) {
				return
			}
		}
	}
}

// callSite captures the caller of the exported function that calls it.
// One frame is enough: the layers together are the trace.
func callSite() uintptr {
	var pc [1]uintptr
	runtime.Callers(3, pc[:])
	return pc[0]
}
