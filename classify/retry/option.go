package retry

import (
	"context"
	"time"

	"github.com/holdfast-go/holdfast/classify"
)

// Option changes a loop. Options may be kept in a slice and used any number of times.
type Option func(options) options

type options struct {
	idempotent bool
	retries    int
	base, most time.Duration
	patience   time.Duration
	timeout    time.Duration
	ledger     *classify.Ledger
	item       string
	produce    func(context.Context, []any) error
	observe    func(Attempt)
}

// Idempotent declares that the operation may be done twice: that doing it again after it was done
// changes nothing. Without it an error whose outcome is unknown ends the loop.
func Idempotent() Option {
	return func(o options) options { o.idempotent = true; return o }
}

// Retries bounds a loop that has no [Budget]: each class of retry is for n times. The default is 4.
func Retries(n int) Option {
	return func(o options) options { o.retries = n; return o }
}

// Budget has the loop spend from a ledger, which it may share with others, in the name of an
// item. The ledger is to be of the same role as the loop's policy; a nil one is none.
func Budget(l *classify.Ledger, item string) Option {
	return func(o options) options { o.ledger, o.item = l, item; return o }
}

// Backoff sets the pause before a retry: a random time between nothing and base after the first
// attempt, and twice that after each further one, up to most. On top comes what the
// verdict asks for (After). The default is 100ms and 30s; a base of 0 means no pause.
func Backoff(base, most time.Duration) Option {
	return func(o options) options { o.base, o.most = base, most; return o }
}

// Patience sets the longest pause that a verdict may ask for. A longer one ends the loop:
// whoever has other things to do meanwhile finds After in the verdict. The default is ten minutes.
func Patience(d time.Duration) Option {
	return func(o options) options { o.patience = max(d, 0); return o }
}

// Timeout gives each attempt a deadline of its own. When it is over while the requester waits,
// it is the peer that is slow: the error is not a cancellation. The policy says what it is, and where it
// does not know it is a retry. What became of the operation is unknown, so only
// one that is [Idempotent] is tried again.
//
// The context of an attempt ends with the attempt: a value of the operation that needs it for
// longer, such as a body to be read, must not come from a loop with a Timeout.
func Timeout(d time.Duration) Option {
	return func(o options) options { o.timeout = d; return o }
}

// Producer sets what makes the keys of a backtrack again.
func Producer(f func(ctx context.Context, keys []any) error) Option {
	return func(o options) options { o.produce = f; return o }
}

// Observe has f called after each attempt, also one that succeeded, and before the pause.
func Observe(f func(Attempt)) Option {
	return func(o options) options { o.observe = f; return o }
}

type excludedKey struct{}

// Excluded returns the places that the attempt of ctx must not go to. It is for the operation.
func Excluded(ctx context.Context) []string {
	places, _ := ctx.Value(excludedKey{}).([]string)
	return places
}

// At says at which place an operation failed, so that a retry elsewhere goes to another. It is
// for errors that do not know: the Exclude of a verdict does the same.
//
// At returns nil when err is nil. It is a link that errors.Is, As and AsType look through.
func At(place string, err error) error {
	if err == nil {
		return nil
	}
	return &placed{place, err}
}

type placed struct {
	place string
	err   error
}

func (p *placed) Error() string { return p.place + ": " + p.err.Error() }
func (p *placed) Unwrap() error { return p.err }
