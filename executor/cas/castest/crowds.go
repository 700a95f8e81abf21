package castest

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/holdfast-go/holdfast/executor/cas"
	"github.com/holdfast-go/holdfast/executor/digest"
)

var crowds = []promise{
	{name: "many that store the same blobs at once disturb nobody who has found one", check: storing},
	{name: "among many that store, read, link, remove and damage the same blobs all see whole blobs or typed absence", damages: true, check: churning},
}

const crowd = 64 // goroutines

// storing: nothing is removed, so whoever was told that a blob is there must get it.
func storing(t *testing.T, s Subject) {
	dir := t.TempDir()
	var wg sync.WaitGroup
	for g := range crowd {
		wg.Go(func() {
			for i := range 8 {
				data := random(1000 + i)
				var d digest.Digest
				var err cas.StoreErr
				if g%2 == 0 {
					d, err = s.Store.Put(t.Context(), data)
				} else {
					path := filepath.Join(dir, fmt.Sprint("src", g, "-", i))
					if werr := os.WriteFile(path, data, 0o644|os.FileMode(g&2)<<5); werr != nil {
						t.Error(werr)
						return
					}
					d, err = s.Store.Import(t.Context(), path, hows[g/2%2])
				}
				if err != nil || d != digest.Of(data) {
					t.Errorf("store: %s, %v", d, err)
					return
				}
				dst := filepath.Join(dir, fmt.Sprint("dst", g, "-", i))
				if err := link(t.Context(), s.Store, d, g%3 == 0, dst); err != nil {
					t.Errorf("link: %v", err)
				} else if got, err := os.ReadFile(dst); err != nil || !bytes.Equal(got, data) {
					t.Errorf("linked %s, %v", digest.Of(got), err)
				}
				if got, err := read(t.Context(), s.Store, d); err != nil || !bytes.Equal(got, data) {
					t.Errorf("read %s, %v", digest.Of(got), err)
				}
			}
		})
	}
	wg.Wait()
}

// churning: anything may be absent at any time, but nothing may be wrong.
func churning(t *testing.T, s Subject) {
	const blobs = 4
	dir := t.TempDir()
	var wg sync.WaitGroup
	for g := range crowd {
		wg.Go(func() {
			r := rand.New(rand.NewPCG(uint64(g), 0))
			for i := range 40 {
				data := random(2000 + r.IntN(blobs))
				if err := churn(t, s, data, r, filepath.Join(dir, fmt.Sprint(g, "-", i))); err != nil {
					switch err.Root().(type) {
					case *cas.MissingDigest, *cas.CorruptBlob:
					default:
						t.Errorf("got a %T: %v", err.Root(), err)
					}
				}
			}
		})
	}
	wg.Wait()
	for n := range blobs {
		data := random(2000 + n)
		_, _ = read(t.Context(), s.Store, digest.Of(data)) // finds damage, at most one in each form
		_, _ = read(t.Context(), s.Store, digest.Of(data))
		heal(t, s, data)
	}
}

// churn does one thing to a blob and checks what it sees.
func churn(t *testing.T, s Subject, data []byte, r *rand.Rand, path string) cas.StoreErr {
	d := digest.Of(data)
	switch op := r.IntN(12); op {
	case 0:
		s.Damage.Delete(d)
	case 1:
		s.Damage.Flip(d)
	case 2:
		_, err := s.Store.Missing(t.Context(), []digest.Digest{d})
		return err
	case 3, 4, 5:
		got, err := read(t.Context(), s.Store, d)
		if err == nil && !bytes.Equal(got, data) {
			t.Errorf("read %s as %s", digest.Of(got), d)
		}
		return err
	case 6, 7, 8:
		err := link(t.Context(), s.Store, d, op == 6, path)
		if err != nil {
			return err
		}
		if got, err := os.ReadFile(path); err != nil || !bytes.Equal(got, data) {
			t.Errorf("linked %s as %s, %v", digest.Of(got), d, err)
		}
	case 9:
		if err := os.WriteFile(path, data, 0o755); err != nil {
			t.Error(err)
		}
		_, err := s.Store.Import(t.Context(), path, cas.Move)
		return err
	default:
		_, err := s.Store.Put(t.Context(), data)
		return err
	}
	return nil
}
