// Package user calls a package that was not studied.
package user

import "unseen"

var (
	_ = unseen.Errorf("x: %v", 1)
	_ = unseen.NewError("x")
	_ = unseen.Open("x")
	_ = unseen.Wrapf(nil, "x: %v", 1)
)
