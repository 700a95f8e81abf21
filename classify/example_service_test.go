package classify_test

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"net"
	"slices"
	"syscall"
	"time"

	"github.com/holdfast-go/holdfast/classify"
	"github.com/holdfast-go/holdfast/classify/packs"
)

// A policy for a service of your own: what the role can do, which dependencies it has, and for each of them
// one table from what is wrong to what is done about it.
var mailer = classify.Role{
	Name: "mailer",
	Can:  classify.SetOf(classify.Drop, classify.BestEffort, classify.RetryHere, classify.RetryElsewhere, classify.Fail, classify.Fatal),
	// What nobody knows ends the role: when in doubt, die at the top, with a report.
	Default: classify.Fatal,
	Edges: []classify.Edge{
		{Name: "queue", Packs: slices.Concat([]classify.Pack{packs.Postgres}, packs.Standard), // without its database it is nothing
			Do: classify.Every(classify.Fatal).But(classify.Table{
				classify.Conflict: classify.RetryHere,
				classify.Timeout:  classify.RetryHere,
			})},
		{Name: "relay", Packs: packs.Standard, // one of several: another one may do
			Do: classify.Every(classify.RetryElsewhere).But(classify.Table{
				classify.Throttled: classify.Verdict{Class: classify.RetryHere, After: time.Minute},
				classify.Invalid:   classify.Fail, // the mail's own fault
			})},
		{Name: "statistics", Packs: packs.Standard, Default: classify.BestEffort, // nice to have
			Do: classify.Every(classify.BestEffort)},
		{Name: "request", Item: true, Packs: packs.Standard, Default: classify.Drop, // what strangers send ends nobody
			Do: classify.Every(classify.Drop)},
	},
}

func Example_service() {
	policy := classify.Must(classify.New(mailer))
	refused := &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED} // what each of them may return

	for _, err := range []error{
		classify.Dep("queue", refused),
		classify.Dep("relay", refused),
		classify.Dep("statistics", refused),
		classify.Dep("queue", fmt.Errorf("commit: %w", driver.ErrBadConn)),
		classify.Dep("request", errors.New("something new")),
		errors.New("something new"),
	} {
		v := policy.Classify(context.Background(), err)
		fmt.Printf("%-17s %-11s %s\n", v.Class, v.Edge, v.Kind)
	}
	// Output:
	// fatal             queue       unavailable
	// retry-elsewhere   relay       unavailable
	// best-effort       statistics  unavailable
	// fatal             queue       interrupted
	// drop              request     none
	// fatal                         none
}
