package other

import (
	"io"

	"example.com/errors"
)

var _ = errors.Is

func _(err error) {
	_ = err == io.EOF            // want `err == io.EOF`
	if x, ok := err.(interface { // want `sees the outermost error only`
		error
		Timeout() bool
	}); ok {
		_ = x
	}
}
