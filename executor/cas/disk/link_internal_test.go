package disk

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/holdfast-go/holdfast/executor/cas"
	"github.com/holdfast-go/holdfast/executor/digest"
)

// What other processes may do between the verification of a file and its linking.
func TestLinkStartsOver(t *testing.T) {
	dir := t.TempDir()
	path, dst := filepath.Join(dir, "blob"), filepath.Join(dir, "dst")
	write := func(data string) stamp {
		t.Helper()
		_ = os.Remove(path)
		if err := os.WriteFile(path, []byte(data), 0o444); err != nil {
			t.Fatal(err)
		}
		info, err := os.Lstat(path)
		if err != nil {
			t.Fatal(err)
		}
		return stampOf(info)
	}
	st := write("hello")
	for name, change := range map[string]func() error{
		"removed":        func() error { return os.Remove(path) },
		"replaced":       func() error { write("hello, again"); return nil },
		"written to":     func() error { return errors.Join(os.Chmod(path, 0o644), os.WriteFile(path, []byte("jello!"), 0)) },
		"touched":        func() error { return os.Chtimes(path, time.Time{}, time.Now().Add(time.Second)) },
		"a symlink now":  func() error { return errors.Join(os.Remove(path), os.Symlink("nowhere", path)) },
		"nothing at all": nil,
	} {
		st = write("hello")
		if change != nil {
			if err := change(); err != nil {
				t.Fatal(err)
			}
		}
		linked, err := link(path, st, dst)
		if err != nil || linked != (change == nil) {
			t.Errorf("%s: linked %v, %v", name, linked, err)
		}
		if _, err := os.Lstat(dst); (err == nil) != linked {
			t.Errorf("%s: dst: %v", name, err)
		}
		_ = os.Remove(dst)
	}
	_ = os.Remove(path)
	linked, err := link(path, st, filepath.Join(dir, "none", "dst"))
	if linked || err == nil || !errors.Is(err, syscall.ENOENT) {
		t.Errorf("without a folder: %v, %v", linked, err)
	} else if e, ok := err.Root().(*cas.StoreIO); !ok || e.Path != filepath.Join(dir, "none", "dst") {
		t.Errorf("without a folder: %v", err)
	}
}

// Somebody stores a good one in the moment in which the bad one is put aside.
func TestQuarantineLeavesAGoodFile(t *testing.T) {
	s, err := Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	d, err := s.Put(t.Context(), []byte("hello"))
	if err != nil {
		t.Fatal(err)
	}
	bad := filepath.Join(t.TempDir(), "bad")
	if err := os.WriteFile(bad, []byte("jello"), 0o444); err != nil {
		t.Fatal(err)
	}
	info, serr := os.Lstat(bad)
	if serr != nil {
		t.Fatal(serr)
	}
	if kept := s.quarantine(s.path(d, false), info); kept != "" {
		t.Errorf("kept a good one in %s", kept)
	}
	if m, err := s.Missing(t.Context(), []digest.Digest{d}); err != nil || m != nil {
		t.Errorf("missing %v, %v", m, err)
	}
	if u, err := s.Stat(t.Context()); err != nil || u.Quarantined != 0 {
		t.Errorf("%+v, %v", u, err)
	}
}

// Somebody writes to the file between its hashing and its taking.
func TestMoveDoesNotTakeWhatHasChanged(t *testing.T) {
	root := t.TempDir()
	s, err := Open(root)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	path := filepath.Join(root, "src")
	for _, change := range []bool{true, false} {
		if err := os.WriteFile(path, []byte("hello"), 0o644); err != nil {
			t.Fatal(err)
		}
		f, info, err := cas.OpenSource(path, cas.Move)
		if err != nil {
			t.Fatal(err)
		}
		if change {
			if err := os.Chtimes(path, time.Time{}, info.ModTime().Add(time.Second)); err != nil {
				t.Fatal(err)
			}
		}
		_, moved, err := s.move(f, info)
		if moved == change || err != nil {
			t.Errorf("moved %v, %v", moved, err)
		}
		if _, err := os.Lstat(path); (err == nil) == moved {
			t.Errorf("moved %v, and then: %v", moved, err)
		}
		_ = f.Close()
	}
}

func TestMemo(t *testing.T) {
	var m memo
	f, st := form{digest.Empty, false}, stamp{1, 2, 3, 4}
	if m.has(f, st) {
		t.Error("it knows what nobody told it")
	}
	m.add(f, st)
	for _, other := range []stamp{{0, 2, 3, 4}, {1, 0, 3, 4}, {1, 2, 0, 4}, {1, 2, 3, 0}} {
		if m.has(f, other) {
			t.Errorf("%v passes for %v", other, st)
		}
	}
	if !m.has(f, st) || m.has(form{digest.Empty, true}, st) {
		t.Error("it mistakes the forms")
	}
	for n := range maxMemo + 1 {
		m.add(form{digest.Digest{Size: int64(n + 1)}, false}, st)
	}
	if len(m.stamps) > maxMemo {
		t.Errorf("it has grown to %d", len(m.stamps))
	}
	now := time.Now()
	for age, want := range map[time.Duration]bool{0: false, 10 * time.Millisecond: false, time.Second: true, -time.Second: false} {
		if got := (stamp{mtime: now.Add(-age).UnixNano()}).settled(now); got != want {
			t.Errorf("a file changed %v ago is settled: %v", age, got)
		}
	}
}
