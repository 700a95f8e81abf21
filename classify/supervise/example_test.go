package supervise_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"syscall"
	"testing"
	"time"

	"github.com/holdfast-go/holdfast/classify"
	"github.com/holdfast-go/holdfast/classify/supervise"
)

// A queue-runner dies when its database is gone, and tries again when a peer is.
var queueRunner = classify.Must(classify.New(
	classify.Role{
		Name: "queue-runner",
		Can:  classify.SetOf(classify.Cancelled, classify.BestEffort, classify.RetryHere, classify.RetryElsewhere, classify.Fail, classify.Fatal),
	},
	classify.Is("database is gone", errDatabase, classify.Fatal),
	classify.Is("worker is gone", errWorker, classify.RetryElsewhere),
	classify.On[*net.OpError]("peer is gone", classify.RetryHere),
))

var (
	errDatabase = errors.New("database: connection reset")
	errWorker   = errors.New("worker: connection reset")
)

// The tasks of a daemon are a table. What becomes of the role when one of them ends
// is decided by its scope and by the policy, and Run says how it went.
func Example() {
	s := supervise.New(queueRunner, supervise.Options{Notify: func(e supervise.End) { fmt.Println(e) }})

	mirrored, requeued := make(chan bool), make(chan bool)
	s.Critical("queue monitor", func(ctx context.Context) error {
		<-mirrored
		<-requeued
		return fmt.Errorf("read queue: %w", errDatabase)
	})
	s.Restarted("status server", func(ctx context.Context) error {
		<-ctx.Done()
		return context.Cause(ctx)
	}, supervise.Backoff{})
	s.BestEffort("mirror", func(ctx context.Context) error {
		defer close(mirrored)
		return nil
	})
	s.Session("worker 7", func(ctx context.Context) error {
		<-mirrored
		return errWorker
	}, func(ctx context.Context, end supervise.End) error {
		fmt.Println("back to the queue, to be done", end.Verdict)
		close(requeued)
		return nil
	})

	report := s.Run(context.Background()) // in a daemon: os.Exit(s.Main(context.Background()))
	fmt.Println(report.Err())
	fmt.Println(report.Died.Verdict.Explain())
	fmt.Println("exit code", report.Code)
	// Unordered output:
	// best-effort "mirror" done
	// session "worker 7" requeued: worker: connection reset
	// back to the queue, to be done retry-elsewhere
	// critical "queue monitor" died: read queue: database: connection reset
	// restarted "status server" stopped: task queue monitor ended the role
	// queue-runner died: queue monitor: read queue: database: connection reset
	// fatal: sentinel "database is gone" at *errors.errorString
	// exit code 70
}

// A task that fails again and again ends the role; the exit code says that a start
// later on may go better.
func ExampleSupervisor_Restarted() {
	s := supervise.New(queueRunner, supervise.Options{Notify: func(e supervise.End) { fmt.Println(e.Action) }})
	s.Restarted("status server", func(context.Context) error {
		return &net.OpError{Op: "listen", Net: "tcp", Err: syscall.EADDRINUSE}
	}, supervise.Backoff{Min: time.Millisecond, Restarts: 2, Window: time.Minute})
	report := s.Run(context.Background())
	fmt.Println(report.Err())
	fmt.Println(report.Died.Verdict.Explain())
	fmt.Println("exit code", report.Code)
	// Output:
	// restarting
	// restarting
	// died
	// queue-runner died: status server: restarted 2 times within 1m0s: listen tcp: address already in use
	// retry-here: typed rule "peer is gone" at *net.OpError
	// exit code 75
}

// A panic ends the role, in any scope, until the policy speaks of it.
func ExamplePanic() {
	policy := classify.Must(classify.New(
		classify.Role{Name: "builder", Can: classify.SetOf(classify.Cancelled, classify.Fail, classify.Fatal)},
		classify.On[*supervise.Panic]("panic", classify.Fail),
	))
	for _, p := range []*classify.Policy{queueRunner, policy} {
		s := supervise.New(p, supervise.Options{Notify: func(e supervise.End) { fmt.Println(e) }})
		s.Session("step 7", func(context.Context) error { panic("index out of range") },
			func(context.Context, supervise.End) error { return nil })
		fmt.Println("exit code", s.Run(context.Background()).Code)
	}
	// Output:
	// session "step 7" died: panic: index out of range
	// exit code 70
	// session "step 7" requeued: panic: index out of range
	// exit code 0
}

// BenchmarkHandle is what a handler costs on top of its goroutine.
func BenchmarkHandle(b *testing.B) {
	ctx, cancel := context.WithCancel(b.Context())
	s := supervise.New(queueRunner, supervise.Options{Handlers: 100, Notify: func(supervise.End) {}})
	s.Critical("server", func(ctx context.Context) error {
		b.ReportAllocs()
		for b.Loop() {
			s.Handle("submit", func(context.Context) error { return nil })
		}
		cancel()
		return wait(ctx)
	})
	s.Run(ctx)
}
