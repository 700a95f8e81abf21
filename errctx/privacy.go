package errctx

import (
	"fmt"
	"log/slog"
	"reflect"
)

// privacy says how far a value may travel. What nobody declared is private.
type privacy uint8

const (
	private privacy = iota // to whoever can read the program's own logs
	safe                   // anywhere
	secret                 // nowhere
)

// Safe declares that a's value may be shown to anybody: it goes over the wire
// and into metrics. Secrets inside of it stay secret.
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
		case hidden, SecretValue:
			return slog.StringValue(secretText), secret
		case public:
			v, around = x.value, safe
			continue
		case nil, handle, list: // rendered as what they are
			return v, around
		case SafeValue:
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
