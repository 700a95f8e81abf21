package errctx

import (
	"bytes"
	"log/slog"
	"math"
	"strconv"
	"sync"
	"time"

	"github.com/holdfast-go/holdfast/errctx/internal/jsontext"
)

// JSON renders err for p as one object:
//
//	message  what [Profile.Line] returns
//	kind     of the root, if it has one
//	type     Go's name for the root's type
//	root     the root's text
//	fields   of a root with a kind: its exported fields
//	layers   outermost first: message, function, file, line, origin, attrs
//	below    the branches of a join, or a handle further down: objects like this one;
//	         those of a [Joined] are sorted, and one that stands there n times has "times": n
//
// What p does not show is not there.
func (p Profile) JSON(err error) []byte {
	if isNil(err) {
		return []byte("null")
	}
	return encode(p, func(j *jsonWriter) { j.tree(err) })
}

// MarshalJSON implements json.Marshaler with [Profile.JSON] for [Log].
func (n *node[E]) MarshalJSON() ([]byte, error) { return Log.JSON(n), nil }

// encode lends a writer to f and returns what f wrote.
func encode(p Profile, f func(*jsonWriter)) []byte {
	j := writers.Get().(*jsonWriter)
	j.walker, j.b = newWalker(p), j.b[:0]
	f(j)
	out := bytes.Clone(j.b)
	if cap(j.b) <= 64<<10 {
		clear(j.attrs[:cap(j.attrs)])
		writers.Put(j)
	}
	return out
}

var writers = sync.Pool{New: func() any { return &jsonWriter{b: make([]byte, 0, 4<<10)} }}

// jsonWriter appends JSON. Each value is written whole; commas are looked after by sep.
type jsonWriter struct {
	walker
	b     []byte
	attrs []slog.Attr // fields of the root at hand
}

func (j *jsonWriter) tree(err error) {
	root := err
	h, _ := asHandle(err)
	if h != nil {
		root = h.Unwrap()
	}
	cause := j.cause(root)
	j.b = append(j.b, '{')
	j.name("message")
	j.b = append(j.b, '"')
	if h != nil {
		for l := h.top(); l != nil; l = l.next {
			if l.msg != "" {
				j.escape(l.msg)
				j.escape(": ")
			}
		}
	}
	j.escape(cause)
	j.b = append(j.b, '"')
	if kind := kindOf(root); kind != "" {
		j.text("kind", kind)
	}
	if j.types {
		j.text("type", typeName(root))
	}
	if j.tells(root) {
		j.text("root", cause)
	}
	j.attrs = appendFields(j.attrs[:0], root)
	j.members("fields", j.attrs, private)
	if h != nil && h.top().says() {
		j.name("layers")
		j.layers(h.top())
	}
	if below(root) != nil {
		j.name("below")
		j.branches(root)
	}
	j.b = append(j.b, '}')
}

func (j *jsonWriter) layers(top *layer) {
	j.b = append(j.b, '[')
	for l := range top.all() {
		j.sep()
		j.layer(l)
	}
	j.b = append(j.b, ']')
}

func (j *jsonWriter) branches(root error) {
	var rendered [][]byte
	before := j.b
	for e := range j.below(root) {
		j.b = nil
		j.tree(e)
		rendered = append(rendered, j.b)
	}
	j.b = append(before, '[')
	for _, p := range arranged(root, rendered) {
		j.sep()
		if p.times > 1 {
			j.b = append(j.b, `{"times":`...)
			j.b = strconv.AppendInt(j.b, int64(p.times), 10)
			j.b = append(j.b, ',')
			p.text = p.text[1:]
		}
		j.b = append(j.b, p.text...)
	}
	j.b = append(j.b, ']')
}

func (j *jsonWriter) layer(l *layer) {
	j.b = append(j.b, '{')
	j.text("message", l.msg)
	if at := l.place(); at != nil && at.Function != "" && j.sites != none {
		function, file := j.names(at)
		j.text("function", function)
		j.text("file", file)
		j.name("line")
		j.b = strconv.AppendInt(j.b, int64(at.Line), 10)
	}
	if r := l.record(); r != nil && r.origin != "" && j.sites != none {
		j.text("origin", r.origin)
	}
	j.members("attrs", l.attrs(), private)
	j.b = append(j.b, '}')
}

// members writes an object of attributes under a name, or nothing if none of them is shown.
func (j *jsonWriter) members(name string, attrs []slog.Attr, around privacy) {
	start := len(j.b)
	j.name(name)
	j.b = append(j.b, '{')
	empty := len(j.b)
	j.group(attrs, around)
	if len(j.b) == empty {
		j.b = j.b[:start]
		return
	}
	j.b = append(j.b, '}')
}

func (j *jsonWriter) group(attrs []slog.Attr, around privacy) {
	if j.depth == maxNesting {
		return
	}
	j.depth++
	defer func() { j.depth-- }()
	for i := range attrs {
		x, private := disclose(attrs[i].Value, around)
		if x.Kind() == slog.KindGroup && (len(x.Group()) == 0 || attrs[i].Key == "") || attrs[i].Equal(slog.Attr{}) {
			if x.Kind() == slog.KindGroup {
				j.group(x.Group(), private) // as slog does: nothing, or its members
			}
			continue
		}
		switch j.treat(private) {
		case omit:
			continue
		case mask:
			j.key(attrs[i].Key)
			j.string(masked(private))
		default:
			j.key(attrs[i].Key)
			j.value(x, private)
		}
	}
}

// value writes a resolved value. What encoding/json might refuse is written as text:
// an attribute must not be able to break the encoding of the error it belongs to.
func (j *jsonWriter) value(x slog.Value, around privacy) {
	switch x.Kind() {
	case slog.KindGroup:
		j.b = append(j.b, '{')
		j.group(x.Group(), around)
		j.b = append(j.b, '}')
	case slog.KindInt64:
		j.b = strconv.AppendInt(j.b, x.Int64(), 10)
	case slog.KindUint64:
		j.b = strconv.AppendUint(j.b, x.Uint64(), 10)
	case slog.KindBool:
		j.b = strconv.AppendBool(j.b, x.Bool())
	case slog.KindFloat64:
		if f := x.Float64(); !math.IsInf(f, 0) && !math.IsNaN(f) {
			j.b = strconv.AppendFloat(j.b, f, 'g', -1, 64)
			return
		}
		j.string(x.String())
	case slog.KindString:
		j.string(x.String())
	case slog.KindTime:
		j.string(x.Time().Format(time.RFC3339Nano))
	case slog.KindAny, slog.KindLogValuer:
		switch a := x.Any().(type) {
		case nil:
			j.b = append(j.b, "null"...)
		case list:
			j.list(a, around)
		case error: // a handle; others are text by now
			if j.depth == maxNesting {
				j.string(j.line(a))
				return
			}
			j.depth++
			attrs := j.attrs // of the root that this one is part of
			j.attrs = nil
			j.tree(a)
			j.attrs = attrs
			j.depth--
		default:
			j.string(x.String())
		}
	default: // a duration
		j.string(x.String())
	}
}

func (j *jsonWriter) list(l list, around privacy) {
	j.b = append(j.b, '[')
	for _, e := range l {
		j.sep()
		x, private := disclose(e, around)
		if j.treat(private) == show {
			j.value(x, private)
		} else {
			j.string(masked(private))
		}
	}
	j.b = append(j.b, ']')
}

// sep separates what follows from what is there.
func (j *jsonWriter) sep() {
	if n := len(j.b); n > 0 && j.b[n-1] != '{' && j.b[n-1] != '[' {
		j.b = append(j.b, ',')
	}
}

func (j *jsonWriter) key(key string) {
	j.sep()
	j.string(key)
	j.b = append(j.b, ':')
}

// name writes a key of ours, in which nothing is to be escaped.
func (j *jsonWriter) name(name string) {
	j.sep()
	j.b = append(j.b, '"')
	j.b = append(j.b, name...)
	j.b = append(j.b, '"', ':')
}

func (j *jsonWriter) text(name, value string) {
	j.name(name)
	j.string(value)
}

// string and escape append what encoding/json would, without escaping HTML.
func (j *jsonWriter) string(s string) { j.b = jsontext.AppendQuote(j.b, s) }
func (j *jsonWriter) escape(s string) { j.b = jsontext.AppendEscaped(j.b, s) }
