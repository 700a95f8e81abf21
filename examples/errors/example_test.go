// Package errors shows what tests of typed errors look like.
package errors

import (
	"errors"
	"fmt"

	"github.com/google/go-cmp/cmp"

	"github.com/holdfast-go/holdfast/errctx"
)

// Throttled says when a service is to be asked again.
type Throttled struct {
	Service string
	Seconds int
}

func (*Throttled) ErrorKind() string { return "client.throttled" }
func (e *Throttled) Error() string   { return fmt.Sprintf("%s wants %d s", e.Service, e.Seconds) }

func call() error {
	return errctx.Wrap(errctx.New(&Throttled{"registry", 30}, "fetch manifest"), "pull image")
}

// A test wants the root: what happened. The layers may change, and the text.
func Example_compareRoots() {
	want := &Throttled{Service: "registry", Seconds: 30}
	got, ok := errors.AsType[*Throttled](call())

	fmt.Println(ok, cmp.Equal(want, got))
	fmt.Print(cmp.Diff(&Throttled{Service: "registry", Seconds: 60}, got) == "")
	// Output:
	// true true
	// false
}
