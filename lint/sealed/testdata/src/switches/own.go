package switches

// ownError is a sum of this package: its variants need no name of a package, and none is hidden.
type ownError interface {
	error
	own()
}

type (
	first  struct{}
	second struct{}
	third  struct{ second } // one that embeds another one
)

func (*first) own()         {}
func (second) own()         {}
func (first) Error() string { return "first" }

func (second) Error() string { return "second" }

func own(err ownError) {
	switch err.(type) { // want `the switch over ownError misses third and has no default`
	case *first:
	case interface{ Third() }:
	}
}

func shadowed(err ownError, third int) {
	switch err.(type) { // want `misses third and`
	case *first:
	case interface{ Third() }:
	}
	_ = third
}

type reader[T ownError] struct{ err T }

func (r reader[T]) parameter() {
	switch any(r.err).(type) {
	case *first:
	case second:
	}
}

func inClosure(err ownError) func() {
	return func() {
		switch err.(type) { // want `misses third and`
		case *first:
		case second:
		}
	}
}
