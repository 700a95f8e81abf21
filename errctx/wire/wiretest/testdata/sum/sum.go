// Package sum declares the variants of a sum.
package sum

type (
	A          struct{}
	B          struct{}
	C[T any]   struct{}
	D          struct{ seal }
	E          struct{ *seal }
	seal       struct{}
	Stranger   struct{}
	sealOfSome interface{ sampleError() }
)

func (A) sampleError()     {}
func (*B) sampleError()    {}
func (*C[T]) sampleError() {}
func (seal) sampleError()  {}
func (Stranger) other()    {}
