// Package classify has the signatures that matter.
package classify

type (
	Class   int
	Set     int
	Role    struct{ Name string }
	Verdict struct{ Class Class }
	Rule    struct{ name string }
	Policy  struct{ rules []Rule }
)

const (
	Fail Class = iota
	Fatal
)

func New(role Role, rules ...Rule) (*Policy, error) { return &Policy{rules}, nil }

func On[E error](name string, c Class) Rule { return Rule{name} }

func OnFunc[E error](name string, gives Set, f func(E) Verdict) Rule { return Rule{name} }

func Sum[S error](name string, gives Set, visit func(S) Verdict) Rule { return Rule{name} }

func Is(name string, target error, c Class) Rule { return Rule{name} }
