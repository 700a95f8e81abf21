// Package cenkalti has loops of github.com/cenkalti/backoff do what the verdicts of a policy say.
//
//	reply, err := backoff.Retry(ctx, cenkalti.Obey(ctx, policy, ask))
//
// The library retries every error that does not say otherwise. With [Obey] it retries what the policy
// calls a retry and nothing else: what is unknown is not, nor what cannot be done twice. How long
// to wait and when to stop is still up to the library and its options, among which there is a
// limit of 15 minutes by default; a verdict's After comes before its pauses, and a [classify.Ledger] before its limits.
//
// What the operation itself says to the library stands: a backoff.Permanent anywhere in its error is one, and
// no pause is shorter than its backoff.RetryAfterError.
package cenkalti

import (
	"context"
	"errors"
	"math"
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
//   - the cause of ctx, if its requester is gone, unless a rule or a mark calls the error fatal;
//   - a [*classify.GaveUp] around the error, if a budget is spent;
//   - a [*retry.OutcomeUnknown] around the error, if a retry might do the operation twice, or one that is
//     in it already;
//   - the error of the operation, if it is no retry, or one for somebody who can do
//     more: another place, unless there is [Elsewhere], or keys;
//   - with the library's own limits, an error with that of the operation in its chain.
//
// At the last of backoff.WithMaxTries the library returns each of these as it was told, that is in a
// backoff.PermanentError, which errors.Is, AsType and policies look through.
func Obey[T any](ctx context.Context, p *classify.Policy, op backoff.Operation[T], opts ...Option) backoff.Operation[T] {
	var o options
	for _, opt := range opts {
		opt(&o)
	}
	if ctx == nil {
		ctx = context.Background()
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
		told = end(context.Cause(ctx))
	case !o.can(v):
		told = end(err)
	case v.OutcomeUnknown && !o.idempotent:
		if !has[*retry.OutcomeUnknown](err) {
			told = &retry.OutcomeUnknown{Edge: v.Edge, Err: err}
		}
		told = end(told)
	case has[*backoff.PermanentError](err):
		told = end(err)
	case o.ledger != nil:
		var gaveUp classify.GaveUpErr
		v, gaveUp = o.ledger.Spend(v, o.item, err, time.Now())
		switch {
		case gaveUp != nil:
			told = end(gaveUp)
		case !o.can(v):
			told = end(classify.Mark(err, v)) // the error alone does not say how far it climbed
		default:
			told = later(err, v)
		}
	default:
		told = later(err, v)
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

// end has the library return err, with what is around a backoff.Permanent in it.
func end(err error) error {
	if _, ok := err.(*backoff.PermanentError); ok {
		return err
	}
	return backoff.Permanent(err)
}

// later returns an error that says when to retry. It is up to a tenth later than asked for, so that
// those who were all sent away at once do not all come back at once.
func later(err error, v classify.Verdict) error {
	after := v.After
	if e, ok := errors.AsType[*backoff.RetryAfterError](err); ok {
		after = max(after, e.Duration)
	}
	if after <= 0 {
		return err
	}
	after = min(after, math.MaxInt64/2) // to which the library adds
	told := &postponed{err, after + rand.N(after/10+1), v.OutcomeUnknown}
	if v.Class != classify.RetryHere {
		return classify.Mark(told, v) // which RetryAfter takes for a retry here, if the library returns it
	}
	return told
}

func has[E error](err error) bool {
	_, ok := errors.AsType[E](err)
	return ok
}

// postponed is a backoff.RetryAfterError that keeps what it is about.
type postponed struct {
	err    error
	after  time.Duration
	unsure bool
}

var _ classify.Uncertain = (*postponed)(nil)

func (p *postponed) Error() string { return p.err.Error() }
func (p *postponed) Unwrap() error { return p.err }

// OutcomeUnknown keeps what RetryAfter does not say.
func (p *postponed) OutcomeUnknown() bool { return p.unsure }

// Transparent has reports show the type of what it is about.
func (p *postponed) Transparent() {}

// As makes the library find what it looks for.
func (p *postponed) As(target any) bool {
	t, ok := target.(**backoff.RetryAfterError)
	if ok {
		*t = &backoff.RetryAfterError{Duration: p.after}
	}
	return ok
}
