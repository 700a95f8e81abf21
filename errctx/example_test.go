package errctx_test

import (
	"errors"
	"fmt"
	"log/slog"
	"os"

	"github.com/holdfast-go/holdfast/errctx"
)

// A function that passes a fault up adds what it was doing; its caller still
// switches on the sum without an assertion.
func Example() {
	read := func(digest string) storeErr {
		return errctx.New[storeError](&missing{digest}, "open blob", slog.String("digest", digest))
	}
	run := func() storeErr {
		if err := read("abc"); err != nil {
			return errctx.Wrap(err, "read input")
		}
		return nil
	}

	err := run()
	fmt.Println(err)
	switch root := err.Root().(type) {
	case *missing:
		fmt.Println("rerun the producer of", root.digest)
	case broken:
		fmt.Println("quarantine", root.parts)
	}
	// Output:
	// read input: open blob: missing abc
	// rerun the producer of abc
}

// A phase boundary is where the type may change: on purpose, layers kept.
func ExampleMap() {
	err := errctx.Map(errctx.Wrap(open(&missing{"abc"}), "link input"), toPhase)
	fmt.Println(err)
	_, isPhase := err.Root().(inputFault)
	_, stillMissing := errors.AsType[*missing](err)
	fmt.Println(isPhase, stillMissing)
	// Output:
	// link input: open blob: missing abc
	// true true
}

// Code that returns plain errors adopts the package one line at a time.
func ExampleAnnotate() {
	_, err := os.ReadFile("/nonexistent/config")
	err = errctx.Annotate(err, "load configuration", slog.Int("attempt", 1))
	fmt.Println(err)
	fmt.Println(errors.Is(err, os.ErrNotExist))
	// Output:
	// load configuration: open /nonexistent/config: no such file or directory
	// true
}

// At a seam that dictates plain errors, From brings the handle back.
func ExampleFrom() {
	var plain error = fmt.Errorf("plug-in: %w", open(&missing{"abc"}))
	if w, ok := errctx.From[storeError](plain); ok {
		fmt.Println(w.Root())
	}
	// Output: missing abc
}
