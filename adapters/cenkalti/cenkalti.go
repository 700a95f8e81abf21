// Package cenkalti has loops of github.com/cenkalti/backoff do what the verdicts of a policy say.
//
//	reply, err := backoff.Retry(ctx, cenkalti.Obey(ctx, policy, ask))
//
// The library retries every error that does not say otherwise. With [Obey] it retries what the policy
// calls a retry and nothing else: what is unknown is not, nor what cannot be done twice. How long
// to wait and when to stop is still up to the library and its options, among which there is a
// limit of 15 minutes by default; a verdict's After comes before its pauses, and a [classify.Ledger] before its limits.
//
// What the operation itself says to the library stands: a backoff.Permanent is one.
package cenkalti

import (
	"context"
	"math/rand/v2"
	"time"

	"github.com/cenkalti/backoff/v5"
	"github.com/holdfast-go/holdfast/classify"
	"github.com/holdfast-go/holdfast/classify/retry"
)

// RetryAfter is the rule for operations that return a backoff.RetryAfterError.
var RetryAfter = classify.OnFunc("backoff: retry after", classify.SetOf(classify.RetryHere), func(e *backoff.RetryAfterError) classify.Verdict {
	return classify.Verdict{Class: classify.RetryHere, After: e.Duration}
})

// Obey returns an operation for backoff.Retry that does what op does and returns what the library
// needs to be told. The context is that of the requester, as it is given to Retry.
//
// Retry then returns
//
//   - the cause of ctx, if its requester is gone;
//   - a [*classify.GaveUp] around the error, if a budget is spent;
//   - a [*retry.OutcomeUnknown] around the error, if a retry might do the operation twice;
//   - the error of the operation, if it is no retry, or one for somebody who can do
//     more: another place, unless there is [Elsewhere], or keys;
//   - with the library's own limits, an error with that of the operation in its chain.
func Obey[T any](ctx context.Context, p *classify.Policy, op backoff.Operation[T], opts ...Option) backoff.Operation[T] {
	var o options
	for _, opt := range opts {
		opt(&o)
	}
	return func() (T, error) {
		value, err := op()
		if err != nil {
			err = o.tell(ctx, p, err)
		}
		return value, err
	}
}

// Option changes what [Obey] does.
type Option func(*options)

type options struct {
	idempotent, elsewhere bool
	ledger                *classify.Ledger
	item                  string
	observe               func(classify.Verdict, error)
}

// Idempotent declares that the operation may be done twice. Without it an error whose outcome is
// unknown is not retried.
func Idempotent() Option { return func(o *options) { o.idempotent = true } }

// Elsewhere declares that the operation goes to another place each time that it is called.
// Without it a retry elsewhere is left to the caller of Retry.
func Elsewhere() Option { return func(o *options) { o.elsewhere = true } }

// Budget has the loop spend from a ledger in the name of an item.
func Budget(l *classify.Ledger, item string) Option {
	return func(o *options) { o.ledger, o.item = l, item }
}

// Observe has f called with each verdict that is acted on, and the error of the operation.
func Observe(f func(classify.Verdict, error)) Option { return func(o *options) { o.observe = f } }

// tell returns what the library is to be told about an error.
func (o *options) tell(ctx context.Context, p *classify.Policy, err error) error {
	v := p.Classify(ctx, err)
	told := err
	switch {
	case ctx.Err() != nil && v.Class != classify.Fatal:
		told = backoff.Permanent(context.Cause(ctx))
	case !o.can(v):
		told = backoff.Permanent(err)
	case v.OutcomeUnknown && !o.idempotent:
		told = backoff.Permanent(&retry.OutcomeUnknown{Edge: v.Edge, Err: err})
	case o.ledger != nil:
		var gaveUp classify.GaveUpErr
		v, gaveUp = o.ledger.Spend(v, o.item, err, time.Now())
		switch {
		case gaveUp != nil:
			told = backoff.Permanent(gaveUp)
		case !o.can(v):
			told = backoff.Permanent(classify.Mark(err, v)) // the error alone does not say how far it climbed
		default:
			told = later(err, v.After)
		}
	default:
		told = later(err, v.After)
	}
	if o.observe != nil {
		o.observe(v, err)
	}
	return told
}

// can reports whether the loop can do what a verdict says, which is not to end it.
func (o *options) can(v classify.Verdict) bool {
	return v.Class == classify.RetryHere || v.Class == classify.RetryElsewhere && o.elsewhere
}

// later returns an error that says when to retry. It is up to a tenth later than asked for, so that
// those who were all sent away at once do not all come back at once.
func later(err error, after time.Duration) error {
	if after <= 0 {
		return err
	}
	return &postponed{err, after + rand.N(after/10+1)}
}

// postponed is a backoff.RetryAfterError that keeps what it is about.
type postponed struct {
	err   error
	after time.Duration
}

func (p *postponed) Error() string { return p.err.Error() }
func (p *postponed) Unwrap() error { return p.err }

// As makes the library find what it looks for.
func (p *postponed) As(target any) bool {
	t, ok := target.(**backoff.RetryAfterError)
	if ok {
		*t = &backoff.RetryAfterError{Duration: p.after}
	}
	return ok
}
