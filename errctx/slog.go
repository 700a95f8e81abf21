package errctx

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"unsafe"
)

// LogValue implements slog.LogValuer: a group with the members that [Profile.JSON] for
// [Log] has. A JSON handler writes the same object, a text handler a key for each member. The
// ReplaceAttr of a handler is not asked about the attributes of layers: declare what is secret.
func (n *node[E]) LogValue() slog.Value { return logValueOf(&n.layer, n.root) }

// logged is a group for slog with most of what its members refer to. It, its layers and its
// texts are three allocations.
type logged struct {
	members [7]slog.Attr
	fields  [5]slog.Attr // more are in an allocation of their own
	layers  loggedLayers
}

func logValueOf(top *layer, root error) slog.Value {
	g := &logged{}
	cause := textOf(root)
	message := g.render(top, cause)

	group := append(g.members[:0], slog.String("message", message))
	if kind := kindOf(root); kind != "" {
		group = append(group, slog.String("kind", kind))
	}
	group = append(group, slog.String("type", typeName(root)), slog.String("root", message[len(message)-len(cause):]))
	if fields := appendFields(g.fields[:0], root); len(fields) > 0 {
		group = append(group, slog.Attr{Key: "fields", Value: slog.GroupValue(fields...)})
	}
	if len(g.layers) > 0 {
		group = append(group, slog.Any("layers", &g.layers))
	}
	if below(root) != nil {
		group = append(group, slog.Any("below", loggedBranches{root}))
	}
	return slog.GroupValue(group...)
}

// render fills the layers and returns the line. The line and the attributes, which are
// JSON already, share an allocation.
func (g *logged) render(top *layer, cause string) (message string) {
	n := 0
	for l := top; l != nil; l = l.next {
		n++
	}
	g.layers = make(loggedLayers, 0, n)
	text := encode(Log, func(j *jsonWriter) {
		j.b = appendLine(j.b, top, cause)
		for l := range top.all() {
			to := loggedLayer{Message: l.msg, from: len(j.b)}
			if at := l.place(); at != nil {
				to.Function, to.File, to.Line = at.function, at.file, at.Line
			}
			if r := l.record(); r != nil {
				to.Origin = r.origin
			}
			if attrs := l.attrs(); len(attrs) > 0 {
				j.b = append(j.b, '{')
				j.group(attrs, private)
				j.b = append(j.b, '}')
			}
			g.layers = append(g.layers, to)
		}
	})
	end := len(text)
	for i := range slices.Backward(g.layers) {
		l := &g.layers[i]
		if l.from < end {
			l.Attrs = text[l.from:end:end]
		}
		end = l.from
	}
	return unsafe.String(unsafe.SliceData(text), end)
}

// loggedLayers is a list for slog's handlers. It is made of structs, which encoding/json writes
// as they come: what a json.Marshaler writes it reads once more, and that takes as long as
// all the rest.
type loggedLayers []loggedLayer

type loggedLayer struct {
	Message  string          `json:"message"`
	Function string          `json:"function,omitempty"`
	File     string          `json:"file,omitempty"`
	Line     int             `json:"line,omitempty"`
	Origin   string          `json:"origin,omitempty"`
	Attrs    json.RawMessage `json:"attrs,omitempty"`

	from int // where Attrs is in the text
}

// Format writes "message {attributes} (function:line); …", for slog.TextHandler and for handlers
// that print what they do not know.
func (l *loggedLayers) Format(s fmt.State, _ rune) {
	for i, k := range *l {
		if i > 0 {
			_, _ = s.Write([]byte("; "))
		}
		_, _ = s.Write([]byte(k.Message))
		if k.Attrs != nil {
			_, _ = s.Write(append([]byte(" "), k.Attrs...))
		}
		if k.Function != "" {
			_, _ = s.Write([]byte(" (" + k.Function + ":" + strconv.Itoa(k.Line) + ")"))
		}
	}
}

// loggedBranches is what Log.JSON has under "below".
type loggedBranches struct{ root error }

// MarshalJSON is for JSON handlers.
func (l loggedBranches) MarshalJSON() ([]byte, error) {
	return encode(Log, func(j *jsonWriter) { j.branches(l.root) }), nil
}

// String renders the branches' messages.
func (l loggedBranches) String() string {
	var lines []string
	w := newWalker(Log)
	for e := range w.below(l.root) {
		lines = append(lines, w.line(e))
	}
	return strings.Join(lines, "; ")
}
