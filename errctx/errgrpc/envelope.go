package errgrpc

import (
	"encoding/json"
	"log/slog"
	"math"
	"slices"
	"sort"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/holdfast-go/holdfast/errctx"
	"github.com/holdfast-go/holdfast/errctx/errgrpc/errctxpb"
	"github.com/holdfast-go/holdfast/errctx/wire"
)

// encode writes an envelope as protobuf.
func encode(env *wire.Envelope, trusted bool) *errctxpb.Envelope {
	p := &errctxpb.Envelope{
		Version: uint32(max(env.Version, 1)), Kind: valid(env.Kind), Payload: env.Payload,
		Type: valid(env.Type), Text: valid(env.Text), Origin: valid(env.Origin), Class: valid(env.Class),
		Dropped: small(env.Dropped), DroppedAt: small(env.DroppedAt), Trusted: trusted,
	}
	w := envelopeWriter{p, trusted}
	for _, l := range env.Layers {
		p.Layers = append(p.Layers, w.layer(l))
	}
	for _, j := range env.Joined {
		p.Joined = append(p.Joined, encode(j, trusted))
	}
	return p
}

type envelopeWriter struct {
	*errctxpb.Envelope
	trusted bool
}

func (w envelopeWriter) layer(l wire.Layer) *errctxpb.Layer {
	p := &errctxpb.Layer{
		Message: valid(l.Message), Function: w.ref(l.Function), File: w.ref(l.File), Line: small(l.Line),
		Attributes: encodeAttrs(l.Attrs), Origin: w.ref(l.Origin),
	}
	if w.trusted {
		p.Private = encodeAttrs(l.Private)
	}
	return p
}

// ref returns one more than the index of a name, zero for an empty one.
func (w envelopeWriter) ref(name string) uint32 {
	if name == "" {
		return 0
	}
	name = valid(name)
	i := slices.Index(w.Names, name)
	if i < 0 {
		i = len(w.Names)
		w.Names = append(w.Names, name)
	}
	return uint32(i + 1)
}

func small(n int) uint32 { return uint32(min(max(n, 0), math.MaxInt32)) }

func encodeAttrs(attrs []slog.Attr) (ps []*errctxpb.Attribute) {
	for _, a := range attrs {
		p := &errctxpb.Attribute{Key: valid(a.Key)}
		switch v := a.Value; v.Kind() {
		case slog.KindBool:
			p.Value = &errctxpb.Attribute_Flag{Flag: v.Bool()}
		case slog.KindInt64:
			p.Value = &errctxpb.Attribute_Number{Number: v.Int64()}
		case slog.KindUint64:
			p.Value = &errctxpb.Attribute_Unsigned{Unsigned: v.Uint64()}
		case slog.KindFloat64:
			p.Value = &errctxpb.Attribute_Real{Real: v.Float64()}
		case slog.KindDuration:
			p.Value = &errctxpb.Attribute_Duration{Duration: durationpb.New(v.Duration())}
		case slog.KindTime:
			p.Value = &errctxpb.Attribute_Time{Time: timestamppb.New(v.Time())}
		case slog.KindGroup:
			p.Value = &errctxpb.Attribute_Group{Group: &errctxpb.Group{Attributes: encodeAttrs(v.Group())}}
		default:
			if v.Any() != nil {
				p.Value = &errctxpb.Attribute_Text{Text: clip(valid(v.String()))}
			}
		}
		ps = append(ps, p)
	}
	return ps
}

// Limits of what is read, as in package wire.
const (
	maxRead    = 1000 // layers, and envelopes in an envelope
	maxNesting = 32   // joins in joins, groups in groups
)

// envelopeReader counts what it has read.
type envelopeReader struct{ layers, envelopes int }

// decode reads an envelope; nil if it is none.
func decode(data []byte) (*errctxpb.Envelope, *wire.Envelope) {
	p := &errctxpb.Envelope{}
	if len(data) > wire.MaxInput || (proto.UnmarshalOptions{RecursionLimit: 4 * maxNesting}).Unmarshal(data, p) != nil {
		return nil, nil
	}
	env := (&envelopeReader{}).envelope(p, 0)
	if env == nil {
		return nil, nil
	}
	return p, env
}

func (r *envelopeReader) envelope(p *errctxpb.Envelope, depth int) *wire.Envelope {
	r.envelopes++
	r.layers += len(p.Layers)
	if p.Version < 1 || p.Version > math.MaxInt32 || depth == maxNesting || r.envelopes > maxRead || r.layers > maxRead {
		return nil
	}
	env := &wire.Envelope{
		Version: int(p.Version), Kind: p.Kind, Type: p.Type, Text: p.Text, Origin: p.Origin, Class: p.Class,
		Trusted: p.Trusted, Layers: make([]wire.Layer, len(p.Layers)),
	}
	if len(p.Payload) > 0 {
		if !json.Valid(p.Payload) {
			return nil
		}
		env.Payload = p.Payload
	}
	if p.Dropped > 0 {
		env.Dropped, env.DroppedAt = int(min(p.Dropped, math.MaxInt32)), min(int(p.DroppedAt), len(p.Layers))
	}
	for i, l := range p.Layers {
		env.Layers[i] = wire.Layer{
			Record: errctx.Record{
				Message: l.Message, Function: name(p, l.Function), File: name(p, l.File),
				Line: int(min(l.Line, math.MaxInt32)), Attrs: decodeAttrs(l.Attributes, 0), Origin: name(p, l.Origin),
			},
			Private: decodeAttrs(l.Private, 0),
		}
	}
	for _, j := range p.Joined {
		branch := r.envelope(j, depth+1)
		if branch == nil {
			return nil
		}
		env.Joined = append(env.Joined, branch)
	}
	return env
}

func name(p *errctxpb.Envelope, ref uint32) string {
	if ref == 0 || uint64(ref) > uint64(len(p.Names)) {
		return ""
	}
	return p.Names[ref-1]
}

func decodeAttrs(ps []*errctxpb.Attribute, depth int) (attrs []slog.Attr) {
	if depth == maxNesting {
		return nil
	}
	for _, p := range ps {
		a := slog.Attr{Key: p.Key}
		switch v := p.Value.(type) {
		case *errctxpb.Attribute_Text:
			a.Value = slog.StringValue(v.Text)
		case *errctxpb.Attribute_Flag:
			a.Value = slog.BoolValue(v.Flag)
		case *errctxpb.Attribute_Number:
			a.Value = slog.Int64Value(v.Number)
		case *errctxpb.Attribute_Unsigned:
			a.Value = slog.Uint64Value(v.Unsigned)
		case *errctxpb.Attribute_Real:
			a.Value = slog.Float64Value(v.Real)
		case *errctxpb.Attribute_Duration:
			a.Value = slog.DurationValue(v.Duration.AsDuration())
		case *errctxpb.Attribute_Time:
			a.Value = slog.TimeValue(v.Time.AsTime())
		case *errctxpb.Attribute_Group:
			a.Value = slog.GroupValue(decodeAttrs(v.Group.GetAttributes(), depth+1)...)
		}
		attrs = append(attrs, a)
	}
	return attrs
}

// fit writes an envelope with as many layers as fit into room.
func fit(env *wire.Envelope, room int, trusted bool) *errctxpb.Envelope {
	p := encode(env, trusted)
	if proto.Size(p) <= room {
		return p
	}
	fewer := sort.Search(wire.MaxLayers, func(n int) bool {
		p = encode(keep(env, wire.MaxLayers-n), trusted)
		return proto.Size(p) <= room
	})
	return encode(keep(env, wire.MaxLayers-fewer), trusted)
}

// keep returns an envelope with no more than n layers, the outermost and the innermost ones, nor
// more in any of its branches.
func keep(env *wire.Envelope, n int) *wire.Envelope {
	kept := *env
	if more := len(env.Layers) - n; more > 0 {
		front := (n + 1) / 2
		kept.Layers = append(env.Layers[:front:front], env.Layers[front+more:]...)
		kept.Dropped, kept.DroppedAt = env.Dropped+more, front
	}
	kept.Joined = slices.Clone(env.Joined)
	for i, j := range kept.Joined {
		kept.Joined[i] = keep(j, n)
	}
	return &kept
}
