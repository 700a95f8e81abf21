// Package unseen is known by its signatures.
package unseen

import "errors"

// Errorf makes an error.
func Errorf(format string, args ...any) error { return errors.New(format) }

// NewError makes an error.
func NewError(msg string) error { return errors.New(msg) }

// Open makes none.
func Open(name string) error { return nil }

// Wrapf wraps.
func Wrapf(err error, format string, args ...any) error { return err }
