package compare

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"strings"

	crdb "github.com/cockroachdb/errors"
	"github.com/cockroachdb/redact"
	"github.com/joomcode/errorx"
	"github.com/samber/oops"

	"github.com/holdfast-go/holdfast/bench/peer"
	"github.com/holdfast-go/holdfast/errctx"
)

// What is hidden in errors, to be looked for in everything that is printed.
const (
	canarySafe    = "canary-safe"
	canaryPrivate = "canary-private"
	canarySecret  = "canary-secret"
)

var redaction = Feature{
	Name: "Redaction: safe, private, secret",
	Doc: "Yes: each attribute is safe, private (where nothing is said) or secret; the program's own log shows private ones, a peer does not see them, nobody sees secrets; messages are always there. " +
		"Partly: some outputs hide values.",
	probe: func(p peer.Peer) Outcome {
		err := p.WithAttrs(&peer.Fault{})
		var shown []string
		for _, out := range outputs(p, err) {
			if strings.Contains(out.text, peer.Digest) {
				shown = append(shown, out.name)
			}
		}
		return no("nothing to say it with; a value is shown by %s", strings.Join(shown, ", "))
	},
	special: map[string]func() Outcome{
		"errctx": func() Outcome {
			w := errctx.New(&peer.Fault{}, "open blob",
				errctx.Safe(slog.String("a", canarySafe)), slog.String("b", canaryPrivate), errctx.Secret(slog.String("c", canarySecret)))
			sum, _ := errctx.From[peer.Sum](w)
			texts := map[string]string{"wire": string(peer.SumWire.Encode(sum))}
			for _, out := range outputs(named("errctx"), w) {
				texts[out.name] = out.text
			}
			for name, profile := range map[string]errctx.Profile{"wire profile": errctx.Wire, "public profile": errctx.Public} {
				texts[name] = profile.Text(w) + string(profile.JSON(w))
			}
			for name, text := range texts {
				own := !strings.HasPrefix(name, "wire") && name != "public profile"
				if name == "Error()" {
					own = false // it has no attributes
				}
				switch {
				case strings.Contains(text, canarySecret):
					return no("%s shows a secret", name)
				case own != strings.Contains(text, canaryPrivate):
					return no("%s: private shown: %t", name, !own)
				case name != "Error()" && !strings.Contains(text, canarySafe):
					return no("%s hides what is safe", name)
				case !strings.Contains(text, "open blob"):
					return no("%s hides the message", name)
				}
			}
			return yes("%d outputs searched: slog, JSON and %%+v show safe and private, wire and public profile only safe, none secret; the message is in all", len(texts))
		},
		"cockroachdb": func() Outcome {
			err := crdb.Wrapf(&peer.Fault{}, "open blob %s %s", crdb.Safe(canarySafe), canaryPrivate)
			hidden := string(redact.Sprintf("%+v", err).Redact())
			if strings.Contains(hidden, canaryPrivate) || !strings.Contains(hidden, canarySafe) {
				return no("redact.Sprint: safe shown: %t, private shown: %t", strings.Contains(hidden, canarySafe), strings.Contains(hidden, canaryPrivate))
			}
			line := redact.Sprint(crdb.Wrap(&peer.Fault{}, "open blob")).Redact()
			return partly("two levels, unsafe where nothing is said; redact.Sprint hides it, Error() and %%+v show all; of a constant text in a foreign root there remains %q", line)
		},
		"errorx": func() Outcome {
			key := errorx.RegisterProperty("private")
			err := errorx.Decorate(&peer.Fault{}, "open blob").WithProperty(key, canaryPrivate)
			for _, out := range outputs(named("errorx"), err) {
				if strings.Contains(out.text, canaryPrivate) {
					return no("%s shows it", out.name)
				}
			}
			return partly("a property is declared printable or not, for all readers alike")
		},
		"oops": func() Outcome {
			err := oops.With("token", canarySecret).Public("try again").Wrapf(&peer.Fault{}, "open blob")
			var shown []string
			for _, out := range outputs(named("oops"), err) {
				if strings.Contains(out.text, canarySecret) {
					shown = append(shown, out.name)
				}
			}
			return no("Public gives strangers a text of their own (%q); attributes are shown by %s", oops.GetPublic(err, ""), strings.Join(shown, ", "))
		},
	},
}

type rendered struct{ name, text string }

// outputs renders an error in every way that there is.
func outputs(p peer.Peer, err error) []rendered {
	var log bytes.Buffer
	slog.New(slog.NewJSONHandler(&log, nil)).LogAttrs(context.Background(), slog.LevelError, "m", p.Log(err))
	body, _ := p.JSON(err)
	return []rendered{
		{"Error()", err.Error()}, {"%+v", fmt.Sprintf("%+v", err)}, {"slog", log.String()}, {"JSON", string(body)},
	}
}
