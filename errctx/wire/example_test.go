package wire_test

import (
	"errors"
	"fmt"
	"log/slog"

	"github.com/holdfast-go/holdfast/errctx"
	"github.com/holdfast-go/holdfast/errctx/wire"
)

// QueueError is a sealed sum as a package would declare it: [*Stale] | [*Poisoned].
type QueueError interface {
	errctx.Kind
	queueError()
}

// Stale says that somebody else has the job.
type Stale struct{ Job, Holder string }

// Poisoned says that a job cannot be read.
type Poisoned struct {
	Job string
	Err error
}

// UnknownQueueError is the variant for what only newer programs know.
type UnknownQueueError struct{ *wire.Unknown }

func (e *Stale) Error() string    { return e.Job + " belongs to " + e.Holder }
func (e *Poisoned) Error() string { return e.Job + " cannot be read: " + e.Err.Error() }

func (*Stale) ErrorKind() string    { return "queue.stale" }
func (*Poisoned) ErrorKind() string { return "queue.poisoned" }

func (e *Poisoned) Unwrap() error { return e.Err }

func (*Stale) queueError()            {}
func (*Poisoned) queueError()         {}
func (UnknownQueueError) queueError() {}

// QueueWire says how a QueueError travels. wiretest.Complete finds a variant that was forgotten.
var QueueWire = wire.NewSum(
	func(u *wire.Unknown) QueueError { return UnknownQueueError{u} }, nil,
	wire.Fields[QueueError, *Stale]("queue.stale", "queue.lost"), // "queue.lost": what it was called before
	wire.Fields[QueueError, *Poisoned]("queue.poisoned"),
)

// What one program sends, the other has back as what it was: variant, layers, and a mark.
func ExampleSum() {
	sent := errctx.Wrap(errctx.New[QueueError](&Stale{"job-7", "runner-2"}, "commit result"), "finish job",
		errctx.Safe(slog.Int("attempt", 2)),
		slog.String("user", "bob"))
	data := QueueWire.Encode(sent, wire.Origin("runner-1"))

	got, bad := QueueWire.Decode(data) // WithContext[QueueError]
	if bad != nil {
		fmt.Println(bad)
		return
	}
	fmt.Println(got)
	if stale, ok := got.Root().(*Stale); ok {
		fmt.Println("holder:", stale.Holder)
	}
	fmt.Println(errctx.Origin(got))
	for layer := range errctx.Layers(got) {
		fmt.Println(layer.Message(), layer.Attrs())
	}
	// Output:
	// finish job: commit result: job-7 belongs to runner-2
	// holder: runner-2
	// runner-1 true
	// finish job [attempt=2 user=[private]]
	// commit result []
}

// A program that does not know a kind passes it on as it is.
func ExampleUnknown() {
	const sent = `{"v":1,"kind":"queue.full","payload":{"limit": 100}}` // from a newer program
	got, bad := QueueWire.Decode([]byte(sent))
	if bad != nil {
		fmt.Println(bad)
		return
	}
	fmt.Println(got)
	fmt.Println(string(QueueWire.Encode(got)) == sent)
	// Output:
	// error of the unknown kind queue.full
	// true
}

// A registry is for those who see errors of many sums go by.
func ExampleRegistry() {
	registry := wire.NewRegistry(QueueWire)
	plain := fmt.Errorf("worker 3: %w", errctx.New[QueueError](&Poisoned{"job-7", errors.New("bad magic")}, "read job"))

	got, bad := registry.Decode(registry.Encode(plain, wire.Trusted()))
	if bad != nil {
		fmt.Println(bad)
		return
	}
	poisoned, ok := errors.AsType[*Poisoned](got)
	fmt.Println(ok, poisoned.Job)
	_, foreign := errors.AsType[*wire.Foreign](got) // the cause: seen by the sender, matching nothing here
	fmt.Println(foreign, got)
	// Output:
	// true job-7
	// true read job: job-7 cannot be read: bad magic
}
