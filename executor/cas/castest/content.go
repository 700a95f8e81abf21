package castest

import (
	"bytes"
	"context"
	"errors"
	"path/filepath"
	"testing"

	"github.com/holdfast-go/holdfast/executor/cas"
	"github.com/holdfast-go/holdfast/executor/digest"
)

var contents = []promise{
	{name: "what was put is what is read and linked", check: roundTrip},
	{name: "a large blob goes through every way", check: large},
	{name: "the empty blob is always there", check: empty},
	{name: "missing are those that are not there, in their order and each once", check: missing},
	{name: "a blob that was never stored is missing", check: unknown},
	{name: "a hash with another length is another blob", check: otherLength},
	{name: "putting twice is putting once", check: twice},
	{name: "the caller's bytes are not shared", check: noSharing},
	{name: "a reader that is not read to its end harms nothing", check: halfRead},
	{name: "an ended context is an interruption, and neither presence nor absence", check: interrupted},
}

func roundTrip(t *testing.T, s Subject) {
	for _, n := range []int{1, 100, 4096, 1<<16 + 1} {
		put(t, s.Store, random(n))
	}
	for _, n := range []int{1, 100, 4096, 1<<16 + 1} {
		wantBlob(t, s.Store, random(n))
	}
}

func large(t *testing.T, s Subject) {
	data := random(32 << 20)
	put(t, s.Store, data)
	wantBlob(t, s.Store, data)
	data[0]++
	d, err := s.Store.Import(t.Context(), writeFile(t, data, 0o644), cas.Move)
	if err != nil || d != digest.Of(data) {
		t.Fatalf("import: %s, %v", d, err)
	}
	wantBlob(t, s.Store, data)
}

func empty(t *testing.T, s Subject) {
	wantBlob(t, s.Store, nil)
	put(t, s.Store, nil)
	if d, err := s.Store.Import(t.Context(), writeFile(t, nil, 0o644), cas.Move); err != nil || d != digest.Empty {
		t.Fatalf("import: %s, %v", d, err)
	}
	wantBlob(t, s.Store, nil)
	if s.Damage != nil {
		s.Damage.Delete(digest.Empty)
		wantBlob(t, s.Store, nil)
	}
}

func missing(t *testing.T, s Subject) {
	a, b, c := put(t, s.Store, []byte("a")), digest.Of([]byte("b")), digest.Of([]byte("c"))
	wantMissing(t, s.Store, nil)
	wantMissing(t, s.Store, nil, a, digest.Empty)
	wantMissing(t, s.Store, []digest.Digest{c, b}, a, c, b, c, digest.Empty, a, b)
}

func unknown(t *testing.T, s Subject) {
	put(t, s.Store, []byte("a"))
	wantGone(t, s.Store, digest.Of([]byte("b")))
	wantGone(t, s.Store, digest.Digest{})
	wantBlob(t, s.Store, []byte("a"))
}

func otherLength(t *testing.T, s Subject) {
	data := random(100)
	d := put(t, s.Store, data)
	for _, size := range []int64{0, 99, 101} {
		d.Size = size
		wantGone(t, s.Store, d)
	}
	none := digest.Empty
	none.Size = 1
	wantGone(t, s.Store, none)
	wantBlob(t, s.Store, data) // it is well
}

func twice(t *testing.T, s Subject) {
	for range 2 {
		put(t, s.Store, []byte("a"))
		wantBlob(t, s.Store, []byte("a"))
	}
}

func noSharing(t *testing.T, s Subject) {
	data := []byte("mine")
	put(t, s.Store, data)
	data[0]++
	wantBlob(t, s.Store, []byte("mine"))
	got, err := read(t.Context(), s.Store, digest.Of([]byte("mine")))
	if err != nil {
		t.Fatal(err)
	}
	got[0]++
	wantBlob(t, s.Store, []byte("mine"))
}

func halfRead(t *testing.T, s Subject) {
	data := random(1 << 20)
	d := put(t, s.Store, data)
	for _, n := range []int{0, 1, 1000} {
		r, err := s.Store.Open(t.Context(), d)
		if err != nil {
			t.Fatal(err)
		}
		got := make([]byte, n)
		if m, err := r.Read(got); err != nil || !bytes.Equal(got[:m], data[:m]) {
			t.Fatalf("read %d bytes: %v", m, err)
		}
		if err := r.Close(); err != nil {
			t.Fatal(err)
		}
	}
	wantBlob(t, s.Store, data)
}

func interrupted(t *testing.T, s Subject) {
	d := put(t, s.Store, []byte("a"))
	cause := errors.New("the user has had enough") // anybody's error: a store looks for no type in it
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(cause)
	dir := t.TempDir()
	file := writeFile(t, []byte("c"), 0o644)

	_, merr := s.Store.Missing(ctx, []digest.Digest{d, digest.Of([]byte("b"))})
	_, oerr := s.Store.Open(ctx, d)
	_, perr := s.Store.Put(ctx, []byte("b"))
	_, ierr := s.Store.Import(ctx, file, cas.Move)
	lerr := s.Store.Link(ctx, d, false, filepath.Join(dir, "dst"))
	eerr := s.Store.Link(ctx, digest.Empty, false, filepath.Join(dir, "dst"))
	for _, err := range []cas.StoreErr{merr, oerr, perr, ierr, lerr, eerr} {
		if e := fault[*cas.Interrupted](t, err); e.Op == "" || !errors.Is(err, cause) {
			t.Errorf("got %v, want the cause of the context's end", err)
		}
	}
	wantNoFile(t, filepath.Join(dir, "dst"))
	wantFile(t, file, []byte("c"), 0o644)
	wantGone(t, s.Store, digest.Of([]byte("b")))
	wantGone(t, s.Store, digest.Of([]byte("c")))
	wantBlob(t, s.Store, []byte("a"))
}
