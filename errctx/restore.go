package errctx

import "log/slog"

// Record is a layer that was added elsewhere: in another process, or by an earlier one.
type Record struct {
	Message  string
	Function string // such as "disk.(*Store).Open"
	File     string // such as "disk/open.go"
	Line     int
	Attrs    []slog.Attr
	Origin   string // who added it, if that is not the origin of the handle
}

// Restore makes the handle of an error that happened elsewhere: its root, which the
// caller has decoded, and its layers, outermost first. Package wire builds on it. It
// returns nil when root is nil.
//
// The handle is marked: [Origin] and [Layer.Origin] tell that it came from origin, which is a name
// for people, such as "builder-3", and may be empty. The mark stays when the handle is
// wrapped or mapped.
func Restore[K Kind](root K, origin string, layers ...Record) WithContext[K] {
	if isNil(root) {
		return nil
	}
	// The innermost layer has the mark, whether it says anything or not.
	top := recorded(nil, Record{}, origin)
	for i := len(layers) - 1; i >= 0; i-- {
		top = recorded(top, layers[i], origin)
	}
	return &node[K]{layer: layer{next: top}, root: root}
}

// Origin says where err's outermost handle came from, if that was not here.
func Origin(err error) (origin string, remote bool) {
	for visits := maxVisits; err != nil && visits > 0; visits-- {
		if h, ok := asHandle(err); ok {
			for l := h.top(); l != nil; l = l.next {
				if r := l.record(); r != nil {
					return r.origin, true
				}
			}
		}
		u, ok := err.(interface{ Unwrap() error })
		if !ok {
			break
		}
		err = u.Unwrap()
	}
	return "", false
}

// IsRemote reports whether err itself is a handle that came from elsewhere. [Origin] looks further.
func IsRemote(err error) bool {
	h, ok := asHandle(err)
	if !ok {
		return false
	}
	for l := h.top(); l != nil; l = l.next {
		if l.record() != nil {
			return true
		}
	}
	return false
}

// record is what a layer has in place of a program counter.
type record struct {
	origin, function, file string
	line                   int
}

func recorded(next *layer, r Record, origin string) *layer {
	if r.Origin != "" {
		origin = r.Origin
	}
	own := slog.Any("", &record{origin, r.Function, r.File, r.Line})
	attrs := fold(append([]slog.Attr{own}, r.Attrs...))
	return &layer{next: next, msg: r.Message, first: &attrs[0], site: uint64(len(attrs))}
}
