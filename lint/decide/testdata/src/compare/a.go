package compare

import (
	"bufio"
	"context"
	"database/sql"
	"errors"
	"io"
	"net"
	"syscall"
)

var ErrX = errors.New("x")

type reader struct{ err error }

func (r *reader) Read(p []byte) (int, error) { return 0, r.err }
func (r *reader) load() error                { return r.err }

func plain(err error, r *reader) {
	_ = err == ErrX          // want `err == ErrX: an error that wraps ErrX is not equal to it, ask errors.Is\(err, ErrX\)`
	_ = ErrX != err          // want `err != ErrX`
	_ = r.err == io.EOF      // want `r.err == io.EOF`
	_ = r.load() != io.EOF   // want `r.load\(\) != io.EOF`
	_ = err == syscall.EINTR // want `err == syscall.EINTR`
	var ne net.Error
	_ = ne == ErrX // want `ne == ErrX`
}

func switches(err error, r *reader) int {
	// The first.
	switch err { // want `switch over err: an error that wraps ErrX does not get to its case, ask errors.Is`
	case nil:
		return 0
	case ErrX, io.EOF: // both
		return 1
	default:
		return 2
	}
}

func initial(r *reader) int {
	switch err := r.load(); err { // want `switch over err`
	case ErrX:
		return 1
	}
	switch r.load() { // want `switch over r.load\(\)`
	case ErrX:
		return 1
	}
	switch errors.Unwrap(r.load()) {
	case ErrX:
		return 1
	}
	return 0
}

func loop(r *reader) error {
	for {
		err := r.load()
		if err == io.EOF { // want `err == io.EOF`
			return nil
		}
		if err != nil {
			return err
		}
	}
}

func some(r io.Reader, o *reader, b bool) bool {
	_, err := r.Read(nil)
	if b {
		err = o.load()
	}
	return err == io.EOF // want `err == io.EOF`
}

// Strict profile only.

func strict(err, other error, ctx context.Context, r *reader) {
	_ = err == other     // want `err == other`
	_ = err != ctx.Err() // want `err != ctx.Err\(\)`
	_, e := r.Read(nil)
	_ = e == io.EOF // want `e == io.EOF`
}

// Silent.

func (r *reader) Is(target error) bool { return target == ErrX }

func silent(r io.Reader, br *bufio.Reader, row *sql.Row, ctx context.Context, err error) {
	_, rerr := r.Read(nil)
	_ = rerr == io.EOF
	line, err := br.ReadString('\n')
	_ = line
	if err != io.EOF {
		return
	}
	if err := row.Scan(); err == sql.ErrNoRows {
		return
	}
	if ctx.Err() == context.Canceled {
		return
	}
	_ = err == nil
	switch err {
	case nil:
	}
	_, err = br.ReadByte()
	switch err {
	case io.EOF:
	case nil:
	}
	var a, b syscall.Errno
	_ = a == b
	if _, err := syscall.Getpgid(1); err == syscall.ESRCH {
		return
	}
	for err != nil {
		if err == ErrX {
			return
		}
		err = errors.Unwrap(err)
	}
}
