// Package castest checks the promises of a content-addressed store, and has a store
// in memory and one that fails on a script for the tests of its users.
package castest

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"testing"

	"github.com/holdfast-go/holdfast/executor/cas"
	"github.com/holdfast-go/holdfast/executor/digest"
)

// Subject is a store to be checked. It is empty.
type Subject struct {
	Store cas.Store

	// Damage is nil where the blobs are out of reach, as in a store that asks a
	// server; then nothing is checked about damage.
	Damage Damage
}

// Test checks that the store keeps every promise of package cas. It calls open for
// a new store in each sub-test.
//
// Where the store refuses to link, what is checked is the copy that is made instead.
func Test(t *testing.T, open func(t *testing.T) Subject) {
	for _, c := range slices.Concat(contents, files, links, damages, crowds) {
		t.Run(c.name, func(t *testing.T) {
			s := open(t)
			if !c.damages || s.Damage != nil {
				c.check(t, s)
			}
		})
	}
}

// promise is one that is checked.
type promise struct {
	name    string
	damages bool
	check   func(t *testing.T, s Subject)
}

// random returns n bytes, the same for each n.
func random(n int) []byte {
	data := make([]byte, n)
	_, _ = rand.NewChaCha8([32]byte{byte(n), byte(n >> 8), byte(n >> 16)}).Read(data) // never fails
	return data
}

func put(t *testing.T, s cas.Store, data []byte) digest.Digest {
	t.Helper()
	d, err := s.Put(t.Context(), data)
	if err != nil {
		t.Fatalf("put: %v", err)
	}
	if d != digest.Of(data) {
		t.Fatalf("put returned %s, the bytes are %s", d, digest.Of(data))
	}
	return d
}

// read opens a blob and reads it to the end.
func read(ctx context.Context, s cas.Store, d digest.Digest) ([]byte, cas.StoreErr) {
	r, err := s.Open(ctx, d)
	if err != nil {
		return nil, err
	}
	defer func() { _ = r.Close() }()
	data, rerr := io.ReadAll(r)
	if rerr != nil {
		return nil, cas.ReadError(rerr, d)
	}
	return data, nil
}

// link links or, where that is refused, copies.
func link(ctx context.Context, s cas.Store, d digest.Digest, executable bool, dst string) cas.StoreErr {
	err := s.Link(ctx, d, executable, dst)
	if _, refused := errors.AsType[*cas.LinkRefused](err); refused {
		return cas.CopyTo(ctx, s, d, executable, dst)
	}
	return err
}

// wantBlob checks that the blob is there in all ways.
func wantBlob(t *testing.T, s cas.Store, data []byte) {
	t.Helper()
	d := digest.Of(data)
	wantMissing(t, s, nil, d)
	got, err := read(t.Context(), s, d)
	if err != nil {
		t.Fatalf("read %s: %v", d, err)
	}
	if !bytes.Equal(got, data) {
		t.Fatalf("%s is other bytes: %s", d, digest.Of(got))
	}
	for _, executable := range []bool{false, true} {
		dst := filepath.Join(t.TempDir(), "dst")
		if err := link(t.Context(), s, d, executable, dst); err != nil {
			t.Fatalf("link %s: %v", d, err)
		}
		wantFile(t, dst, data, mode(executable))
	}
}

func mode(executable bool) fs.FileMode {
	if executable {
		return 0o555
	}
	return 0o444
}

func wantFile(t *testing.T, path string, data []byte, mode fs.FileMode) {
	t.Helper()
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, data) {
		t.Fatalf("%s has other bytes: %s, want %s", path, digest.Of(got), digest.Of(data))
	}
	if info, err := os.Lstat(path); err != nil || info.Mode() != mode {
		t.Fatalf("%s has mode %v, want %v; %v", path, info.Mode(), mode, err)
	}
}

func wantMissing(t *testing.T, s cas.Store, want []digest.Digest, ask ...digest.Digest) {
	t.Helper()
	got, err := s.Missing(t.Context(), ask)
	if err != nil {
		t.Fatalf("missing: %v", err)
	}
	if !slices.Equal(got, want) {
		t.Fatalf("missing are %v, want %v", got, want)
	}
}

// wantGone checks that the blob is missing in all ways, and that nothing comes of
// asking for it.
func wantGone(t *testing.T, s cas.Store, d digest.Digest) {
	t.Helper()
	wantMissing(t, s, []digest.Digest{d}, d)
	_, err := read(t.Context(), s, d)
	if e := fault[*cas.MissingDigest](t, err); e.Digest != d || e.Where == "" {
		t.Fatalf("open: %+v, want %s", e, d)
	}
	for _, executable := range []bool{false, true} {
		dst := filepath.Join(t.TempDir(), "dst")
		if e := fault[*cas.MissingDigest](t, link(t.Context(), s, d, executable, dst)); e.Digest != d || e.Where == "" {
			t.Fatalf("link: %+v, want %s", e, d)
		}
		wantNoFile(t, dst)
	}
}

func wantNoFile(t *testing.T, path string) {
	t.Helper()
	if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
		t.Fatalf("%s was made; %v", path, err)
	}
}

// fault checks that err is an E and returns it.
func fault[E cas.StoreError](t *testing.T, err cas.StoreErr) E {
	t.Helper()
	if err == nil {
		t.Fatalf("no error, want a %T", *new(E))
	}
	e, ok := err.Root().(E)
	if !ok {
		t.Fatalf("got a %T, want a %T: %v", err.Root(), e, err)
	}
	return e
}

func wantErrno(t *testing.T, err error, want syscall.Errno) {
	t.Helper()
	if got, _ := errors.AsType[syscall.Errno](err); got != want {
		t.Fatalf("got %v, want %v", err, want)
	}
}

func writeFile(t *testing.T, data []byte, mode fs.FileMode) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "file")
	if err := cmp.Or(os.WriteFile(path, data, 0o600), os.Chmod(path, mode)); err != nil {
		t.Fatal(err)
	}
	return path
}
