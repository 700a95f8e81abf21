package retry

import "github.com/holdfast-go/holdfast/classify/internal/chain"

// matches is errors.Is for any error: it ends, and where a method panics there is no match.
func matches(err, target error) (found bool) {
	defer func() { _ = recover() }()
	for link := range chain.Links(err) {
		if x, ok := link.(interface{ Is(error) bool }); link == target || ok && x.Is(target) {
			return true
		}
	}
	return false
}

// find is errors.AsType for one of our own types, likewise.
func find[E error](err error) (found E, ok bool) {
	defer func() { _ = recover() }()
	for link := range chain.Links(err) {
		//lint:ignore errlint/assertion each link has its turn
		if e, ok := link.(E); ok {
			return e, true
		}
	}
	return found, false
}
