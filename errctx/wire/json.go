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
	if e.Trusted {
		w.raw("trusted", []byte("true"))
	}
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
	var before Layer
	for i, l := range layers {
		if i > 0 {
			w.b = append(w.b, ',')
		}
		w.layer(l, before)
		before = l
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

// layer writes [message, line, function, file, {safe}, origin, {private}] without the
// part of its end that is as in the layer before, or says nothing.
func (w *jsonWriter) layer(l, before Layer) {
	parts := 1
	switch {
	case len(l.Private) > 0:
		parts = 7
	case l.Origin != "":
		parts = 6
	case len(l.Attrs) > 0:
		parts = 5
	case l.File != before.File:
		parts = 4
	case l.Function != before.Function:
		parts = 3
	case l.Line != 0:
		parts = 2
	}
	w.b = append(w.b, '[')
	for i := range parts {
		if i > 0 {
			w.b = append(w.b, ',')
		}
		switch i {
		case 0:
			w.b = jsontext.AppendQuote(w.b, l.Message)
		case 1:
			w.int(l.Line)
		case 2:
			w.ref(l.Function)
		case 3:
			w.ref(l.File)
		case 4:
			w.attrs(l.Attrs)
		case 5:
			w.ref(l.Origin)
		case 6:
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
		return m.Reason + " at byte " + strconv.FormatInt(m.Offset, 10)
	}
	return m.Reason
}

func (m *Malformed) Unwrap() error { return m.Err }

// MalformedErr is what decoders return.
type MalformedErr = errctx.WithContext[*Malformed]

// Parse reads an envelope. It returns a [*Malformed] if data is none, or is larger
// than [MaxInput].
func Parse(data []byte) (*Envelope, MalformedErr) {
	if len(data) > MaxInput {
		return nil, errctx.New(&Malformed{Reason: "larger than " + strconv.Itoa(MaxInput) + " bytes"}, "read envelope")
	}
	e, bad := (&decoder{}).parse(bytes.Clone(data))
	if bad != nil {
		return nil, errctx.New(bad, "read envelope")
	}
	return e, nil
}

// decoder counts how deep it is in the input.
type decoder struct{ depth int }

func (d *decoder) parse(data []byte) (*Envelope, *Malformed) {
	if !json.Valid(data) {
		var none json.RawMessage
		err := json.Unmarshal(data, &none)
		m := &Malformed{Reason: "not JSON", Err: err}
		if syntax, ok := errors.AsType[*json.SyntaxError](err); ok {
			m.Offset = syntax.Offset
		}
		return nil, m
	}
	return d.valid(data)
}

// valid reads an envelope from what is JSON, and keeps it.
func (d *decoder) valid(data []byte) (*Envelope, *Malformed) {
	if d.depth++; d.depth > maxNesting {
		return nil, &Malformed{Reason: "too many errors in errors"}
	}
	defer func() { d.depth-- }()
	var (
		e             = &Envelope{raw: data}
		r             = jsontext.NewReader(data)
		layers, names []byte
		bad           *Malformed
	)
	wrong := func(member, want string) {
		if bad == nil {
			bad = &Malformed{Reason: "member " + strconv.Quote(member) + " is no " + want}
		}
	}
	text := func(name string, to *string) {
		s, ok := r.Text()
		if *to = s; !ok {
			wrong(name, "string")
		}
	}
	object := r.Members(func(name string) {
		switch name {
		case "v":
			if e.Version = number(r.Raw()); e.Version < 1 {
				wrong(name, "positive integer")
			}
		case "kind":
			text(name, &e.Kind)
		case "payload":
			e.Payload = r.Raw()
		case "type":
			text(name, &e.Type)
		case "text":
			text(name, &e.Text)
		case "layers":
			layers = r.Raw()
		case "names":
			names = r.Raw()
		case "dropped":
			if !r.Elements(func(i int) {
				switch n := number(r.Raw()); i {
				case 0:
					e.Dropped = max(0, n)
				case 1:
					e.DroppedAt = max(0, n)
				}
			}) {
				wrong(name, "array")
			}
		case "joined":
			e.Joined = []*Envelope{}
			if !r.Elements(func(i int) {
				raw := r.Raw()
				switch {
				case bad != nil:
				case i == maxRead:
					bad = &Malformed{Reason: "too many branches"}
				default:
					var j *Envelope
					j, bad = d.valid(raw)
					e.Joined = append(e.Joined, j)
				}
			}) {
				wrong(name, "array")
			}
		case "origin":
			text(name, &e.Origin)
		case "class":
			text(name, &e.Class)
		case "trusted":
			e.Trusted = string(r.Raw()) == "true"
		default:
			if e.extra == nil {
				e.extra = map[string]json.RawMessage{}
			}
			e.extra[name] = r.Raw()
		}
	})
	switch {
	case bad != nil:
	case !object:
		bad = &Malformed{Reason: "not a JSON object"}
	case e.Version == 0:
		bad = &Malformed{Reason: `no member "v"`}
	}
	if bad == nil && layers != nil {
		bad = e.readLayers(layers, names)
	}
	if bad != nil {
		return nil, bad
	}
	e.DroppedAt = min(e.DroppedAt, len(e.Layers))
	return e, nil
}

// readLayers reads the layers, for which the names have to be known.
func (e *Envelope) readLayers(layers, names []byte) (bad *Malformed) {
	l := layerReader{Reader: jsontext.NewReader(layers)}
	if names != nil {
		n := jsontext.NewReader(names)
		if !n.Elements(func(int) {
			s, ok := n.Text()
			if l.names = append(l.names, s); !ok {
				bad = &Malformed{Reason: "a name is no string"}
			}
		}) {
			return &Malformed{Reason: `member "names" is no array`}
		}
	}
	e.Layers = []Layer{}
	if !l.Elements(func(i int) {
		if i >= maxRead {
			l.Raw()
			bad = &Malformed{Reason: "too many layers"}
			return
		}
		if l.Next() != '[' {
			bad = &Malformed{Reason: "a layer is no array"}
		}
		l.layer()
		e.Layers = append(e.Layers, l.last)
	}) {
		return &Malformed{Reason: `member "layers" is no array`}
	}
	return bad
}

// field reads an envelope that stands in a field; nil for null.
func (d *decoder) field(raw []byte) (*Envelope, error) {
	if string(raw) == "null" {
		return nil, nil
	}
	env, bad := d.valid(raw)
	if bad != nil {
		return nil, bad // not bad itself: a nil pointer is no nil error
	}
	return env, nil
}

// layerReader takes what it understands.
type layerReader struct {
	*jsontext.Reader
	names []string
	last  Layer
}

func (r *layerReader) layer() {
	l := Layer{Record: errctx.Record{Function: r.last.Function, File: r.last.File}}
	r.Elements(func(i int) {
		switch i {
		case 0:
			l.Message, _ = r.Text()
		case 1:
			l.Line = max(0, number(r.Raw()))
		case 2:
			l.Function = r.ref()
		case 3:
			l.File = r.ref()
		case 4:
			l.Attrs = r.attrs(0)
		case 5:
			l.Origin = r.ref()
		case 6:
			l.Private = r.attrs(0)
		}
	})
	r.last = l
}

func (r *layerReader) ref() string {
	if i := number(r.Raw()); i >= 0 && i < len(r.names) {
		return r.names[i]
	}
	return ""
}

// number returns an integer, or -1 for what is none.
func number(raw []byte) int {
	i, err := strconv.Atoi(string(raw))
	if err != nil {
		return -1
	}
	return i
}

func (r *layerReader) attrs(depth int) (attrs []slog.Attr) {
	if depth > maxNesting {
		r.Raw()
		return nil
	}
	r.Members(func(key string) {
		attrs = append(attrs, slog.Attr{Key: key, Value: r.value(depth)})
	})
	return attrs
}

func (r *layerReader) value(depth int) slog.Value {
	switch r.Next() {
	case '"':
		s, _ := r.Text()
		return slog.StringValue(s)
	case '{':
		return slog.GroupValue(r.attrs(depth + 1)...)
	}
	raw := string(r.Raw())
	switch raw {
	case "true", "false":
		return slog.BoolValue(raw == "true")
	case "null":
		return slog.AnyValue(nil)
	}
	if i, err := strconv.ParseInt(raw, 10, 64); err == nil {
		return slog.Int64Value(i)
	}
	if u, err := strconv.ParseUint(raw, 10, 64); err == nil {
		return slog.Uint64Value(u)
	}
	if f, err := strconv.ParseFloat(raw, 64); err == nil {
		return slog.Float64Value(f)
	}
	return slog.StringValue(raw) // a list, which no sender writes
}
