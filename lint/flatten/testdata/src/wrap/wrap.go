// Package wrap makes errors for others.
package wrap

import (
	"errors"
	"fmt"
	"os"
)

type appError struct {
	msg   string
	cause error
}

func (e *appError) Error() string { return e.msg }
func (e *appError) Unwrap() error { return e.cause }

// New makes an error of text.
func New(msg string) error { return &appError{msg: msg} }

// Newf does it with a format.
func Newf(format string, args ...any) error { return New(fmt.Sprintf(format, args...)) }

// Errorf wraps.
func Errorf(format string, args ...any) error { return fmt.Errorf("wrap: "+format, args...) }

// Twice forwards to a forwarder.
func Twice(format string, args ...any) error { return Errorf(format, args...) }

// Wrap keeps its cause.
func Wrap(cause error, msg string) error { return &appError{msg, cause} }

// Note prints, and fails for reasons of its own.
func Note(format string, args ...any) error {
	_, err := fmt.Fprintf(os.Stderr, format, args...)
	return err
}

// Text is text of an error.
func Text(err error) string { return fmt.Sprintf("<%v>", err) }

// Exists looks at text.
func Exists(s string) error {
	if s == "" {
		return errors.New("empty")
	}
	return nil
}
