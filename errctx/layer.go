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
func (l Layer) Message() string {
	if l.l == nil {
		return ""
	}
	return l.l.msg
}

// Attrs returns a copy of the layer's attributes. [Profile.Attr] says how to show one.
func (l Layer) Attrs() []slog.Attr {
	if l.l == nil {
		return nil
	}
	return slices.Clone(l.l.attrs())
}

// Frame resolves the function, file and line that added the layer. A layer that
// was added elsewhere has the names that came with it and no program counter.
func (l Layer) Frame() runtime.Frame {
	if l.l == nil {
		return runtime.Frame{}
	}
	return l.l.frame()
}

// Origin says where the layer was added, if that was not here: see [Restore].
func (l Layer) Origin() (origin string, remote bool) {
	if l.l == nil {
		return "", false
	}
	if r := l.l.record(); r != nil {
		return r.origin, true
	}
	return "", false
}

// Layers yields the layers of every handle in err's tree, outermost first.
// Branches of a joined error follow one another in their order. The walk ends
// after 100,000 errors: trees of foreign errors may be cyclic.
func Layers(err error) iter.Seq[Layer] {
	return func(yield func(Layer) bool) {
		budget := maxVisits
		yieldLayers(err, yield, &budget)
	}
}

// Split takes a handle apart: the layers of its own, outermost first, and its root, below
// which there may be handles again. What is no handle has no layers and is its own root.
func Split(err error) (layers iter.Seq[Layer], root error) {
	h, ok := asHandle(err)
	if !ok {
		return func(func(Layer) bool) {}, err
	}
	return func(yield func(Layer) bool) {
		for l := range h.top().all() {
			if !yield(Layer{l}) {
				return
			}
		}
	}, h.Unwrap()
}

func yieldLayers(err error, yield func(Layer) bool, budget *int) bool {
	for ; err != nil && *budget > 0; *budget-- {
		if h, ok := asHandle(err); ok {
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

const (
	countBits = 8
	maxAttrs  = 1<<countBits - 1
)

// mute tells the layers that were not added by anybody: the one that Map makes for a new
// root, and the one that only carries an origin.
func (l *layer) mute() bool {
	if l.msg != "" || l.site>>countBits != 0 || len(l.attrs()) > 0 {
		return false
	}
	r := l.record()
	return r == nil || r.function == "" && r.file == ""
}

// says reports whether all yields anything.
func (l *layer) says() bool {
	for range l.all() {
		return true
	}
	return false
}

func (l *layer) attrs() []slog.Attr {
	attrs := unsafe.Slice(l.first, l.site&maxAttrs)
	if l.record() != nil {
		return attrs[1:]
	}
	return attrs
}

// record returns where the layer was added, if that was not here. It stands before the
// attributes of a layer that has no program counter.
func (l *layer) record() *record {
	if l.site>>countBits != 0 || l.site == 0 {
		return nil
	}
	if v := l.first.Value; v.Kind() == slog.KindAny {
		r, _ := v.Any().(*record)
		return r
	}
	return nil
}

func (l *layer) frame() runtime.Frame {
	if s := l.place(); s != nil {
		return s.Frame
	}
	return runtime.Frame{}
}

// all yields the layers that say something, outermost first.
func (l *layer) all() iter.Seq[*layer] {
	return func(yield func(*layer) bool) {
		for ; l != nil; l = l.next {
			if !l.mute() && !yield(l) {
				return
			}
		}
	}
}
