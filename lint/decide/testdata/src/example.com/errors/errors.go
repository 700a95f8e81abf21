// Package errors stands for the standard one.
package errors

import "errors"

func Is(err, target error) bool { return errors.Is(err, target) }
