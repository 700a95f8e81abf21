package errgrpc

import (
	"slices"
	"strings"

	spb "google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"github.com/holdfast-go/holdfast/errctx"
	"github.com/holdfast-go/holdfast/errctx/errgrpc/errctxpb"
	"github.com/holdfast-go/holdfast/errctx/wire"
)

// MaxStatus is the size of a marshalled status beyond which attributes, violations and
// layers are left out of it. As base64 in a trailer, beside the message, it stays
// within the 8 KiB that many proxies take. The root itself is never left out, nor what
// another server said: they may need more.
const MaxStatus = 5 << 10

// maxMessage bounds the message, in bytes: it travels twice.
const maxMessage = 512

// ToStatus returns err as a status, nil for nil. It does not fail.
func (c *Codec) ToStatus(err error) *status.Status {
	if err == nil {
		return nil
	}
	visits := maxVisits
	code, from := c.code(err, &visits)
	if st := c.unchanged(err); st != nil {
		return st
	}
	env := *c.envelope(err)
	kind := env.Kind
	if kind == "" {
		kind = kindOf(code)
	}
	if from != nil && env.Kind == "" {
		env.Kind, env.Text = kind, from.GRPCStatus().Message()
	}
	p := &spb.Status{Code: int32(code), Message: clip(valid(c.message(err)))}
	d := &details{room: MaxStatus - proto.Size(p)}
	sent := encode(bare(&env))
	if c.only == nil {
		d.room -= proto.Size(sent) + 2*overhead
	}
	carried := said(from)
	for i, s := range standard {
		if c.only != nil && !slices.Contains(c.only, Detail(i)) {
			continue
		}
		if d.take(&carried, s.message) {
			continue
		}
		if m := s.of(c, subject{err, kind}, d); m != nil {
			d.add(m)
		}
	}
	if c.only == nil {
		for _, a := range carried {
			if !a.MessageIs(sent) {
				d.list = append(d.list, a)
				d.room -= proto.Size(a) + 4
			}
		}
		sent = fit(&env, d.room+proto.Size(sent))
		sent.Trusted = c.profile == errctx.Log
		if e, ok := from.(*Error); ok {
			sent.ProtoReflect().SetUnknown(e.extra)
		}
		d.add(sent)
	}
	p.Details = d.list
	return status.FromProto(p)
}
