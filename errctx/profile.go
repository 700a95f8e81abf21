package errctx

import (
	"log/slog"
	"reflect"
	"unsafe"
)

// Profile is a reader of errors: what is shown of one depends on who looks.
//
//	               Local    Log      Wire       Public
//	messages, kind shown    shown    shown      shown
//	safe values    shown    shown    shown      shown
//	private values shown    shown    [private]  left out
//	secret values  [secret] [secret] left out   left out
//	root's text    shown    shown    if safe    if safe
//	types          shown    shown    shown      left out
//	call sites     whole    short    short      left out
//
// Values are attributes of layers and fields of the root. One is private unless it
// is declared: by [Safe] and [Secret], by its type ([SafeValue], [SecretValue]), or, for a
// field, by the tag `errctx:"safe"` or `errctx:"secret"`. The tag `errctx:"private"` keeps a field
// private in what is safe as a whole; any other tag is taken for a secret.
type Profile uint8

const (
	// Local is a developer at the machine: %+v.
	Local Profile = iota
	// Log is the program's own log: slog and json.Marshal.
	Log
	// Wire is another program, and metrics.
	Wire
	// Public is a stranger.
	Public
)

// String returns "local", "log", "wire" or "public".
func (p Profile) String() string { return p.view().name }

// view is a row of the table above, turned on its side.
type view struct {
	name            string
	private, secret treatment
	text, types     bool
	sites           detail
}

type treatment uint8

const (
	show treatment = iota
	mask
	omit
)

type detail uint8

const (
	none  detail = iota
	brief        // disk.(*Store).Open, disk/open.go
	whole        // with the paths of both
)

var views = [...]view{
	Local:  {name: "local", private: show, secret: mask, text: true, types: true, sites: whole},
	Log:    {name: "log", private: show, secret: mask, text: true, types: true, sites: brief},
	Wire:   {name: "wire", private: mask, secret: omit, types: true, sites: brief},
	Public: {name: "public", private: omit, secret: omit},
}

// view returns the row for p; who is unknown is a stranger.
func (p Profile) view() *view {
	if int(p) >= len(views) {
		p = Public
	}
	return &views[p]
}

func (v *view) treat(p privacy) treatment {
	switch p {
	case safe:
		return show
	case secret:
		return v.secret
	default:
		return v.private
	}
}

// Attr returns a as p shows it, resolved, and whether it shows it at all.
func (p Profile) Attr(a slog.Attr) (slog.Attr, bool) {
	v := p.view()
	x, private := disclose(a.Value, private)
	switch v.treat(private) {
	case omit:
		return slog.Attr{}, false
	case mask:
		return slog.String(a.Key, masked(private)), true
	}
	return slog.Attr{Key: a.Key, Value: v.plain(x, private, maxNesting)}, true
}

// plain returns a resolved value without what is not to be seen of its parts.
func (v *view) plain(x slog.Value, around privacy, depth int) slog.Value {
	if h := handleIn(x); h != nil {
		return slog.StringValue(v.line(h))
	}
	if x.Kind() == slog.KindGroup {
		return v.group(x.Group(), around, depth-1)
	}
	return x
}

// group returns the members of a group as they are shown.
func (v *view) group(members []slog.Attr, around privacy, depth int) slog.Value {
	var shown []slog.Attr
	for _, a := range members {
		x, private := disclose(a.Value, around)
		switch t := v.treat(private); {
		case t == omit || depth == 0:
			continue
		case t == mask:
			x = slog.StringValue(masked(private))
		default:
			x = v.plain(x, private, depth)
		}
		shown = append(shown, slog.Attr{Key: a.Key, Value: x})
	}
	return slog.GroupValue(shown...)
}

// handleIn returns the handle that a value is, if it is one.
func handleIn(x slog.Value) handle {
	if k := x.Kind(); k == slog.KindAny || k == slog.KindLogValuer {
		if err, ok := x.Any().(error); ok {
			h, _ := asHandle(err)
			return h
		}
	}
	return nil
}

func masked(p privacy) string {
	if p == secret {
		return secretText
	}
	return privateText
}

// Line renders err in one line, "outer: inner: root", for p. Where the root's text
// is not for p's eyes its kind stands instead, or the type if it has none.
func (p Profile) Line(err error) string {
	if isNil(err) {
		return ""
	}
	return p.view().line(err)
}

func (v *view) line(err error) string {
	h, _ := asHandle(err)
	if h == nil {
		return v.cause(err)
	}
	return line(h.top(), v.cause(h.Unwrap()))
}

// tells reports whether the text of a root is shown.
func (v *view) tells(root error) bool {
	return v.text || traitsOf(reflect.TypeOf(root)) == safe
}

// cause returns the text of a root, or what is shown instead.
func (v *view) cause(root error) string {
	if v.tells(root) {
		return textOf(root)
	}
	switch kind := kindOf(root); {
	case kind != "":
		return kind
	case v.types:
		return typeName(root)
	default:
		return "internal error"
	}
}

// line puts messages and cause together in one allocation.
func line(top *layer, cause string) string {
	b := appendLine(make([]byte, 0, lead(top)+len(cause)), top, cause)
	return unsafe.String(unsafe.SliceData(b), len(b))
}

func appendLine(b []byte, top *layer, cause string) []byte {
	for l := top; l != nil; l = l.next {
		if l.msg != "" {
			b = append(append(b, l.msg...), ": "...)
		}
	}
	return append(b, cause...)
}

// lead returns the length of a line before its cause.
func lead(top *layer) (n int) {
	for l := top; l != nil; l = l.next {
		if l.msg != "" {
			n += len(l.msg) + len(": ")
		}
	}
	return n
}
