// Package verb has errors as operands of formats.
package verb

import (
	"errors"
	"fmt"
	f "fmt"
	"log"
	"os"
)

const (
	prefix = "verb: "
	whole  = "all of it: %v"
)

type code int

func (c code) Error() string { return "code" }

type pretty struct{}

func (pretty) Error() string                 { return "pretty" }
func (pretty) Format(s fmt.State, verb rune) {}

type alias = error

func verbs(name string, err error) error {
	if err != nil {
		switch name {
		case "v":
			return fmt.Errorf("x: %v", err) // want `err is formatted with %v, which keeps only its text: errors.Is and errors.As stop here; use %w`
		case "s":
			return fmt.Errorf("x %s: %s", name, err) // want `formatted with %s`
		case "+v":
			return f.Errorf("x: %+v", err) // want `formatted with %\+v`
		case "q":
			return fmt.Errorf("x: %q", err) // want `formatted with %q`
		case "d":
			return fmt.Errorf("x: %d", err) // want `formatted with %d`
		case "sized":
			return fmt.Errorf("x: %-10v", err) // want `formatted with %-v`
		case "#v":
			return fmt.Errorf("x: %#v", err) // want `formatted with %#v`
		case "index":
			return fmt.Errorf("x %[2]s: %[1]v", err, name) // want `formatted with %v`
		case "star":
			return fmt.Errorf("x %*d: %v", 3, 4, err) // want `formatted with %v`
		case "raw":
			return fmt.Errorf(`x: %v`, err) // want `formatted with %v`
		case "escapes":
			return fmt.Errorf("\tx\u00e9: \"%v\"\n", err) // want `formatted with %v`
		case "escaped verb":
			return fmt.Errorf("x: %\x76", err) // want `formatted with %v`
		case "twice":
			return fmt.Errorf("x: %v %[1]v", err) // want `formatted with %v`
		case "alias":
			var a alias = err
			return fmt.Errorf("x: %v", a) // want `a is formatted with %v`
		case "concrete":
			return fmt.Errorf("x: %v", code(3)) // want `code\(3\) is formatted with %v`
		case "formatter":
			return fmt.Errorf("x: %s", pretty{}) // want `formatted with %s`
		case "comment":
			return fmt.Errorf("x: %v", // why
				err) // want `formatted with %v`
		case "wrapped":
			return fmt.Errorf("x: %w", err)
		case "type":
			return fmt.Errorf("x: %T %p", err, err)
		case "percent":
			return fmt.Errorf("100%%: %v", err) // want `formatted with %v`
		case "mixed":
			return fmt.Errorf("%w: %v", os.ErrExist, err) // want `formatted with %v`
		case "same":
			return fmt.Errorf("%s: %w (%s)", err, err, err.Error())
		case "two":
			return fmt.Errorf("%v: %v", os.ErrExist, err) // want `ErrExist is formatted with %v` `err is formatted with %v`
		}
	}
	if err == nil {
		return fmt.Errorf("want an error, got %v", err) // want `err is nil here`
	}
	return nil
}

func maybe(err error) error {
	return fmt.Errorf("x: %v", err) // want `formatted with %v`
}

// Exported is called by others.
func Exported(err error) error {
	if err != nil {
		return fmt.Errorf("x: %v", err) // want `formatted with %v`
	}
	return nil
}

func constants(name string, err error) error {
	if err != nil {
		switch name {
		case "a":
			return fmt.Errorf(prefix+"x: %v", err) // want `formatted with %v`
		case "b":
			return fmt.Errorf("x "+"y: %v", err) // want `formatted with %v`
		case "c":
			return fmt.Errorf(whole, err) // want `formatted with %v`
		case "d":
			return fmt.Errorf(name+": %v", err) // want `formatted with %v`
		}
	}
	return nil
}

func lists(errs []error, byName map[string]error, more []string) error {
	if len(byName) > 0 {
		return fmt.Errorf("x: %v", byName) // want `the errors in byName are formatted`
	}
	if len(more) > 0 {
		return fmt.Errorf("x: %v", more)
	}
	return fmt.Errorf("x: %v", errs) // want `the errors in errs are formatted`
}

func generic[E error](e E) error {
	return fmt.Errorf("x: %v", e) // want `e is formatted with %v`
}

func named(name string) (err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("%s: %v", name, err) // want `formatted with %v`
		}
	}()
	_, err = os.Stat(name)
	return
}

func guarded(name string) error {
	_, err := os.Stat(name)
	if err == nil {
		return nil
	}
	return fmt.Errorf("x: %v", err) // want `formatted with %v`
}

func logs(err error) {
	log.Print(fmt.Errorf("x: %v", err)) // want `formatted with %v`
	fmt.Println(fmt.Sprintf("%v", err))
	log.Printf("x: %v", err)
}

func opaque(err error) error {
	return fmt.Errorf("x: %v", err) //errlint:opaque it is our interface
}

func ignored(err error) error {
	//nolint:errlint // because
	return fmt.Errorf("x: %v", err)
}

func spread(args ...any) error { return fmt.Errorf("x: %v", args...) }

var global = fmt.Errorf("x: %v", errors.New("y")) // want `formatted with %v`
