package digest_test

import (
	"errors"
	"log/slog"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/holdfast-go/holdfast/errctx"
	"github.com/holdfast-go/holdfast/executor/digest"
)

const emptyHash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

func TestTextForm(t *testing.T) {
	if got := digest.Empty.String(); got != emptyHash+"/0" {
		t.Errorf("Empty = %s", got)
	}
	d := digest.Of([]byte("hello"))
	back, err := digest.Parse(d.String())
	if err != nil || back != d {
		t.Errorf("Parse(%s) = %v, %v", d, back, err)
	}
	r, rerr := digest.FromReader(strings.NewReader("hello"))
	if rerr != nil || r != d {
		t.Errorf("FromReader = %v, %v, want %v", r, rerr, d)
	}
}

func TestParseRefuses(t *testing.T) {
	for _, s := range []string{
		"", "/", emptyHash, emptyHash + "/", emptyHash + "/-1", emptyHash + "/+1", emptyHash + "/01", emptyHash + "/1/1",
		strings.ToUpper(emptyHash) + "/0", emptyHash[1:] + "/0", "g" + emptyHash[1:] + "/0", emptyHash + "/99999999999999999999",
		strings.Repeat("x", 1000),
	} {
		d, err := digest.Parse(s)
		if err == nil {
			t.Errorf("Parse(%q) = %v", s, d)
			continue
		}
		if e, ok := errors.AsType[*digest.Invalid](err); !ok || len(e.Text) > 100 {
			t.Errorf("Parse(%q): %v", s, err)
		}
	}
}

func TestCompareOrdersByHashThenSize(t *testing.T) {
	a, b := digest.Digest{Size: 1}, digest.Digest{Size: 1 << 62}
	c := digest.Digest{Hash: [32]byte{1}}
	got := []int{a.Compare(b), b.Compare(a), a.Compare(a), b.Compare(c), c.Compare(a)}
	if d := cmp.Diff([]int{-1, 1, 0, -1, 1}, got); d != "" {
		t.Error(d)
	}
}

func FuzzParse(f *testing.F) {
	f.Add(emptyHash + "/0")
	f.Add("/")
	f.Fuzz(func(t *testing.T, s string) {
		if d, err := digest.Parse(s); err == nil && d.String() != s {
			t.Errorf("%q came back as %q", s, d)
		}
	})
}

// Digests are what an error about content is about, on every machine.
func TestDigestsAreSafe(t *testing.T) {
	a := slog.Any("digest", digest.Empty)
	if shown, ok := errctx.Public.Attr(a); !ok || !errctx.IsSafe(a) || shown.Value.String() != digest.Empty.String() {
		t.Errorf("a stranger sees %v, %v", shown, ok)
	}
}
