// Package base lets other packages have variants of its sum.
package base

type Fault interface {
	error
	fault()
}

// Seal is embedded by the variants. It is none itself.
type Seal struct{}

func (Seal) fault() {}

type Own struct{ Seal }

func (Own) Error() string { return "own" }
