package wire

import (
	"encoding/json"
	"log/slog"
	"path"
	"reflect"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/holdfast-go/holdfast/errctx"
)

// Limits of what is written and read.
const (
	MaxLayers  = 32      // layers that are written of one handle
	MaxEncoded = 4 << 10 // bytes beyond which layers are left out; roots may need more
	MaxInput   = 1 << 20 // bytes that are read

	maxInner   = 8    // layers that are written of a handle in a field
	maxNesting = 32   // errors in errors, groups in groups, that are read
	maxDepth   = 30   // errors in errors that are written
	maxRead    = 1000 // layers, and branches of a join, that are read
	maxText    = 512  // bytes of a message, name or value that are written
)

// Envelope is an error between two programs: what all encodings of it share.
type Envelope struct {
	Version int
	Kind    string
	Payload []byte // JSON
	Type    string
	Text    string
	Layers  []Layer
	// Dropped layers are left out before Layers[DroppedAt].
	Dropped, DroppedAt int
	Joined             []*Envelope
	Origin             string
	Class              string
	// Trusted says that it was written for a peer that may see private values: not to be
	// passed on to others as it is.
	Trusted bool

	// extra has the members that this version of the package does not know.
	extra map[string]json.RawMessage
	// raw is the JSON that was read, good as long as nobody adds to the error.
	raw []byte
}

// Layer is a layer of a handle in an envelope.
type Layer struct {
	errctx.Record             // Attrs are those that are safe, Origin is empty for the sender's own layers
	Private       []slog.Attr // the other attributes
}

// version is that of the envelopes that this package writes.
const version = 1

// An Option changes how an error is encoded.
type Option func(*encoder)

// Origin names the sender, for people: "builder-3".
func Origin(name string) Option { return func(e *encoder) { e.origin = name } }

// Class says what the sender would do about the error, for people: "retry elsewhere".
func Class(class string) Option { return func(e *encoder) { e.class = class } }

// Trusted lets private attributes and texts travel: to a peer, or into a file, that
// may see what the program's own log shows. Secrets stay at home.
func Trusted() Option { return func(e *encoder) { e.trusted = true } }

// encoder has the choices of one call.
type encoder struct {
	options       []Option
	origin, class string
	trusted       bool
	depth         int // of the error at hand in others
	branches      int // of joins, so far: a join may hold itself
	errors        int // with a payload, so far
}

func newEncoder(opts []Option) *encoder {
	e := &encoder{options: opts}
	for _, o := range opts {
		o(e)
	}
	return e
}

// envelope returns an empty one.
func (e *encoder) envelope() *Envelope {
	return &Envelope{Version: version, Origin: cut(e.origin), Class: cut(e.class), Trusted: e.trusted}
}

// layers puts a handle's own layers into an envelope.
func (e *encoder) layers(env *Envelope, layers []errctx.Layer) {
	limit := MaxLayers
	if e.depth > 0 {
		limit = maxInner
	}
	if n := len(layers) - limit; n > 0 {
		env.Dropped, env.DroppedAt = env.Dropped+n, limit/2
		layers = append(layers[:limit/2:limit/2], layers[limit/2+n:]...)
	}
	env.Layers = make([]Layer, len(layers))
	for i, l := range layers {
		f := l.Frame()
		to := &env.Layers[i]
		to.Record = errctx.Record{
			Message: cut(l.Message()), Line: f.Line,
			Function: cut(f.Function[strings.LastIndexByte(f.Function, '/')+1:]), File: cut(path.Base(f.File)),
		}
		if f.File == "" {
			to.File = ""
		}
		if origin, remote := l.Origin(); remote {
			to.Origin = cut(origin)
		}
		for _, a := range l.Attrs() {
			e.attr(to, a)
		}
	}
}

func (e *encoder) attr(to *Layer, a slog.Attr) {
	if e.trusted && !errctx.IsSafe(a) {
		if shown, ok := errctx.Log.Attr(a); ok {
			to.Private = append(to.Private, shown)
		}
		return
	}
	if shown, ok := errctx.Wire.Attr(a); ok { // also for trusted peers: what is in it may not be safe
		to.Attrs = append(to.Attrs, shown)
	}
}

// cut shortens a text to what is written of it, where a character may take six bytes.
func cut(s string) string {
	size := 0
	for i, r := range s {
		switch {
		case r < ' ', r == utf8.RuneError, r == '\u2028', r == '\u2029':
			size += 6
		case r == '"', r == '\\':
			size += 2
		default:
			size += utf8.RuneLen(r)
		}
		if size > maxText {
			return s[:i] + "…"
		}
	}
	return s
}

// checked returns an envelope that others have made, without payloads that are no JSON.
func (env *Envelope) checked() *Envelope {
	if env == nil {
		return &Envelope{Version: version}
	}
	c := *env
	if c.Payload != nil && !json.Valid(c.Payload) {
		c.Payload = nil
	}
	c.eachJoined((*Envelope).checked)
	return &c
}

// eachJoined puts others in place of the branches, in a list of their own: that of an envelope
// may be shared.
func (env *Envelope) eachJoined(f func(*Envelope) *Envelope) {
	env.Joined = slices.Clone(env.Joined)
	for i, j := range env.Joined {
		env.Joined[i] = f(j)
	}
}

// handle returns the envelope of a handle on an error of a sum, or of a bare one.
func (e *encoder) handle(s Declared, err error) *Envelope {
	own, root := errctx.Split(err)
	layers := slices.Collect(own)
	if u, ok := root.(unknown); ok {
		return e.again(u.wireUnknown(), layers)
	}
	env := s.payload(e, root)
	e.layers(env, layers)
	return env
}

// undeclared describes a root that no sum declares.
func (e *encoder) undeclared(root error) *Envelope {
	env := e.envelope()
	env.Type = reflect.TypeOf(root).String()
	if k, ok := root.(errctx.Kind); ok {
		env.Kind = cut(k.ErrorKind())
	}
	if e.trusted || isSafe(root) {
		env.Text = cut(root.Error())
	}
	return env
}

// isSafe asks errctx, which knows that one safe part does not make the whole of a value safe.
func isSafe(x any) bool { return errctx.IsSafe(slog.Any("", x)) }

// again returns the envelope of an unknown error: the one that was read, if nothing was
// added to the error since, and if it may be seen by the peer.
func (e *encoder) again(u *Unknown, layers []errctx.Layer) *Envelope {
	if u == nil || u.env == nil {
		return e.envelope()
	}
	added := slices.ContainsFunc(layers, func(l errctx.Layer) bool { _, remote := l.Origin(); return !remote })
	if !added && (e.trusted || !u.env.Trusted) {
		return u.env
	}
	env := e.passOn(u.env)
	env.Origin = cut(e.origin)
	env.Dropped, env.DroppedAt = 0, 0 // a layer tells it
	e.layers(env, layers)
	return env
}

// passOn returns a copy of an envelope without what it was told in trust, unless the next peer
// is a trusted one, and without layers.
func (e *encoder) passOn(from *Envelope) *Envelope {
	env := *from
	env.raw, env.Layers = nil, nil
	if !from.Trusted || e.trusted {
		return &env
	}
	env.Trusted, env.Payload, env.Text, env.extra = false, nil, "", nil
	env.eachJoined(e.passOn)
	return &env
}

// encode returns the JSON of an envelope that fits.
func (env *Envelope) encode() []byte {
	b := env.AppendJSON(make([]byte, 0, 512))
	if len(b) > MaxEncoded {
		b = env.fit(len(b)).AppendJSON(b[:0])
	}
	if len(b) > MaxInput && env.raw == nil {
		// Nobody would read it. The kind is what can be said.
		b = (&Envelope{Version: version, Kind: env.Kind, Type: env.Type, Origin: env.Origin, Class: env.Class}).AppendJSON(b[:0])
	}
	return b
}

// fit returns an envelope with so few layers that it is no larger than MaxEncoded, or none
// at all. size is that of env, which is left as it is: it may be shared.
func (env *Envelope) fit(size int) *Envelope {
	if size <= MaxEncoded || env.raw != nil {
		return env
	}
	env = env.copied()
	all := []*Envelope{env}
	for i := 0; i < len(all); i++ {
		all = append(all, all[i].Joined...)
	}
	bare := make([][]Layer, len(all))
	for i, e := range all {
		bare[i], e.Layers = e.Layers, nil
	}
	left := MaxEncoded - len(env.AppendJSON(nil))
	for i, e := range all {
		e.keep(bare[i], &left)
	}
	for _, e := range slices.Backward(all) { // the estimate may be a few bytes short
		for len(e.Layers) > 0 && e.raw == nil && len(env.AppendJSON(nil)) > MaxEncoded {
			at := len(e.Layers) / 2
			e.Layers = slices.Delete(slices.Clone(e.Layers), at, at+1)
			e.Dropped, e.DroppedAt = e.Dropped+1, at
		}
	}
	return env
}

// copied returns a copy, also of the branches, except for those that are passed on as they came.
func (env *Envelope) copied() *Envelope {
	c := *env
	c.eachJoined((*Envelope).copied)
	return &c
}

// keep puts back as many layers as there is room for: outermost and innermost first.
func (e *Envelope) keep(layers []Layer, left *int) {
	if e.raw != nil {
		e.Layers = layers // they are in it
		return
	}
	front, back := 0, len(layers)
	for front < back {
		next := front
		if front > len(layers)-back {
			next = back - 1
		}
		w := jsonWriter{}
		w.layers(layers[next : next+1])
		if len(w.b) > *left {
			break
		}
		*left -= len(w.b)
		if next == front {
			front++
		} else {
			back--
		}
	}
	if front < back {
		e.Dropped, e.DroppedAt = e.Dropped+back-front, front
	}
	e.Layers = append(layers[:front:front], layers[back:]...)
}
