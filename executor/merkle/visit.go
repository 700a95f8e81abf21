package merkle

// WalkCases has one method for each variant of WalkError.
type WalkCases[T any] interface {
	Incomplete(*Incomplete) T
	Malformed(*Malformed) T
	TooLarge(*TooLarge) T
	StoreFault(StoreFault) T
	Unknown(Unknown) T
}

// VisitWalk calls the case of e's variant. It is total, and the compiler sees to it: the
// method that seals the sum takes the cases, so a variant without one does not
// compile. What embeds a WalkError to carry it in another sum is visited as what it embeds.
func VisitWalk[T any](e WalkError, c WalkCases[T]) T {
	v := walkVisit[T]{cases: c}
	e.walkError(&v)
	return v.said
}

// walkVisit keeps what a case said: methods have no type parameters of their own.
type walkVisit[T any] struct {
	cases WalkCases[T]
	said  T
}

func (v *walkVisit[T]) Incomplete(e *Incomplete) (_ struct{}) { v.said = v.cases.Incomplete(e); return }
func (v *walkVisit[T]) Malformed(e *Malformed) (_ struct{})   { v.said = v.cases.Malformed(e); return }
func (v *walkVisit[T]) TooLarge(e *TooLarge) (_ struct{})     { v.said = v.cases.TooLarge(e); return }
func (v *walkVisit[T]) StoreFault(e StoreFault) (_ struct{})  { v.said = v.cases.StoreFault(e); return }
func (v *walkVisit[T]) Unknown(e Unknown) (_ struct{})        { v.said = v.cases.Unknown(e); return }

func (e *Incomplete) walkError(c WalkCases[struct{}]) { c.Incomplete(e) }
func (e *Malformed) walkError(c WalkCases[struct{}])  { c.Malformed(e) }
func (e *TooLarge) walkError(c WalkCases[struct{}])   { c.TooLarge(e) }
func (e StoreFault) walkError(c WalkCases[struct{}])  { c.StoreFault(e) }
func (e Unknown) walkError(c WalkCases[struct{}])     { c.Unknown(e) }
