package sandbox_test

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"

	"github.com/holdfast-go/holdfast/executor/sandbox"
)

func TestStoreOnAnotherFileSystem(t *testing.T) {
	mount := t.TempDir()
	if err := syscall.Mount("tmpfs", mount, "tmpfs", 0, "size=1m"); err != nil {
		t.Skipf("a second file system is needed, and a tmpfs cannot be mounted: %v", err)
	}
	p := newPlaceIn(t, filepath.Join(mount, "cas"), t.TempDir())
	t.Cleanup(func() {
		if err := syscall.Unmount(mount, syscall.MNT_DETACH); err != nil { // the store is closed after this
			t.Error(err)
		}
	})
	a, x := p.file("a", "text"), p.executable("x", "tool")
	tree := p.tree(a, x, p.file("none", ""))
	for range 2 {
		s := p.new()
		report := p.lay(s, p.store, tree)
		want(t, 3, report.Copied+report.Linked)
		if report.Copied < 2 || !errors.Is(report.Refused, syscall.EXDEV) {
			t.Errorf("got %+v", report)
		}
		want(t, map[string]string{"a": "0444 text", "x": "0555 tool", "none": "0444 "}, listing(t, s.Root))
		if p.shared(s, a) || p.shared(s, x) {
			t.Error("files are shared across file systems")
		}
		want(t, nil, s.Tampered())
	}
}

// unprivileged makes this thread, which is not used again, one that permissions apply to.
func unprivileged(t *testing.T) {
	t.Helper()
	if os.Geteuid() != 0 {
		return
	}
	runtime.LockOSThread()
	if err := syscall.Setfsuid(65534); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := syscall.Setfsuid(0); err != nil {
			t.Error(err)
			return
		}
		runtime.UnlockOSThread()
	})
}

func TestRemoveOfFoldersThatCannotBeRead(t *testing.T) {
	unprivileged(t)
	p := newPlace(t)
	s := p.new()
	p.lay(s, p.store, p.tree(p.file("in/file", "f")))
	inner := filepath.Join(s.Root, "in", "inner")
	if err := os.MkdirAll(inner, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{inner, filepath.Dir(inner), s.Root} {
		if err := os.Chmod(dir, 0); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := os.ReadDir(s.Root); !errors.Is(err, os.ErrPermission) {
		t.Fatalf("permissions do not apply here: %v", err)
	}
	if err := s.Remove(); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(filepath.Dir(s.Root)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("Remove left the sandbox: %v", err)
	}
}

func TestFoldersThatMayNotBeChanged(t *testing.T) {
	unprivileged(t)
	p := newPlace(t)
	s := p.new()
	kept := t.TempDir()
	for _, dir := range []string{kept, s.Root, filepath.Dir(filepath.Dir(s.Root))} {
		if err := os.Chmod(dir, 0o555); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = os.Chmod(dir, 0o755) })
	}
	_, kerr := s.Keep(kept)
	_, nerr := p.boxes.New()
	for name, err := range map[string]sandbox.Err{
		"prepare": s.Prepare([]string{"a/b"}), "keep": kerr, "new": nerr, "remove": s.Remove(),
	} {
		if f := fault[sandbox.StoreFault](t, err); f.ErrorKind() != "cas.denied" {
			t.Errorf("%s: got %v", name, f)
		}
	}
}
