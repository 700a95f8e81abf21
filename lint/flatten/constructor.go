package flatten

import (
	"go/ast"
	"strings"

	"go/types"

	"golang.org/x/tools/go/ast/inspector"

	"github.com/holdfast-go/holdfast/lint/check"
	"github.com/holdfast-go/holdfast/lint/code"
	"github.com/holdfast-go/holdfast/lint/facts"
	"github.com/holdfast-go/holdfast/lint/format"
)

// PrintfConstructor is the check of constructors that have a format.
var PrintfConstructor = &check.Check{
	ID: "printf-constructor", Tier: check.Error, Since: "v0.1.0",
	Title: "an error is an operand of a constructor that keeps only its text",
	Why: `A function of our own that makes an error of a format and operands, such as d.Errf, does with an error what fmt.Errorf does,
or what fmt.Sprintf does. The first understands %w; through the second no error survives. What a function
does is learned from its body, over several calls and over packages.`,
	Before: `type decoder struct{ line int }

func (d *decoder) errorf(format string, args ...any) error {
	return fmt.Errorf(format, args...)
}

func (d *decoder) load(name string) error {
	if _, err := os.Stat(name); err != nil {
		return d.errorf("load %s: %v", name, err)
	}
	return nil
}`,
	After: `type decoder struct{ line int }

func (d *decoder) errorf(format string, args ...any) error {
	return fmt.Errorf(format, args...)
}

func (d *decoder) load(name string) error {
	if _, err := os.Stat(name); err != nil {
		return d.errorf("load %s: %w", name, err)
	}
	return nil
}`,
	Silent: []string{"functions that only print", "a constructor that is also given the error as its cause"},
	Fix:    "Where the constructor forwards to fmt.Errorf, the verb becomes %w.",
}

// StringConstructor is the check of constructors that take text.
var StringConstructor = &check.Check{
	ID: "string-constructor", Tier: check.Warning, Since: "v0.1.0",
	Title: "the text of an error is given to a function that makes an error of text",
	Why: `newAppError(err.Error()) is errors.New with another name. That the parameter becomes the text of an error is learned from
the body of the function.`,
	Before: `type appError struct{ msg string }

func (e *appError) Error() string { return e.msg }

func newAppError(msg string) error { return &appError{msg: msg} }

func load(name string) error {
	if _, err := os.Stat(name); err != nil {
		return newAppError(err.Error())
	}
	return nil
}`,
	After: `type appError struct{ cause error }

func (e *appError) Error() string { return e.cause.Error() }

func (e *appError) Unwrap() error { return e.cause }

func newAppError(cause error) error { return &appError{cause: cause} }

func load(name string) error {
	if _, err := os.Stat(name); err != nil {
		return newAppError(err)
	}
	return nil
}`,
	Silent: []string{"functions that are given the error as well"},
}

// StatusError is the check of errors that are made for the wire.
var StatusError = &check.Check{
	ID: "status-error", Tier: check.OptIn, Since: "v0.1.0",
	Title: "a status for the wire has only the text of an error",
	Why: `status.Error(codes.Internal, err.Error()) is right at the edge of a server: what leaves the process is text. Further in, where
our own code still has to decide, it is a flattening like any other. A type with GRPCStatus and Unwrap is
both at once.`,
	Before: `func load(name string) error {
	if _, err := os.Stat(name); err != nil {
		return status.Error(codes.Internal, err.Error())
	}
	return nil
}`,
	After: `type statusError struct {
	code codes.Code
	err  error
}

func (e *statusError) Error() string { return e.err.Error() }

func (e *statusError) Unwrap() error { return e.err }

func (e *statusError) GRPCStatus() *status.Status { return status.New(e.code, e.err.Error()) } //errlint:opaque what leaves the process is text

func load(name string) error {
	if _, err := os.Stat(name); err != nil {
		return &statusError{codes.Internal, err}
	}
	return nil
}`,
	Silent: []string{"the default profile: handlers are where this belongs"},
}

// TextBesideCause is the check of errors.Wrap(cause, err.Error()).
var TextBesideCause = &check.Check{
	ID: "text-beside-cause", Tier: check.OptIn, Since: "v0.1.0",
	Title: "an error is wrapped, and another one has only its text in the message",
	Why: `Of two errors one is the cause, and the other one is words. Where the second one matters to a caller, errors.Join or a
format with two %w keeps both.`,
	Before: `func wrap(cause error, msg string) error { return fmt.Errorf(msg+": %w", cause) }

func load(name string) error {
	if _, err := os.Stat(name); err != nil {
		if rerr := os.Remove(name); rerr != nil {
			return wrap(rerr, "after "+err.Error())
		}
	}
	return nil
}`,
	After: `func load(name string) error {
	if _, err := os.Stat(name); err != nil {
		if rerr := os.Remove(name); rerr != nil {
			return fmt.Errorf("after %w: %w", err, rerr)
		}
	}
	return nil
}`,
	Silent: []string{"the text of the same error that is the cause"},
}

// PanicText is the check of panic("x: " + err.Error()).
var PanicText = &check.Check{
	ID: "panic-text", Tier: check.OptIn, Since: "v0.1.0",
	Title: "a panic has only the text of an error",
	Why: `Whoever recovers, a test or a supervisor, gets a string, and cannot ask whether the error was a cancellation, or one that a
retry would have mended. panic(fmt.Errorf("x: %w", err)) prints the same.`,
	Before: `func must(name string) {
	if _, err := os.Stat(name); err != nil {
		panic("load: " + err.Error())
	}
}`,
	After: `func must(name string) {
	if _, err := os.Stat(name); err != nil {
		panic(fmt.Errorf("load: %w", err))
	}
}`,
	Silent: []string{"panics with an error"},
}

// statuses are functions that make errors, or answers, for another program. A name that ends with a star is a prefix.
var statuses = []string{
	"google.golang.org/grpc/status.*",
	"connectrpc.com/connect.NewError",
	"github.com/bufbuild/connect-go.NewError",
	"github.com/twitchtv/twirp.*",
	"github.com/labstack/echo/v4.NewHTTPError",
	"github.com/gofiber/fiber/v2.NewError",
	"github.com/danielgtaylor/huma/v2.Error*",
	"github.com/go-kratos/kratos/v2/errors.*",
	"k8s.io/apimachinery/pkg/api/errors.New*",
	"github.com/gogo/status.*",
	"github.com/gogo/googleapis/google/rpc.*",
}

func isStatus(fn *types.Func) bool {
	name := fn.FullName()
	for _, s := range statuses {
		if p, ok := strings.CutSuffix(s, "*"); ok && strings.HasPrefix(name, p) || s == name {
			return true
		}
	}
	return false
}

// status is a call that makes a status of text, or of a format.
func (m *maker) status() {
	report := func(node, cause ast.Expr) {
		m.report(m.c, check.Finding{
			Check: StatusError, Node: node, Cause: cause,
			Message: "a status has only the text of " + m.finder.name(cause) + ": " + stops,
		})
	}
	args := m.call.Args
	if m.facts.Printf != facts.Nothing && m.facts.Format < len(args) {
		src, ok := format.Of(m.info, args[m.facts.Format])
		if !ok || src.Partial {
			for _, s := range m.text.First(m.bodies(m.c), args[m.facts.Format]) {
				report(args[m.facts.Format], s.Err)
			}
		}
		for _, a := range args[m.facts.Format+1:] {
			if code.IsError(m.info.TypeOf(a)) && !m.call.Ellipsis.IsValid() {
				report(a, a)
				continue
			}
			for _, s := range m.text.First(m.bodies(m.c), a) {
				report(a, s.Err)
			}
		}
		return
	}
	for _, i := range m.facts.Texts {
		if i < len(args) {
			for _, s := range m.text.First(m.bodies(m.c), args[i]) {
				report(args[i], s.Err)
			}
		}
	}
}

// statusOfError is a status that wraps an error, which was made of text there.
func (m *maker) statusOfError() {
	for _, i := range m.facts.Wraps {
		if i >= len(m.call.Args) {
			continue
		}
		inner, ok := ast.Unparen(m.call.Args[i]).(*ast.CallExpr)
		if !ok {
			continue
		}
		known := m.finder.facts.Callee(inner)
		if known == nil {
			continue
		}
		var texts []ast.Expr
		for _, j := range known.Texts {
			if j < len(inner.Args) {
				texts = append(texts, inner.Args[j])
			}
		}
		for _, a := range texts {
			for _, s := range m.text.First(m.bodies(m.c), a) {
				m.inside[inner] = true
				m.report(m.c, check.Finding{
					Check: StatusError, Node: a, Cause: s.Err,
					Message: "a status has only the text of " + m.finder.name(s.Err) + ": " + stops,
				})
			}
		}
	}
}

// panics looks at what a panic is given.
func (f *finder) panics(c inspector.Cursor, call *ast.CallExpr) {
	if len(call.Args) != 1 || !code.IsString(f.info.TypeOf(call.Args[0])) {
		return
	}
	for _, s := range f.text.First(f.bodies(c), call.Args[0]) {
		f.Report(check.Finding{
			Check: PanicText, Node: call.Args[0], Cause: s.Err,
			Message: "whoever recovers gets only the text of " + f.name(s.Err) + ": " + stops,
		})
	}
}
