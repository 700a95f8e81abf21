// Package wire has the signatures that matter.
package wire

import "github.com/holdfast-go/holdfast/errctx"

type (
	Declared               interface{ declared() }
	Lower                  []Declared
	Option                 func()
	Unknown                struct{ kind string }
	Sum[E errctx.Kind]     struct{ e E }
	Variant[E errctx.Kind] struct{ e E }
)

func (*Unknown) Error() string     { return "" }
func (*Unknown) ErrorKind() string { return "" }

func NewSum[E errctx.Kind](unknown func(*Unknown) E, lower Lower, variants ...Variant[E]) *Sum[E] {
	return nil
}

func Fields[E, V errctx.Kind](kind string, aliases ...string) Variant[E] { return Variant[E]{} }

func Custom[E, V errctx.Kind](encode func(V, ...Option) ([]byte, error), decode func([]byte) (V, error), kind string, aliases ...string) Variant[E] {
	return Variant[E]{}
}
