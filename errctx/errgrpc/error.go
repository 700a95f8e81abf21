package errgrpc

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/anypb"

	"github.com/holdfast-go/holdfast/errctx"
	"github.com/holdfast-go/holdfast/errctx/errgrpc/errctxpb"
	"github.com/holdfast-go/holdfast/errctx/wire"
)

// Error is what a call ended with: the status, and below it the server's error, which
// [errctx.From] and errors.AsType find. A server that knows nothing of this package gives a
// [*wire.Unknown] of a kind such as "grpc.not_found". What a server sent is marked: see [errctx.Origin].
type Error struct {
	status *status.Status
	source Source
	err    error // of the server, restored; nil if the status is not known to be a server's
	ended  error // of the caller's context, if that is why the call ended
	around error // the error that had the status in it, if there was more to it

	enveloped, trusted bool
	extra              []byte // of the envelope: fields that this version does not know
}

var (
	_ carrier        = (*Error)(nil)
	_ errctx.Kind    = (*Error)(nil)
	_ slog.LogValuer = (*Error)(nil)
)

// FromStatus returns the error that a server sent as st, in a message or a trailer; nil for OK. What
// is no envelope, or none of this package's, makes an error of the status alone.
//
// The errors of calls are returned by the interceptors, which also know
// whether a server said so, and what became of the caller's context.
func (c *Codec) FromStatus(st *status.Status) error {
	if st.Code() == codes.OK {
		return nil
	}
	e := &Error{status: st, source: Server}
	c.restore(e, st.Proto().GetDetails())
	return e
}

// restore finds the error that a server sent.
func (c *Codec) restore(e *Error, details []*anypb.Any) {
	env := &wire.Envelope{Version: 1, Kind: kindOf(e.status.Code()), Text: e.status.Message()}
	for _, a := range details {
		if !a.MessageIs((*errctxpb.Envelope)(nil)) {
			continue
		}
		if p, sent := decode(a.Value); sent != nil {
			env = sent
			e.enveloped, e.trusted, e.extra = true, p.Trusted, p.ProtoReflect().GetUnknown()
			break
		}
	}
	e.err = c.registry.Restore(env)
}

// GRPCStatus returns the status as it was received: status.FromError and status.Code use it.
func (e *Error) GRPCStatus() *status.Status { return e.status }

// Unwrap returns the server's error with its layers, or, where the status is of the client's side, the
// error of the caller's context if that is why the call ended.
func (e *Error) Unwrap() error {
	if e.err != nil {
		return e.err
	}
	return e.ended
}

// Is matches context.Canceled and context.DeadlineExceeded where the caller's own context ended
// the call, whoever noticed it first, and what interceptors put around the status.
func (e *Error) Is(target error) bool {
	switch target {
	case context.Canceled, context.DeadlineExceeded:
		return target == e.ended
	}
	return e.around != nil && errors.Is(e.around, target)
}

// As finds what interceptors put around the status.
func (e *Error) As(target any) bool { return e.around != nil && errors.As(e.around, target) }

// ErrorKind returns the kind of the server's error. Without one it is made of
// the code: "grpc.unavailable".
func (e *Error) ErrorKind() string {
	if k, ok := errors.AsType[errctx.Kind](e.err); ok {
		return k.ErrorKind()
	}
	return kindOf(e.status.Code())
}

// Error returns the text of the server's error. Without one it is what gRPC says.
func (e *Error) Error() string {
	switch {
	case e.enveloped:
		return e.err.Error()
	case e.around != nil:
		return e.around.Error()
	default:
		return e.status.Err().Error()
	}
}

// Format implements fmt.Formatter: %+v prints the layers, too.
func (e *Error) Format(s fmt.State, verb rune) {
	if verb == 'v' && s.Flag('+') {
		_, _ = io.WriteString(s, errctx.Local.Text(e))
		return
	}
	_, _ = fmt.Fprintf(s, fmt.FormatString(s, verb), e.Error())
}

// LogValue implements slog.LogValuer: the code, whose status it is, and the error.
func (e *Error) LogValue() slog.Value {
	attrs := []slog.Attr{slog.String("code", e.status.Code().String()), slog.String("source", e.source.String())}
	if e.enveloped {
		return slog.GroupValue(append(attrs, slog.Any("error", e.err))...)
	}
	return slog.GroupValue(append(attrs, slog.String("message", e.status.Message()))...)
}
