package compare

import (
	"context"
	"errors"
	"strings"

	crdb "github.com/cockroachdb/errors"
	"github.com/cockroachdb/logtags"
	"github.com/samber/oops"
	tozd "gitlab.com/tozd/go/errors"

	"github.com/holdfast-go/holdfast/bench/cost"
	"github.com/holdfast-go/holdfast/bench/peer"
	"github.com/holdfast-go/holdfast/errctx"
)

var attributes = Feature{
	Name: "Typed attributes in the layer's allocation",
	Doc:  "Yes: a string, an int64 and a duration come back as such, and cost no allocation more than the layer. Partly: they come back by their names, and cost allocations.",
	probe: func(p peer.Peer) Outcome {
		if text := p.WithAttrs(&peer.Fault{}).Error(); strings.Contains(text, "1048576") {
			return no("no attributes: values are put into the message")
		}
		return no("no attributes")
	},
	special: map[string]func() Outcome{
		"errctx": func() Outcome {
			for l := range errctx.Layers(named("errctx").WithAttrs(&peer.Fault{})) {
				got := map[string]any{}
				for _, a := range l.Attrs() {
					got[a.Key] = a.Value.Any()
				}
				return retrieved("errctx", "slog.Attr", got["digest"], got["size"], got["took"])
			}
			return no("no layers")
		},
		"oops": func() Outcome {
			e, _ := errors.AsType[oops.OopsError](named("oops").WithAttrs(&peer.Fault{}))
			c := e.Context()
			return retrieved("oops", "a map, by Context()", c["digest"], c["size"], c["took"])
		},
		"tozd": func() Outcome {
			d := tozd.AllDetails(named("tozd").WithAttrs(&peer.Fault{}))
			return retrieved("tozd", "a map, by AllDetails", d["digest"], d["size"], d["took"])
		},
		"errorx": func() Outcome {
			digest, size, took := peer.Properties(named("errorx").WithAttrs(&peer.Fault{}))
			return retrieved("errorx", "properties, by keys that are declared", digest, size, took)
		},
		"cockroachdb": func() Outcome {
			ctx := logtags.AddTag(context.Background(), "digest", peer.Digest)
			ctx = logtags.AddTag(ctx, "size", peer.Size)
			err := crdb.WithContextTags(crdb.Wrap(&peer.Fault{}, "open blob"), ctx)
			var got []string
			for _, tags := range crdb.GetContextTags(err) {
				for _, t := range tags.Get() {
					got = append(got, t.Key()+"="+t.ValueStr())
				}
			}
			if len(got) != 2 {
				return no("WithContextTags gave %q", got)
			}
			return partly("WithDetail is text; WithContextTags keeps names and values of a context, as texts: %s", strings.Join(got, " "))
		},
	},
}

// retrieved judges what came back.
func retrieved(name, how string, digest, size, took any) Outcome {
	if digest != peer.Digest || size != peer.Size || took != peer.Took {
		return no("%s: got %v, %v, %v", how, digest, size, took)
	}
	p := named(name)
	plain, plainBytes := cost.Allocations(p.More)
	with, withBytes := cost.Allocations(p.Attrs)
	fact := "%s: types come back; %d allocations and %d B more than without"
	if with == plain {
		return yes(fact, how, 0, withBytes-plainBytes)
	}
	return partly(fact, how, with-plain, withBytes-plainBytes)
}

// named returns a peer.
func named(name string) peer.Peer {
	for _, p := range peer.All() {
		if p.Name == name {
			return p
		}
	}
	panic("no peer " + name)
}
