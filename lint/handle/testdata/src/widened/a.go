package widened

import (
	"errors"
	"fmt"

	"github.com/holdfast-go/holdfast/errctx"

	"store"
)

func assertion(s *store.Store) {
	var err error = s.Find("x")
	if w, ok := err.(errctx.WithContext[store.Error]); ok { // want `err was a WithContext\[store.Error\] before it became a plain error: keep the type, and nothing need be asked of it`
		_ = w
	}
	if w, ok := err.(store.Err); ok { // want `err was a WithContext\[store.Error\] before`
		_ = w
	}
}

func reused(s *store.Store) {
	err := s.Check()
	fmt.Println(err)
	_, err = s.Open("x")
	w, ok := errctx.From[store.Error](err) // want `err was a WithContext\[store.Error\] before`
	_, _ = w, ok
}

func as(s *store.Store, again bool) {
	var err error
	if again {
		err = s.Find("x")
	} else {
		err = errctx.Annotate(s.Find("y"), "again")
	}
	var w store.Err
	if errors.As(err, &w) { // want `err was a WithContext`
		_ = w
	}
	if w, ok := errors.AsType[store.Err](err); ok { // want `err was a WithContext`
		_ = w
	}
}

func inSwitch(s *store.Store) {
	err := error(s.Find("x"))
	switch err := err.(type) {
	case store.Err: // want `err was a WithContext`
		_ = err
	case nil:
	}
	switch error(s.Find("x")).(type) {
	case store.Err: // want `error\(s.Find\("x"\)\) was a WithContext`
	}
}

func never(s *store.Store) {
	var err error = s.Find("x")
	_, ok := err.(errctx.WithContext[*store.Missing]) // want `err is a WithContext\[store.Error\], which is never a WithContext\[\*store.Missing\]: switch on its root`
	w := s.Find("x")
	_, ok = errctx.From[store.Error](w) // want `w is a WithContext\[store.Error\] already`
	_ = ok
}

// find could return a handle.
func find(s *store.Store, digest string) error {
	if digest == "" {
		return nil
	}
	if err := s.Find(digest); err != nil {
		return errctx.Wrap(err, "find")
	}
	_, err := s.Open(digest)
	return err
}

func hidden(s *store.Store) {
	err := find(s, "x")
	if w, ok := errctx.From[store.Error](err); ok { // want `what find returns as an error is always a WithContext\[store.Error\]: return that, and nothing need be asked of err`
		_ = w
	}
	_, _ = errors.AsType[store.Err](find(s, "y")) // want `what find returns as an error`
}

// Silent from here on.

func Find(s *store.Store) error { return s.Find("x") }

func mixed(s *store.Store, ok bool) error {
	if ok {
		return s.Check()
	}
	return s.Find("x")
}

func value(s *store.Store) error { return s.Find("x") }

var asValue = value

func results(s *store.Store, given error, get func() error) {
	for _, err := range []error{given, Find(s), mixed(s, true), value(s), get(), asValue(s)} {
		_, _ = errctx.From[store.Error](err)
	}
	err := Find(s)
	_, _ = errctx.From[store.Error](err)
	err = mixed(s, false)
	_, _ = errctx.From[store.Error](err)
	err = value(s)
	_, _ = errctx.From[store.Error](err)
	err = get()
	_, _ = errctx.From[store.Error](err)
	_, _ = errctx.From[store.Error](given)
	if err = s.Find("x"); err == nil {
		err = s.Check()
	}
	_, _ = errctx.From[store.Error](err)
}

func inside(s *store.Store) {
	var err error = s.Find("x")
	_, _ = errors.AsType[*store.Missing](err)
	_, _ = errctx.From[*store.Missing](err)
	_, _ = errors.AsType[errctx.WithContext[*store.Missing]](err)
	var m *store.Missing
	_ = errors.As(err, &m)
	_, _ = err.(interface{ Timeout() bool })
}

func captured(s *store.Store) (err error) {
	defer func() { err = s.Check() }()
	err = s.Find("x")
	_, _ = errctx.From[store.Error](err)
	return err
}
