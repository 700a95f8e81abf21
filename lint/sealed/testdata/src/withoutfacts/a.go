package withoutfacts

import (
	"base"
	"sums"
)

type ownError interface {
	error
	own()
}

type first struct{}

type second struct{}

func (first) own()           {}
func (second) own()          {}
func (first) Error() string  { return "" }
func (second) Error() string { return "" }

func own(err ownError) {
	switch err.(type) { // want `misses second and`
	case first:
	case interface{ A() }:
	}
}

func exported(err sums.StoreError) {
	switch err.(type) { // want `the switch over sums.StoreError misses sums.Full, sums.Read and sums.Write and has no default`
	case *sums.Missing:
	case *sums.Corrupt:
	}
}

// What is hidden, or in a third package, is not known.
func silent(err sums.StoreError, fault base.Fault) {
	switch err.(type) {
	case *sums.Missing:
	case *sums.Corrupt:
	case sums.Full, sums.IOError:
	}
	switch fault.(type) {
	case base.Own:
	case interface{ A() }:
	}
}
