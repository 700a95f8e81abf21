package castest

import (
	"io"
	"path/filepath"
	"testing"

	"github.com/holdfast-go/holdfast/executor/cas"
	"github.com/holdfast-go/holdfast/executor/digest"
)

var damages = []promise{
	{name: "a deleted blob is missing, until it is stored again", damages: true, check: deleted},
	{name: "a flipped bit ends reading with a corrupt blob, which then is missing", damages: true, check: flippedRead},
	{name: "a flipped bit is not linked, and then is missing", damages: true, check: flippedLink},
	{name: "a cut blob is missing, and never read as if it were whole", damages: true, check: cut},
	{name: "what was verified once is not trusted when it changes", damages: true, check: changedLater},
	{name: "damage to one blob is none to another", damages: true, check: neighbours},
	{name: "a blob that vanishes while it is read is whole or an error", damages: true, check: vanishing},
}

// eachSize checks with a blob that fits one read and one that does not.
func eachSize(t *testing.T, s Subject, check func(data []byte, d digest.Digest)) {
	t.Helper()
	for _, n := range []int{1, 10, 200_000} {
		data := random(n)
		check(data, put(t, s.Store, data))
	}
}

// heal stores the blob again and checks that it is well.
func heal(t *testing.T, s Subject, data []byte) {
	t.Helper()
	put(t, s.Store, data)
	wantBlob(t, s.Store, data)
}

// wantCorrupt checks that err is about the blob and says what its bytes are.
func wantCorrupt(t *testing.T, err cas.StoreErr, d, got digest.Digest) {
	t.Helper()
	if e := fault[*cas.CorruptBlob](t, err); e.Digest != d || e.Got != got || e.Where == "" {
		t.Fatalf("got %+v, want %s found as %s", e, d, got)
	}
}

func deleted(t *testing.T, s Subject) {
	eachSize(t, s, func(data []byte, d digest.Digest) {
		wantBlob(t, s.Store, data) // in all forms
		s.Damage.Delete(d)
		wantGone(t, s.Store, d)
		heal(t, s, data)
	})
}

func flipped(data []byte) digest.Digest { return digest.Of(flip(append([]byte(nil), data...))) }

func flippedRead(t *testing.T, s Subject) {
	eachSize(t, s, func(data []byte, d digest.Digest) {
		s.Damage.Flip(d)
		_, err := read(t.Context(), s.Store, d)
		wantCorrupt(t, err, d, flipped(data))
		wantGone(t, s.Store, d)
		heal(t, s, data)

		s.Damage.Delete(d)
		put(t, s.Store, data)
		s.Damage.Flip(d)
		_, err = cas.ReadAll(t.Context(), s.Store, d, d.Size)
		wantCorrupt(t, err, d, flipped(data))
		heal(t, s, data)
	})
}

func flippedLink(t *testing.T, s Subject) {
	eachSize(t, s, func(data []byte, d digest.Digest) {
		for _, executable := range []bool{false, true} {
			s.Damage.Delete(d)
			put(t, s.Store, data)
			s.Damage.Flip(d)
			dst := filepath.Join(t.TempDir(), "dst")
			wantCorrupt(t, link(t.Context(), s.Store, d, executable, dst), d, flipped(data))
			wantNoFile(t, dst)
			wantGone(t, s.Store, d)
			heal(t, s, data)
		}
	})
}

func cut(t *testing.T, s Subject) {
	eachSize(t, s, func(data []byte, d digest.Digest) {
		s.Damage.Truncate(d)
		wantMissing(t, s.Store, []digest.Digest{d}, d)
		_, err := read(t.Context(), s.Store, d)
		wantCorrupt(t, err, d, digest.Of(truncate(data)))
		wantGone(t, s.Store, d)
		heal(t, s, data)

		s.Damage.Delete(d)
		put(t, s.Store, data)
		s.Damage.Truncate(d)
		dst := filepath.Join(t.TempDir(), "dst")
		wantCorrupt(t, link(t.Context(), s.Store, d, true, dst), d, digest.Of(truncate(data)))
		wantNoFile(t, dst)
		heal(t, s, data)

		s.Damage.Truncate(d)
		heal(t, s, data) // without anybody having looked
	})
}

func changedLater(t *testing.T, s Subject) {
	eachSize(t, s, func(data []byte, d digest.Digest) {
		for range 3 {
			wantBlob(t, s.Store, data)
			s.Damage.Flip(d)
			for _, executable := range []bool{false, true} {
				err := link(t.Context(), s.Store, d, executable, filepath.Join(t.TempDir(), "dst"))
				if _, ok := err.Root().(*cas.MissingDigest); !ok { // nothing else to find, once all forms have been put aside
					wantCorrupt(t, err, d, flipped(data))
				}
			}
			wantGone(t, s.Store, d)
			heal(t, s, data)
		}
	})
}

func neighbours(t *testing.T, s Subject) {
	a, b, c := []byte("a"), []byte("b"), []byte("c")
	for _, data := range [][]byte{a, b, c} {
		put(t, s.Store, data)
	}
	s.Damage.Flip(digest.Of(a))
	s.Damage.Delete(digest.Of(b))
	_, _ = read(t.Context(), s.Store, digest.Of(a)) // finds out
	wantMissing(t, s.Store, []digest.Digest{digest.Of(a), digest.Of(b)}, digest.Of(a), digest.Of(b), digest.Of(c))
	wantBlob(t, s.Store, c)
}

func vanishing(t *testing.T, s Subject) {
	data := random(1 << 20)
	d := put(t, s.Store, data)
	r, err := s.Store.Open(t.Context(), d)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = r.Close() }()
	first := make([]byte, 1000)
	if _, err := io.ReadFull(r, first); err != nil {
		t.Fatal(err)
	}
	s.Damage.Delete(d)
	rest, rerr := io.ReadAll(r)
	if got := digest.Of(append(first, rest...)); rerr == nil && got != d {
		t.Fatalf("read %s as if it were %s", got, d)
	}
	wantGone(t, s.Store, d)
}
