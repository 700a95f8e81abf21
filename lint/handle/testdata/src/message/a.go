package message

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"strings"
	"syscall"

	"github.com/holdfast-go/holdfast/errctx"

	"store"
)

const prefix = "store: "

var shared = "shared"

func positives(s *store.Store, path string, n int, err error, fault store.Err) {
	_ = errctx.Wrap(fault, fmt.Sprintf("open %s", path))               // want `the message that errctx.Wrap is given is not constant: what varies is an attribute`
	_ = errctx.Wrap(fault, "open "+path)                               // want `not constant`
	_ = errctx.Wrap(fault, prefix+"open: "+s.Name, slog.Int("n", n))   // want `not constant`
	_ = errctx.Annotate(err, fmt.Sprintf("part '%d'", n))              // want `the message that errctx.Annotate is given`
	_ = errctx.Annotate(err, s.Name)                                   // want `not constant`
	_ = errctx.Annotate(err, strings.ToLower("A"))                     // want `not constant`
	_ = errctx.New(&store.Missing{}, fmt.Sprintf("%s of %d", path, n)) // want `errctx.New is given`
	_ = errctx.Adopt(&fs.PathError{}, fmt.Sprint(path))                // want `errctx.Adopt is given`
	_ = errctx.AdoptValue(syscall.ENOENT, path[1:])                    // want `errctx.AdoptValue is given`
	_ = store.Fault(&store.Missing{}, "fault "+path)                   // want `the message that store.Fault is given is not constant`
	_ = own(fault, "own "+path)                                        // want `the message that own is given`
	_, _ = twice(n, fault, "twice "+path)                              // want `the message that twice is given`
}

func errorsInside(fault store.Err, err error) {
	_ = errctx.Wrap(fault, "open: "+err.Error())          // want `errors.Is and errors.As on err stop here: it is text in the message that errctx.Wrap is given`
	_ = errctx.Wrap(fault, fmt.Sprintf("open: %v", err))  // want `errors.Is and errors.As on err stop here`
	_ = errctx.Annotate(errors.New("x"), err.Error())     // want `errors.Is and errors.As on err stop here`
	_ = errctx.Annotate(err, err.Error())                 // want `the message that errctx.Annotate is given has the text of err in it, which is what it is put around`
	_ = errctx.Annotate(err, fmt.Sprint("open: ", fault)) // want `errors.Is and errors.As on fault stop here`
}

func variable(fault store.Err, path string, write bool) store.Err {
	msg := "read"
	if write {
		msg = "write " + path
	}
	return errctx.Wrap(fault, msg) // want `not constant`
}

func appended(fault store.Err, path string) store.Err {
	msg := "read "
	msg += path
	return errctx.Wrap(fault, msg) // want `not constant`
}

type op struct{ fault store.Err }

// own is a constructor: what it is called with is what counts.
func own(fault store.Err, msg string) store.Err { return errctx.Wrap(fault, msg) }

func twice(n int, fault store.Err, msg string) (int, store.Err) {
	if n > 0 {
		return twice(n-1, fault, "constant")
	}
	return n, own(fault, msg)
}

func (o op) fail(what string) error { return errctx.Wrap(o.fault, what) }

func (o op) use(path string) error {
	_ = o.fail("constant")
	return o.fail("use " + path) // want `the message that fail is given`
}

// Silent from here on.

func constants(fault store.Err, err error, write bool) {
	_ = errctx.Wrap(fault, "open")
	_ = errctx.Wrap(fault, prefix+"open"+" now")
	_ = errctx.Wrap(fault, shared)
	msg := "read"
	if write {
		msg = prefix + "write"
	}
	_ = errctx.Annotate(err, msg)
	for _, msg := range []string{"a", "b"} {
		_ = errctx.Annotate(err, msg)
	}
	fail := func(msg string) error { return errctx.Annotate(err, msg) }
	_ = fail("x" + shared)
	_ = own(fault, "constant")
	_ = store.Fault(&store.Missing{}, "constant", slog.String("name", shared))
	_ = errctx.Map(fault, func(e store.Error) store.Error { return e })
	_ = fmt.Errorf("x%s: %w", shared, err)
}
