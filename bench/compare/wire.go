package compare

import (
	"bytes"
	"context"
	"errors"
	"strings"

	crdb "github.com/cockroachdb/errors"

	"github.com/holdfast-go/holdfast/bench/peer"
	"github.com/holdfast-go/holdfast/errctx"
	"github.com/holdfast-go/holdfast/errctx/wire"
)

var wireForm = Feature{
	Name: "Encoded and decoded, the type comes back",
	Doc: "Yes: what is decoded has the static type that was encoded, its fields and its layers, and a kind that the receiver does not know is encoded again byte for byte. " +
		"Partly: an error comes back. The chain has ten layers.",
	probe: func(p peer.Peer) Outcome {
		if p.Wire == nil {
			return no("nothing decodes an error")
		}
		trip := p.Wire(p.Chain(10))
		b, err := trip.Encode()
		if err != nil {
			return no("%v", err)
		}
		back, err := trip.Decode(b)
		if err != nil {
			return no("%v", err)
		}
		f, typed := errors.AsType[*peer.Fault](back)
		text := strings.Contains(back.Error(), "serve request")
		return partly("%d B; the text comes back: %t; errors.AsType finds the *Fault: %t, with its field: %t; the outermost type is %T",
			len(b), text, typed, typed && f.Digest == peer.Digest, back)
	},
	special: map[string]func() Outcome{
		"errctx": func() Outcome {
			sent, _ := errctx.From[peer.Sum](named("errctx").Chain(10))
			b := peer.SumWire.Encode(sent)
			var back errctx.WithContext[peer.Sum]
			back, bad := peer.SumWire.Decode(b)
			if bad != nil {
				return no("%v", bad)
			}
			f, typed := back.Root().(*peer.Fault)
			layers := 0
			for range errctx.Layers(back) {
				layers++
			}
			// A program that knows no variant at all hands the error on.
			ignorant := wire.NewSum(func(u *wire.Unknown) peer.Sum { return peer.Unknown{Unknown: u} }, nil)
			passing, bad := ignorant.Decode(b)
			if bad != nil {
				return no("unknown kind: %v", bad)
			}
			same := bytes.Equal(ignorant.Encode(passing), b)
			fact := "%d B; statically a WithContext[Sum]; root a *Fault with its field: %t; %d of 10 layers; an unknown kind is encoded again byte for byte: %t"
			if typed && f.Digest == peer.Digest && layers == 10 && same {
				return yes(fact, len(b), true, layers, same)
			}
			return partly(fact, len(b), typed && f.Digest == peer.Digest, layers, same)
		},
		"cockroachdb": func() Outcome {
			p := named("cockroachdb")
			trip := p.Wire(p.Chain(10))
			b, _ := trip.Encode()
			back, err := trip.Decode(b)
			if err != nil {
				return no("%v", err)
			}
			f, typed := errors.AsType[*peer.Fault](back)
			// phase is registered nowhere.
			ctx := context.Background()
			first := crdb.EncodeError(ctx, crdb.Wrap(phase{errors.New("phase failed")}, "run plan"))
			again := crdb.EncodeError(ctx, crdb.DecodeError(ctx, first))
			one, _ := first.Marshal()
			two, _ := again.Marshal()
			return partly("%d B; statically an error; errors.AsType finds the *Fault, whose decoder is registered: %t, with its field: %t; an unknown type is encoded again byte for byte: %t",
				len(b), typed, typed && f.Digest == peer.Digest, bytes.Equal(one, two))
		},
	},
}
