package classify_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os/exec"
	"syscall"
	"time"

	"github.com/holdfast-go/holdfast/classify"
)

// lostInput says that an input of a step is gone from the store.
type lostInput struct{ digest string }

func (e *lostInput) Error() string { return "input " + e.digest + " is gone" }

// The local executor runs steps on one machine, so there is no elsewhere. An
// error that it does not know is the step's: it fails, marked as unknown.
var localExecutor = classify.Role{
	Name: "local-executor",
	Can: classify.SetOf(classify.Cancelled, classify.Drop, classify.BestEffort, classify.RetryHere,
		classify.Backtrack, classify.Fail, classify.Fatal),
	Default: classify.Fail,
}

// One table says what the role does about which error, and why.
var localPolicy = classify.Must(classify.New(localExecutor,
	// A lost input is made again by the step that made it.
	classify.OnFunc("lost input", classify.SetOf(classify.Backtrack), func(e *lostInput) classify.Verdict {
		return classify.Verdict{Class: classify.Backtrack, Keys: []any{e.digest}}
	}),
	// The step asks for a tool that is not there: its own fault.
	classify.On[*exec.Error]("tool missing", classify.Fail),
	// Too many open files: other steps will close some. It costs the step no attempt.
	classify.Is("descriptors", syscall.EMFILE, classify.Verdict{Class: classify.RetryHere, After: 50 * time.Millisecond, Free: true}),
	// The disk is broken: no step will do better.
	classify.Is("disk broken", syscall.EIO, classify.Fatal),
	classify.Is("disk read-only", syscall.EROFS, classify.Fatal),
	// Whatever else can say that it ran out of time.
	classify.Capability("timeout", classify.SetOf(classify.RetryHere), func(e interface{ Timeout() bool }) classify.Verdict {
		if e.Timeout() {
			return classify.Verdict{Class: classify.RetryHere}
		}
		return classify.Verdict{}
	}),
))

// A role's policy is one table. The caller acts on the class; the typed error
// and the verdict's fields say how.
func Example() {
	for _, err := range []error{
		nil,
		fmt.Errorf("materialise: %w", &lostInput{"sha256:ab"}),
		&fs.PathError{Op: "open", Path: "in", Err: syscall.EMFILE},
		&fs.PathError{Op: "open", Path: "in", Err: syscall.EIO},
		fmt.Errorf("upload log: %w", context.DeadlineExceeded),
		errors.New("input sha256:ab is gone"), // text never matches
		errors.Join(&exec.Error{Name: "cc", Err: exec.ErrNotFound}, &lostInput{"sha256:cd"}),
	} {
		switch v := localPolicy.Classify(context.Background(), err); v.Class {
		case classify.None:
			fmt.Println("done")
		case classify.Cancelled:
			fmt.Println("stop")
		case classify.Drop, classify.BestEffort:
			fmt.Println("go on, note", err)
		case classify.RetryHere:
			fmt.Println("again after", v.After)
		case classify.Backtrack:
			fmt.Println("make again", v.Keys)
		case classify.Fail:
			fmt.Println("the step failed; for a reason unknown to us:", v.Unknown)
		default:
			fmt.Println("die:", err)
		}
	}
	// Output:
	// done
	// make again [sha256:ab]
	// again after 50ms
	// die: open in: input/output error
	// again after 0s
	// the step failed; for a reason unknown to us: true
	// the step failed; for a reason unknown to us: false
}

// The requester decides what is a cancellation, not the error.
func ExamplePolicy_Classify_requester() {
	ctx, cancel := context.WithCancelCause(context.Background())
	err := fmt.Errorf("run step: %w", &exec.Error{Name: "cc", Err: exec.ErrNotFound})
	fmt.Println(localPolicy.Classify(ctx, err))
	cancel(errors.New("build 7 was superseded"))
	fmt.Println(localPolicy.Classify(ctx, err))
	fmt.Println(localPolicy.Classify(ctx, syscall.EIO)) // fatal stays fatal
	// Output:
	// fail
	// cancelled
	// fatal
}

// A verdict says how it came about, in a line for people and as JSON.
func ExampleVerdict_Explain() {
	err := fmt.Errorf("link: %w", errors.Join(context.Canceled, &fs.PathError{Op: "open", Path: "a.o", Err: syscall.EIO}))
	why := localPolicy.Classify(context.Background(), err).Explain()
	fmt.Println(why)
	out, _ := json.MarshalIndent(why, "", "  ")
	fmt.Println(string(out))
	fmt.Println(localPolicy.Classify(context.Background(), errors.New("flux")).Explain())
	// Output:
	// fatal: sentinel "disk broken" at syscall.Errno, of 2 errors (all)
	// {
	//   "role": "local-executor",
	//   "class": "fatal",
	//   "by": "sentinel",
	//   "rule": "disk broken",
	//   "link": {
	//     "type": "syscall.Errno"
	//   },
	//   "join": "all",
	//   "branches": 2
	// }
	// fail (unknown): default of local-executor at *errors.errorString: no rule has an opinion
}

// Only the one who killed a process knows that it did: the value reads the same
// as a foreign kill. A mark says so, and what errors.Is and As find stays.
func ExampleMark() {
	kill := error(&fs.PathError{Op: "kill", Path: "/proc/7", Err: syscall.EIO}) // stands for an *exec.ExitError
	ours := classify.Mark(kill, classify.Cancelled)
	fmt.Println(localPolicy.Classify(context.Background(), kill))
	fmt.Println(localPolicy.Classify(context.Background(), fmt.Errorf("run step: %w", ours)))
	fmt.Println(errors.Is(ours, syscall.EIO), ours)
	// Output:
	// fatal
	// cancelled
	// true kill /proc/7: input/output error
}

// When one of several mirrors would have sufficed, the mildest verdict is the right one.
func ExampleJoins() {
	policy := classify.Must(classify.New(localExecutor,
		classify.Joins[*mirrorsFailed](classify.Any),
		classify.Is("not there", fs.ErrNotExist, classify.Fail),
		classify.Is("busy", syscall.EBUSY, classify.RetryHere),
	))
	tried := []error{fs.ErrNotExist, syscall.EBUSY}
	fmt.Println(policy.Classify(context.Background(), errors.Join(tried...)))
	fmt.Println(policy.Classify(context.Background(), &mirrorsFailed{tried}))
	// Output:
	// fail
	// retry-here
}

type mirrorsFailed struct{ tried []error }

func (e *mirrorsFailed) Error() string   { return fmt.Sprintf("all %d mirrors failed", len(e.tried)) }
func (e *mirrorsFailed) Unwrap() []error { return e.tried }
