package errctx

import (
	"bytes"
	"fmt"
	"log/slog"
	"strconv"
	"strings"
)

// LogValue implements slog.LogValuer: a group with the members that [Profile.JSON] for
// [Log] has. A JSON handler writes the same object, a text handler a key for each member.
func (n *node[E]) LogValue() slog.Value {
	const members = 7
	root := error(n.root)
	attrs := appendFields(make([]slog.Attr, members, 2*members), root)
	fields, group := attrs[members:], attrs[:0]

	message := Log.Line(n)
	group = append(group, slog.String("message", message))
	if kind := kindOf(root); kind != "" {
		group = append(group, slog.String("kind", kind))
	}
	group = append(group, slog.String("type", typeName(root)))
	if v := Log.view(); v.tells(root) {
		group = append(group, slog.String("root", message[lead(&n.layer):]))
	}
	if len(fields) > 0 {
		group = append(group, slog.Attr{Key: "fields", Value: slog.GroupValue(fields...)})
	}
	if n.says() {
		group = append(group, slog.Any("layers", (*loggedLayers)(&n.layer)))
	}
	if below(root) != nil {
		group = append(group, slog.Any("below", loggedBranches{root}))
	}
	return slog.GroupValue(group...)
}

// loggedLayers and loggedBranches are lists for slog's handlers: JSON as JSON, text as one word.
type (
	loggedLayers   layer
	loggedBranches struct{ root error }
)

// MarshalJSON writes what Log.JSON has under "layers".
func (l *loggedLayers) MarshalJSON() ([]byte, error) {
	return encode(Log, func(j *jsonWriter) { j.layers((*layer)(l)) }), nil
}

// MarshalText renders "message (function:line); …" for slog.TextHandler.
func (l *loggedLayers) MarshalText() ([]byte, error) {
	var b bytes.Buffer
	for k := range (*layer)(l).all() {
		if b.Len() > 0 {
			b.WriteString("; ")
		}
		b.WriteString(k.msg)
		if at := k.place(); at != nil && at.Function != "" {
			b.WriteString(" (" + at.function + ":" + strconv.Itoa(at.Line) + ")")
		}
	}
	return b.Bytes(), nil
}

// Format is for handlers that print what they do not know.
func (l *loggedLayers) Format(s fmt.State, _ rune) {
	text, _ := l.MarshalText()
	_, _ = s.Write(text)
}

// MarshalJSON writes what Log.JSON has under "below".
func (l loggedBranches) MarshalJSON() ([]byte, error) {
	return encode(Log, func(j *jsonWriter) { j.branches(l.root) }), nil
}

// MarshalText renders the branches' messages for slog.TextHandler.
func (l loggedBranches) MarshalText() ([]byte, error) {
	var lines []string
	w := newWalker(Log)
	for e := range w.below(l.root) {
		lines = append(lines, w.line(e))
	}
	return []byte(strings.Join(lines, "; ")), nil
}
