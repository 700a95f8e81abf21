package classify_test

import (
	"context"
	"fmt"

	"github.com/holdfast-go/holdfast/classify"
	"github.com/holdfast-go/holdfast/errctx"
)

// The first part stands in the package whose errors these are. It knows nothing of classify.

// StoreError is what the store can fail with: *MissingDigest or *CorruptBlob.
type StoreError interface {
	errctx.Kind
	storeError(StoreCases[struct{}]) // seals the sum: a variant needs a case to call
}

// StoreCases says something about each variant; see VisitStore.
type StoreCases[T any] interface {
	MissingDigest(*MissingDigest) T
	CorruptBlob(*CorruptBlob) T
}

// VisitStore returns what c says about e.
func VisitStore[T any](e StoreError, c StoreCases[T]) T {
	v := storeVisit[T]{cases: c}
	e.storeError(&v)
	return v.said
}

type storeVisit[T any] struct {
	cases StoreCases[T]
	said  T
}

func (v *storeVisit[T]) MissingDigest(e *MissingDigest) (_ struct{}) {
	v.said = v.cases.MissingDigest(e)
	return
}

func (v *storeVisit[T]) CorruptBlob(e *CorruptBlob) (_ struct{}) {
	v.said = v.cases.CorruptBlob(e)
	return
}

// MissingDigest says that the store no longer has a blob.
type MissingDigest struct{ Digest string }

func (e *MissingDigest) storeError(c StoreCases[struct{}]) { c.MissingDigest(e) }
func (e *MissingDigest) ErrorKind() string                 { return "store.missing_digest" }
func (e *MissingDigest) Error() string                     { return "missing digest " + e.Digest }

// CorruptBlob says that a blob is not what its digest promises.
type CorruptBlob struct{ Want, Got string }

func (e *CorruptBlob) storeError(c StoreCases[struct{}]) { c.CorruptBlob(e) }
func (e *CorruptBlob) ErrorKind() string                 { return "store.corrupt_blob" }
func (e *CorruptBlob) Error() string                     { return "blob " + e.Want + " reads as " + e.Got }

// The second part stands with the decider.

// storeVerdicts is what this role does about the store's errors, all of them.
type storeVerdicts struct{}

var _ StoreCases[classify.Verdict] = storeVerdicts{}

func (storeVerdicts) MissingDigest(e *MissingDigest) classify.Verdict {
	return classify.Verdict{Class: classify.Backtrack, Keys: []any{e.Digest}}
}

func (storeVerdicts) CorruptBlob(e *CorruptBlob) classify.Verdict {
	return classify.Verdict{Class: classify.Backtrack, Keys: []any{e.Want}}
}

// A package declares a sealed sum of its errors with a visitor. A decider
// implements the cases, and what either of them forgets does not compile.
func ExampleSum() {
	policy, err := classify.New(
		classify.Role{
			Name:    "step",
			Can:     classify.SetOf(classify.Cancelled, classify.Backtrack, classify.Fail),
			Default: classify.Fail,
		},
		classify.Sum("store", classify.SetOf(classify.Backtrack), func(e StoreError) classify.Verdict {
			return VisitStore(e, storeVerdicts{})
		}),
	)
	if err != nil {
		fmt.Println(err)
		return
	}
	fault := errctx.New[StoreError](&MissingDigest{"sha256:ab"}, "open blob")
	verdict := policy.Classify(context.Background(), errctx.Wrap(fault, "materialise input"))
	fmt.Println(verdict)
	// Output: backtrack of sha256:ab
}
