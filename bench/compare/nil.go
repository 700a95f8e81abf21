package compare

import (
	"fmt"

	"github.com/joomcode/errorx"
	tozd "gitlab.com/tozd/go/errors"

	"github.com/holdfast-go/holdfast/bench/peer"
	"github.com/holdfast-go/holdfast/errctx"
)

var typedNil = Feature{
	Name: "No typed nil",
	Doc: "Yes: what the library's functions return, nil, is nil as an error too. " +
		"Beside the verdict: what becomes of a nil *Fault in an error, a bug of the caller's, when it is wrapped.",
	probe: func(p peer.Peer) Outcome {
		s := snippets[p.Name]
		// Whoever returns the interface error has nothing to convert.
		if err := s.compiles("x := " + put(s.start, "fault") + "; var _ *error = &x"); err != nil {
			return no("the result is no error, and nobody tried: %v", err)
		}
		return yes("the result is an error, there is nothing to convert; %s", nilInside(p.Any))
	},
	special: map[string]func() Outcome{
		"errctx": func() Outcome {
			f := func() errctx.WithContext[*peer.Fault] { return nil }
			if err := error(f()); err != nil {
				return no("a nil handle is %v", err)
			}
			return yes("a nil WithContext[*Fault] is nil as an error; %s", nilInside(func(err error) error { return errctx.Annotate(err, "m") }))
		},
		"tozd": func() Outcome {
			f := func() tozd.E { return nil }
			if err := error(f()); err != nil {
				return no("a nil errors.E is %v", err)
			}
			return yes("a nil errors.E, an interface, is nil as an error; %s", nilInside(func(err error) error { return tozd.WithMessage(err, "m") }))
		},
		"errorx": func() Outcome {
			f := func() *errorx.Error { return nil }
			return pointer(f())
		},
		"bare struct": func() Outcome {
			f := func() *peer.Bare { return nil }
			return pointer(f())
		},
	},
}

// pointer tells what a nil pointer is as an error.
func pointer(err error) Outcome {
	if err == nil {
		return yes("nil is nil")
	}
	return no("a nil %T is not nil as an error; its Error() %s", err, try(func() string { return fmt.Sprintf("says %q", err.Error()) }))
}

func nilInside(wrap func(error) error) string {
	var root *peer.Fault
	return "a nil *Fault passed in " + try(func() string {
		if err := wrap(root); err != nil {
			return fmt.Sprintf("becomes the error %q", err.Error())
		}
		return "gives nil"
	})
}

// try says what f returns, or that it panics.
func try(f func() string) (said string) {
	defer func() {
		if r := recover(); r != nil {
			said = fmt.Sprintf("panics (%v)", r)
		}
	}()
	return f()
}

var wrapNil = Feature{
	Name: "Wrap(nil) is nil",
	Doc:  "Yes: `return wrap(f(), \"…\")` without an `if` is right.",
	probe: func(p peer.Peer) Outcome {
		if err := p.Any(nil); err != nil {
			return no("becomes an error; its Error() %s", try(func() string { return fmt.Sprintf("says %q", err.Error()) }))
		}
		return yes("nil")
	},
	special: map[string]func() Outcome{
		"errctx": func() Outcome {
			var none errctx.WithContext[*peer.Fault]
			wrapped := errctx.Wrap(none, "m")
			started := errctx.New[*peer.Fault](nil, "m")
			mapped := errctx.Map(none, func(f *peer.Fault) phase { return phase{f} })
			if wrapped != nil || started != nil || mapped != nil || errctx.Annotate(nil, "m") != nil || errctx.Join(none) != nil {
				return no("not everywhere")
			}
			return yes("nil, from New, Wrap, Map, Annotate and Join")
		},
	},
}
