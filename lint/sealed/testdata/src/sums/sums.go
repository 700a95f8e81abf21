// Package sums declares sealed sums for other packages to decide on.
package sums

import "github.com/holdfast-go/holdfast/errctx"

// StoreError is a *Missing, a *Corrupt, a Full, an IOError or a hidden one.
type StoreError interface {
	errctx.Kind
	storeError()
}

type StoreErr = errctx.WithContext[StoreError]

type Missing struct{ Digest string }

type Corrupt struct{ Digest string }

type Full int // a variant as a value, and not of a struct

type hidden struct{}

func (*Missing) storeError() {}
func (*Corrupt) storeError() {}
func (Full) storeError()     {}
func (*hidden) storeError()  {}

func (*Missing) Error() string { return "missing" }
func (*Corrupt) Error() string { return "corrupt" }
func (Full) Error() string     { return "full" }
func (*hidden) Error() string  { return "hidden" }

func (*Missing) ErrorKind() string { return "missing" }
func (*Corrupt) ErrorKind() string { return "corrupt" }
func (Full) ErrorKind() string     { return "full" }
func (*hidden) ErrorKind() string  { return "hidden" }

// IOError is a sum within the sum.
type IOError interface {
	StoreError
	ioError()
}

type Read struct{ ioFault }

type Write struct{ ioFault }

// ioFault is what both are made of, and no variant itself.
type ioFault struct{ err error }

func (ioFault) storeError()       {}
func (ioFault) ioError()          {}
func (ioFault) Error() string     { return "io" }
func (ioFault) ErrorKind() string { return "io" }

// Open is a sum without hidden variants.
type OpenError interface {
	error
	openError()
}

type Busy struct{}

type Gone struct{}

// Carried brings a StoreError into the sum OpenError. It is no StoreError of its own.
type Carried struct{ StoreError }

func (*Busy) openError()   {}
func (*Gone) openError()   {}
func (Carried) openError() {}

func (*Busy) Error() string { return "busy" }
func (*Gone) Error() string { return "gone" }

// BothError has *Busy in common with OpenError, and Shut not.
type BothError interface {
	error
	bothError()
}

func (*Busy) bothError() {}
func (*Gone) bothError() {}
func (Shut) bothError()  {}

type Shut struct{}

func (Shut) Error() string { return "shut" }

// Generic things are neither sums nor variants.
type Of[T any] interface {
	error
	of(T)
}

type Boxed[T any] struct{ v T }

func (Boxed[T]) openError()    {}
func (Boxed[T]) Error() string { return "boxed" }

// alone has no variants at all.
type alone interface {
	error
	alone()
}

func Nobody(err alone) {
	switch err.(type) {
	case interface{ Timeout() bool }:
	case interface{ Temporary() bool }:
	}
}
