package nils

import (
	"errors"

	"github.com/holdfast-go/holdfast/errctx"

	"store"
)

func afterReturn(s *store.Store, name string) store.Err {
	err := s.Find(name)
	if err != nil {
		return err
	}
	if name == "" {
		return errctx.Wrap(err, "no name") // want `err is nil here, and errctx.Wrap of nil is nil: what this is to report is no error`
	}
	for range name {
		if len(name) > 3 {
			return errctx.Map(err, func(e store.Error) store.Error { return e }) // want `errctx.Map of nil is nil`
		}
	}
	return nil
}

func plain(s *store.Store, name string) error {
	err := s.Check()
	if err == nil {
		return errctx.Annotate(err, "check") // want `err is nil here, and errctx.Annotate of nil is nil`
	}
	return errctx.Annotate(err, "check")
}

func again(s *store.Store, names []string) (err store.Err) {
	for _, name := range names {
		if err = s.Find(name); err == nil {
			return errctx.Wrap(err, "found") // want `err is nil here`
		}
	}
	return err
}

func panics(s *store.Store) string {
	_, err := s.Open("x")
	if err == nil {
		return err.Root().ErrorKind() // want `err is nil here, and Root of a nil handle panics`
	} else if err.Root() != nil { // want `err has a root that is not nil, or is nil itself and panics here: compare the handle`
		return err.Error()
	}
	if nil == s.Find("x").Root() { // want `s.Find\("x"\) has a root that is not nil`
		return ""
	}
	return ""
}

func wrong(s *store.Store) error {
	err := s.Check()
	fault := s.Find("x")
	if err != nil {
		return errctx.Wrap(fault, "check") // want `err is checked and fault is used: where that one is nil, so is what errctx.Wrap returns, and err is lost`
	}
	if fault != nil {
		return fault
	}
	if closing := s.Find("y"); err != nil {
		println(closing.Root().ErrorKind()) // want `err is checked and closing is used: where that one is nil, Root panics`
	}
	return nil
}

func unchecked(err error) store.Err {
	w, _ := errctx.From[store.Error](err) // want `w is nil where err holds no WithContext\[store.Error\], and nobody asks before it is returned: the error is lost`
	return w
}

func uncheckedRoot(err error) string {
	w, _ := errctx.From[store.Error](err) // want `nobody asks before Root is called: that panics`
	return w.Root().ErrorKind()
}

func uncheckedWrap(err error) error {
	w, _ := errctx.From[store.Error](err) // want `nobody asks before it is wrapped: the error is lost`
	return errctx.Wrap(w, "x")
}

// Silent from here on.

func passes(s *store.Store) error {
	_, err := s.Open("x")
	var plain error = err // nil stays nil
	if plain != nil {
		return plain
	}
	return errctx.Wrap(s.Find("x"), "find")
}

func mayBeNil(s *store.Store) store.Err {
	err := s.Find("x")
	return errctx.Wrap(err, "find")
}

func loops(s *store.Store, names []string) store.Err {
	var err store.Err
	if err != nil {
		return err
	}
	for _, name := range names {
		if name == "" {
			return errctx.Wrap(err, "the one before")
		}
		err = s.Find(name)
	}
	defer func() { println(err.Root()) }()
	later := func() error { return errctx.Wrap(err, "later") }
	err = s.Find("x")
	_ = later()
	return errctx.Wrap(err, "x")
}

func initialised(s *store.Store, errs chan store.Err) store.Err {
	_, err := s.Open("x")
	if err != nil {
		return err
	}
	if _, err = s.Open("y"); err != nil {
		return errctx.Wrap(err, "y")
	}
	switch _, err = s.Open("z"); {
	case s.Name == "":
		return errctx.Wrap(err, "z")
	}
	if s.Name == "a" {
		if err = s.Find("a"); s.Name == "b" {
			return errctx.Wrap(err, "a")
		} else if err != nil {
			return errctx.Wrap(err, "a")
		}
	}
	select {
	case err = <-errs:
		return errctx.Wrap(err, "received")
	default:
	}
	return nil
}

func both(s *store.Store) error {
	err := s.Check()
	fault := s.Find("x")
	if err != nil {
		return errors.Join(err, errctx.Wrap(fault, "find"))
	}
	fresh := errctx.New(&store.Missing{}, "a new one")
	if err != nil {
		return errctx.Wrap(fresh, "check")
	}
	given := s.Find("y")
	if given == nil {
		return nil
	}
	if err != nil {
		return errctx.Wrap(given, "both")
	}
	return nil
}

func asked(err error) error {
	if w, ok := errctx.From[store.Error](err); ok {
		return errctx.Wrap(w, "x")
	}
	w, _ := errctx.From[store.Error](err)
	if w == nil {
		return err
	}
	take(w)
	given, _ := errctx.From[store.Error](err)
	take(given)
	return w
}

func take(store.Err) {}
