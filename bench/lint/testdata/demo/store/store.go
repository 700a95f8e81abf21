// Package store is imported.
package store

import "errors"

// ErrFull is a sentinel.
var ErrFull = errors.New("full")

// Check returns ErrFull at times.
func Check(n int) error {
	if n > 3 {
		return ErrFull
	}
	return nil
}
