package chains

import (
	"errors"

	"sums"
)

func assertions(err sums.OpenError) {
	if _, ok := err.(*sums.Busy); ok { // want `the chain of ifs over sums.OpenError misses \*sums.Gone and has no else`
		return
	} else if c, ok := err.(sums.Carried); ok {
		_ = c
	}
}

func asTypes(err sums.StoreErr) {
	if m, ok := errors.AsType[*sums.Missing](err); ok { // want `over sums.StoreError misses sums.Full, sums.Read, sums.Write and \*sums.hidden`
		_ = m
	} else if c, ok := errors.AsType[*sums.Corrupt](err); ok {
		_ = c
	}
}

func as(err sums.OpenError) {
	var busy *sums.Busy
	var gone *sums.Gone
	if errors.As(err, &busy) { // want `misses sums.Carried and`
		_ = busy
	} else if errors.As(err, &gone) {
		_ = gone
	}
}

func roots(err sums.StoreErr) {
	if _, ok := err.Root().(*sums.Missing); ok { // want `misses sums.Full and \*sums.hidden`
	} else if _, ok := err.Root().(*sums.Corrupt); ok {
	} else if _, ok := err.Root().(sums.IOError); ok {
	}
}

// Silent from here on.

func goesOn(err sums.OpenError) error {
	if _, ok := err.(*sums.Busy); ok {
		return nil
	} else if _, ok := err.(*sums.Gone); ok {
		return nil
	}
	return err
}

func withElse(err sums.OpenError) {
	if _, ok := err.(*sums.Busy); ok {
	} else if _, ok := err.(*sums.Gone); ok {
	} else {
	}
}

func complete(err sums.OpenError) {
	if _, ok := err.(*sums.Busy); ok {
	} else if _, ok := err.(*sums.Gone); ok {
	} else if _, ok := err.(sums.Carried); ok {
	}
}

func other(err, other sums.OpenError, n int) {
	if _, ok := err.(*sums.Busy); ok {
	} else if _, ok := other.(*sums.Gone); ok {
	}
	if _, ok := err.(*sums.Busy); ok && n > 0 {
	} else if _, ok := err.(*sums.Gone); ok {
	}
	if _, ok := err.(*sums.Busy); !ok {
	} else if n > 1 {
	}
	if n > 0 {
	} else if n < 0 {
	}
	if _, ok := err.(*sums.Busy); ok {
	}
}

func plain(err error) {
	if _, ok := err.(*sums.Busy); ok {
	} else if _, ok := err.(*sums.Gone); ok {
	}
}
