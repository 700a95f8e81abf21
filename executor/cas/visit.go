package cas

// Cases has one method for each variant of StoreError. A decider implements it,
// so that a variant it forgot does not compile.
type Cases[T any] interface {
	MissingDigest(*MissingDigest) T
	CorruptBlob(*CorruptBlob) T
	TooLarge(*TooLarge) T
	LinkRefused(*LinkRefused) T
	Unreadable(*Unreadable) T
	DiskFull(*DiskFull) T
	Resource(*Resource) T
	Denied(*Denied) T
	Interrupted(*Interrupted) T
	StoreIO(*StoreIO) T
	Unknown(Unknown) T
}

// Visit calls the case of e's variant. It is total, and the compiler sees to it: the
// method that seals the sum takes the cases, so a variant without one does not
// compile. What embeds a StoreError to carry it in another sum is visited as what it embeds.
func Visit[T any](e StoreError, c Cases[T]) T {
	v := visit[T]{cases: c}
	e.storeError(&v)
	return v.said
}

// visit keeps what a case said: methods have no type parameters of their own.
type visit[T any] struct {
	cases Cases[T]
	said  T
}

func (v *visit[T]) MissingDigest(e *MissingDigest) (_ struct{}) {
	v.said = v.cases.MissingDigest(e)
	return
}
func (v *visit[T]) CorruptBlob(e *CorruptBlob) (_ struct{}) { v.said = v.cases.CorruptBlob(e); return }
func (v *visit[T]) TooLarge(e *TooLarge) (_ struct{})       { v.said = v.cases.TooLarge(e); return }
func (v *visit[T]) LinkRefused(e *LinkRefused) (_ struct{}) { v.said = v.cases.LinkRefused(e); return }
func (v *visit[T]) Unreadable(e *Unreadable) (_ struct{})   { v.said = v.cases.Unreadable(e); return }
func (v *visit[T]) DiskFull(e *DiskFull) (_ struct{})       { v.said = v.cases.DiskFull(e); return }
func (v *visit[T]) Resource(e *Resource) (_ struct{})       { v.said = v.cases.Resource(e); return }
func (v *visit[T]) Denied(e *Denied) (_ struct{})           { v.said = v.cases.Denied(e); return }
func (v *visit[T]) Interrupted(e *Interrupted) (_ struct{}) { v.said = v.cases.Interrupted(e); return }
func (v *visit[T]) StoreIO(e *StoreIO) (_ struct{})         { v.said = v.cases.StoreIO(e); return }
func (v *visit[T]) Unknown(e Unknown) (_ struct{})          { v.said = v.cases.Unknown(e); return }

func (e *MissingDigest) storeError(c Cases[struct{}]) { c.MissingDigest(e) }
func (e *CorruptBlob) storeError(c Cases[struct{}])   { c.CorruptBlob(e) }
func (e *TooLarge) storeError(c Cases[struct{}])      { c.TooLarge(e) }
func (e *LinkRefused) storeError(c Cases[struct{}])   { c.LinkRefused(e) }
func (e *Unreadable) storeError(c Cases[struct{}])    { c.Unreadable(e) }
func (e *DiskFull) storeError(c Cases[struct{}])      { c.DiskFull(e) }
func (e *Resource) storeError(c Cases[struct{}])      { c.Resource(e) }
func (e *Denied) storeError(c Cases[struct{}])        { c.Denied(e) }
func (e *Interrupted) storeError(c Cases[struct{}])   { c.Interrupted(e) }
func (e *StoreIO) storeError(c Cases[struct{}])       { c.StoreIO(e) }
func (e Unknown) storeError(c Cases[struct{}])        { c.Unknown(e) }
