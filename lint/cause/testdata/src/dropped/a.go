package dropped

import (
	"errors"
	"fmt"
	"log"
	"os"
	"strconv"
)

type appError struct {
	msg   string
	cause error
}

func (e *appError) Error() string { return e.msg }
func (e *appError) Unwrap() error { return e.cause }

type textError string

func (e textError) Error() string { return string(e) }

func newAppError(msg string) error { return &appError{msg: msg} }

func open(name string) (*os.File, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, errors.New("failed") // want `errors.Is and errors.As on err stop here: the error that is returned instead does not wrap it`
	}
	return f, nil
}

func logged(name string) error {
	if err := os.Remove(name); err != nil {
		log.Println("remove:", err)
		return fmt.Errorf("100%% of %s stays", name) // want `on err stop here`
	}
	return nil
}

func branches(name string, soft bool) error {
	_, err := os.Stat(name)
	if nil != err {
		if soft {
			return newAppError("soft") // want `on err stop here`
		}
		return &appError{msg: "hard"} // want `on err stop here`
	}
	if err == nil {
		return nil
	} else {
		return textError("failed") // want `on err stop here`
	}
}

func cases(name string) error {
	_, err := os.Stat(name)
	switch {
	case err != nil:
		return errors.New("no such thing: " + name) // want `on err stop here`
	case name == "":
		return errors.New("no name")
	}
	return nil
}

func named(name string) (err error) {
	_, err = os.Stat(name)
	if err != nil {
		err = errors.New("failed.") // want `on err stop here`
		return
	}
	return nil
}

func variable(name string) error {
	_, err := os.Stat(name)
	if err != nil {
		e := fmt.Errorf("no %s", name) // want `on err stop here`
		log.Print(e)
		return e
	}
	return nil
}

func either(name string) error {
	fi, err := os.Stat(name)
	if err != nil || fi.IsDir() {
		return errors.New("no file") // want `on err stop here`
	}
	return nil
}

func inverted(name string) error {
	_, err := os.Stat(name)
	if err == nil {
		return nil
	}
	return errors.New("no file") // want `on err stop here`
}

func closure(name string) {
	_ = func() error {
		if err := os.Remove(name); err != nil {
			return errors.New("failed") // want `on err stop here`
		}
		return nil
	}
}

func generic[E error](f func() E, is func(E) bool) error {
	if err := f(); !is(err) {
		return errors.New("failed")
	}
	return nil
}

func cancelled(errs chan error) error {
	if err := <-errs; err != nil {
		return errors.New("failed") // want `on err stop here`
	}
	return nil
}

// Strict profile only.

func restated(s string) error {
	if _, err := strconv.Atoi(s); err != nil {
		return fmt.Errorf("bad number %q", s) // want `on err stop here`
	}
	return nil
}

func decided(name string) error {
	_, err := os.Stat(name)
	if err != nil {
		if errors.Is(err, os.ErrNotExist) {
			return errors.New("not there")
		}
		return errors.New("failed") // want `on err stop here`
	}
	return nil
}

// Silent.

type state struct{ err error }

func silent(name string, s *state, ch chan error, fail func(error)) (res state, _ error) {
	_, err := os.Stat(name)
	if err != nil {
		return res, fmt.Errorf("x: %w", err)
	}
	if err := os.Remove(name); err != nil {
		s.err = err
		return res, errors.New("failed")
	}
	if err := os.Remove(name); err != nil {
		ch <- err
		return res, errors.New("failed")
	}
	if err := os.Remove(name); err != nil {
		fail(err)
		return res, errors.New("failed")
	}
	if err := os.Remove(name); err != nil {
		return state{err}, errors.New("failed")
	}
	if err := os.Remove(name); err != nil {
		e := &appError{msg: "x"}
		e.cause = err
		return res, e
	}
	if err := os.Remove(name); err != nil {
		return res, &appError{msg: "x", cause: err}
	}
	if err := os.Remove(name); err != nil {
		var e *os.PathError
		if errors.As(err, &e) {
			return res, errors.New(e.Op)
		}
		return res, nil
	}
	if err := os.Remove(name); err != nil {
		err = os.Remove("b")
		if err == nil {
			return res, errors.New("the second way")
		}
		return res, err
	}
	if err := os.Remove(name); os.IsNotExist(err) {
		return res, errors.New("not there")
	}
	if err := os.Remove(name); err != nil && os.IsNotExist(err) {
		return res, another(name)
	}
	if err := os.Remove(name); err != nil {
		return res, another(name)
	}
	return res, nil
}

func another(name string) error { return os.Remove(name + "~") }

func fallback(name string) error {
	err := os.Remove(name)
	if err == nil {
		return nil
	}
	err = os.Remove(name + "~")
	if name == "" {
		return errors.New("no name")
	}
	return err
}

func noError(name string) string {
	if err := os.Remove(name); err != nil {
		return fmt.Sprint("failed")
	}
	return ""
}
