package castest_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/holdfast-go/holdfast/executor/cas"
	. "github.com/holdfast-go/holdfast/executor/cas/castest"
	"github.com/holdfast-go/holdfast/executor/digest"
)

var (
	a = digest.Of([]byte("a"))
	b = digest.Of([]byte("b"))
)

// faulty returns a store over one that has a and b.
func faulty(script ...Step) *Faulty {
	m := NewMemory("a", "b")
	return NewFaulty(Subject{Store: m, Damage: m}, script...)
}

// outcomes opens the blob n times, storing it again whenever it was lost, and
// returns the kinds of the errors.
func outcomes(t *testing.T, f *Faulty, d digest.Digest, n int) (all []string) {
	t.Helper()
	for range n {
		_, err := cas.ReadAll(t.Context(), f, d, 10)
		if err == nil {
			all = append(all, "")
			continue
		}
		all = append(all, err.Root().ErrorKind())
		if _, perr := f.Put(t.Context(), map[digest.Digest][]byte{a: []byte("a"), b: []byte("b")}[d]); perr != nil {
			t.Fatal(perr)
		}
	}
	return all
}

func TestScript(t *testing.T) {
	const ok, missing, corrupt, denied = "", "cas.missing_digest", "cas.corrupt_blob", "cas.denied"
	no := &cas.Denied{Op: "open", Path: "p", Err: syscall.EACCES}
	for _, tt := range []struct {
		name    string
		script  []Step
		a, b    []string // what three calls about each come to
		pending []string
	}{
		{"no faults", nil, []string{ok, ok, ok}, []string{ok, ok, ok}, nil},
		{"a loss happens once", []Step{Lose(a)}, []string{missing, ok, ok}, []string{ok, ok, ok}, nil},
		{"a loss happens twice", []Step{Lose(b).On(OpOpen).Times(2)}, []string{ok, ok, ok}, []string{missing, missing, ok}, nil},
		{"a loss happens later", []Step{Lose(a).After(2)}, []string{ok, ok, missing}, []string{ok, ok, ok}, nil},
		{"a loss happens always", []Step{Lose(a).On(OpOpen).Always()}, []string{missing, missing, missing}, []string{ok, ok, ok}, nil},
		{"a loss in another method does not happen", []Step{Lose(a).On(OpLink)}, []string{ok, ok, ok}, []string{ok, ok, ok}, []string{"lose " + a.Short()}},
		{"always is at least once", []Step{Lose(a).On(OpLink).Always()}, []string{ok, ok, ok}, []string{ok, ok, ok}, []string{"lose " + a.Short()}},
		{"storing is undone", []Step{Lose(a).On(OpOpen, OpPut).Times(2)}, []string{missing, missing, ok}, []string{ok, ok, ok}, nil},
		{"a flipped bit", []Step{Corrupt(a)}, []string{corrupt, ok, ok}, []string{ok, ok, ok}, nil},
		{"a cut", []Step{Truncate(b)}, []string{ok, ok, ok}, []string{corrupt, ok, ok}, nil},
		{"one after the other", []Step{Corrupt(a).On(OpOpen), Lose(a).On(OpOpen).After(1)}, []string{corrupt, missing, ok}, []string{ok, ok, ok}, nil},
		{"a failure of one blob", []Step{Fail(no).Of(b).On(OpOpen)}, []string{ok, ok, ok}, []string{denied, ok, ok}, nil},
		{"a failure of any", []Step{Fail(no).On(OpOpen).Times(4)}, []string{denied, denied, denied}, []string{denied, ok, ok}, nil},
		{"what comes after a failure waits", []Step{Fail(no).On(OpOpen), Lose(a).On(OpOpen)}, []string{denied, missing, ok}, []string{ok, ok, ok}, nil},
		{"never delivered", []Step{NeverDelivers(a)}, []string{missing, missing, missing}, []string{ok, ok, ok}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := faulty(tt.script...)
			if d := cmp.Diff([][]string{tt.a, tt.b}, [][]string{outcomes(t, f, a, 3), outcomes(t, f, b, 3)}); d != "" {
				t.Errorf("(-want +got):\n%s", d)
			}
			if d := cmp.Diff(tt.pending, f.Pending()); d != "" {
				t.Errorf("pending (-want +got):\n%s", d)
			}
			if n := f.Calls(OpOpen, a); n != 3 {
				t.Errorf("%d calls, want 3", n)
			}
		})
	}
}

func TestScriptOfTheOtherMethods(t *testing.T) {
	dir := t.TempDir()
	dst := func(name string) string { return filepath.Join(dir, name) }
	src := dst("src")
	if err := os.WriteFile(src, []byte("a"), 0o644); err != nil {
		t.Fatal(err)
	}
	no := &cas.StoreIO{Op: "x", Path: "p", Err: syscall.EIO}
	f := faulty(
		Lose(a).On(OpMissing),
		Lose(a).On(OpImport).After(1),
		Fail(no).On(OpImport).After(2),
		Fail(no).On(OpMissing).Of(b).After(1),
		Lose(b).On(OpLink),
	)
	missing := func() []digest.Digest {
		t.Helper()
		m, err := f.Missing(t.Context(), []digest.Digest{a, a, b})
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	if d := cmp.Diff([]digest.Digest{a}, missing()); d != "" {
		t.Error(d)
	}
	for n := range 3 {
		d, err := f.Import(t.Context(), src, cas.Copy)
		if n < 2 && (err != nil || d != a) || n == 2 && !errors.Is(err, syscall.EIO) {
			t.Errorf("import %d: %s, %v", n, d, err)
		}
	}
	if err := f.Link(t.Context(), a, false, dst("a")); err == nil || err.Root().ErrorKind() != "cas.missing_digest" {
		t.Errorf("it was lost after the second import: %v", err)
	}
	if _, err := f.Missing(t.Context(), []digest.Digest{a, b}); !errors.Is(err, syscall.EIO) {
		t.Errorf("got %v", err)
	}
	if err := f.Link(t.Context(), b, false, dst("b")); err == nil || err.Root().ErrorKind() != "cas.missing_digest" {
		t.Errorf("got %v", err)
	}
	got := map[Op]int{OpMissing: f.Calls(OpMissing, a), OpImport: f.Calls(OpImport, a), OpLink: f.Calls(OpLink, b), OpPut: f.Calls(OpPut, a), OpOpen: f.Calls(OpOpen, a)}
	if d := cmp.Diff(map[Op]int{OpMissing: 2, OpImport: 3, OpLink: 1, OpPut: 0, OpOpen: 0}, got); d != "" {
		t.Errorf("calls (-want +got):\n%s", d)
	}
	if p := f.Pending(); p != nil {
		t.Errorf("pending: %q", p)
	}
}

func TestNeverDelivers(t *testing.T) {
	f := faulty(NeverDelivers(a))
	for range 3 {
		if m, err := f.Missing(t.Context(), []digest.Digest{a, b}); err != nil || len(m) != 0 {
			t.Errorf("missing %v, %v, want it to say that all is there", m, err)
		}
		if _, err := f.Open(t.Context(), a); err == nil || err.Root().ErrorKind() != "cas.missing_digest" {
			t.Errorf("got %v", err)
		}
		if err := f.Link(t.Context(), a, true, filepath.Join(t.TempDir(), "dst")); err == nil || err.Root().ErrorKind() != "cas.missing_digest" {
			t.Errorf("got %v", err)
		}
		if d, err := f.Put(t.Context(), []byte("a")); err != nil || d != a {
			t.Errorf("put: %s, %v", d, err)
		}
	}
}

func TestHookHoldsUpOneCallOnly(t *testing.T) {
	entered, release := make(chan Op), make(chan struct{})
	f := faulty(Hook(func(op Op, d digest.Digest) { entered <- op; <-release }).Of(a).On(OpOpen))
	var wg sync.WaitGroup
	wg.Go(func() {
		if _, err := cas.ReadAll(t.Context(), f, a, 10); err == nil || err.Root().ErrorKind() != "cas.missing_digest" {
			t.Errorf("got %v, want what was done meanwhile", err)
		}
	})
	if op := <-entered; op != OpOpen {
		t.Errorf("held up in %s", op)
	}
	f.Add(Lose(a).On(OpMissing))
	if m, err := f.Missing(t.Context(), []digest.Digest{a}); err != nil || len(m) != 1 {
		t.Errorf("missing %v, %v", m, err)
	}
	close(release)
	wg.Wait()
}

// However many there are, each loss happens once.
func TestScriptInACrowd(t *testing.T) {
	const losses, callers = 10, 32
	m := NewMemory("a")
	f := NewFaulty(Subject{Store: m, Damage: m}, Hook(func(Op, digest.Digest) { m.Delete(a) }).On(OpLink).Times(losses))
	var wg sync.WaitGroup
	var mu sync.Mutex
	lost := 0
	dir := t.TempDir()
	for g := range callers {
		wg.Go(func() {
			mu.Lock() // one at a time, in any order
			defer mu.Unlock()
			if err := f.Link(context.Background(), a, false, filepath.Join(dir, string(rune('A'+g)))); err != nil {
				lost++
				if _, err := m.Put(context.Background(), []byte("a")); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if lost != losses || f.Calls(OpLink, a) != callers {
		t.Errorf("%d losses in %d calls, want %d in %d", lost, f.Calls(OpLink, a), losses, callers)
	}
}
