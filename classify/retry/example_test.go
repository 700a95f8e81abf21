package retry_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"syscall"
	"time"

	"github.com/holdfast-go/holdfast/classify"
	"github.com/holdfast-go/holdfast/classify/retry"
)

// The uploader sends files to one of several mirrors.
var uploader = classify.Must(classify.New(
	classify.Role{
		Name:    "uploader",
		Can:     classify.SetOf(classify.Cancelled, classify.RetryHere, classify.RetryElsewhere, classify.Fail),
		Default: classify.Fail,
	},
	retry.Joins,
	classify.Is("refused", syscall.ECONNREFUSED, classify.RetryHere),
	classify.Is("reset", syscall.ECONNRESET, classify.Verdict{Class: classify.RetryHere, OutcomeUnknown: true}),
	classify.Is("full", syscall.ENOSPC, classify.RetryElsewhere),
	classify.Is("no such file", fs.ErrNotExist, classify.Fail),
))

// The loop asks the policy, not the error.
func Example() {
	results := []error{syscall.ECONNREFUSED, syscall.ECONNREFUSED, nil}
	upload := func(context.Context) error {
		err := results[0]
		results = results[1:]
		return err
	}
	err := retry.Do(context.Background(), uploader, upload,
		retry.Backoff(time.Millisecond, time.Second),
		retry.Observe(func(a retry.Attempt) { fmt.Println(a.N, a.Verdict, a.Err) }),
	)
	fmt.Println(err)

	// What is nobody's business to retry is returned as it is.
	err = retry.Do(context.Background(), uploader, func(context.Context) error { return fs.ErrNotExist })
	fmt.Println(err == fs.ErrNotExist)
	// Output:
	// 1 retry-here connection refused
	// 2 retry-here connection refused
	// 3 none <nil>
	// <nil>
	// true
}

// When nothing helped, the error says what was tried. It is not retried by anybody else.
func ExampleDo_gaveUp() {
	calls := 0
	err := retry.Do(context.Background(), onlyMirror, func(context.Context) error {
		calls++
		return syscall.ECONNREFUSED
	}, retry.Backoff(0, 0), retry.Retries(2))
	fmt.Println(err)
	gaveUp, ok := errors.AsType[*classify.GaveUp](err)
	fmt.Println(calls, ok, gaveUp.Then, errors.Is(err, syscall.ECONNREFUSED))
	// Output:
	// give up: retry-here spent 2 of 2: 3 attempts, all: connection refused
	// 3 true fail true
}

var onlyMirror = classify.Must(classify.New(
	classify.Role{Name: "uploader", Can: classify.SetOf(classify.RetryHere, classify.Fail), Default: classify.Fail},
	retry.Joins,
	classify.Is("refused", syscall.ECONNREFUSED, classify.RetryHere),
))

// The answer was lost: the upload may have been carried out. Only what may be done twice is done twice.
func ExampleIdempotent() {
	store := func() func(context.Context) error {
		n := 0
		return func(context.Context) error {
			if n++; n == 1 {
				return syscall.ECONNRESET
			}
			return nil
		}
	}
	fmt.Println(retry.Do(context.Background(), uploader, store()))
	fmt.Println(retry.Do(context.Background(), uploader, store(), retry.Idempotent(), retry.Backoff(0, 0)))
	// Output:
	// it may have been done, and must not be done twice: connection reset by peer
	// <nil>
}

// A retry elsewhere goes to a place that is not excluded.
func ExampleExcluded() {
	mirrors := []string{"mirror-1", "mirror-2", "mirror-3"}
	where, err := retry.Value(context.Background(), uploader, func(ctx context.Context) (string, error) {
		i := slices.IndexFunc(mirrors, func(m string) bool { return !slices.Contains(retry.Excluded(ctx), m) })
		if i < 2 {
			return "", retry.At(mirrors[i], syscall.ENOSPC)
		}
		return mirrors[i], nil
	}, retry.Backoff(0, 0))
	fmt.Println(where, err)
	// Output:
	// mirror-3 <nil>
}

// Loops that share a ledger share its budgets: the item is retried twice in an hour, whoever does it.
func ExampleBudget() {
	ledger, bad := classify.NewLedger(onlyMirror, classify.Budget{Class: classify.RetryHere, N: 2, Window: time.Hour})
	if bad != nil {
		panic(bad)
	}
	for range 2 {
		calls := 0
		err := retry.Do(context.Background(), onlyMirror, func(context.Context) error {
			if calls++; calls == 2 {
				return nil
			}
			return syscall.ECONNREFUSED
		}, retry.Budget(ledger, "file 7"), retry.Backoff(0, 0))
		fmt.Println(calls, err)
	}
	err := retry.Do(context.Background(), onlyMirror, func(context.Context) error { return syscall.ECONNREFUSED }, retry.Budget(ledger, "file 7"))
	fmt.Println(err)
	// Output:
	// 2 <nil>
	// 2 <nil>
	// give up: retry-here spent 2 of 2 in 1h: connection refused
}

// An attempt that takes too long is not a cancellation: the requester is still there.
func ExampleTimeout() {
	calls := 0
	err := retry.Do(context.Background(), uploader, func(ctx context.Context) error {
		if calls++; calls == 2 {
			return nil
		}
		<-ctx.Done()
		return ctx.Err()
	}, retry.Timeout(time.Millisecond), retry.Idempotent(), retry.Backoff(0, 0))
	fmt.Println(calls, err)
	// Output:
	// 2 <nil>
}
