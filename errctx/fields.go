package errctx

import (
	"encoding"
	"fmt"
	"log/slog"
	"maps"
	"reflect"
	"slices"
	"strings"
	"sync"
	"time"
)

// How much of a root's fields is shown.
const (
	maxFieldDepth = 4  // structs in structs
	maxElements   = 32 // of a list or a map
)

// appendFields appends the exported fields of a root with a kind. Foreign errors are
// left alone: who knows what hangs on them.
func appendFields(attrs []slog.Attr, root error) []slog.Attr {
	if _, ok := root.(Kind); !ok {
		return attrs
	}
	return appendStruct(attrs, reflect.ValueOf(root), 0)
}

func appendStruct(attrs []slog.Attr, v reflect.Value, depth int) []slog.Attr {
	for v.Kind() == reflect.Pointer {
		v = v.Elem()
	}
	if v.Kind() != reflect.Struct {
		return attrs
	}
	for _, f := range fieldsOf(v.Type()) {
		x := slog.AnyValue(hidden{})
		if f.declared != "secret" {
			x = fieldValue(v.Field(f.index), depth+1)
		}
		switch f.declared {
		case "safe":
			x = slog.AnyValue(public{x})
		case "private":
			x = slog.AnyValue(reserved{public{x}})
		}
		attrs = append(attrs, slog.Attr{Key: f.name, Value: x})
	}
	return attrs
}

// field is what is known of an exported field from its declaration.
type field struct {
	name     string
	index    int
	declared string // "safe", "private", "secret", or nothing
}

// plans has the fields of each type that was asked for: a program has so many types.
var plans sync.Map // reflect.Type → []field

func fieldsOf(t reflect.Type) []field {
	if known, ok := plans.Load(t); ok {
		return known.([]field)
	}
	var fields []field
	for i := range t.NumField() {
		f := t.Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if !f.IsExported() || name == "-" {
			continue
		}
		if name == "" {
			name = f.Name
		}
		fields = append(fields, field{name, i, declared(f)})
	}
	plans.Store(t, fields)
	return fields
}

// declared reads the tag of a field. What it does not understand is a secret.
func declared(f reflect.StructField) string {
	switch tag := f.Tag.Get("errctx"); {
	case traitsOf(f.Type) == secret:
		return "secret"
	case tag == "safe", tag == "private", tag == "":
		return tag
	default:
		return "secret"
	}
}

// fieldValue returns a field as an attribute's value.
func fieldValue(v reflect.Value, depth int) slog.Value {
	for v.Kind() == reflect.Interface && !v.IsNil() {
		v = v.Elem()
	}
	switch v.Kind() {
	case reflect.Invalid:
		return slog.AnyValue(nil)
	case reflect.Pointer, reflect.Interface, reflect.Map, reflect.Slice, reflect.Func, reflect.Chan:
		if v.IsNil() {
			return slog.AnyValue(nil)
		}
	}
	if traitsOf(v.Type()) == secret {
		return slog.AnyValue(hidden{})
	}
	if v.NumMethod() > 0 {
		switch x := v.Interface().(type) {
		case time.Time:
			return slog.TimeValue(x)
		case time.Duration:
			return slog.DurationValue(x)
		default:
			if traitsOf(v.Type()) == safe {
				return slog.AnyValue(public{textOrParts(v, x, depth)})
			}
			return textOrParts(v, x, depth)
		}
	}
	return parts(v, depth)
}

// textOrParts prefers what a type says of itself.
func textOrParts(v reflect.Value, x any, depth int) slog.Value {
	switch x := x.(type) {
	case error:
		if _, ok := asHandle(x); ok {
			return slog.AnyValue(x)
		}
		return slog.GroupValue(errorFields(x, depth)...)
	case slog.LogValuer:
		return slog.AnyValue(x)
	case encoding.TextMarshaler:
		return slog.StringValue(marshaled(x))
	case fmt.Stringer, fmt.Formatter:
		return slog.StringValue(fmt.Sprint(x))
	}
	return parts(v, depth)
}

// errorFields describes an error in a field: a cause.
func errorFields(err error, depth int) []slog.Attr {
	kind := kindOf(err)
	attrs := make([]slog.Attr, 0, 4)
	if kind != "" {
		attrs = append(attrs, slog.Any("kind", public{slog.StringValue(kind)}))
	}
	attrs = append(attrs, slog.String("type", typeName(err)), slog.String("text", fmt.Sprint(err)))
	if kind != "" && depth < maxFieldDepth {
		if fields := appendStruct(nil, reflect.ValueOf(err), depth); fields != nil {
			attrs = append(attrs, slog.Attr{Key: "fields", Value: slog.GroupValue(fields...)})
		}
	}
	return attrs
}

// list is a field's slice, for renderers.
type list []slog.Value

// String and MarshalJSON are for handlers of others.
func (l list) String() string               { return string(encode(Log, func(j *jsonWriter) { j.list(l, private) })) }
func (l list) MarshalJSON() ([]byte, error) { return []byte(l.String()), nil }

func parts(v reflect.Value, depth int) slog.Value {
	switch v.Kind() {
	case reflect.Bool:
		return slog.BoolValue(v.Bool())
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return slog.Int64Value(v.Int())
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		return slog.Uint64Value(v.Uint())
	case reflect.Float32, reflect.Float64:
		return slog.Float64Value(v.Float())
	case reflect.String:
		return slog.StringValue(v.String())
	case reflect.Pointer:
		if depth < maxFieldDepth {
			return fieldValue(v.Elem(), depth+1)
		}
	case reflect.Struct:
		if depth < maxFieldDepth {
			return slog.GroupValue(appendStruct(nil, v, depth)...)
		}
	case reflect.Slice, reflect.Array:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			return slog.StringValue(fmt.Sprintf("%d bytes", v.Len()))
		}
		if depth < maxFieldDepth {
			var l list
			for i := range min(v.Len(), maxElements) {
				l = append(l, fieldValue(v.Index(i), depth+1))
			}
			if more := v.Len() - maxElements; more > 0 {
				l = append(l, slog.StringValue(fmt.Sprintf("… %d more", more)))
			}
			return slog.AnyValue(l)
		}
	case reflect.Map:
		if depth < maxFieldDepth {
			return slog.GroupValue(entries(v, depth)...)
		}
	}
	return slog.StringValue(v.Type().String()) // too deep, or nothing to show
}

// entries returns the members of a map in the order of their keys' text.
func entries(v reflect.Value, depth int) []slog.Attr {
	members := map[string]slog.Value{}
	for it := v.MapRange(); it.Next() && len(members) < maxElements; {
		members[fmt.Sprint(fieldValue(it.Key(), maxFieldDepth))] = fieldValue(it.Value(), depth+1)
	}
	attrs := make([]slog.Attr, 0, len(members))
	for _, k := range slices.Sorted(maps.Keys(members)) {
		attrs = append(attrs, slog.Attr{Key: k, Value: members[k]})
	}
	return attrs
}

// marshaled calls a foreign method.
func marshaled(m encoding.TextMarshaler) (s string) {
	defer func() {
		if r := recover(); r != nil {
			s = "MarshalText panicked"
		}
	}()
	b, err := m.MarshalText()
	if err != nil {
		return "MarshalText: " + fmt.Sprint(err)
	}
	return string(b)
}
