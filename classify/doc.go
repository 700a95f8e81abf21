// Package classify decides what a program does about an error.
//
// A decision is a property of the error, the role that meets it and the
// requester it was met for, not of the error alone: a full disk ends
// an executor that has one machine and sends a builder's work elsewhere. So a
// [Policy] holds the rules of one [Role], and [Policy.Classify] returns a
// [Verdict] of one of eight classes, which also explains itself:
//
//	class            hits            who acts
//	cancelled        nothing         the requester gave up: stop, spend no attempt, raise no alarm
//	drop             one message     warn, count, go on
//	best-effort      a side effect   the item succeeds and its result records the degradation
//	retry-here       an attempt      the same place, after a while
//	retry-elsewhere  an attempt      the scheduler, not the same place
//	backtrack        the producer    invalidate the producer of the keys, rerun it with caches off
//	fail             the item        report to whoever asked
//	fatal            the role        the supervisor: die with a report
//
// # How a verdict is found
//
// An error is a chain of links, as Unwrap leads from one to the next; an errctx
// handle is one link, whatever the number of its layers.
//
//   - The first pass goes from the outermost link inwards. The first link with an
//     opinion decides. In one link an explicit mark ([Mark]) comes before typed
//     rules ([On], [OnFunc], [Sum]), and they before sentinels ([Is]).
//   - Methods such as Timeout() are asked in a second pass ([Capability]), because
//     wrappers answer them for what they wrap.
//   - Where a chain branches (errors.Join, any Unwrap() []error), each branch goes
//     through both passes and the verdicts are joined: the worst wins, unless
//     [Joins] declares another [Mode] for the type. Beside other errors a foreign
//     context.Canceled counts for nothing, and an unknown branch is the role's default.
//   - An error that no rule knows is the role's default, marked as unknown. That is never a retry.
//   - Where the requester's context is done the verdict is cancelled, unless it is known to be fatal.
//   - A verdict is one that the role can carry out: [New] refuses the policy otherwise.
//   - That the operation may have been carried out is said by a [Finding], or by a link that is [Uncertain]:
//     by that whatever decides inside of it or around it. In a join it is so for the whole.
//
// # Promises
//
//   - Joining is commutative, associative and idempotent, so the order of errors.Join never matters.
//   - Context never changes a verdict: errctx.Wrap, errctx.Annotate, fmt.Errorf with %w.
//   - Marking never changes what errors.Is, As and AsType find.
//   - Text never matters.
//   - No error makes Classify panic, loop or overflow the stack.
//   - Walking a chain allocates nothing; a join may.
//
// Packages that produce errors do not import this one: they return typed errors,
// and the decider brings the policy. See the example of [Sum] for how a package
// declares a sealed sum of errors so that a policy which forgets a variant does
// not compile.
package classify
