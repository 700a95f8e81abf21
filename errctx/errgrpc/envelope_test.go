package errgrpc_test

import (
	"errors"
	"log/slog"
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	spb "google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/anypb"

	"github.com/holdfast-go/holdfast/errctx"
	"github.com/holdfast-go/holdfast/errctx/errgrpc"
	"github.com/holdfast-go/holdfast/errctx/errgrpc/errctxpb"
)

func TestAttributesKeepTheirTypes(t *testing.T) {
	attrs := []slog.Attr{
		slog.String("string", "s"), slog.Bool("bool", true), slog.Int64("int", math.MinInt64), slog.Uint64("uint", math.MaxUint64),
		slog.Float64("float", math.Inf(1)), slog.Duration("duration", -time.Second-time.Nanosecond), slog.Time("time", time.Date(2026, 1, 2, 3, 4, 5, 6, time.UTC)),
		slog.Any("nil", nil), slog.Group("group", slog.Int("a", 1), slog.Group("b", slog.Bool("c", false))), slog.String("", ""),
	}
	var safe []slog.Attr
	for _, a := range attrs {
		safe = append(safe, errctx.Safe(a))
	}
	for name, sent := range map[string]error{
		"safe":    errctx.New[storeError](&missing{}, "open", safe...),
		"private": errctx.New[storeError](&missing{}, "open", attrs...),
	} {
		c := newCodec(errgrpc.Trusted())
		for l := range errctx.Layers(c.FromStatus(c.ToStatus(sent))) {
			var got []slog.Attr
			for _, a := range l.Attrs() {
				if errctx.IsSafe(a) != (name == "safe") {
					t.Errorf("%s: %v", name, a)
				}
				shown, _ := errctx.Log.Attr(a)
				got = append(got, shown)
			}
			if diff := cmp.Diff(attrs, got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", name, diff)
			}
		}
	}
}

func TestJoinsComeBack(t *testing.T) {
	sent := errctx.Wrap(errctx.Join(lost(), errctx.New[storeError](&busy{1}, "write")), "sync")
	got, ok := errors.AsType[errctx.WithContext[*errctx.Joined[storeError]]](newCodec().FromStatus(newCodec().ToStatus(sent)))
	if !ok || got.Error() != sent.Error() || len(got.Root().Branches()) != 2 {
		t.Errorf("%v came back as %v", sent, got)
	}
	mixed := newCodec().FromStatus(newCodec().ToStatus(errors.Join(errors.New("x"), lost())))
	if _, ok := errctx.From[storeError](mixed); !ok {
		t.Errorf("%+v", mixed)
	}
}

// consistent checks what is true of every status, whoever made it.
func consistent(t *testing.T, p *spb.Status) {
	c := newCodec()
	st := status.FromProto(p)
	err := c.FromStatus(st)
	if st.Code() == codes.OK {
		if err != nil {
			t.Fatalf("OK is %v", err)
		}
		return
	}
	if got, ok := status.FromError(err); !ok || !proto.Equal(got.Proto(), p) {
		t.Fatalf("%v came as %v", p, got)
	}
	if _, remote := errctx.Origin(err); !remote || errgrpc.SourceOf(err) != errgrpc.Server {
		t.Errorf("%+v is not marked", err)
	}
	_ = errctx.Local.Text(err)
	// Without the status around it the error is made anew: nothing that is known may change.
	bare := errors.Unwrap(err)
	for _, err := range []error{bare, errctx.Annotate(bare, "layer"), errctx.Annotate(err, "layer")} {
		again := c.ToStatus(err)
		if again.Code() == codes.OK {
			t.Fatalf("%v became OK", err)
		}
		back := c.FromStatus(again)
		was, _ := errors.AsType[errctx.Kind](bare)
		is, _ := errors.AsType[errctx.Kind](back)
		if was.ErrorKind() != is.ErrorKind() {
			t.Errorf("%s became %s: %v, %v", was.ErrorKind(), is.ErrorKind(), p, again)
		}
		if _, err := proto.Marshal(again.Proto()); err != nil {
			t.Error(err)
		}
	}
}

func FuzzFromStatus(f *testing.F) {
	for _, st := range []*status.Status{
		newer(f), newCodec().ToStatus(lost()), newCodec(errgrpc.Trusted()).ToStatus(leaky()), status.New(codes.Aborted, "text"),
		newCodec().ToStatus(errors.Join(lost(), &busy{1})), status.New(99, "\x00"), {},
	} {
		f.Add(marshal(f, st))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		p := &spb.Status{}
		if proto.Unmarshal(data, p) != nil {
			return
		}
		consistent(t, p)
	})
}

func FuzzEnvelope(f *testing.F) {
	for _, st := range []*status.Status{newer(f), newCodec().ToStatus(lost()), newCodec(errgrpc.Trusted()).ToStatus(leaky()), newCodec().ToStatus(errors.Join(lost(), &busy{1}))} {
		env := find[*errctxpb.Envelope](st)[0]
		data, err := proto.Marshal(env)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		consistent(t, &spb.Status{Code: int32(codes.Aborted), Details: []*anypb.Any{{TypeUrl: "type.googleapis.com/holdfast.errctx.v1.Envelope", Value: data}}})
	})
}

// deep is a chain of ten layers.
func deep() storeErr {
	w := errctx.New[storeError](&missing{"abc", 3}, "open blob")
	for _, m := range []string{"read input", "stage tree", "build root", "start step", "run action", "try cache", "walk graph", "run plan", "serve job"} {
		w = errctx.Wrap(w, m)
	}
	return w
}

func TestTenLayersAreSmall(t *testing.T) {
	st := newCodec().ToStatus(deep())
	env := find[*errctxpb.Envelope](st)[0]
	if n := proto.Size(env); n > 350 {
		t.Errorf("the envelope has %d bytes: %v", n, env)
	}
	t.Logf("envelope: %d bytes, as JSON: %d, status: %d, trailers: %d", proto.Size(env), len(storeWire.Encode(deep())), len(marshal(t, st)), trailers(t, st))
}

func BenchmarkTenLayers(b *testing.B) {
	c, err := newCodec(), deep()
	st := c.ToStatus(err)
	size := float64(len(marshal(b, st)))
	envelope := float64(proto.Size(find[*errctxpb.Envelope](st)[0]))
	b.Run("ToStatus", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			c.ToStatus(err)
		}
		b.ReportMetric(envelope, "envelope-B")
		b.ReportMetric(size, "status-B")
	})
	b.Run("FromStatus", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			_ = c.FromStatus(st)
		}
	})
	b.Run("RoundTrip", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			p := &spb.Status{}
			if err := proto.Unmarshal(marshal(b, c.ToStatus(err)), p); err != nil {
				b.Fatal(err)
			}
			_ = c.FromStatus(status.FromProto(p))
		}
	})
	b.Run("JSON", func(b *testing.B) { // package wire alone, for comparison
		b.ReportAllocs()
		for b.Loop() {
			if _, bad := storeWire.Decode(storeWire.Encode(err)); bad != nil {
				b.Fatal(bad)
			}
		}
	})
}
