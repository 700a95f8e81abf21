package errctx

import (
	"iter"
	"reflect"
)

// What is rendered of one error. Foreign joins may be cyclic; what is beyond is left out.
const (
	maxRendered = 1000 // errors
	maxNesting  = 64   // joins in joins, groups in groups
)

// walker goes over a tree for one reader, and counts what it has seen.
type walker struct {
	*view
	budget, depth int
}

func newWalker(p Profile) walker { return walker{view: p.view(), budget: maxRendered} }

// below yields what is to be rendered under a root, as far as the limits allow.
func (w *walker) below(root error) iter.Seq[error] {
	return func(yield func(error) bool) {
		if w.depth == maxNesting {
			return
		}
		w.depth++
		defer func() { w.depth-- }()
		for _, e := range below(root) {
			if w.budget--; e != nil && (w.budget < 0 || !yield(e)) {
				return
			}
		}
	}
}

// below returns what is worth showing under a root: the branches of a join, and
// a handle with layers of its own further down the chain.
func below(root error) (errs []error) {
	defer func() { _ = recover() }() // a foreign Unwrap: then there is nothing
	for visits := maxVisits; root != nil && visits > 0; visits-- {
		switch u := root.(type) {
		case interface{ Unwrap() []error }:
			return u.Unwrap()
		case interface{ Unwrap() error }:
			root = u.Unwrap()
			if _, ok := asHandle(root); ok {
				return []error{root}
			}
		default:
			return nil
		}
	}
	return nil
}

// transparent is a link that only says something about the error behind it, such as which
// dependency it came from. Its type is of no interest to readers.
type transparent interface {
	error
	Unwrap() error
	Transparent()
}

// subject returns the error behind transparent links, whose kind and type are shown.
func subject(root error) error {
	for range maxNesting {
		t, ok := root.(transparent)
		if !ok {
			return root
		}
		next := t.Unwrap()
		if next == nil {
			return root
		}
		if _, next = Split(next); next == nil {
			return root
		}
		root = next
	}
	return root
}

// kindOf returns the identifier of a root that has one.
func kindOf(root error) (kind string) {
	k, ok := subject(root).(Kind)
	if !ok {
		return ""
	}
	defer func() {
		if recover() != nil {
			kind = "panic in ErrorKind"
		}
	}()
	return k.ErrorKind()
}

// textOf returns the text of a root: of a foreign method that may panic, also on a nil pointer in a join.
func textOf(root error) (text string) {
	defer func() {
		if recover() != nil {
			text = "panic in Error of " + typeName(root)
		}
	}()
	return root.Error()
}

func typeName(root error) string { return reflect.TypeOf(subject(root)).String() }
