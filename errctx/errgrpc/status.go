package errgrpc

import (
	"slices"
	"strings"

	spb "google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/anypb"

	"github.com/holdfast-go/holdfast/errctx"
	"github.com/holdfast-go/holdfast/errctx/errgrpc/errctxpb"
	"github.com/holdfast-go/holdfast/errctx/wire"
)

// MaxStatus is the size of a marshalled status beyond which attributes, violations and
// layers are left out of it: as base64 in a trailer, beside the message, it stays
// within the 8 KiB that many proxies take. The root itself is never left out, nor what
// another server said: those may need more.
const MaxStatus = 5 << 10

// maxMessage bounds the message, in bytes: it travels twice, once with three bytes for
// each that is not ASCII.
const maxMessage = 512

// envelopeURL is the start of what an envelope takes in a status.
const envelopeURL = "type.googleapis.com/holdfast.errctx.v1.Envelope"

// ToStatus returns err as a status, nil for nil. It does not fail: an error with a method that panics is
// Unknown, and nothing more is said of it.
func (c *Codec) ToStatus(err error) (st *status.Status) {
	if err == nil {
		return nil
	}
	defer func() {
		if recover() != nil {
			st = status.New(codes.Unknown, "internal error")
		}
	}()
	if st := c.unchanged(err); st != nil {
		return st
	}
	visits := maxVisits
	code, from := c.code(err, &visits)
	env := c.envelope(err, code, from)
	p := &spb.Status{Code: int32(code), Message: clip(valid(c.message(err)))}
	d := &details{room: MaxStatus - proto.Size(p)}
	least := 0 // what the envelope takes
	if c.only == nil {
		least = proto.Size(encode(keep(env, 0), c.trusts())) + len(envelopeURL) + overhead
		d.room -= least
	}
	kind := env.Kind
	if kind == "" {
		kind = kindOf(code)
	}
	carried := said(from)
	for i, s := range standard {
		if !c.wants(Detail(i)) || d.take(&carried, s.message) {
			continue
		}
		if m := s.of(c, subject{err, kind}, d.room); m != nil {
			d.add(m)
		}
	}
	if c.only == nil {
		for _, a := range carried {
			d.append(a)
		}
		sent := fit(env, d.room+least-len(envelopeURL)-overhead, c.trusts())
		if e, ok := from.(*Error); ok {
			sent.ProtoReflect().SetUnknown(e.extra)
		}
		d.add(sent)
	}
	p.Details = d.list
	return status.FromProto(p)
}

// unchanged returns the status of an error that is nothing but one: made by hand, or received
// from another server.
func (c *Codec) unchanged(err error) *status.Status {
	from, _ := carried(err)
	e, ours := from.(*Error)
	_, kind := err.(errctx.Kind)
	switch {
	case from == nil, !ours && kind, ours && !c.mayRepeat(e):
		return nil
	case ours && c.only != nil:
		return c.pruned(e.status)
	default:
		return from.GRPCStatus()
	}
}

// mayRepeat reports whether what a status says may be said to others: what this program's
// side of a connection says of it stays at home, and so does what is for trusted peers.
func (c *Codec) mayRepeat(e *Error) bool {
	return e.source == Server && (!e.trusted || c.trusts())
}

func (c *Codec) trusts() bool { return c.profile == errctx.Log }

func (c *Codec) wants(d Detail) bool { return c.only == nil || slices.Contains(c.only, d) }

// pruned leaves out the details that the peer does not want.
func (c *Codec) pruned(st *status.Status) *status.Status {
	p := st.Proto()
	p.Details = slices.DeleteFunc(p.Details, func(a *anypb.Any) bool {
		for i, s := range standard {
			if a.MessageIs(s.message) {
				return !c.wants(Detail(i))
			}
		}
		return true
	})
	return status.FromProto(p)
}

// said returns the details that came with an error, but for the envelope, which is made anew.
func said(from carrier) []*anypb.Any {
	if from == nil {
		return nil
	}
	return slices.DeleteFunc(from.GRPCStatus().Proto().GetDetails(), func(a *anypb.Any) bool {
		return a.MessageIs((*errctxpb.Envelope)(nil))
	})
}

// envelope returns that of an error, and what a status in it knows better.
func (c *Codec) envelope(err error, code codes.Code, from carrier) *wire.Envelope {
	opts := c.encoding
	if c.class != nil {
		opts = append(slices.Clip(opts), wire.Class(c.class(err)))
	}
	env := *c.registry.Envelope(err, opts...) // it may be that of an error that was received
	if _, ours := from.(*Error); !ours && env.Kind == "" && env.Joined == nil && code != codes.Unknown {
		env.Kind = kindOf(code)
		if from != nil {
			env.Text = from.GRPCStatus().Message()
		}
	}
	return &env
}

// message returns the constant text of an error: the messages of its layers and what it is. Where
// it carries a status, the text of that.
func (c *Codec) message(err error) string {
	if c.trusts() {
		return c.profile.Line(err)
	}
	var parts []string
	outermost := err
	for range maxVisits {
		layers, root := errctx.Split(err)
		for l := range layers {
			if m := l.Message(); m != "" {
				parts = append(parts, m)
			}
		}
		if outermost == nil {
			outermost = root
		}
		if text := c.tells(root); text != "" {
			return strings.Join(append(parts, text), ": ")
		}
		u, ok := root.(interface{ Unwrap() error })
		if !ok {
			break
		}
		if err = u.Unwrap(); err == nil {
			break
		}
	}
	_, root := errctx.Split(outermost)
	return strings.Join(append(parts, c.profile.Line(root)), ": ")
}

// tells returns the text of an error that has one for others.
func (c *Codec) tells(root error) string {
	if from, _ := carried(root); from != nil {
		e, ours := from.(*Error)
		switch {
		case !ours || c.mayRepeat(e):
			return from.GRPCStatus().Message()
		case e.source == Server:
			return c.profile.Line(e.err)
		}
	}
	_, kind := root.(errctx.Kind)
	_, safe := root.(errctx.SafeValue)
	if kind || safe {
		return c.profile.Line(root)
	}
	return ""
}

// clip leaves out the middle of a text that is too long: the cause is at its end.
func clip(s string) string {
	const gap = " … "
	size := func(s string) (n int) {
		for i := range len(s) {
			if n++; s[i] < ' ' || s[i] >= 0x7f || s[i] == '%' {
				n += 2
			}
		}
		return n
	}
	if size(s) <= maxMessage {
		return s
	}
	half := (maxMessage - size(gap)) / 2
	front, back := min(half, len(s)), max(0, len(s)-half)
	for size(s[:front]) > half {
		front--
	}
	for size(s[back:]) > half {
		back++
	}
	return strings.ToValidUTF8(s[:front], "") + gap + strings.ToValidUTF8(s[back:], "")
}
