// Package literal has errors of its own types.
package literal

import "fmt"

type plain struct {
	Path string
	Msg  string
}

func (e *plain) Error() string { return e.Path + e.Msg }

type caused struct {
	Msg string
	Err error
}

func (e caused) Error() string { return e.Msg }
func (e caused) Unwrap() error { return e.Err }

func (e *plain) Wrap(err error) error { return caused{e.Msg, err} }

type text string

func (t text) Error() string { return string(t) }

type body struct{ Msg string }

func literals(name string, err error) error {
	switch name {
	case "a":
		return &plain{Path: name, Msg: err.Error()} // want `literal.plain gets the text of err and not the error`
	case "b":
		return &plain{name, fmt.Sprint(err)} // want `literal.plain gets the text of err`
	case "c":
		return caused{Msg: err.Error()} // want `set Err`
	case "d":
		return caused{Msg: err.Error(), Err: err}
	case "e":
		return text(err.Error()) // want `literal.text is a string with an Error method`
	case "f":
		return text(name)
	case "h":
		return (&plain{Msg: err.Error()}).Wrap(err)
	case "i":
		e := &plain{Msg: err.Error()}
		return e.Wrap(err)
	case "j":
		e := caused{Msg: err.Error()}
		e.Err = err
		return e
	case "k":
		e := &plain{Msg: err.Error()} // want `literal.plain gets the text of err`
		return e.Wrap(nil)
	case "g":
		_ = body{Msg: err.Error()}
		return &plain{Path: name}
	}
	return nil
}
