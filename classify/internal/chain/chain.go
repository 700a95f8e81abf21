// Package chain goes over the links of an error whose Unwrap may lead back to itself.
package chain

import "iter"

// Max bounds a walk.
const Max = 10_000

// Links returns the links of err's chain, of joins one branch after the other: those that errors.Is would ask.
func Links(err error) iter.Seq[error] {
	return func(yield func(error) bool) {
		n := 0
		var walk func(error) bool
		walk = func(err error) bool {
			for err != nil {
				if n++; n > Max || !yield(err) {
					return false
				}
				switch x := err.(type) {
				case interface{ Unwrap() error }:
					err = x.Unwrap()
				case interface{ Unwrap() []error }:
					for _, branch := range x.Unwrap() {
						if !walk(branch) {
							return false
						}
					}
					return true
				default:
					return true
				}
			}
			return true
		}
		walk(err)
	}
}
