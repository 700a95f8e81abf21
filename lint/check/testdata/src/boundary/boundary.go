// Package boundary gives errors away as text.
//
//errlint:opaque this package is the edge of the program
package boundary

import "fmt"

func one(err error) error { return fmt.Errorf("x: %v", err) }
