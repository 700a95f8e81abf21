// Package errctx has the signatures that matter.
package errctx

import "log/slog"

type Kind interface {
	error
	ErrorKind() string
}

type WithContext[E error] interface {
	error
	Unwrap() error
	Root() E
	handle()
}

type Joined[E error] struct{ all []WithContext[E] }

func (*Joined[E]) Error() string { return "" }

func New[K Kind](root K, msg string, attrs ...slog.Attr) WithContext[K] { return nil }

func Adopt[P interface {
	*T
	error
}, T any](root P, msg string, attrs ...slog.Attr) WithContext[P] {
	return nil
}

func AdoptValue[V error, P interface {
	*V
	error
}](root V, msg string, attrs ...slog.Attr) WithContext[V] {
	return nil
}

func Wrap[E error](w WithContext[E], msg string, attrs ...slog.Attr) WithContext[E] { return nil }

func Map[E error, F Kind](w WithContext[E], f func(E) F) WithContext[F] { return nil }

func Annotate(err error, msg string, attrs ...slog.Attr) error { return nil }

func From[K Kind](err error) (_ WithContext[K], ok bool) { return nil, false }

func Join[E error](ws ...WithContext[E]) WithContext[*Joined[E]] { return nil }
