package supervise

import (
	"context"
	"fmt"
	"reflect"

	"github.com/holdfast-go/holdfast/classify/internal/chain"
)

// as is errors.AsType for any error: it ends, and where a method panics there is nothing.
func as[E error](err error) (found E, ok bool) {
	defer func() {
		if recover() != nil {
			ok = false
		}
	}()
	for link := range chain.Links(err) {
		//lint:ignore errlint/assertion each link has its turn
		if e, ok := link.(E); ok {
			return e, true
		}
		if x, ok := link.(interface{ As(any) bool }); ok && x.As(&found) {
			return found, true
		}
	}
	return found, false
}

// matches is errors.Is for any error, likewise.
func matches(err, target error) (ok bool) {
	defer func() {
		if recover() != nil {
			ok = false
		}
	}()
	for link := range chain.Links(err) {
		if same(link, target) || says(link, target) {
			return true
		}
	}
	return false
}

// says reports whether a link says of itself that it is target.
func says(link, target error) bool {
	x, ok := link.(interface{ Is(error) bool })
	return ok && x.Is(target)
}

// cancellation returns what err wraps of the cancellation of ctx: the cause, if err has that, or else ctx.Err(),
// as in the "operation was canceled" of package net. It is nil where err is more than that, as a join is.
func cancellation(ctx context.Context, err error) (found error) {
	if ctx.Err() == nil {
		return nil
	}
	defer func() {
		if recover() != nil {
			found = nil
		}
	}()
	for range chain.Max {
		switch {
		case err == nil:
			return nil
		case same(err, ctx.Err()), same(err, context.Cause(ctx)):
			return err
		case says(err, ctx.Err()):
			return ctx.Err() //errlint:opaque(context-cause) what the error itself said
		}
		x, ok := err.(interface{ Unwrap() error })
		if !ok {
			return nil
		}
		err = x.Unwrap()
	}
	return nil
}

// same is ==, also for what cannot be compared.
func same(a, b error) bool {
	if reflect.TypeOf(a) != reflect.TypeOf(b) {
		return false
	}
	if reflect.ValueOf(a).Comparable() && reflect.ValueOf(b).Comparable() {
		return a == b
	}
	return reflect.DeepEqual(a, b)
}

// text is what an error says. Error may panic, as it does for most nil pointers that were meant to be no error.
func text(err error) (s string) {
	defer func() {
		switch r := recover(); {
		case r == nil:
		case isNil(err):
			s = fmt.Sprintf("a nil %T, which is not a nil error", err)
		default:
			s = fmt.Sprintf("panic in Error of %T: %v", err, r)
		}
	}()
	return err.Error()
}

// shown is err for errctx, to which a nil pointer is no error: a task that returned one ended with it.
func shown(err error) error {
	if isNil(err) {
		return nilValue{err}
	}
	return err
}

// nilValue is an error that is nil, but for its type, which it has reports show.
type nilValue struct{ err error }

func (n nilValue) Error() string { return text(n.err) }
func (n nilValue) Unwrap() error { return n.err }
func (n nilValue) Transparent()  {}

func isNil(err error) bool {
	switch v := reflect.ValueOf(err); v.Kind() {
	case reflect.Pointer, reflect.Map, reflect.Slice, reflect.Func, reflect.Chan:
		return v.IsNil()
	default:
		return false
	}
}
