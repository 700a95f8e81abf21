package process

import "fmt"

// StartCases has one method for each variant of StartError. A decider implements
// it, so that a variant it forgot does not compile.
type StartCases[T any] interface {
	InvalidSpec(*InvalidSpec) T
	NotFound(*NotFound) T
	RelativePath(*RelativePath) T
	NotExecutable(*NotExecutable) T
	BadInterpreter(*BadInterpreter) T
	BadDir(*BadDir) T
	TooLong(*TooLong) T
	Busy(*Busy) T
	ResourceLimit(*ResourceLimit) T
	StartIO(*StartIO) T
	Interrupted(*Interrupted) T
}

// VisitStart calls the case of e's variant.
func VisitStart[T any](e StartError, c StartCases[T]) T {
	switch e := e.(type) {
	case *InvalidSpec:
		return c.InvalidSpec(e)
	case *NotFound:
		return c.NotFound(e)
	case *RelativePath:
		return c.RelativePath(e)
	case *NotExecutable:
		return c.NotExecutable(e)
	case *BadInterpreter:
		return c.BadInterpreter(e)
	case *BadDir:
		return c.BadDir(e)
	case *TooLong:
		return c.TooLong(e)
	case *Busy:
		return c.Busy(e)
	case *ResourceLimit:
		return c.ResourceLimit(e)
	case *StartIO:
		return c.StartIO(e)
	case *Interrupted:
		return c.Interrupted(e)
	}
	panic(fmt.Sprintf("process: %T is not a variant of StartError", e)) // unreachable: the sum is sealed
}
