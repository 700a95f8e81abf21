package engine

// Cases has one method for each variant of Error.
type Cases[T any] interface {
	StepFault(StepFault) T
	StoreFault(StoreFault) T
	PlaceFault(PlaceFault) T
	CacheFault(CacheFault) T
	TreeFault(TreeFault) T
	InputConflict(InputConflict) T
	MalformedStep(*MalformedStep) T
	MalformedBlob(*MalformedBlob) T
	InputAbsent(*InputAbsent) T
	InputChanged(*InputChanged) T
	UnrecoverableDigest(*UnrecoverableDigest) T
	BacktrackExhausted(*BacktrackExhausted) T
	RetryExhausted(*RetryExhausted) T
	UnknownStep(*UnknownStep) T
	NotBuilt(*NotBuilt) T
	Cancelled(*Cancelled) T
	Panic(*Panic) T
	Unknown(Unknown) T
}

// Visit calls the case of e's variant. It is total, and the compiler sees to it: the
// method that seals the sum takes the cases, so a variant without one does not
// compile. What embeds an Error to carry it in another sum is visited as what it embeds.
func Visit[T any](e Error, c Cases[T]) T {
	v := visit[T]{cases: c}
	e.engineError(&v)
	return v.said
}

// visit keeps what a case said: methods have no type parameters of their own.
type visit[T any] struct {
	cases Cases[T]
	said  T
}

func (v *visit[T]) StepFault(e StepFault) (_ struct{})   { v.said = v.cases.StepFault(e); return }
func (v *visit[T]) StoreFault(e StoreFault) (_ struct{}) { v.said = v.cases.StoreFault(e); return }
func (v *visit[T]) PlaceFault(e PlaceFault) (_ struct{}) { v.said = v.cases.PlaceFault(e); return }
func (v *visit[T]) CacheFault(e CacheFault) (_ struct{}) { v.said = v.cases.CacheFault(e); return }
func (v *visit[T]) TreeFault(e TreeFault) (_ struct{})   { v.said = v.cases.TreeFault(e); return }
func (v *visit[T]) InputConflict(e InputConflict) (_ struct{}) {
	v.said = v.cases.InputConflict(e)
	return
}
func (v *visit[T]) MalformedStep(e *MalformedStep) (_ struct{}) {
	v.said = v.cases.MalformedStep(e)
	return
}
func (v *visit[T]) MalformedBlob(e *MalformedBlob) (_ struct{}) {
	v.said = v.cases.MalformedBlob(e)
	return
}
func (v *visit[T]) InputAbsent(e *InputAbsent) (_ struct{}) { v.said = v.cases.InputAbsent(e); return }
func (v *visit[T]) InputChanged(e *InputChanged) (_ struct{}) {
	v.said = v.cases.InputChanged(e)
	return
}
func (v *visit[T]) UnrecoverableDigest(e *UnrecoverableDigest) (_ struct{}) {
	v.said = v.cases.UnrecoverableDigest(e)
	return
}
func (v *visit[T]) BacktrackExhausted(e *BacktrackExhausted) (_ struct{}) {
	v.said = v.cases.BacktrackExhausted(e)
	return
}
func (v *visit[T]) RetryExhausted(e *RetryExhausted) (_ struct{}) {
	v.said = v.cases.RetryExhausted(e)
	return
}
func (v *visit[T]) UnknownStep(e *UnknownStep) (_ struct{}) { v.said = v.cases.UnknownStep(e); return }
func (v *visit[T]) NotBuilt(e *NotBuilt) (_ struct{})       { v.said = v.cases.NotBuilt(e); return }
func (v *visit[T]) Cancelled(e *Cancelled) (_ struct{})     { v.said = v.cases.Cancelled(e); return }
func (v *visit[T]) Panic(e *Panic) (_ struct{})             { v.said = v.cases.Panic(e); return }
func (v *visit[T]) Unknown(e Unknown) (_ struct{})          { v.said = v.cases.Unknown(e); return }

func (e StepFault) engineError(c Cases[struct{}])            { c.StepFault(e) }
func (e StoreFault) engineError(c Cases[struct{}])           { c.StoreFault(e) }
func (e PlaceFault) engineError(c Cases[struct{}])           { c.PlaceFault(e) }
func (e CacheFault) engineError(c Cases[struct{}])           { c.CacheFault(e) }
func (e TreeFault) engineError(c Cases[struct{}])            { c.TreeFault(e) }
func (e InputConflict) engineError(c Cases[struct{}])        { c.InputConflict(e) }
func (e *MalformedStep) engineError(c Cases[struct{}])       { c.MalformedStep(e) }
func (e *MalformedBlob) engineError(c Cases[struct{}])       { c.MalformedBlob(e) }
func (e *InputAbsent) engineError(c Cases[struct{}])         { c.InputAbsent(e) }
func (e *InputChanged) engineError(c Cases[struct{}])        { c.InputChanged(e) }
func (e *UnrecoverableDigest) engineError(c Cases[struct{}]) { c.UnrecoverableDigest(e) }
func (e *BacktrackExhausted) engineError(c Cases[struct{}])  { c.BacktrackExhausted(e) }
func (e *RetryExhausted) engineError(c Cases[struct{}])      { c.RetryExhausted(e) }
func (e *UnknownStep) engineError(c Cases[struct{}])         { c.UnknownStep(e) }
func (e *NotBuilt) engineError(c Cases[struct{}])            { c.NotBuilt(e) }
func (e *Cancelled) engineError(c Cases[struct{}])           { c.Cancelled(e) }
func (e *Panic) engineError(c Cases[struct{}])               { c.Panic(e) }
func (e Unknown) engineError(c Cases[struct{}])              { c.Unknown(e) }
