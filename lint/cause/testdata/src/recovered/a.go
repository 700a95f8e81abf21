package recovered

import (
	"errors"
	"fmt"
	"log"
)

type panicError struct{ msg string }

func (p *panicError) Error() string { return p.msg }

type keeps struct{ value any }

func (k *keeps) Error() string { return fmt.Sprint(k.value) }

func plain(f func()) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v", r) // want `errors.Is and errors.As on r stop here: what was recovered may be an error, and becomes text`
		}
	}()
	f()
	return nil
}

func Exported(f func()) (err error) {
	defer func() {
		r := recover()
		if r == nil {
			return
		}
		err = fmt.Errorf("%s: panic: %v", "x", r) // want `on r stop here`
	}()
	f()
	return nil
}

func formatted(f func()) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = errors.New(fmt.Sprint(r)) // want `on r stop here`
		}
	}()
	f()
	return nil
}

func sprintf(f func()) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = &panicError{msg: fmt.Sprintf("panic: %v", r)} // want `on r stop here`
		}
	}()
	f()
	return nil
}

func returns() error {
	if r := recover(); r != nil {
		return fmt.Errorf("panic: %+v", r) // want `on r stop here`
	}
	x := recover()
	return fmt.Errorf("panic: %v", x) // want `on x stop here`
}

func sends(ch chan error) {
	if e := recover(); e != nil {
		ch <- fmt.Errorf("panic: %v", e) // want `on e stop here`
	}
}

// Silent.

func asks(f func()) (err error) {
	defer func() {
		if r := recover(); r != nil {
			if e, ok := r.(error); ok {
				err = fmt.Errorf("panic: %w", e)
				return
			}
			err = fmt.Errorf("panic: %v", r)
		}
	}()
	f()
	return nil
}

func switches(f func()) (err error) {
	defer func() {
		switch r := recover(); x := r.(type) {
		case nil:
		case error:
			err = x
		default:
			err = fmt.Errorf("panic: %v", r)
		}
	}()
	f()
	return nil
}

func keep(f func()) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = &keeps{value: r}
			log.Print(fmt.Errorf("panic: %v", r))
			log.Printf("%v", r)
			err = fmt.Errorf("panic with a %T", r)
		}
	}()
	f()
	return nil
}
