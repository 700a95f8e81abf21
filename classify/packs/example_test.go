package packs_test

import (
	"context"
	"fmt"
	"net"
	"os"
	"slices"
	"syscall"

	"github.com/holdfast-go/holdfast/classify"
	"github.com/holdfast-go/holdfast/classify/packs"
)

// deadlock is what a driver returns: it has the method that the pack asks for.
type deadlock struct{}

func (deadlock) Error() string    { return "ERROR: deadlock detected" }
func (deadlock) SQLState() string { return "40P01" }

// A daemon that dies with its database, and does not with a builder.
func Example() {
	p := classify.Must(classify.New(classify.Role{
		Name: "daemon", Can: classify.SetOf(classify.RetryHere, classify.RetryElsewhere, classify.Fail, classify.Fatal),
		Edges: []classify.Edge{
			{
				Name: "db", Packs: slices.Concat([]classify.Pack{packs.Postgres}, packs.Standard),
				Do: classify.Every(classify.Fatal).But(classify.Table{classify.Conflict: classify.RetryHere, classify.Timeout: classify.RetryHere}),
			},
			{Name: "builder", Packs: packs.Standard, Do: classify.Every(classify.RetryElsewhere)},
		},
	}))
	refused := &net.OpError{Op: "dial", Net: "tcp", Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}
	for _, err := range []error{classify.Dep("db", deadlock{}), classify.Dep("db", refused), classify.Dep("builder", refused)} {
		v := p.Classify(context.Background(), err)
		fmt.Printf("%s: %s, so %s\n", v.Edge, v.Kind, v)
	}
	// Output:
	// db: conflict, so retry-here
	// db: unavailable, so fatal
	// builder: unavailable, so retry-elsewhere
}
