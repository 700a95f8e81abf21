// Package texts has text of errors on its way into new ones.
package texts

import (
	"bytes"
	"errors"
	"fmt"
	"log"
	"os"
	"strings"
)

func operands(name string, err error) error {
	switch name {
	case "a":
		return fmt.Errorf("x: %s", err.Error()) // want `only the text of err is kept: errors.Is and errors.As stop here; use %w`
	case "b":
		return fmt.Errorf("x: %q", err.Error()) // want `only the text of err is kept`
	case "c":
		return fmt.Errorf("%w: %v", os.ErrExist, err.Error()) // want `only the text of err is kept`
	case "d":
		return fmt.Errorf("x: %s", strings.TrimSpace(err.Error())) // want `only the text of err is kept`
	case "e":
		return fmt.Errorf("x: %s", "a"+err.Error()) // want `only the text of err is kept`
	case "f":
		return fmt.Errorf("x: " + err.Error()) // want `read as a format`
	case "g":
		return fmt.Errorf("x %d: "+err.Error(), 3) // want `read as a format`
	case "h":
		return fmt.Errorf(err.Error()) // want `read as a format`
	}
	return nil
}

func copies(name string, err error) error {
	switch name {
	case "a":
		return errors.New(err.Error()) // want `only the text of err is kept`
	case "b":
		return errors.New("100%: " + err.Error()) // want `only the text of err is kept`
	case "c":
		return errors.New(fmt.Sprintf("x %s: %v", name, err)) // want `only the text of err is kept`
	case "d":
		return errors.New(name + ": " + err.Error()) // want `only the text of err is kept`
	case "e":
		return errors.New(fmt.Sprint("x: ", err)) // want `only the text of err is kept`
	case "f":
		return errors.New("plain")
	case "g":
		return errors.New(err.Error()[3:]) // want `only the text of err is kept`
	}
	return nil
}

func variables(name string, err error) error {
	msg := fmt.Sprintf("x: %v", err)
	log.Print(msg)
	if name == "a" {
		return errors.New(msg) // want `the text of err comes through a variable`
	}
	msg = "other"
	if name == "b" {
		return errors.New(msg)
	}
	if name == "c" {
		msg = err.Error()
	}
	if name == "d" {
		return fmt.Errorf("x: %s", msg) // want `the text of err comes through a variable`
	}
	s := "x: "
	s += err.Error()
	return func() error { return errors.New(s) }() // want `the text of err comes through a variable`
}

func describe(err error) string { return "it is " + err.Error() }

func quote(s string) string { return "<" + s + ">" }

func helpers(err error) error {
	if err == nil {
		return errors.New(quote("plain"))
	}
	if len(err.Error()) > 3 {
		return errors.New(quote(err.Error())) // want `without the error`
	}
	return errors.New(describe(err)) // want `describe\(err\) returns the text of err, without the error`
}

func lists(errs []error) error {
	var texts []string
	for _, err := range errs {
		texts = append(texts, err.Error())
	}
	if len(errs) > 3 {
		return errors.New(strings.Join(texts, "; ")) // want `comes through a list of texts`
	}
	if len(errs) > 2 {
		return fmt.Errorf("x: %s", strings.Join(texts, "; ")) // want `comes through a list of texts`
	}
	var b strings.Builder
	var buf bytes.Buffer
	for _, err := range errs {
		b.WriteString(err.Error())
		fmt.Fprintf(&buf, "%v\n", err)
	}
	if len(errs) > 1 {
		return errors.New(buf.String()) // want `comes through a list of texts`
	}
	return errors.New(b.String()) // want `comes through a list of texts`
}

func silent(err error) {
	msg := err.Error()
	log.Print(msg)
	fmt.Println(strings.ToUpper(msg))
	m := map[string]string{"error": msg}
	_ = m
	body := struct{ Error string }{err.Error()}
	_ = body
}

func panics(err error) {
	panic("x: " + err.Error()) // want `whoever recovers gets only the text of err`
}

type withText struct{ cause error }

func (w withText) Error() string { return fmt.Errorf("x: %v", w.cause).Error() }
