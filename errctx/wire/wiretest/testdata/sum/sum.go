// Package sum declares the variants of a sum.
package sum

type (
	A          struct{}
	B          struct{}
	C[T any]   struct{}
	Stranger   struct{}
	sealOfSome interface{ sampleError() }
)

func (A) sampleError()     {}
func (*B) sampleError()    {}
func (*C[T]) sampleError() {}
func (Stranger) other()    {}
