package retry

import "iter"

// maxLinks bounds a walk: Unwrap may lead back to where it came from.
const maxLinks = 10_000

// links returns the links of err's chain, of joins one branch after the other: those that errors.Is would ask.
func links(err error) iter.Seq[error] {
	return func(yield func(error) bool) {
		n := 0
		var walk func(error) bool
		walk = func(err error) bool {
			for err != nil {
				if n++; n > maxLinks || !yield(err) {
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

// matches is errors.Is for any error: it ends, and where a method panics there is no match.
func matches(err, target error) (found bool) {
	defer func() { _ = recover() }()
	for link := range links(err) {
		if x, ok := link.(interface{ Is(error) bool }); link == target || ok && x.Is(target) {
			return true
		}
	}
	return false
}

// find is errors.AsType for one of our own types, likewise.
func find[E error](err error) (found E, ok bool) {
	defer func() { _ = recover() }()
	for link := range links(err) {
		//lint:ignore errlint/assertion each link has its turn
		if e, ok := link.(E); ok {
			return e, true
		}
	}
	return found, false
}
