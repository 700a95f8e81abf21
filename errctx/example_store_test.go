package errctx_test

import (
	"fmt"
	"log/slog"

	"github.com/holdfast-go/holdfast/errctx"
)

// The errors of a package store, as it would declare them: the examples use them.

// StoreError is the sealed sum of what can go wrong: [*MissingDigest] | [*DiskFull].
type StoreError interface {
	errctx.Kind
	storeError(StoreCases)
}

// StoreErr is what the package's functions return.
type StoreErr = errctx.WithContext[StoreError]

// StoreCases has a method for each variant. Who decides about StoreErrors implements it,
// and does not compile any more when a variant is added.
type StoreCases interface {
	MissingDigest(*MissingDigest)
	DiskFull(*DiskFull)
}

// MissingDigest says that the store promised a blob and does not have it.
type MissingDigest struct{ Digest string }

// DiskFull says that there is no room for a blob.
type DiskFull struct {
	Path string // of the store; private: it is not declared otherwise
	Need int64  `errctx:"safe"` // bytes
}

func (e *MissingDigest) Error() string { return "blob " + e.Digest + " is missing" }
func (e *DiskFull) Error() string      { return fmt.Sprintf("%s is full, %d bytes needed", e.Path, e.Need) }

func (*MissingDigest) ErrorKind() string { return "store.missing_digest" }
func (*DiskFull) ErrorKind() string      { return "store.disk_full" }

func (e *MissingDigest) storeError(c StoreCases) { c.MissingDigest(e) }
func (e *DiskFull) storeError(c StoreCases)      { c.DiskFull(e) }

// Visit calls the method of cases for e's variant.
func Visit(e StoreError, cases StoreCases) { e.storeError(cases) }

// Open is one of the package's functions.
func Open(digest string) StoreErr {
	return errctx.New[StoreError](&MissingDigest{digest}, "open blob", slog.String("digest", digest))
}

// Put is another one.
func Put(size int64) StoreErr {
	return errctx.New[StoreError](&DiskFull{"/var/store", size}, "put blob")
}

// PhaseError is the sum of the next phase: [InputFault] | [*ExitStatus].
type PhaseError interface {
	errctx.Kind
	phaseError()
}

// InputFault is a variant that is any StoreError: it embeds the lower sum …
type InputFault struct{ StoreError }

func (InputFault) phaseError() {}

// Unwrap … and leads to it, so that errors.AsType goes on finding what happened.
func (e InputFault) Unwrap() error { return e.StoreError }

// ExitStatus is a variant of its own.
type ExitStatus struct{ Code int }

func (*ExitStatus) phaseError()       {}
func (*ExitStatus) ErrorKind() string { return "phase.exit_status" }
func (e *ExitStatus) Error() string   { return fmt.Sprintf("exit status %d", e.Code) }

func asInputFault(e StoreError) PhaseError { return InputFault{e} }
