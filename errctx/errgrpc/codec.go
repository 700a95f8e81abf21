package errgrpc

import (
	"errors"
	"maps"
	"time"

	"google.golang.org/grpc/codes"

	"github.com/holdfast-go/holdfast/errctx"
	"github.com/holdfast-go/holdfast/errctx/wire"
)

// Codec turns errors into statuses, and back. It is immutable.
type Codec struct {
	registry *wire.Registry
	encoding []wire.Option
	profile  errctx.Profile // who reads: Wire, or Log where the peer is trusted
	domain   string
	codes    map[string]codes.Code
	class    func(error) string
	only     []Detail // nil: everything

	violations []func(error) []Violation
	retryAfter []func(error) time.Duration
}

// An Option is a choice of one codec.
type Option func(*Codec)

// New returns a codec for the errors of the registry's sums. Other errors travel as
// [wire.Unknown].
//
// It panics with a [*wire.Misdeclared] when a kind has the code OK, which would make
// a success of an error.
func New(registry *wire.Registry, opts ...Option) *Codec {
	c := &Codec{registry: registry, profile: errctx.Wire}
	for _, o := range append([]Option{ViolationsOf(violator.Violations), RetryAfterOf(delayer.RetryAfter)}, opts...) {
		o(c)
	}
	return c
}

// Domain names the service whose reasons these are, as [AIP-193] wants it: "store.example.com".
//
// [AIP-193]: https://google.aip.dev/193#errorinfo
func Domain(name string) Option { return func(c *Codec) { c.domain = name } }

// Codes gives kinds their codes. The outermost error that has one decides.
func Codes(byKind map[string]codes.Code) Option {
	for kind, code := range byKind {
		if code == codes.OK {
			panic(&wire.Misdeclared{Reason: "the kind " + kind + " has the code OK"})
		}
	}
	byKind = maps.Clone(byKind)
	return func(c *Codec) { c.codes = byKind }
}

// Origin names the sender, for people: "builder-3".
func Origin(name string) Option {
	return func(c *Codec) { c.encoding = append(c.encoding, wire.Origin(name)) }
}

// Class says what the sender would do about an error, for people: "retry elsewhere".
func Class(of func(error) string) Option { return func(c *Codec) { c.class = of } }

// Trusted is for peers that may see what this program's own log shows: private values, and in
// the message the texts of roots. Secrets stay at home.
func Trusted() Option {
	return func(c *Codec) {
		c.profile = errctx.Log
		c.encoding = append(c.encoding, wire.Trusted())
	}
}

// Detail is one of the standard details.
type Detail uint8

// The standard details, in the order in which they are sent.
const (
	ErrorInfo           Detail = iota // which error: reason, domain, safe attributes
	PreconditionFailure               // what the caller has to mend first
	RetryInfo                         // when to come again
)

// Only sends these details if the error has them, and nothing else, no envelope: for clients of other
// makes that take a detail they did not ask for as fatal. Remote Execution clients want
// Only(PreconditionFailure).
func Only(details ...Detail) Option {
	return func(c *Codec) { c.only = append([]Detail{}, details...) }
}

// Violation is something that the caller has to mend, as in google.rpc.PreconditionFailure.
//
// It has no name of its own, so that an error's package can have a method that returns
// []struct{ Type, Subject, Description string } without importing this one.
type Violation = struct{ Type, Subject, Description string }

// violator and delayer are what roots may offer. They are looked for in the error's tree.
type (
	violator interface {
		error
		Violations() []Violation
	}
	delayer interface {
		error
		RetryAfter() time.Duration
	}
)

// ViolationsOf says what is to be mended after an E, for types without a method
//
//	Violations() []errgrpc.Violation
func ViolationsOf[E error](f func(E) []Violation) Option {
	return func(c *Codec) { c.violations = append(c.violations, within(f)) }
}

// RetryAfterOf says when to come again after an E, for types without a method
//
//	RetryAfter() time.Duration
//
// Zero says nothing.
func RetryAfterOf[E error](f func(E) time.Duration) Option {
	return func(c *Codec) { c.retryAfter = append(c.retryAfter, within(f)) }
}

// within applies f to the first E in an error's tree.
func within[E error, T any](f func(E) T) func(error) T {
	return func(err error) (t T) {
		if e, ok := errors.AsType[E](err); ok {
			return f(e)
		}
		return t
	}
}
