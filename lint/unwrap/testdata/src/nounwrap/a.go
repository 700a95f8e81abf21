package nounwrap

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"strings"
)

type plain struct { // want `errors.Is and errors.As on plain stop here: it keeps Err and has no method Unwrap`
	Path string
	Err  error
}

func (e *plain) Error() string { return e.Path + ": " + e.Err.Error() } // its text

type value struct { // want `on value stop here: it keeps cause`
	cause error
}

func (v value) Error() string { return v.cause.Error() }

type nameless struct { // want `keeps err`
	err error
}

func (*nameless) Error() string { return "nameless" }

type Exported struct { // want `on Exported stop here`
	Err error
}

func (e Exported) Error() string { return e.Err.Error() }

type embeds struct { // want `on embeds stop here: it embeds error and has no method Unwrap of its own`
	error
	code int
}

type timeout = net.Error

type embedsWide struct { // want `it embeds timeout and`
	timeout
}

type list struct { // want `it keeps errs and`
	errs []error
}

func (l *list) Error() string { return fmt.Sprint(l.errs) }

type many []error // want `errors.Is and errors.As on many stop here: it is a list of errors`

func (m many) Error() string {
	var b strings.Builder
	for _, e := range m {
		b.WriteString(e.Error())
	}
	return b.String()
}

type two struct { // want `keeps the errors first, second and`
	first  error
	second error
}

func (t *two) Error() string { return "two" }

type generic[K comparable, E error] struct { // want `on generic stop here: it keeps Err`
	Key K
	Err E
}

func (g *generic[K, E]) Error() string { return g.Err.Error() }

type genericEmbeds[K comparable] struct { // want `on genericEmbeds stop here`
	error
	Key K
}

type pathed struct { // want `it keeps Path`
	Path *fs.PathError
}

func (p pathed) Error() string { return p.Path.Error() }

type alias = error

type aliased struct { // want `keeps Err`
	Err alias
}

func (a aliased) Error() string { return "aliased" }

// Strict profile only from here.

type leaf struct{ msg string }

func (l *leaf) Error() string { return l.msg }

type leaves struct { // want `it keeps leaf and`
	leaf *leaf
}

func (l *leaves) Error() string { return "leaves" }

type base struct {
	msg   string
	cause error
}

func (b *base) Error() string { return b.msg }
func (b *base) Unwrap() error { return b.cause }

type derived struct { // want `it embeds base and`
	*base
	n int
}

// Silent from here.

type unwraps struct{ err error }

func (u *unwraps) Error() string { return "" }
func (u *unwraps) Unwrap() error { return u.err }

type unwrapsAll struct{ errs []error }

func (u *unwrapsAll) Error() string   { return "" }
func (u *unwrapsAll) Unwrap() []error { return u.errs }

type is struct{ err error }

func (u *is) Error() string        { return "" }
func (u *is) Is(target error) bool { return errors.Is(u.err, target) }

type as struct{ err error }

func (u *as) Error() string      { return "" }
func (u *as) As(target any) bool { return errors.As(u.err, target) }

type embedsInterface struct{ unwrapper }

type unwrapper interface {
	error
	Unwrap() error
}

type tree struct {
	msg string
	sub []*tree
}

func (t *tree) Error() string { return t.msg }

type result struct{ Err error }

func (r result) Failed() bool { return r.Err != nil }

type none struct{ _ error }

func (none) Error() string { return "" }

type iface interface{ error }

type fn func() error

func (f fn) Error() string { return f().Error() }

// A method with another signature is none that errors.Is asks.

type odd struct { // want `on odd stop here`
	err error
}

func (o odd) Error() string  { return "" }
func (o odd) Unwrap() string { return "" }

type fieldNamed struct { // want `on fieldNamed stop here`
	Unwrap error
}

func (o fieldNamed) Error() string { return "" }
