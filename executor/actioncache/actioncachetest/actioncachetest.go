// Package actioncachetest checks the promises of an action cache, and has one in
// memory for the tests of its users.
package actioncachetest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/holdfast-go/holdfast/executor/action"
	"github.com/holdfast-go/holdfast/executor/actioncache"
	"github.com/holdfast-go/holdfast/executor/cas"
	"github.com/holdfast-go/holdfast/executor/digest"
)

// Subject is a cache to be checked. It is empty.
type Subject struct {
	Cache actioncache.Cache

	// Damage replaces the stored bytes of an entry by what change makes of them,
	// behind the cache's back. Nil where bytes are out of reach, as in a
	// cache that asks a server; then nothing is checked about damage.
	Damage func(key digest.Digest, change func(entry []byte) []byte)
}

// Test checks that the cache keeps every promise of package actioncache. It calls
// open for a new cache in each sub-test.
func Test(t *testing.T, open func(t *testing.T) Subject) {
	for _, tt := range []struct {
		name    string
		damages bool
		check   func(t *testing.T, s Subject)
	}{
		{"what was put is what one gets", false, roundTrip},
		{"an unknown action is a miss", false, unknown},
		{"the last put wins", false, lastWins},
		{"a result is its caller's own", false, noSharing},
		{"a bad result is refused and changes nothing", false, badResult},
		{"an ended context is an interruption and changes nothing", false, interrupted},
		{"readers beside writers see whole entries", false, concurrent},
		{"a flipped bit is noticed", true, flippedBit},
		{"a cut is noticed", true, cut},
		{"more bytes are noticed", true, more},
		{"an entry in another's place is noticed", true, swapped},
		{"a corrupt entry is a miss from then on, until the next put", true, heals},
		{"an entry in another format is a miss and stays", true, otherFormat},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := open(t)
			if !tt.damages || s.Damage != nil {
				tt.check(t, s)
			}
		})
	}
}

// Result returns a result with every kind of output, different for each n.
func Result(n int) *action.Result {
	of := func(s string) digest.Digest { return digest.Of(fmt.Append(nil, s, n)) }
	noon := time.Date(2026, 2, 3, 12, 0, 0, 0, time.UTC)
	return &action.Result{
		ExitCode: n % 3,
		Files:    []action.File{{Path: "bin/tool", Digest: of("tool"), Executable: true}, {Path: "log", Digest: of("log")}},
		Dirs:     []action.Dir{{Path: "out", Tree: of("tree"), Root: of("root")}},
		Symlinks: []action.Symlink{{Path: "latest", Target: fmt.Sprint("out/", n)}},
		Stdout:   of("stdout"), Stderr: of("stderr"),
		Worker: "worker", Queued: noon, Started: noon.Add(time.Second), Completed: noon.Add(time.Minute), Wall: time.Duration(n),
	}
}

// Key returns the key of an action, different for each n.
func Key(n int) digest.Digest { return digest.Of(fmt.Append(nil, "action ", n)) }

func put(t *testing.T, c actioncache.Cache, key digest.Digest, r *action.Result) {
	t.Helper()
	if err := c.Put(t.Context(), key, r); err != nil {
		t.Fatal(err)
	}
}

func get(t *testing.T, c actioncache.Cache, key digest.Digest, want *action.Result) {
	t.Helper()
	got, err := c.Get(t.Context(), key)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Fatalf("another result (-want +got):\n%s", d)
	}
}

// fault gets the entry of key, which cannot be had, and returns why.
func fault[E actioncache.GetError](t *testing.T, c actioncache.Cache, key digest.Digest) E {
	t.Helper()
	r, err := c.Get(t.Context(), key)
	if err == nil || r != nil {
		t.Fatalf("got %v, %v", r, err)
	}
	e, ok := err.Root().(E)
	if !ok {
		t.Fatalf("got a %T, want a %T: %v", err.Root(), e, err)
	}
	return e
}

func miss(t *testing.T, c actioncache.Cache, key digest.Digest, reason actioncache.Reason) {
	t.Helper()
	if d := cmp.Diff(&actioncache.Miss{Key: key, Reason: reason}, fault[*actioncache.Miss](t, c, key)); d != "" {
		t.Fatalf("(-want +got):\n%s", d)
	}
}

func corrupt(t *testing.T, c actioncache.Cache, key digest.Digest) {
	t.Helper()
	if e := fault[*actioncache.CorruptEntry](t, c, key); e.Key != key || e.Reason == "" {
		t.Fatalf("got %+v", e)
	}
}

func roundTrip(t *testing.T, s Subject) {
	for n := range 10 {
		put(t, s.Cache, Key(n), Result(n))
	}
	put(t, s.Cache, digest.Empty, &action.Result{})
	for n := range 10 {
		get(t, s.Cache, Key(n), Result(n))
	}
	get(t, s.Cache, digest.Empty, &action.Result{})
}

func unknown(t *testing.T, s Subject) {
	miss(t, s.Cache, Key(1), actioncache.Absent)
	put(t, s.Cache, Key(1), Result(1))
	miss(t, s.Cache, Key(2), actioncache.Absent)
	other := Key(1)
	other.Size++ // no action has this digest; the entry of the one that has this hash is well
	miss(t, s.Cache, other, actioncache.Absent)
	get(t, s.Cache, Key(1), Result(1))
}

func lastWins(t *testing.T, s Subject) {
	for n := range 5 {
		put(t, s.Cache, Key(0), Result(n))
		get(t, s.Cache, Key(0), Result(n))
	}
}

func noSharing(t *testing.T, s Subject) {
	mine := Result(1)
	put(t, s.Cache, Key(1), mine)
	mine.Files[0].Path = "changed after Put"
	got, err := s.Cache.Get(t.Context(), Key(1))
	if err != nil {
		t.Fatal(err)
	}
	got.Files[0].Path = "changed after Get"
	get(t, s.Cache, Key(1), Result(1))
}

func badResult(t *testing.T, s Subject) {
	put(t, s.Cache, Key(1), Result(1))
	outside, large := Result(2), Result(2)
	outside.Files[0].Path = "../outside"
	for n := range 2 * actioncache.MaxEntry >> 20 {
		large.Symlinks = append(large.Symlinks, action.Symlink{Path: fmt.Sprint(n), Target: string(bytes.Repeat([]byte("x"), 1<<20))})
	}
	for name, r := range map[string]*action.Result{"a path outside": outside, "too large": large} {
		err := s.Cache.Put(t.Context(), Key(1), r)
		bad, ok := errors.AsType[*actioncache.BadResult](err)
		if !ok || bad.Key != Key(1) {
			t.Errorf("%s: got %v", name, err)
		}
		if _, ok := errors.AsType[*action.Malformed](err); !ok {
			t.Errorf("%s: what is wrong with it is out of reach: %v", name, err)
		}
	}
	get(t, s.Cache, Key(1), Result(1))
}

func interrupted(t *testing.T, s Subject) {
	put(t, s.Cache, Key(1), Result(1))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, gerr := s.Cache.Get(ctx, Key(1))
	perr := s.Cache.Put(ctx, Key(1), Result(2))
	for name, err := range map[string]error{"Get": gerr, "Put": perr} {
		_, fault := errors.AsType[actioncache.StoreFault](err)
		_, cause := errors.AsType[*cas.Interrupted](err)
		if !fault || !cause || !errors.Is(err, context.Canceled) {
			t.Errorf("%s: got %v", name, err)
		}
	}
	get(t, s.Cache, Key(1), Result(1))
}

func concurrent(t *testing.T, s Subject) {
	const writers, rounds = 4, 25
	put(t, s.Cache, Key(0), Result(0))
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			for r := range rounds {
				if err := s.Cache.Put(t.Context(), Key(0), Result(w*rounds+r)); err != nil {
					t.Error(err)
				}
			}
		})
		wg.Go(func() {
			for range rounds {
				got, err := s.Cache.Get(t.Context(), Key(0))
				if err != nil {
					t.Error(err)
				} else if d := cmp.Diff(Result(int(got.Wall)), got); d != "" {
					t.Errorf("nobody put this (-whole +got):\n%s", d)
				}
			}
		})
	}
	wg.Wait()
}

func flippedBit(t *testing.T, s Subject) {
	put(t, s.Cache, Key(1), Result(1))
	size := 0
	s.Damage(Key(1), func(entry []byte) []byte { size = len(entry); return entry })
	for i := range size {
		put(t, s.Cache, Key(1), Result(1))
		s.Damage(Key(1), func(entry []byte) []byte { entry[i] ^= 1 << (i % 8); return entry })
		corrupt(t, s.Cache, Key(1))
	}
}

func cut(t *testing.T, s Subject) {
	put(t, s.Cache, Key(1), Result(1))
	size := 0
	s.Damage(Key(1), func(entry []byte) []byte { size = len(entry); return entry })
	for i := range size {
		put(t, s.Cache, Key(1), Result(1))
		s.Damage(Key(1), func(entry []byte) []byte { return entry[:i] })
		corrupt(t, s.Cache, Key(1))
	}
}

func more(t *testing.T, s Subject) {
	for name, change := range map[string]func([]byte) []byte{
		"a byte":           func(entry []byte) []byte { return append(entry, 0) },
		"the entry again":  func(entry []byte) []byte { return append(entry, entry...) },
		"more than it may": func(entry []byte) []byte { return append(entry, make([]byte, actioncache.MaxEntry)...) },
	} {
		t.Run(name, func(t *testing.T) {
			put(t, s.Cache, Key(1), Result(1))
			s.Damage(Key(1), change)
			corrupt(t, s.Cache, Key(1))
		})
	}
}

func swapped(t *testing.T, s Subject) {
	put(t, s.Cache, Key(1), Result(1))
	put(t, s.Cache, Key(2), Result(2))
	s.Damage(Key(1), func(one []byte) []byte {
		var two []byte
		s.Damage(Key(2), func(entry []byte) []byte { two = entry; return one })
		return two
	})
	corrupt(t, s.Cache, Key(1))
	corrupt(t, s.Cache, Key(2))
}

func heals(t *testing.T, s Subject) {
	put(t, s.Cache, Key(1), Result(1))
	put(t, s.Cache, Key(2), Result(2))
	garble := func([]byte) []byte { return []byte("garbled") }
	s.Damage(Key(1), garble)
	corrupt(t, s.Cache, Key(1))
	miss(t, s.Cache, Key(1), actioncache.Absent)
	put(t, s.Cache, Key(1), Result(3))
	get(t, s.Cache, Key(1), Result(3))
	s.Damage(Key(1), garble)
	put(t, s.Cache, Key(1), Result(4)) // also when nobody has looked at it
	get(t, s.Cache, Key(1), Result(4))
	get(t, s.Cache, Key(2), Result(2))
}

func otherFormat(t *testing.T, s Subject) {
	put(t, s.Cache, Key(1), Result(1))
	s.Damage(Key(1), OtherFormat)
	miss(t, s.Cache, Key(1), actioncache.OtherFormat)
	miss(t, s.Cache, Key(1), actioncache.OtherFormat) // it was not put aside
	put(t, s.Cache, Key(1), Result(2))
	get(t, s.Cache, Key(1), Result(2))
}
