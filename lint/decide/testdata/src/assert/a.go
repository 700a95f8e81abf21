package assert

import (
	"errors"
	"io/fs"
	"net"
	"os"
	"os/exec"
)

type T struct{ n int }

func (*T) Error() string { return "" }

func plain(err error) int {
	if t, ok := err.(*T); ok { // want `err.\(\*T\) sees the outermost error only: an error that wraps a \*T is none, ask errors.As`
		return t.n
	}
	if _, ok := err.(net.Error); ok { // want `err.\(net.Error\)`
		return 1
	} else if e, ok := err.(*exec.ExitError); ok { // want `err.\(\*exec.ExitError\)`
		return e.ExitCode()
	}
	t, ok := err.(*T) // want `err.\(\*T\)`
	_, _ = t, ok
	if x, ok := err.(interface{ Timeout() bool }); ok && x.Timeout() { // want `sees the outermost`
		return 2
	}
	return err.(*T).n // want `sees the outermost`
}

func back(err error) error {
	if t, ok := err.(*T); ok { // want `err.\(\*T\)`
		return t
	}
	return err
}

func switches(err error) int {
	switch err.(type) { // want `type switch on err: it sees the outermost error only, ask errors.As`
	case *T:
		return 1
	}
	switch e := err.(type) { // want `type switch on err`
	case nil:
	case *T:
		return e.n
	}
	return 0
}

// Strict profile only.

func wide(ne net.Error) {
	_, _ = ne.(*net.OpError) // want `ne.\(\*net.OpError\)`
}

// Silent.

func (t *T) As(target any) bool {
	err := target.(error)
	_, ok := err.(*T)
	return ok
}

func silent(err error, r any) bool {
	if _, ok := err.(interface{ Unwrap() error }); ok {
		return true
	}
	if _, ok := r.(error); ok {
		return true
	}
	switch x := err.(type) {
	case interface{ Unwrap() error }:
		err = x.Unwrap()
	case interface{ Unwrap() []error }:
		for _, e := range x.Unwrap() {
			if _, ok := e.(*T); ok {
				return true
			}
		}
	}
	if _, err := os.Stat(""); err != nil {
		if e, ok := err.(*fs.PathError); ok {
			return e.Op == ""
		}
		_ = err.(*os.PathError)
	}
	_, ok := errors.Unwrap(err).(*T)
	switch err.(type) {
	case nil:
	}
	return ok
}
