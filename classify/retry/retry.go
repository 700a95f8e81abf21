// Package retry is a loop that does what the verdicts of a policy say.
//
// The loop decides nothing: [classify.Policy] says what an error means, [classify.Ledger] how
// often that may be acted on.
//
//	cancelled        the loop returns the cause of the requester's context
//	retry-here       a pause, then again
//	retry-elsewhere  the same, where the operation does not go to the places that are [Excluded];
//	                 without the name of the place (see [At]) the loop ends
//	backtrack        what was given to [Producer] makes the keys again; without it the loop ends
//	the others       the loop ends
//
// # Promises
//
//   - What succeeds costs no allocation, unless [Timeout] is set.
//   - An error that no rule of the policy knows is not retried. Nor is a verdict whose outcome
//     is unknown, unless the operation is [Idempotent].
//   - A loop ends: by default each class of retry is for four times. Only a verdict that is Free is without bounds.
//   - The error of the last attempt is in the chain of what the loop returns, with its type, unless what
//     happened since is the answer: the requester has gone, or a producer failed ([*ProducerFailed] has
//     it as For). It is returned as it is if it was the only attempt, and in an [*Attempts] otherwise.
//   - The loop starts no goroutine, and panics of the operation pass through it.
package retry

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/holdfast-go/holdfast/classify"
)

// Do calls op until it succeeds or the policy has it end. See [Value].
func Do(ctx context.Context, p *classify.Policy, op func(context.Context) error, opts ...Option) error {
	_, err := Value(ctx, p, func(ctx context.Context) (struct{}, error) { return struct{}{}, op(ctx) }, opts...)
	return err
}

// Value calls op until it succeeds, and returns its value, or the policy has it end. It returns
//
//   - the cause of ctx, and nothing else, if its requester is gone, also before the first attempt; a nil ctx has none.
//     Only what a rule or a mark calls fatal comes before that;
//   - a [*classify.GaveUp] around the error, if a budget is spent;
//   - an [*OutcomeUnknown] around the error, if a retry might do the operation twice, or one that is in it already;
//   - a [*ProducerFailed], if what a backtrack asks for cannot be made;
//   - the error of the operation otherwise: with the verdict that ended the loop, or
//     with one for somebody who can do more: a pause that is too long, another place, keys.
func Value[T any](ctx context.Context, p *classify.Policy, op func(context.Context) (T, error), opts ...Option) (T, error) {
	l := loop{policy: p, options: options{retries: 4, base: 100 * time.Millisecond, most: 30 * time.Second, patience: 10 * time.Minute}}
	for _, o := range opts {
		l.options = o(l.options)
	}
	if ctx == nil {
		ctx = context.Background()
	}
	var none T
	for {
		if ctx.Err() != nil {
			return none, context.Cause(ctx)
		}
		attempt, cancel := l.begin(ctx)
		value, late, err := call(attempt, cancel, op)
		if err == nil {
			l.succeeded()
			return value, nil
		}
		if end := l.next(ctx, err, late); end != nil {
			return none, end
		}
	}
}

// call makes one attempt. It reports whether its context was done by then.
func call[T any](ctx context.Context, cancel context.CancelFunc, op func(context.Context) (T, error)) (value T, late bool, err error) {
	if cancel != nil {
		defer cancel() // also if op panics
	}
	value, err = op(ctx)
	return value, ctx.Err() != nil, err
}

// loop is the state of one loop.
type loop struct {
	options
	policy   *classify.Policy
	tries    int
	start    time.Time // of the attempt
	excluded []string
	log      *Attempts
}

// begin returns the context of the next attempt.
func (l *loop) begin(ctx context.Context) (attempt context.Context, cancel context.CancelFunc) {
	l.tries++
	l.start = time.Now()
	if len(l.excluded) > 0 {
		ctx = context.WithValue(ctx, excludedKey{}, slices.Clone(l.excluded))
	}
	if l.timeout > 0 {
		return context.WithTimeout(ctx, l.timeout)
	}
	return ctx, nil
}

func (l *loop) succeeded() {
	if l.observe != nil {
		l.observe(Attempt{N: l.tries, Start: l.start, Took: time.Since(l.start)})
	}
}

// next deals with the error of an attempt. It returns what ends the loop, or nil once it is time for another.
func (l *loop) next(ctx context.Context, err error, late bool) error {
	a := l.note(err)
	a.Verdict = l.policy.Classify(ctx, err)
	if late && ctx.Err() == nil {
		l.late(ctx, a)
	}
	places := l.places(a)
	end := l.decide(ctx, a, places)
	if end != nil {
		a.Pause = 0
	}
	if l.observe != nil {
		l.observe(*a)
	}
	if end != nil {
		return end
	}
	switch a.Verdict.Class {
	case classify.RetryElsewhere:
		l.excluded = append(l.excluded, places...)
	case classify.Backtrack:
		if end := l.makeAgain(ctx, a.Verdict.Keys); end != nil {
			return end
		}
	}
	return sleep(ctx, a.Pause)
}

// repeats are the classes that may lead to another attempt.
var repeats = classify.SetOf(classify.RetryHere, classify.RetryElsewhere, classify.Backtrack)

// decide pays for another attempt and sets the pause before it, or returns what ends the loop.
func (l *loop) decide(ctx context.Context, a *Attempt, places []string) error {
	v := a.Verdict
	switch {
	case ctx.Err() != nil && v.Class != classify.Fatal:
		return context.Cause(ctx)
	case !repeats.Has(v.Class):
		return l.err()
	case v.OutcomeUnknown && !l.idempotent:
		if _, said := find[*OutcomeUnknown](a.Err); said {
			return l.err() // by a loop inside of this one
		}
		return &OutcomeUnknown{Edge: v.Edge, Err: l.err()}
	case l.cannot(v, places), v.After > l.patience, outlasts(ctx, v.After):
		return l.err()
	}
	if l.ledger == nil {
		l.ledger = classify.AtMost(l.policy, l.retries)
	}
	paid, gaveUp := l.ledger.Spend(v, l.item, l.err(), time.Now())
	a.Verdict, a.Pause = paid, l.pause(paid)
	switch {
	case gaveUp != nil:
		return gaveUp
	case l.cannot(paid, places): // which it could not have climbed to unless it was less before
		return classify.Mark(l.err(), paid)
	case outlasts(ctx, a.Pause):
		return l.err()
	default:
		return nil
	}
}

// cannot reports whether a verdict needs what the loop was not told.
func (l *loop) cannot(v classify.Verdict, places []string) bool {
	return v.Class == classify.RetryElsewhere && len(places) == 0 || v.Class == classify.Backtrack && l.produce == nil
}

// late gives the verdict on an attempt whose own deadline is over. Nobody knows what became
// of the operation. What the policy does not know is a retry, because that is what
// such a deadline is for, and only the loop can tell it from the requester's.
func (l *loop) late(ctx context.Context, a *Attempt) {
	if a.Verdict.Unknown && matches(a.Err, context.DeadlineExceeded) {
		edge := a.Verdict.Edge
		for _, c := range []classify.Class{classify.RetryElsewhere, classify.RetryHere} {
			if v := l.policy.Classify(ctx, classify.Mark(a.Err, c)); v.Class == c {
				a.Verdict, a.Verdict.Kind, a.Verdict.Edge = v, classify.Timeout, edge
			}
		}
	}
	a.Verdict.OutcomeUnknown = true
}

// places returns where an attempt failed, as far as that is news.
func (l *loop) places(a *Attempt) []string {
	places := slices.Clone(a.Verdict.Exclude)
	if p, ok := find[*placed](a.Err); ok && !slices.Contains(places, p.place) {
		places = append(places, p.place)
	}
	return slices.DeleteFunc(places, func(p string) bool { return slices.Contains(l.excluded, p) })
}

// makeAgain reproduces what a backtrack asks for.
func (l *loop) makeAgain(ctx context.Context, keys []any) error {
	switch err := l.produce(ctx, keys); {
	case err == nil:
		return nil
	case ctx.Err() != nil && l.policy.Classify(ctx, err).Class != classify.Fatal:
		return context.Cause(ctx)
	default:
		return &ProducerFailed{Keys: keys, For: l.err(), Err: err}
	}
}

// pause returns how long to wait: with full jitter, on top of what the verdict asks for.
func (l *loop) pause(v classify.Verdict) time.Duration {
	after := max(v.After, 0)
	most := min(l.base, l.most)
	for n := 1; n < l.tries && 0 < most && most < l.most; n++ {
		most = min(2*most, l.most)
	}
	most = min(most, math.MaxInt64-after)
	if v.Class == classify.Backtrack || most <= 0 {
		return after
	}
	return after + rand.N(most)
}

// outlasts reports whether the requester will be gone after a pause.
func outlasts(ctx context.Context, pause time.Duration) bool {
	deadline, ok := ctx.Deadline()
	return ok && pause > 0 && time.Until(deadline) <= pause
}

// sleep returns nil after a pause, or the cause of ctx as soon as it is done.
func sleep(ctx context.Context, pause time.Duration) error {
	if pause <= 0 {
		return nil
	}
	t := time.NewTimer(pause)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
