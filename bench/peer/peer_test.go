package peer

import (
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
)

var messages = []string{"open blob", "read chunk", "fetch input", "materialise input", "prepare sandbox",
	"run action", "build target", "build package", "run plan", "serve request"}

// Each adapter does what the tables say it does.
func TestPeers(t *testing.T) {
	seen := map[string]bool{}
	for _, p := range All() {
		t.Run(p.Name, func(t *testing.T) {
			if seen[p.Name] || p.Uses == "" {
				t.Error("has no name of its own, or does not say what it uses")
			}
			seen[p.Name] = true
			root := &Fault{Digest: Digest}

			ten := p.Chain10(root)
			for i, m := range messages {
				if !strings.Contains(ten.Error(), m) {
					t.Errorf("layer %d, %q, is not in %q", i, m, ten)
				}
			}
			for depth, err := range map[int]error{1: p.Repeated(root, 1), 10: ten, 25: p.Repeated(root, 25)} {
				if !errors.Is(err, root) {
					t.Errorf("depth %d: Is does not find the root", depth)
				}
				if f, ok := errors.AsType[*Fault](err); !ok || f != root {
					t.Errorf("depth %d: AsType does not find the root", depth)
				}
				var f *Fault
				if !errors.As(err, &f) || f != root {
					t.Errorf("depth %d: As does not find the root", depth)
				}
				if depth <= 10 && errors.Is(err, errors.New("something else")) {
					t.Errorf("depth %d: Is finds what is not there", depth)
				}
				if !strings.HasSuffix(err.Error(), root.Error()) {
					t.Errorf("depth %d: the root is not in %q", depth, err)
				}
			}
			if n := strings.Count(p.Repeated(root, 25).Error(), "open blob"); n != 25 {
				t.Errorf("%d layers, want 25", n)
			}

			// The attributes are in one of the forms.
			err := p.WithAttrs(root)
			body, e := p.JSON(err)
			if e != nil {
				t.Fatal(e)
			}
			all := fmt.Sprintf("%v\n%+v\n%s", err, err, body)
			for _, want := range []string{Digest, fmt.Sprint(Size)} {
				if !strings.Contains(all, want) {
					t.Errorf("attribute %s is nowhere in\n%s", want, all)
				}
			}
			if a := p.Log(err); a.Key != "err" || a.Value.Kind() == slog.KindString {
				t.Errorf("logs %v", a)
			}
			if err := p.Any(root); !errors.Is(err, root) {
				t.Errorf("Any loses the root: %v", err)
			}

			for _, loop := range []func(int){p.First, p.More, p.Ten, p.Attrs, p.Root, p.From} {
				if loop != nil {
					loop(3)
				}
			}
		})
	}
}

// What is claimed of wire forms holds.
func TestWire(t *testing.T) {
	typed := map[string]bool{"errctx": true, "errctx, sum": true, "cockroachdb": true, "tozd": false}
	for _, p := range All() {
		want, claimed := typed[p.Name]
		if claimed != (p.Wire != nil) {
			t.Errorf("%s: a wire form: %t, want %t", p.Name, p.Wire != nil, claimed)
		}
		if p.Wire == nil {
			continue
		}
		trip := p.Wire(p.Chain(10))
		b, err := trip.Encode()
		if err != nil {
			t.Fatal(err)
		}
		back, err := trip.Decode(b)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range messages {
			if !strings.Contains(back.Error(), m) {
				t.Errorf("%s: %q did not come back in %q", p.Name, m, back)
			}
		}
		f, ok := errors.AsType[*Fault](back)
		if ok != want || ok && f.Digest != Digest {
			t.Errorf("%s: the type came back: %t (%v), want %t", p.Name, ok, f, want)
		}
		if _, err := trip.Decode([]byte("\xff")); err == nil {
			t.Errorf("%s: decodes nonsense", p.Name)
		}
	}
}
