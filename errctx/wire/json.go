package wire

import (
	"bytes"
	"encoding/json"
	"errors"
	"log/slog"
	"maps"
	"math"
	"slices"
	"strconv"
	"time"

	"github.com/holdfast-go/holdfast/errctx"
	"github.com/holdfast-go/holdfast/errctx/internal/jsontext"
)

// AppendJSON appends the envelope in the format that the package documents.
func (e *Envelope) AppendJSON(b []byte) []byte {
	if e.raw != nil {
		return append(b, e.raw...)
	}
	w := jsonWriter{b: append(b, `{"v":`...)}
	w.int(max(e.Version, version))
	w.text("kind", e.Kind)
	if e.Payload != nil {
		w.raw("payload", e.Payload)
	}
	w.text("type", e.Type)
	w.text("text", e.Text)
	if len(e.Layers) > 0 {
		w.layers(e.Layers)
	}
	if e.Dropped > 0 {
		w.name("dropped")
		w.b = append(w.b, '[')
		w.int(e.Dropped)
		w.b = append(w.b, ',')
		w.int(e.DroppedAt)
		w.b = append(w.b, ']')
	}
	if e.Joined != nil {
		w.name("joined")
		w.b = append(w.b, '[')
		for i, j := range e.Joined {
			if i > 0 {
				w.b = append(w.b, ',')
			}
			w.b = j.AppendJSON(w.b)
		}
		w.b = append(w.b, ']')
	}
	w.text("origin", e.Origin)
	w.text("class", e.Class)
	for _, k := range slices.Sorted(maps.Keys(e.extra)) {
		w.raw(k, e.extra[k])
	}
	return append(w.b, '}')
}

type jsonWriter struct {
	b     []byte
	names []string
}

func (w *jsonWriter) int(n int) { w.b = strconv.AppendInt(w.b, int64(n), 10) }

func (w *jsonWriter) name(name string) {
	w.b = jsontext.AppendQuote(append(w.b, ','), name)
	w.b = append(w.b, ':')
}

func (w *jsonWriter) raw(name string, value []byte) {
	w.name(name)
	w.b = append(w.b, value...)
}

func (w *jsonWriter) text(name, value string) {
	if value != "" {
		w.name(name)
		w.b = jsontext.AppendQuote(w.b, value)
	}
}

func (w *jsonWriter) layers(layers []Layer) {
	w.name("layers")
	w.b = append(w.b, '[')
	for i, l := range layers {
		if i > 0 {
			w.b = append(w.b, ',')
		}
		w.layer(l)
	}
	w.b = append(w.b, ']')
	if w.names == nil {
		return
	}
	w.name("names")
	w.b = append(w.b, '[')
	for i, n := range w.names {
		if i > 0 {
			w.b = append(w.b, ',')
		}
		w.b = jsontext.AppendQuote(w.b, n)
	}
	w.b = append(w.b, ']')
}

// layer writes [message, function, file, line, {safe}, origin, {private}] without
// the part of its end that says nothing.
func (w *jsonWriter) layer(l Layer) {
	w.b = jsontext.AppendQuote(append(w.b, '['), l.Message)
	parts := 0
	switch {
	case len(l.Private) > 0:
		parts = 6
	case l.Origin != "":
		parts = 5
	case len(l.Attrs) > 0:
		parts = 4
	case l.Function != "" || l.File != "" || l.Line != 0:
		parts = 3
	}
	for i := range parts {
		w.b = append(w.b, ',')
		switch i {
		case 0:
			w.ref(l.Function)
		case 1:
			w.ref(l.File)
		case 2:
			w.int(l.Line)
		case 3:
			w.attrs(l.Attrs)
		case 4:
			w.ref(l.Origin)
		case 5:
			w.attrs(l.Private)
		}
	}
	w.b = append(w.b, ']')
}

// ref writes the index of a name, -1 for an empty one.
func (w *jsonWriter) ref(name string) {
	if name == "" {
		w.int(-1)
		return
	}
	i := slices.Index(w.names, name)
	if i < 0 {
		i = len(w.names)
		w.names = append(w.names, name)
	}
	w.int(i)
}

func (w *jsonWriter) attrs(attrs []slog.Attr) {
	w.b = append(w.b, '{')
	for i, a := range attrs {
		if i > 0 {
			w.b = append(w.b, ',')
		}
		w.b = jsontext.AppendQuote(w.b, cut(a.Key))
		w.b = append(w.b, ':')
		w.value(a.Value)
	}
	w.b = append(w.b, '}')
}

func (w *jsonWriter) value(v slog.Value) {
	switch v.Kind() {
	case slog.KindGroup:
		w.attrs(v.Group())
	case slog.KindBool:
		w.b = strconv.AppendBool(w.b, v.Bool())
	case slog.KindInt64:
		w.b = strconv.AppendInt(w.b, v.Int64(), 10)
	case slog.KindUint64:
		w.b = strconv.AppendUint(w.b, v.Uint64(), 10)
	case slog.KindFloat64:
		f := v.Float64()
		if math.IsNaN(f) || math.IsInf(f, 0) {
			w.b = jsontext.AppendQuote(w.b, v.String())
			return
		}
		start := len(w.b)
		w.b = strconv.AppendFloat(w.b, f, 'g', -1, 64)
		if !bytes.ContainsAny(w.b[start:], ".e") {
			w.b = append(w.b, ".0"...) // or it would come back as an integer
		}
	case slog.KindTime:
		w.b = jsontext.AppendQuote(w.b, v.Time().Format(time.RFC3339Nano))
	case slog.KindAny, slog.KindLogValuer:
		if v.Any() == nil {
			w.b = append(w.b, "null"...)
			return
		}
		w.b = jsontext.AppendQuote(w.b, cut(v.String()))
	default:
		w.b = jsontext.AppendQuote(w.b, cut(v.String()))
	}
}

// Malformed says that bytes are no envelope.
type Malformed struct {
	Reason string
	Offset int64 // in the input, where that is known
	Err    error // of encoding/json, if it found the fault
}

// ErrorKind returns "errctx.malformed_envelope".
func (*Malformed) ErrorKind() string { return "errctx.malformed_envelope" }

func (m *Malformed) Error() string {
	if m.Offset > 0 {
		return "malformed envelope: " + m.Reason + " at byte " + strconv.FormatInt(m.Offset, 10)
	}
	return "malformed envelope: " + m.Reason
}

func (m *Malformed) Unwrap() error { return m.Err }

// MalformedErr is what decoders return.
type MalformedErr = errctx.WithContext[*Malformed]

// Parse reads an envelope. It returns a [*Malformed] if data is none, or is larger
// than [MaxInput].
func Parse(data []byte) (*Envelope, MalformedErr) {
	if len(data) > MaxInput {
		return nil, errctx.New(&Malformed{Reason: "larger than " + strconv.Itoa(MaxInput) + " bytes"}, "parse error")
	}
	e, bad := (&decoder{}).parse(data)
	if bad != nil {
		return nil, errctx.New(bad, "parse error")
	}
	return e, nil
}

// decoder counts how deep it is in the input.
type decoder struct{ depth int }

func (d *decoder) parse(data []byte) (*Envelope, *Malformed) {
	if d.depth++; d.depth > maxNesting {
		return nil, &Malformed{Reason: "too many errors in errors"}
	}
	defer func() { d.depth-- }()
	var m members
	if err := json.Unmarshal(data, &m); err != nil {
		return nil, malformed("not a JSON object", err)
	}
	e := &Envelope{raw: bytes.Clone(data), Payload: m["payload"]}
	delete(m, "payload")
	var (
		layers  [][]any
		names   []string
		dropped []int
		joined  []json.RawMessage
	)
	for name, to := range map[string]any{
		"v": &e.Version, "kind": &e.Kind, "type": &e.Type, "text": &e.Text, "layers": &layers, "names": &names,
		"dropped": &dropped, "joined": &joined, "origin": &e.Origin, "class": &e.Class,
	} {
		if bad := m.take(name, to); bad != nil {
			return nil, bad
		}
	}
	switch {
	case e.Version < 1:
		return nil, &Malformed{Reason: "no version"}
	case len(layers) > maxRead:
		return nil, &Malformed{Reason: "too many layers"}
	case len(joined) > maxRead:
		return nil, &Malformed{Reason: "too many branches"}
	}
	if len(m) > 0 {
		e.extra = m
	}
	if len(dropped) == 2 && dropped[0] > 0 {
		e.Dropped, e.DroppedAt = dropped[0], min(max(dropped[1], 0), len(layers))
	}
	e.Layers = make([]Layer, len(layers))
	for i, l := range layers {
		e.Layers[i] = readLayer(l, names)
	}
	if joined != nil {
		e.Joined = make([]*Envelope, len(joined))
	}
	for i, raw := range joined {
		var bad *Malformed
		if e.Joined[i], bad = d.parse(raw); bad != nil {
			return nil, bad
		}
	}
	return e, nil
}

// field reads an envelope that stands in a field; nil for null.
func (d *decoder) field(raw []byte) (*Envelope, error) {
	if string(raw) == "null" {
		return nil, nil
	}
	env, bad := d.parse(raw)
	if bad != nil {
		return nil, bad // not bad itself: a nil pointer is no nil error
	}
	return env, nil
}

// members are those of the object that were not taken yet.
type members map[string]json.RawMessage

func (m members) take(name string, to any) *Malformed {
	raw, ok := m[name]
	if !ok {
		return nil
	}
	delete(m, name)
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	if err := dec.Decode(to); err != nil {
		return malformed("member "+name, err)
	}
	return nil
}

func malformed(reason string, err error) *Malformed {
	m := &Malformed{Reason: reason, Err: err}
	if syntax, ok := errors.AsType[*json.SyntaxError](err); ok {
		m.Offset = syntax.Offset
	}
	return m
}

// readLayer takes what it understands.
func readLayer(parts []any, names []string) (l Layer) {
	for i, p := range parts {
		switch i {
		case 0:
			l.Message, _ = p.(string)
		case 1:
			l.Function = deref(p, names)
		case 2:
			l.File = deref(p, names)
		case 3:
			l.Line = max(0, number(p))
		case 4:
			l.Attrs = readAttrs(p, 0)
		case 5:
			l.Origin = deref(p, names)
		case 6:
			l.Private = readAttrs(p, 0)
		}
	}
	return l
}

func number(v any) int {
	n, _ := v.(json.Number)
	i, err := strconv.Atoi(string(n))
	if err != nil {
		return -1
	}
	return i
}

func deref(v any, names []string) string {
	if i := number(v); i >= 0 && i < len(names) {
		return names[i]
	}
	return ""
}

func readAttrs(v any, depth int) []slog.Attr {
	m, _ := v.(map[string]any)
	if len(m) == 0 || depth > maxNesting {
		return nil
	}
	attrs := make([]slog.Attr, 0, len(m))
	for k, x := range m {
		attrs = append(attrs, slog.Attr{Key: k, Value: readValue(x, depth)})
	}
	slices.SortFunc(attrs, func(a, b slog.Attr) int {
		if a.Key < b.Key {
			return -1
		}
		return 1
	})
	return attrs
}

func readValue(v any, depth int) slog.Value {
	switch x := v.(type) {
	case string:
		return slog.StringValue(x)
	case bool:
		return slog.BoolValue(x)
	case json.Number:
		if i, err := strconv.ParseInt(string(x), 10, 64); err == nil {
			return slog.Int64Value(i)
		}
		if u, err := strconv.ParseUint(string(x), 10, 64); err == nil {
			return slog.Uint64Value(u)
		}
		f, err := x.Float64()
		if err != nil {
			return slog.StringValue(string(x))
		}
		return slog.Float64Value(f)
	case map[string]any:
		return slog.GroupValue(readAttrs(x, depth+1)...)
	case nil:
		return slog.AnyValue(nil)
	default: // a list, which no sender writes
		b, _ := json.Marshal(x)
		return slog.StringValue(string(b))
	}
}
