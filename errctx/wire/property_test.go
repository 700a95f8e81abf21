package wire_test

import (
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/holdfast-go/holdfast/errctx"
	"github.com/holdfast-go/holdfast/errctx/wire"
)

// generator makes random errors of the sums of these tests.
type generator struct{ *rand.Rand }

func (g generator) text() string {
	alphabet := []rune("abc \"\\\n\x00<&>äß€😀\u2028\ufffd")
	s := make([]rune, g.IntN(6))
	for i := range s {
		s[i] = alphabet[g.IntN(len(alphabet))]
	}
	return string(s)
}

func (g generator) attr() slog.Attr {
	a := slog.Attr{Key: "k" + g.text()}
	switch g.IntN(7) {
	case 0:
		a.Value = slog.StringValue(g.text())
	case 1:
		a.Value = slog.Int64Value(int64(g.Uint64()))
	case 2:
		a.Value = slog.Uint64Value(g.Uint64() | 1<<63)
	case 3:
		a.Value = slog.Float64Value(g.NormFloat64() * 1e20)
	case 4:
		a.Value = slog.BoolValue(g.IntN(2) == 0)
	case 5:
		a.Value = slog.Float64Value(float64(g.IntN(10)))
	case 6:
		a.Value = slog.GroupValue(slog.String("in", g.text()))
	}
	return errctx.Safe(a)
}

func (g generator) store() storeErr {
	var root storeError = &missing{g.text(), g.Int64()}
	if g.IntN(3) == 0 {
		root = &full{Need: g.Uint64()}
	}
	w := errctx.New(root, "store "+g.text(), g.attr())
	for range g.IntN(3) {
		w = errctx.Wrap(w, "layer "+g.text(), g.attr(), g.attr())
	}
	return w
}

func (g generator) phase(depth int) errctx.WithContext[phaseError] {
	var root phaseError
	switch n := g.IntN(4); {
	case n == 0 && depth > 0:
		root = &exhausted{g.IntN(100), g.phase(depth - 1)}
	case n == 1:
		root = inputFault{g.store().Root()}
	case n == 2:
		root = &surprise{Value: g.text()}
	default:
		l := &inputsLost{}
		for range g.IntN(4) {
			l.Lost = append(l.Lost, lost{g.text(), g.store()})
		}
		root = l
	}
	w := errctx.New(root, "phase", g.attr())
	for range g.IntN(3) {
		w = errctx.Wrap(w, g.text(), g.attr())
	}
	return w
}

// sketch is all of an error that has to survive.
func sketch(err error) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%q\n", err.Error())
	layers, root := errctx.Split(err)
	for l := range layers {
		attrs := l.Attrs()
		for i := range attrs {
			attrs[i], _ = errctx.Wire.Attr(attrs[i])
		}
		f := l.Frame()
		fmt.Fprintf(&b, "%q %s:%d", l.Message(), f.Function[strings.LastIndexByte(f.Function, '/')+1:], f.Line)
		for _, a := range attrs {
			fmt.Fprintf(&b, " %q=%s:%q", a.Key, a.Value.Kind(), a.Value)
		}
		b.WriteByte('\n')
	}
	fmt.Fprintf(&b, "%T %s\n", root, root.(errctx.Kind).ErrorKind())
	if m, ok := errors.AsType[*missing](err); ok {
		fmt.Fprintf(&b, "%+v\n", *m)
	}
	return b.String()
}

// Whatever an error is made of, it arrives as what it was; and once more.
func TestRoundTripOfRandomErrors(t *testing.T) {
	for seed := range uint64(3000) {
		g := generator{rand.New(rand.NewPCG(seed, 1))}
		sent := g.phase(4)
		data := phaseWire.Encode(sent, wire.Trusted())
		got, bad := phaseWire.Decode(data)
		if bad != nil {
			t.Fatalf("seed %d: %+v\n%s", seed, bad, data)
		}
		if len(data) > wire.MaxEncoded {
			continue // layers were left out
		}
		if a, b := sketch(sent), sketch(got); a != b {
			t.Fatalf("seed %d: sent\n%s\ngot\n%s\n%s", seed, a, b, data)
		}
		again := phaseWire.Encode(got, wire.Trusted())
		if string(again) != string(data) {
			t.Fatalf("seed %d: sent      %s\nand again %s", seed, data, again)
		}
	}
}

// Any bytes are an error that can be printed and encoded again, or malformed.
func FuzzDecode(f *testing.F) {
	for seed := range uint64(10) {
		f.Add(phaseWire.Encode(generator{rand.New(rand.NewPCG(seed, 2))}.phase(3), wire.Origin("o"), wire.Class("c")))
	}
	f.Add([]byte(`{"v":2,"kind":"x.y","payload":{"a":1},"dropped":[3,1],"joined":[{"v":1}],"future":1,"type":"t","text":"x"}`))
	f.Add([]byte(`{"v":1,"kind":"errctx.joined","joined":[{"v":1,"kind":"store.missing","payload":{}}]}`))
	f.Add([]byte(`{"v":1,"kind":"phase.surprise","payload":{"Value":1,"Kind":{"v":1}}}`))
	reg := wire.NewRegistry(phaseWire, storeWire)
	f.Fuzz(func(t *testing.T, data []byte) {
		w, bad := phaseWire.Decode(data)
		if (w == nil) == (bad == nil) {
			t.Fatalf("%v, %v", w, bad)
		}
		err, bad := reg.Decode(data)
		if bad != nil {
			_ = bad.Error()
			return
		}
		_ = fmt.Sprintf("%+v", err)
		_ = errctx.Public.JSON(err)
		// What was read is written, and read as the same. (Not of the same bytes: numbers, for
		// example, may be spelled in many ways.)
		sent := reg.Encode(errctx.Annotate(err, "again"))
		back, bad := reg.Decode(sent)
		if bad != nil {
			t.Fatalf("%+v\n%s\n%s", bad, data, sent)
		}
		if len(sent) <= wire.MaxEncoded && back.Error() != "again: "+err.Error() && len(err.Error()) < 500 {
			t.Errorf("%q became %q\n%s\n%s", err, back, data, sent)
		}
	})
}

func BenchmarkTenLayers(b *testing.B) {
	w := errctx.New[storeError](&missing{"abc", 3}, "open blob")
	for range 9 {
		w = errctx.Wrap(w, "layer")
	}
	data := storeWire.Encode(w)
	b.ReportMetric(float64(len(data)), "bytes")
	b.Run("encode", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			storeWire.Encode(w)
		}
	})
	b.Run("decode", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, bad := storeWire.Decode(data); bad != nil {
				b.Fatal(bad)
			}
		}
	})
}
