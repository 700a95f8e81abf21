package errctx

import (
	"fmt"
	"iter"
	"slices"
	"strings"
)

// Join makes one handle of many on the same type, leaving out nil ones. It returns nil
// when there are none.
//
// The result is not a WithContext[E]: that several things happened is something to
// decide about. [Map] makes it a variant of a sum.
func Join[E error](ws ...WithContext[E]) WithContext[*Joined[E]] {
	j := &Joined[E]{}
	for _, w := range ws {
		if w != nil {
			j.branches = append(j.branches, w)
		}
	}
	if j.branches == nil {
		return nil
	}
	return &node[*Joined[E]]{root: j}
}

// Joined is many errors of one type that happened side by side, as [Join] makes it.
// errors.Is and errors.As find what is in any branch.
type Joined[E error] struct {
	branches []WithContext[E]
}

// ErrorKind returns "errctx.joined".
func (*Joined[E]) ErrorKind() string { return "errctx.joined" }

// Branches returns the handles in the order in which they were joined.
func (j *Joined[E]) Branches() []WithContext[E] { return slices.Clone(j.branches) }

// Roots yields the branches' roots in the order in which they were joined.
func (j *Joined[E]) Roots() iter.Seq[E] {
	return func(yield func(E) bool) {
		for _, w := range j.branches {
			if !yield(w.Root()) {
				return
			}
		}
	}
}

// Unwrap returns the branches.
func (j *Joined[E]) Unwrap() []error {
	errs := make([]error, len(j.branches))
	for i, w := range j.branches {
		errs[i] = w
	}
	return errs
}

// maxTexts bounds the text of a Joined.
const maxTexts = 16

// Error lists the branches' texts, sorted and each once, so that it does not depend on the
// order in which goroutines failed: "3 errors: a; b (2 times)". After 16 it counts the rest.
func (j *Joined[E]) Error() string {
	texts := make([]string, len(j.branches))
	for i, w := range j.branches {
		texts[i] = w.Error()
	}
	slices.Sort(texts)
	var b strings.Builder
	if len(texts) != 1 {
		fmt.Fprintf(&b, "%d errors: ", len(texts))
	}
	for shown := 0; len(texts) > 0; shown++ {
		if shown == maxTexts {
			fmt.Fprintf(&b, "; %d more", len(texts))
			break
		}
		times := 1
		for times < len(texts) && texts[times] == texts[0] {
			times++
		}
		if shown > 0 {
			b.WriteString("; ")
		}
		b.WriteString(texts[0])
		if times > 1 {
			fmt.Fprintf(&b, " (%d times)", times)
		}
		texts = texts[times:]
	}
	return b.String()
}

// unordered tells renderers that the order of the branches says nothing.
func (*Joined[E]) unordered() {}
