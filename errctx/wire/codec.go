package wire

import (
	"encoding"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"syscall"

	"github.com/holdfast-go/holdfast/errctx"
	"github.com/holdfast-go/holdfast/errctx/internal/jsontext"
)

// codec writes and reads the values of one type. Most types have none: encoding/json does
// what is to be done. One is needed for what has an error in it.
type codec struct {
	encode func(e *encoder, b []byte, v reflect.Value) ([]byte, error)
	decode func(d *decoder, raw []byte, v reflect.Value) error
}

// compiler finds the codecs of a sum's types.
type compiler struct {
	sums  map[reflect.Type]codec // by the type of the sum, and of a handle on it
	types map[reflect.Type]*codec
	home  string // the package of the variant at hand
}

func packageOf(t reflect.Type) string {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return t.PkgPath()
}

var (
	errorType = reflect.TypeFor[error]()
	kindType  = reflect.TypeFor[errctx.Kind]()
	anyType   = reflect.TypeFor[any]()
	marshaler = reflect.TypeFor[json.Marshaler]()
	texter    = reflect.TypeFor[encoding.TextMarshaler]()

	secretType = reflect.TypeFor[errctx.SecretValue]()
)

// of returns the codec of a type, or nil for one that encoding/json can handle. It panics
// when there is none: a mistake in the declaration of the sum.
func (c *compiler) of(t reflect.Type, where string) *codec {
	if known, ok := c.types[t]; ok {
		return known
	}
	if s, ok := c.sums[t]; ok {
		return &s
	}
	switch t {
	case errorType:
		return &foreignCodec
	case kindType:
		return &anyKindCodec
	case anyType:
		return &textCodec
	}
	if t.Implements(marshaler) || t.Implements(texter) {
		return nil
	}
	if t.Implements(errorType) && !t.Implements(kindType) && t.Kind() != reflect.Interface && packageOf(t) != c.home {
		panic(&Misdeclared{where + ": a " + t.String() + " would match errors of the receiver's; declare the field as error"})
	}
	switch t.Kind() {
	case reflect.Struct:
		return c.structure(t, where, false)
	case reflect.Pointer, reflect.Slice:
		return c.indirect(t, where)
	case reflect.Interface:
		panic(&Misdeclared{where + ": no sum declares " + t.String()})
	case reflect.Func, reflect.Chan, reflect.UnsafePointer, reflect.Complex64, reflect.Complex128:
		panic(&Misdeclared{where + ": a " + t.String() + " does not travel"})
	case reflect.Map, reflect.Array:
		c.types[t] = &codec{} // of a type that refers to itself
		if c.of(t.Elem(), where+"[]") != nil {
			panic(&Misdeclared{where + ": what is in a " + t.String() + " needs a slice, or Custom: it has errors, itself, or fields that stay at home"})
		}
		c.types[t] = nil
	}
	return nil
}

// indirect returns the codec of a pointer or a slice, which may refer to itself.
func (c *compiler) indirect(t reflect.Type, where string) *codec {
	own := &codec{}
	c.types[t] = own
	elem := c.of(t.Elem(), where)
	switch {
	case elem == nil:
		c.types[t] = nil
		return nil
	case t.Kind() == reflect.Pointer:
		*own = *pointer(t, elem)
	default:
		*own = *slice(t, elem)
	}
	return own
}

func pointer(t reflect.Type, elem *codec) *codec {
	return &codec{
		encode: func(e *encoder, b []byte, v reflect.Value) ([]byte, error) {
			if v.IsNil() {
				return append(b, "null"...), nil
			}
			return elem.encode(e, b, v.Elem())
		},
		decode: func(d *decoder, raw []byte, v reflect.Value) error {
			if string(raw) == "null" {
				return nil
			}
			v.Set(reflect.New(t.Elem()))
			return elem.decode(d, raw, v.Elem())
		},
	}
}

func slice(t reflect.Type, elem *codec) *codec {
	return &codec{
		encode: func(e *encoder, b []byte, v reflect.Value) (_ []byte, err error) {
			b = append(b, '[')
			for i := range v.Len() {
				if i > 0 {
					b = append(b, ',')
				}
				if b, err = elem.encode(e, b, v.Index(i)); err != nil {
					return b, err
				}
			}
			return append(b, ']'), nil
		},
		decode: func(d *decoder, raw []byte, v reflect.Value) error {
			var parts []json.RawMessage
			if err := json.Unmarshal(raw, &parts); err != nil || parts == nil {
				return err
			}
			v.Set(reflect.MakeSlice(t, len(parts), len(parts)))
			for i, p := range parts {
				if err := elem.decode(d, p, v.Index(i)); err != nil {
					return err
				}
			}
			return nil
		},
	}
}

// member is a field that travels.
type member struct {
	name    string
	index   int
	private bool // for trusted peers only
	*codec
}

// structure returns the codec of a struct. The variant itself always has one.
func (c *compiler) structure(t reflect.Type, where string, variant bool) *codec {
	var members []member
	needed := false
	for i := range t.NumField() {
		f := t.Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		privacy := f.Tag.Get("errctx")
		needed = needed || privacy == "private"
		switch {
		case name == "-", privacy == "secret", isSecret(f.Type):
			needed = true
			continue
		case privacy != "" && privacy != "private" && privacy != "safe":
			panic(&Misdeclared{where + "." + f.Name + ` has the tag errctx:"` + privacy + `", which nobody understands`})
		case !f.IsExported() && f.Type.Size() > 0:
			panic(&Misdeclared{where + "." + f.Name + " is not exported; use Custom"})
		case !f.IsExported():
			continue
		case name == "":
			name = f.Name
		}
		m := member{name, i, privacy == "private", c.of(f.Type, where+"."+f.Name)}
		needed = needed || m.codec != nil
		members = append(members, m)
	}
	if !needed && !variant {
		return nil
	}
	return &codec{
		encode: func(e *encoder, b []byte, v reflect.Value) ([]byte, error) { return encodeStruct(e, b, v, members) },
		decode: func(d *decoder, raw []byte, v reflect.Value) error { return decodeStruct(d, raw, v, members) },
	}
}

func encodeStruct(e *encoder, b []byte, v reflect.Value, members []member) (_ []byte, err error) {
	b = append(b, '{')
	for _, m := range members {
		if m.private && !e.trusted {
			continue
		}
		if b[len(b)-1] != '{' {
			b = append(b, ',')
		}
		b = append(jsontext.AppendQuote(b, m.name), ':')
		switch f := v.Field(m.index); {
		case m.codec != nil:
			b, err = m.encode(e, b, f)
		case f.Kind() == reflect.String && f.NumMethod() == 0:
			b = jsontext.AppendQuote(b, f.String())
		default:
			var field []byte
			field, err = json.Marshal(f.Interface())
			b = append(b, field...)
		}
		if err != nil {
			return nil, err
		}
	}
	return append(b, '}'), nil
}

func decodeStruct(d *decoder, raw []byte, v reflect.Value, members []member) (err error) {
	r := jsontext.NewReader(raw)
	if !r.Members(func(name string) {
		i := slices.IndexFunc(members, func(m member) bool { return m.name == name })
		if i < 0 || err != nil {
			r.Raw() // a member of a newer sender's
			return
		}
		m := members[i]
		switch f := v.Field(m.index); {
		case m.codec != nil:
			err = m.decode(d, r.Raw(), f)
		case f.Kind() == reflect.String && f.NumMethod() == 0 && r.Next() == '"':
			s, _ := r.Text()
			f.SetString(s)
		default:
			err = json.Unmarshal(r.Raw(), f.Addr().Interface())
		}
	}) {
		return &Malformed{Reason: "no JSON object"}
	}
	return err
}

// isSecret reports whether a type, or what is in it, is an [errctx.SecretValue].
func isSecret(t reflect.Type) bool {
	for range maxNesting {
		if t.Implements(secretType) || t.Kind() != reflect.Interface && reflect.PointerTo(t).Implements(secretType) {
			return true
		}
		switch t.Kind() {
		case reflect.Pointer, reflect.Slice, reflect.Array, reflect.Map:
			t = t.Elem()
		default:
			return false
		}
	}
	return false
}

// foreignCodec is for fields of type error.
var foreignCodec = codec{
	encode: func(e *encoder, b []byte, v reflect.Value) ([]byte, error) {
		if v.IsNil() {
			return append(b, "null"...), nil
		}
		f := e.foreign(v.Interface().(error))
		field, err := json.Marshal(f)
		return append(b, field...), err
	},
	decode: func(_ *decoder, raw []byte, v reflect.Value) error {
		var f *Foreign
		if err := json.Unmarshal(raw, &f); err != nil || f == nil {
			return err
		}
		v.Set(reflect.ValueOf(f))
		return nil
	},
}

// foreign describes a cause. Its text may say anything, except where it is known not to.
func (e *encoder) foreign(err error) Foreign {
	if f, ok := err.(*Foreign); ok {
		again := *f
		if again.Private && !e.trusted {
			again.Text, again.Private = "", false
		}
		return again
	}
	_, root := errctx.Split(err)
	f := Foreign{Type: reflect.TypeOf(root).String()}
	if k, ok := root.(errctx.Kind); ok {
		f.Kind = cut(k.ErrorKind())
	}
	_, constant := root.(syscall.Errno)
	if constant = constant || isSafe(root); constant || e.trusted {
		f.Text, f.Private = cut(fmt.Sprint(err)), !constant
	}
	return f
}

// anyKindCodec is for fields of type errctx.Kind.
var anyKindCodec = codec{
	encode: func(e *encoder, b []byte, v reflect.Value) ([]byte, error) {
		if v.IsNil() {
			return append(b, "null"...), nil
		}
		if u, ok := v.Interface().(unknown); ok {
			return e.again(u.wireUnknown(), nil).AppendJSON(b), nil
		}
		return e.undeclared(v.Interface().(error)).AppendJSON(b), nil
	},
	decode: func(d *decoder, raw []byte, v reflect.Value) error {
		if string(raw) == "null" {
			return nil
		}
		env, err := d.field(raw)
		if err != nil {
			return err
		}
		v.Set(reflect.ValueOf(&Unknown{env: env}))
		return nil
	},
}

// textCodec is for fields of type any, such as the value of a panic: text is what is kept of it, and
// for others than trusted peers the name of its type.
var textCodec = codec{
	encode: func(e *encoder, b []byte, v reflect.Value) ([]byte, error) {
		if v.IsNil() || isSecret(v.Elem().Type()) {
			return append(b, "null"...), nil
		}
		x := v.Interface()
		if e.trusted || isSafe(x) {
			return jsontext.AppendQuote(b, cut(fmt.Sprint(x))), nil
		}
		return jsontext.AppendQuote(b, cut(v.Elem().Type().String())), nil
	},
	decode: func(_ *decoder, raw []byte, v reflect.Value) error {
		var s *string
		if err := json.Unmarshal(raw, &s); err != nil || s == nil {
			return err
		}
		v.Set(reflect.ValueOf(*s))
		return nil
	},
}
