package process

// StartCases has one method for each variant of StartError. A decider implements
// it, so that a variant it forgot does not compile.
type StartCases[T any] interface {
	InvalidSpec(*InvalidSpec) T
	NotFound(*NotFound) T
	RelativePath(*RelativePath) T
	NotExecutable(*NotExecutable) T
	BadInterpreter(*BadInterpreter) T
	BadDir(*BadDir) T
	TooLong(*TooLong) T
	Busy(*Busy) T
	ResourceLimit(*ResourceLimit) T
	StartIO(*StartIO) T
	Interrupted(*Interrupted) T
	Unknown(Unknown) T
}

// VisitStart calls the case of e's variant. It is total, and the compiler sees to it: the
// method that seals the sum takes the cases, so a variant without one does not
// compile. What embeds a StartError to carry it in another sum is visited as what it embeds.
func VisitStart[T any](e StartError, c StartCases[T]) T {
	v := startVisit[T]{cases: c}
	e.startError(&v)
	return v.said
}

// startVisit keeps what a case said: methods have no type parameters of their own.
type startVisit[T any] struct {
	cases StartCases[T]
	said  T
}

func (v *startVisit[T]) InvalidSpec(e *InvalidSpec) (_ struct{}) {
	v.said = v.cases.InvalidSpec(e)
	return
}
func (v *startVisit[T]) NotFound(e *NotFound) (_ struct{}) { v.said = v.cases.NotFound(e); return }
func (v *startVisit[T]) RelativePath(e *RelativePath) (_ struct{}) {
	v.said = v.cases.RelativePath(e)
	return
}
func (v *startVisit[T]) NotExecutable(e *NotExecutable) (_ struct{}) {
	v.said = v.cases.NotExecutable(e)
	return
}
func (v *startVisit[T]) BadInterpreter(e *BadInterpreter) (_ struct{}) {
	v.said = v.cases.BadInterpreter(e)
	return
}
func (v *startVisit[T]) BadDir(e *BadDir) (_ struct{})   { v.said = v.cases.BadDir(e); return }
func (v *startVisit[T]) TooLong(e *TooLong) (_ struct{}) { v.said = v.cases.TooLong(e); return }
func (v *startVisit[T]) Busy(e *Busy) (_ struct{})       { v.said = v.cases.Busy(e); return }
func (v *startVisit[T]) ResourceLimit(e *ResourceLimit) (_ struct{}) {
	v.said = v.cases.ResourceLimit(e)
	return
}
func (v *startVisit[T]) StartIO(e *StartIO) (_ struct{}) { v.said = v.cases.StartIO(e); return }
func (v *startVisit[T]) Interrupted(e *Interrupted) (_ struct{}) {
	v.said = v.cases.Interrupted(e)
	return
}
func (v *startVisit[T]) Unknown(e Unknown) (_ struct{}) { v.said = v.cases.Unknown(e); return }

func (e *InvalidSpec) startError(c StartCases[struct{}])    { c.InvalidSpec(e) }
func (e *NotFound) startError(c StartCases[struct{}])       { c.NotFound(e) }
func (e *RelativePath) startError(c StartCases[struct{}])   { c.RelativePath(e) }
func (e *NotExecutable) startError(c StartCases[struct{}])  { c.NotExecutable(e) }
func (e *BadInterpreter) startError(c StartCases[struct{}]) { c.BadInterpreter(e) }
func (e *BadDir) startError(c StartCases[struct{}])         { c.BadDir(e) }
func (e *TooLong) startError(c StartCases[struct{}])        { c.TooLong(e) }
func (e *Busy) startError(c StartCases[struct{}])           { c.Busy(e) }
func (e *ResourceLimit) startError(c StartCases[struct{}])  { c.ResourceLimit(e) }
func (e *StartIO) startError(c StartCases[struct{}])        { c.StartIO(e) }
func (e *Interrupted) startError(c StartCases[struct{}])    { c.Interrupted(e) }
func (e Unknown) startError(c StartCases[struct{}])         { c.Unknown(e) }
