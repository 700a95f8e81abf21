// Package constructor calls constructors of another package.
package constructor

import (
	"errors"

	"wrap"
)

func calls(name string, err error) error {
	if err == nil {
		return nil
	}
	switch name {
	case "a":
		return wrap.New(err.Error()) // want `New makes an error of text; only the text of err is kept`
	case "b":
		return wrap.Newf("x: %v", err) // want `Newf keeps only the text of err`
	case "c":
		return wrap.Errorf("x: %v", err) // want `err is formatted with %v, which keeps only its text: errors.Is and errors.As stop here; use %w`
	case "d":
		return wrap.Twice("x: %s", err.Error()) // want `only the text of err is kept`
	case "e":
		return wrap.Wrap(err, err.Error())
	case "f":
		return wrap.Wrap(errors.New("x"), err.Error()) // want `only the text of err is kept`
	case "g":
		return wrap.Note("x: %v", err)
	case "h":
		return errors.New(wrap.Text(err)) // want `returns the text of err`
	case "i":
		return wrap.Exists(err.Error())
	case "j":
		return wrap.Errorf("x: %w", err)
	case "k":
		msg := err.Error()
		return wrap.New(msg) // want `the text of err comes through a variable`
	}
	return nil
}
