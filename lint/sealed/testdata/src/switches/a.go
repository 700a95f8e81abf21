package switches

import (
	"fmt"

	"base"
	"more"
	"sums"
)

func handle(err sums.StoreErr) int {
	switch e := err.Root().(type) { // want `the switch over sums.StoreError misses \*sums.Corrupt, sums.Full, sums.Read, sums.Write and \*sums.hidden, which cannot be named here and has no default`
	case *sums.Missing:
		return len(e.Digest)
	case interface{ Nothing() }:
		return 1
	}
	return 0
}

func within(err sums.StoreError) {
	switch err.(type) { // want `misses sums.Full and \*sums.hidden, which`
	case *sums.Missing, *sums.Corrupt:
	case sums.IOError: // takes both
	}
}

func onlyHidden(err sums.StoreError) {
	switch err.(type) { // want `misses \*sums.hidden, which cannot be named here and has no default`
	case *sums.Missing, *sums.Corrupt:
	case *sums.Full, sums.IOError: // a pointer to a value serves as well
		// a comment that stays
	}
}

func open(err sums.OpenError) string {
	switch e := (err).(type) { // want `the switch over sums.OpenError misses \*sums.Gone and has no default: such an error goes by as if nothing had happened`
	case *sums.Busy:
		return e.Error()
	case sums.Carried: // this is what it carries into the sum
		return e.StoreError.Error()
	}
	panic("unreachable")
}

type alias = sums.OpenError

func aliased(err alias) {
	switch x := fmt.Sprint(err); err := err.(type) { // want `misses \*sums.Gone and`
	case nil:
	case *sums.Busy:
		fmt.Println(x, err)
	case sums.Carried:
	}
}

func elsewhere(err base.Fault) {
	switch err.(type) { // want `the switch over base.Fault misses \*more.Late and has no default`
	case base.Own:
	case more.Early:
	}
}

func total(err sums.OpenError) string {
	switch e := err.(type) { // want `misses \*sums.Gone and`
	case *sums.Busy:
		return e.Error()
	case sums.Carried:
		return e.StoreError.Error()
	}
	panic(fmt.Sprintf("%T is no variant", err)) // a switch that is meant to be total
}

// Silent from here on.

func goesOn(err sums.StoreErr) error {
	switch err.Root().(type) {
	case *sums.Missing:
		return nil
	case *sums.Corrupt:
		return nil
	}
	return err
}

func rootGoesOn(err sums.StoreErr, again bool) (n int, _ error) {
	e := err.Root()
	if again {
		switch e.(type) {
		case *sums.Missing:
			n++
		case *sums.Corrupt:
			n--
		}
	}
	return n, fmt.Errorf("open: %w", err)
}

func isResult(f func() sums.OpenError) (err sums.OpenError) {
	err = f()
	switch err.(type) {
	case *sums.Busy:
		return nil
	case sums.Carried:
		return nil
	}
	return
}

func complete(err sums.OpenError) {
	switch err.(type) {
	case *sums.Busy, *sums.Gone:
	case sums.Carried:
	}
}

func withDefault(err sums.StoreError) {
	switch err.(type) {
	case *sums.Missing:
	case *sums.Corrupt:
	default:
	}
}

func oneQuestion(err sums.StoreError) (n int) {
	switch err.(type) {
	case *sums.Missing, *sums.Corrupt:
		n++
	}
	switch err.(type) {
	case nil:
	case *sums.Missing:
		n++
	}
	return n
}

func theSumItself(err sums.StoreError) {
	switch err.(type) {
	case *sums.Missing:
	case sums.StoreError:
	}
}

func noSum(err error, g sums.Of[int], w sums.StoreErr, x any) {
	switch err.(type) {
	case *sums.Missing:
	case *sums.Corrupt:
	}
	switch g.(type) {
	case interface{ A() }:
	case interface{ B() }:
	}
	switch w.(type) {
	case interface{ A() }:
	case interface{ B() }:
	}
	switch x.(type) {
	}
	switch x := x.(type) {
	case error:
		_ = x
	case int:
	}
}
