// Package actioncache is the contract of a cache of results, by the digest of
// the action that gave them.
//
// What every [Cache] promises, and package actioncachetest checks:
//
//   - An entry is whole or not there: nobody sees a part of one.
//   - What is read is what was put under that key. Everything else is a
//     [*CorruptEntry], the entry is put aside, and it is a miss from then on.
//   - The last Put wins, also over an entry that is corrupt.
//   - An error of the machine says neither hit nor miss.
//
// The cache knows nothing of the blobs that a result names. Whoever puts a result has
// stored them before; whoever gets one finds out whether they are still there.
package actioncache

import (
	"context"
	"fmt"

	"github.com/holdfast-go/holdfast/errctx"
	"github.com/holdfast-go/holdfast/executor/action"
	"github.com/holdfast-go/holdfast/executor/cas"
	"github.com/holdfast-go/holdfast/executor/digest"
)

// Cache holds results. Its methods may be called from many goroutines and, on one
// folder, from many processes.
type Cache interface {
	// Get returns the result of the action with digest key, which is the
	// caller's own. Without one it returns a [*Miss] or a [*CorruptEntry], and a
	// [StoreFault] when it cannot tell.
	Get(ctx context.Context, key digest.Digest) (*action.Result, GetErr)

	// Put makes r the result of the action with digest key. A result that fails
	// its own Check, or is larger than MaxEntry, is a [*BadResult]; any other
	// fault is a [StoreFault]. On an error the entry is what it was before.
	Put(ctx context.Context, key digest.Digest, r *action.Result) PutErr
}

// GetErr is what Get returns.
type GetErr = errctx.WithContext[GetError]

// GetError is the sealed sum of why Get has no result. [VisitGet] is the total
// switch over it.
type GetError interface {
	errctx.Kind
	getError()
}

// GetCases has one method for each variant of GetError.
type GetCases[T any] interface {
	Miss(*Miss) T
	CorruptEntry(*CorruptEntry) T
	StoreFault(StoreFault) T
	Unknown(Unknown) T
}

// VisitGet calls the case of e's variant.
func VisitGet[T any](e GetError, c GetCases[T]) T {
	switch e := e.(type) {
	case *Miss:
		return c.Miss(e)
	case *CorruptEntry:
		return c.CorruptEntry(e)
	case StoreFault:
		return c.StoreFault(e)
	case Unknown:
		return c.Unknown(e)
	}
	panic(fmt.Sprintf("actioncache: %T is not a variant of GetError", e)) // unreachable: the sum is sealed
}

// PutErr is what Put returns.
type PutErr = errctx.WithContext[PutError]

// PutError is the sealed sum of why Put has not stored a result. [VisitPut] is the
// total switch over it.
type PutError interface {
	errctx.Kind
	putError()
}

// PutCases has one method for each variant of PutError.
type PutCases[T any] interface {
	BadResult(*BadResult) T
	StoreFault(StoreFault) T
	Unknown(Unknown) T
}

// VisitPut calls the case of e's variant.
func VisitPut[T any](e PutError, c PutCases[T]) T {
	switch e := e.(type) {
	case *BadResult:
		return c.BadResult(e)
	case StoreFault:
		return c.StoreFault(e)
	case Unknown:
		return c.Unknown(e)
	}
	panic(fmt.Sprintf("actioncache: %T is not a variant of PutError", e)) // unreachable: the sum is sealed
}

// Miss says that the cache has no result for the action. The answer to it is to execute.
type Miss struct {
	Key    digest.Digest
	Reason Reason
}

// Reason says why there is no result.
type Reason string

// The reasons for a miss.
const (
	Absent      Reason = "absent"                    // nobody has put one, or it was removed
	OtherFormat Reason = "written in another format" // a whole entry of another version of this program, left in place until the next Put
)

// CorruptEntry says that what is stored for the action is no result of it. It has been put
// aside, and the answer to it is to execute, as to a miss.
type CorruptEntry struct {
	Key    digest.Digest
	Reason string
	Err    error  // what is wrong with the message in it, if that is the reason
	Kept   string // where it was put aside; "" if it could not be, and was removed
}

// BadResult says that a result cannot be an entry. Err is what is wrong with it.
type BadResult struct {
	Key digest.Digest
	Err *action.Malformed
}

// StoreFault is a fault of what the cache is kept in, as package cas names it: a
// [*cas.DiskFull], [*cas.Resource], [*cas.Denied], [*cas.Interrupted] or [*cas.StoreIO].
// It says nothing about an entry.
type StoreFault struct{ cas.StoreError }

func (*Miss) getError()         {}
func (*CorruptEntry) getError() {}
func (StoreFault) getError()    {}
func (Unknown) getError()       {}
func (*BadResult) putError()    {}
func (StoreFault) putError()    {}
func (Unknown) putError()       {}

// ErrorKind implements errctx.Kind.
func (*Miss) ErrorKind() string { return "actioncache.miss" }

// ErrorKind implements errctx.Kind.
func (*CorruptEntry) ErrorKind() string { return "actioncache.corrupt_entry" }

// ErrorKind implements errctx.Kind.
func (*BadResult) ErrorKind() string { return "actioncache.bad_result" }

func (e *Miss) Error() string { return fmt.Sprintf("no result of action %s: %s", e.Key, e.Reason) }

func (e *CorruptEntry) Error() string {
	s := fmt.Sprintf("cache entry of action %s: %s", e.Key, e.Reason)
	if e.Err != nil {
		s += fmt.Sprintf(": %v", e.Err)
	}
	if e.Kept != "" {
		s += " (kept as " + e.Kept + ")"
	}
	return s
}

func (e *BadResult) Error() string {
	return fmt.Sprintf("result of action %s: %v", e.Key, e.Err)
}

func (e *CorruptEntry) Unwrap() error { return e.Err }
func (e *BadResult) Unwrap() error    { return e.Err }
func (e StoreFault) Unwrap() error    { return e.StoreError }
