package errctx

import (
	"fmt"
	"log/slog"
	"reflect"
	"sync"
)

// privacy says how far a value may travel. What nobody declared is private.
type privacy uint8

const (
	private privacy = iota // to whoever can read the program's own logs
	safe                   // anywhere
	secret                 // nowhere
)

// Safe declares that a's value may be shown to anybody: it goes over the wire
// and into metrics. What is declared to be secret or private inside of it stays so.
// It costs an allocation of 24 bytes.
//
// A type whose values are all safe says so once, as a [SafeValue].
func Safe(a slog.Attr) slog.Attr {
	if a.Value.Kind() == slog.KindLogValuer {
		if _, ok := a.Value.Any().(hidden); ok {
			return a
		}
	}
	return slog.Any(a.Key, public{a.Value})
}

// Secret keeps the key of a and forgets the value: that there was one may help,
// and what nobody keeps, nobody prints.
//
// A type whose values are all secret says so once, as a [SecretValue].
func Secret(a slog.Attr) slog.Attr {
	return slog.Any(a.Key, hidden{})
}

// IsSafe reports whether a may be shown to anybody: by [Safe] or by its type.
func IsSafe(a slog.Attr) bool {
	_, p := disclose(a.Value, private)
	return p == safe
}

// SafeValue is implemented by types whose values may be shown to anybody, such
// as digests: attributes and fields of the type are safe. An error whose text
// may be shown to anybody implements it too.
type SafeValue interface{ SafeValue() }

// SecretValue is implemented by types whose values must never be shown, such as
// tokens: attributes and fields of the type are secret. What an Error method returns
// is printed wherever errors are: keep secrets out of it.
type SecretValue interface{ SecretValue() }

const (
	secretText  = "[secret]"
	privateText = "[private]"
)

// public is the value of a safe attribute.
type public struct{ value slog.Value }

// LogValue and String are for those who are given the attribute itself.
func (p public) LogValue() slog.Value {
	a, _ := Log.Attr(slog.Attr{Value: p.value})
	return a.Value
}
func (p public) String() string { return p.LogValue().String() }

// reserved is the value of a field that is tagged as private: also where it is part of
// something that is safe.
type reserved struct{ public }

// hidden is the value of a secret attribute: nothing.
type hidden struct{}

// LogValue, Format and MarshalText are for those who are given the attribute itself.
func (hidden) LogValue() slog.Value         { return slog.StringValue(secretText) }
func (hidden) Format(s fmt.State, _ rune)   { _, _ = s.Write([]byte(secretText)) }
func (hidden) MarshalText() ([]byte, error) { return []byte(secretText), nil }

// maxResolve bounds how often a slog.LogValuer may lead to another.
const maxResolve = 16

// disclose resolves v and says how private it is. around is the privacy of what v is part
// of: it holds unless v has a declaration of its own.
//
// slog's own Resolve would go through the declarations without noticing.
func disclose(v slog.Value, around privacy) (slog.Value, privacy) {
	for range maxResolve {
		if v.Kind() != slog.KindAny && v.Kind() != slog.KindLogValuer {
			return v, around
		}
		switch x := v.Any().(type) {
		case hidden:
			return slog.StringValue(secretText), secret
		case reserved:
			v, around = x.value, private
			continue
		case public:
			v, around = x.value, safe
			continue
		case nil, list: // rendered as what they are
			return v, around
		case error:
			if _, ok := asHandle(x); ok {
				return v, around
			}
		}
		switch traitsOf(reflect.TypeOf(v.Any())) {
		case secret:
			return slog.StringValue(secretText), secret
		case safe:
			around = safe
		}
		if v.Kind() == slog.KindLogValuer {
			v = logValue(v.LogValuer())
			continue
		}
		if err, ok := v.Any().(error); ok {
			return slog.StringValue(fmt.Sprint(err)), around
		}
		v = fieldValue(reflect.ValueOf(v.Any()), 1)
	}
	return slog.StringValue("LogValue never ends"), around
}

// logValue calls a foreign method.
func logValue(l slog.LogValuer) (v slog.Value) {
	defer func() {
		if r := recover(); r != nil {
			v = slog.StringValue("LogValue panicked")
		}
	}()
	return l.LogValue()
}

var (
	safeType   = reflect.TypeFor[SafeValue]()
	secretType = reflect.TypeFor[SecretValue]()
)

// traits has what types declare of their values: a program has so many.
var traits sync.Map // reflect.Type → privacy

// traitsOf returns what a type declares of its values. A secret is one also where only a pointer to it
// says so. Safe is only what says so itself: one safe part does not make the whole of it safe.
func traitsOf(t reflect.Type) privacy {
	if t == nil {
		return private
	}
	if known, ok := traits.Load(t); ok {
		return known.(privacy)
	}
	p := private
	switch {
	case t.Implements(secretType), t.Kind() != reflect.Pointer && t.Kind() != reflect.Interface && reflect.PointerTo(t).Implements(secretType):
		p = secret
	case t.Implements(safeType) && !promotes(t, safeType):
		p = safe
	}
	traits.Store(t, p)
	return p
}

// promotes reports whether a type may have a method only because it embeds one that has it.
func promotes(t, method reflect.Type) bool {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct {
		return false
	}
	for f := range t.Fields() {
		if f.Anonymous && (f.Type.Implements(method) || reflect.PointerTo(f.Type).Implements(method)) {
			return true
		}
	}
	return false
}
