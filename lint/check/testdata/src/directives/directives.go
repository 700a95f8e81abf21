// Package directives has all ways of silencing a finding.
package directives

import "fmt"

func lines(err error) []error {
	return []error{
		fmt.Errorf("x: %v", err), // want `err is formatted`
		fmt.Errorf("x: %v", err), //errlint:opaque users of the API see no internals
		fmt.Errorf("x: %v", err), //errlint:opaque(verb) for one check
		fmt.Errorf("x: %v", err), //errlint:opaque(text-copy) for another check // want `err is formatted` `opaque, and nothing is lost here: remove it`
		fmt.Errorf("x: %v", err), //errlint:opaque // want `opaque without a reason`
		fmt.Errorf("x: %w", err), //errlint:opaque nothing to hide // want `opaque, and nothing is lost here: remove it`
		//errlint:opaque the line below
		fmt.Errorf("x: %v", err),
		fmt.Errorf("x: %v", err), //nolint
		fmt.Errorf("x: %v", err), //nolint:errlint // because
		fmt.Errorf("x: %v", err), //nolint:verb
		//lint:ignore errlint/verb because
		fmt.Errorf("x: %v", err),
		//lint:ignore verb
		fmt.Errorf("x: %v", err), // want `err is formatted`
		//nolint:gosec // another linter's
		fmt.Errorf("x: %v", err), // want `err is formatted`
		fmt.Errorf( //errlint:opaque over several lines
			"x: %v",
			err),
		fmt.Errorf(
			"x: %v",
			err), //errlint:opaque at the end of several lines
	}
}

// function is a boundary.
//
//errlint:opaque what leaves here is for people
func function(err error) error {
	if err != nil {
		return fmt.Errorf("x: %v", err)
	}
	return fmt.Errorf("y: %v", err)
}

type text struct{ err error }

func (t text) String() string { return fmt.Errorf("x: %v", t.err).Error() }

func (t text) MarshalText() ([]byte, error) { return nil, fmt.Errorf("x: %v", t.err) }
