// Package store returns handles, and has a constructor of its own.
package store

import (
	"log/slog"

	"github.com/holdfast-go/holdfast/errctx"
)

type Error interface {
	errctx.Kind
	storeError()
}

type Err = errctx.WithContext[Error]

type Missing struct{ Digest string }

func (*Missing) storeError()       {}
func (*Missing) Error() string     { return "missing" }
func (*Missing) ErrorKind() string { return "store.missing" }

func Fault(e Error, msg string, attrs ...slog.Attr) Err { return errctx.New(e, msg, attrs...) }

type Store struct{ Name string }

func (*Store) Find(digest string) Err { return nil }

func (*Store) Open(digest string) ([]byte, Err) { return nil, nil }

func (*Store) Check() error { return nil }
