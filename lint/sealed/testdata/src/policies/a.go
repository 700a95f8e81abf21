package policies

import (
	"errors"

	"github.com/holdfast-go/holdfast/classify"

	"sums"
)

var role = classify.Role{Name: "builder"}

func busy(e *sums.Busy) classify.Verdict { return classify.Verdict{} }

func policies() {
	classify.New(role, // want `the policy has rules for variants of sums.StoreError and none for sums.Full, sums.Read, sums.Write and \*sums.hidden, which cannot be named here: such an error becomes the role's default`
		classify.On[*sums.Missing]("missing", classify.Fail),
		classify.On[*sums.Corrupt]("corrupt", classify.Fail),
	)
	classify.New(role, // want `variants of sums.OpenError and none for \*sums.Gone`
		classify.OnFunc("busy", 1, busy),
		classify.On[sums.Carried]("carried", classify.Fail),
		classify.Is("x", errors.ErrUnsupported, classify.Fatal),
	)
	classify.New(role,
		classify.Sum("open", 1, func(err sums.OpenError) classify.Verdict {
			switch err.(type) { // want `misses \*sums.Gone and has no default`
			case *sums.Busy:
				return classify.Verdict{Class: classify.Fail}
			case sums.Carried:
			}
			return classify.Verdict{}
		}),
	)
}

// Silent from here on.

func silent(more []classify.Rule, rule classify.Rule) {
	// All of them, or the sum itself.
	classify.New(role, classify.OnFunc("busy", 1, busy), classify.On[*sums.Gone]("gone", classify.Fail), classify.On[sums.Carried]("carried", classify.Fail))
	classify.New(role,
		classify.On[*sums.Missing]("missing", classify.Fail),
		classify.On[*sums.Corrupt]("corrupt", classify.Fail),
		classify.On[sums.StoreError]("all others", classify.Fatal),
	)
	// Rules that are not here to see.
	classify.New(role, more...)
	classify.New(role, classify.On[*sums.Missing]("missing", classify.Fail), classify.On[*sums.Corrupt]("corrupt", classify.Fail), rule)
	// One variant.
	classify.New(role, classify.On[*sums.Missing]("missing", classify.Fail), classify.On[error]("all", classify.Fail))
	// One variant of OpenError, and the sum that another one carries.
	classify.New(role, classify.OnFunc("busy", 1, busy), classify.On[sums.StoreError]("store", classify.Fail))
	// *Busy and *Gone are in two sums; this is about the other one.
	classify.New(role, classify.OnFunc("busy", 1, busy), classify.On[*sums.Gone]("gone", classify.Fail), classify.On[sums.Shut]("shut", classify.Fail))
}
