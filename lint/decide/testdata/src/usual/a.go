package usual

import (
	"errors"
	"io"
	"strings"
)

var ErrX = errors.New("x")

type reader struct{}

func (reader) Read(p []byte) (int, error) { return 0, nil }

func _(err, other error, r reader) {
	_ = strings.Contains(err.Error(), "flux capacitor")
	_ = err.Error() == other.Error()
	_ = err == other
	_, e := r.Read(nil)
	_ = e == io.EOF
	var u interface {
		error
		Timeout() bool
	}
	_ = u.(io.Reader)
}
