// Package more has variants of a sum of another package.
package more

import "base"

type Late struct{ base.Seal }

func (*Late) Error() string { return "late" }

type inner struct{ base.Seal }

type Early struct{ inner }

func (Early) Error() string { return "early" }

// Decorated is an Own with something around it, and Carrier carries any.
type Decorated struct {
	base.Own
	note string
}

type Carrier struct{ base.Fault }
