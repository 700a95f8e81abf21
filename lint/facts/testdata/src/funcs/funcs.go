/* Package funcs has functions that do things with text and errors. */ // want package:"studied"
package funcs

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
)

type bare struct{ msg string }

func (b *bare) Error() string { return b.msg }

type full struct {
	msg string
	err error
}

func (f full) Error() string { return f.msg }
func (f full) Unwrap() error { return f.err }

type text string

func (t text) Error() string { return string(t) }

type positioned struct{ line int }

func errorf(format string, args ...any) error { return fmt.Errorf(format, args...) } // want errorf:"format 0: wrapping"

func prefixed(n int, format string, args ...any) error { // want prefixed:"format 1: wrapping"
	return errorf(fmt.Sprint(n)+format, args...)
}

func (p *positioned) Errf(format string, args ...any) error { // want Errf:"format 0: opaque"
	return &bare{fmt.Sprintf(format, args...)}
}

func variable(format string, args ...any) error { // want variable:"format 0: opaque"
	msg := fmt.Sprintf(format, args...)
	return errors.New(msg)
}

func sprintf(format string, args ...any) string { return "x" + fmt.Sprintf(format, args...) } // want sprintf:"format 0: text"

func named(format string, args ...any) (err error) { // want named:"format 0: wrapping"
	err = fmt.Errorf(format, args...)
	return
}

func printing(w io.Writer, format string, args ...any) error {
	_, err := fmt.Fprintf(w, format, args...)
	return err
}

func writes(w io.Writer, format string, args ...any) error {
	_, err := io.WriteString(w, fmt.Sprintf(format, args...))
	return err
}

func constructor(code int, msg string) error { return &bare{msg} } // want constructor:"texts .1."

func viaNew(msg string) error { return errors.New("x: " + msg) } // want viaNew:"texts .0."

func converted(msg string) error { return text(msg) } // want converted:"texts .0."

func assigned(msg string) error { // want assigned:"texts .0."
	e := &bare{}
	e.msg = strings.TrimSpace(msg)
	return e
}

func keeps(err error, msg string) error { return full{msg, err} } // want keeps:"texts .1., wraps .0."

func flattens(err error, msg string) error { return &bare{msg + err.Error()} } // want flattens:"texts .1."

func open(name string) (*os.File, error) { return os.Open(name) }

func textOf(err error) string { return fmt.Sprintf("<%v>", err) } // want textOf:"text of .0."

func through(s string) string { return "<" + s + ">" } // want through:"through .0."

func joined(errs ...error) error { return errors.Join(errs...) } // want joined:"wraps .0."

func wrapf(cause error, msg string) error { return fmt.Errorf(msg+": %w", cause) } // want wrapf:"texts .1., wraps .0."

func recursive(n int, msg string) error { // want recursive:"texts .1."
	if n > 0 {
		return recursive(n-1, msg)
	}
	return errors.New(msg)
}

func external(msg string) error

var _, _, _, _, _, _ = open, external, printing, writes, flattens, keeps
