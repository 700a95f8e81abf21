package wire

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"

	"github.com/holdfast-go/holdfast/errctx"
)

// Sum says how the errors of one sealed sum travel. It is immutable.
type Sum[E errctx.Kind] struct {
	unknown func(*Unknown) E
	byType  map[reflect.Type]*Variant[E]
	byName  map[string]*Variant[E]
}

// Variant says how one variant of a sum travels: see [Fields] and [Custom].
type Variant[E errctx.Kind] struct {
	typ     reflect.Type
	names   []string // the first is written, all are read
	compile func(*compiler) codec
	codec   codec
}

// Lower lists sums whose errors stand in fields of another sum's variants.
type Lower []Declared

// Declared is any [Sum].
type Declared interface {
	codecs() (sum, handle reflect.Type, ofSum, ofHandle codec)
	declares(root error) bool
	knows(kind string) bool
	payload(e *encoder, root error) *Envelope
	decode(d *decoder, env *Envelope) error
	join(branches []error, env *Envelope) (error, bool)
}

// Misdeclared is what NewSum panics with.
type Misdeclared struct{ Reason string }

func (m *Misdeclared) Error() string { return "wire: " + m.Reason }

// NewSum declares how the variants of a sum travel. unknown makes the variant for
// errors that another program's version of the sum has and this one does not.
//
// It panics with a [*Misdeclared] when two variants have a name or a type in common, or one of
// them cannot travel as it is declared: mistakes that are in the program from the start.
func NewSum[E errctx.Kind](unknown func(*Unknown) E, lower Lower, variants ...Variant[E]) *Sum[E] {
	if unknown == nil {
		panic(&Misdeclared{reflect.TypeFor[E]().String() + " has no variant for unknown errors"})
	}
	s := &Sum[E]{unknown, map[reflect.Type]*Variant[E]{}, map[string]*Variant[E]{}}
	c := &compiler{sums: map[reflect.Type]codec{}, types: map[reflect.Type]*codec{}}
	for _, d := range append(slices.Clip(lower), s) {
		sum, handle, ofSum, ofHandle := d.codecs()
		c.sums[sum], c.sums[handle] = ofSum, ofHandle
	}
	for _, v := range variants {
		if v.compile == nil {
			panic(&Misdeclared{"a variant is not made by Fields or Custom"})
		}
		c.home = packageOf(v.typ)
		v.codec = v.compile(c)
		if s.byType[v.typ] != nil {
			panic(&Misdeclared{v.typ.String() + " is declared twice"})
		}
		s.byType[v.typ] = &v
		for _, name := range v.names {
			if s.byName[name] != nil {
				panic(&Misdeclared{name + " is declared twice"})
			}
			s.byName[name] = &v
		}
	}
	return s
}

// Fields declares the variant V, a struct or a pointer to one, whose exported fields are all there is
// to it. kind is what is written; aliases, such as an earlier name, are read as well.
//
// A field travels as encoding/json writes it. Errors in fields, also in structs
// and slices: one whose type is a sum of [Lower], the sum itself, or a handle on one of these comes
// back as that type; one of type error as a [*Foreign]; one of type errctx.Kind as an
// [*Unknown]; a value of type any as its text, or its type where the peer is not trusted. A
// field of another package's error type, such as syscall.Errno, is refused: it would match errors of the receiver's. A
// [errctx.SecretValue] stays at home.
func Fields[E, V errctx.Kind](kind string, aliases ...string) Variant[E] {
	t := variantType[E, V]()
	return Variant[E]{typ: t, names: append([]string{kind}, aliases...), compile: func(c *compiler) codec {
		if t.Kind() == reflect.Struct {
			return *c.structure(t, t.Name(), true)
		}
		if t.Kind() == reflect.Pointer && t.Elem().Kind() == reflect.Struct {
			return *pointer(t, c.structure(t.Elem(), t.Elem().Name(), true))
		}
		panic(&Misdeclared{t.String() + " is no struct; use Custom"})
	}}
}

// Custom declares the variant V with code of its own. encode returns JSON.
func Custom[E, V errctx.Kind](encode func(V, ...Option) ([]byte, error), decode func([]byte) (V, error), kind string, aliases ...string) Variant[E] {
	return Variant[E]{typ: variantType[E, V](), names: append([]string{kind}, aliases...), compile: func(*compiler) codec {
		return codec{
			encode: func(e *encoder, b []byte, v reflect.Value) ([]byte, error) {
				payload, err := encode(v.Interface().(V), e.options...)
				return append(b, payload...), err
			},
			decode: func(_ *decoder, raw []byte, v reflect.Value) error {
				x, err := decode(raw)
				if err == nil {
					v.Set(reflect.ValueOf(x))
				}
				return err
			},
		}
	}}
}

func variantType[E, V errctx.Kind]() reflect.Type {
	t := reflect.TypeFor[V]()
	if sum := reflect.TypeFor[E](); t.Kind() == reflect.Interface || !t.AssignableTo(sum) {
		panic(&Misdeclared{t.String() + " is no variant of " + sum.String()})
	}
	return t
}

// Encode returns err as JSON, nil for nil. It does not fail: what a codec refuses, and a
// variant that was forgotten, arrive as an [Unknown].
func (s *Sum[E]) Encode(err errctx.WithContext[E], opts ...Option) []byte {
	if err == nil {
		return nil
	}
	e := newEncoder(opts)
	return e.handle(s, err).encode()
}

// Decode returns the error that data is. A kind that the sum does not declare, and a payload
// that is not what its codec expects, or from which an error comes whose methods panic, become the
// unknown variant. If data is no
// envelope at all, it returns a [*Malformed].
func (s *Sum[E]) Decode(data []byte) (errctx.WithContext[E], MalformedErr) {
	env, bad := Parse(data)
	if bad != nil {
		return nil, bad
	}
	return restore(s.root(&decoder{}, env), env), nil
}

// Variants returns the types that are declared, in no order: for tests of completeness.
func (s *Sum[E]) Variants() []reflect.Type {
	all := []reflect.Type{reflect.TypeOf(s.unknown(&Unknown{}))}
	for t := range s.byType {
		all = append(all, t)
	}
	return all
}

func (s *Sum[E]) knows(kind string) bool { return s.byName[kind] != nil }

func (s *Sum[E]) declares(root error) bool { return s.byType[reflect.TypeOf(root)] != nil }

// payload returns the envelope of a root, without layers.
func (s *Sum[E]) payload(e *encoder, root error) *Envelope {
	v := s.byType[reflect.TypeOf(root)]
	if v == nil {
		return e.undeclared(root) // a variant that was forgotten
	}
	env := e.envelope()
	env.Kind = v.names[0]
	if e.depth >= maxDepth {
		return env
	}
	e.depth++
	defer func() { e.depth-- }()
	if e.errors++; e.errors > maxRead {
		return env // an error that is in many others, again and again
	}
	err := guarded(func() (err error) {
		env.Payload, err = v.codec.encode(e, nil, reflect.ValueOf(root))
		return err
	})
	if err != nil || !json.Valid(env.Payload) {
		env.Payload = nil
	}
	return env
}

// root returns the variant that an envelope has.
func (s *Sum[E]) root(d *decoder, env *Envelope) E {
	v := s.byName[env.Kind]
	if v == nil || env.Payload == nil || d.depth > maxNesting {
		return s.unknown(&Unknown{env: env})
	}
	d.depth++ // what is in the payload is deeper than what is around it
	defer func() { d.depth-- }()
	to := reflect.New(v.typ).Elem()
	if err := guarded(func() error { return v.codec.decode(d, env.Payload, to) }); err != nil || to.Kind() == reflect.Pointer && to.IsNil() {
		return s.unknown(&Unknown{env: env})
	}
	root := to.Interface().(E)
	if !printable(root) {
		return s.unknown(&Unknown{env: env})
	}
	return root
}

// guarded calls a codec, which may be somebody's and panic.
func guarded(f func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = &Malformed{Reason: fmt.Sprint("panic: ", r)} //errlint:opaque(recovered-panic) what a codec panics with is about bytes from elsewhere: nobody decides on it
		}
	}()
	return f()
}

// printable reports whether an error can be looked at. Its methods may rely on fields that are always
// set where it is made; what comes from elsewhere may lack them.
func printable(root errctx.Kind) (ok bool) {
	defer func() { _ = recover() }()
	_ = root.Error()
	_ = root.ErrorKind()
	switch u := root.(type) {
	case interface{ Unwrap() error }:
		_ = u.Unwrap() // it is there, and comes back
	case interface{ Unwrap() []error }:
		_ = u.Unwrap() // likewise
	}
	return true
}

// decode returns the handle that an envelope is.
func (s *Sum[E]) decode(d *decoder, env *Envelope) error { return restore(s.root(d, env), env) }

// join returns the handle that an envelope with branches is, if all of them are of the sum.
func (s *Sum[E]) join(branches []error, env *Envelope) (error, bool) {
	ws := make([]errctx.WithContext[E], len(branches))
	for i, err := range branches {
		w, ok := err.(errctx.WithContext[E])
		if !ok {
			return nil, false
		}
		ws[i] = w
	}
	return restore(errctx.Join(ws...).Root(), env), true
}

// codecs returns those for fields of the sum's type and of a handle on it.
func (s *Sum[E]) codecs() (sum, handle reflect.Type, ofSum, ofHandle codec) {
	ofSum = codec{
		encode: func(e *encoder, b []byte, v reflect.Value) ([]byte, error) {
			if v.IsNil() {
				return append(b, "null"...), nil
			}
			return e.handle(s, v.Interface().(error)).AppendJSON(b), nil
		},
		decode: func(d *decoder, raw []byte, v reflect.Value) error {
			if env, err := d.field(raw); err != nil || env == nil {
				return err
			} else {
				v.Set(reflect.ValueOf(s.root(d, env)))
			}
			return nil
		},
	}
	ofHandle = codec{encode: ofSum.encode, decode: func(d *decoder, raw []byte, v reflect.Value) error {
		if env, err := d.field(raw); err != nil || env == nil {
			return err
		} else {
			v.Set(reflect.ValueOf(restore(s.root(d, env), env)))
		}
		return nil
	}}
	return reflect.TypeFor[E](), reflect.TypeFor[errctx.WithContext[E]](), ofSum, ofHandle
}
