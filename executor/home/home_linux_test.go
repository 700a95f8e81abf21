package home_test

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"

	"github.com/holdfast-go/holdfast/executor/cas"
	"github.com/holdfast-go/holdfast/executor/home"
)

func TestDefault(t *testing.T) {
	for name, c := range map[string]struct {
		store, cache, home string
		want               string
	}{
		"a store that is named":    {"/named", "/cache", "/home", "/named"},
		"the folder for caches":    {"", "/cache", "/home", "/cache/holdfast"},
		"the user's own folder":    {"", "", "/home", "/home/.cache/holdfast"},
		"a cache that is relative": {"", "cache", "/home", ""},
		"nothing at all":           {"", "", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("HOLDFAST_STORE", c.store)
			t.Setenv("XDG_CACHE_HOME", c.cache)
			t.Setenv("HOME", c.home)
			want(t, c.want, home.Default())
		})
	}
}

func TestARelativeFolderOfNowhere(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	if err := os.Remove(dir); err != nil {
		t.Fatal(err)
	}
	_, err := home.Open("store")
	if f := fault[home.StoreFault](t, err); !errors.Is(f, syscall.ENOENT) {
		t.Errorf("got %v", f)
	}
}

func TestFoldersThatMayNotBeWrittenTo(t *testing.T) {
	if os.Geteuid() == 0 {
		// Root may write everywhere. One thread stops being root for the file system, for as long as this test takes.
		runtime.LockOSThread()
		if err := syscall.Setfsuid(65534); err != nil {
			t.Fatal(err)
		}
		defer func() {
			if err := syscall.Setfsuid(0); err != nil {
				t.Error(err)
				return
			}
			runtime.UnlockOSThread()
		}()
	}
	parent := t.TempDir()
	for name, mode := range map[string]os.FileMode{"writable": 0o755, "empty": 0o555, "closed": 0} {
		dir := filepath.Join(parent, name)
		if err := os.Mkdir(dir, mode); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = os.Chmod(dir, 0o755) })
	}
	if err := os.Chmod(parent, 0o555); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.Chmod(parent, 0o755) })
	for _, name := range []string{"store", "empty", "closed"} {
		_, err := home.Open(filepath.Join(parent, name))
		if f := fault[home.StoreFault](t, err); f.StoreError != fault[*cas.Denied](t, err) {
			t.Errorf("%s: got %v", name, f)
		}
	}
	mustOpen(t, filepath.Join(parent, "writable")).Close()
}

func TestNoRoomForAStore(t *testing.T) {
	mount := t.TempDir()
	if err := syscall.Mount("tmpfs", mount, "tmpfs", 0, "size=64k"); err != nil {
		t.Skipf("a small file system is needed, and a tmpfs cannot be mounted: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(mount, 0); err != nil {
			t.Error(err)
		}
	})
	fill := filepath.Join(mount, "fill")
	if err := os.WriteFile(fill, make([]byte, 64<<10), 0o644); err != nil {
		t.Fatal(err)
	}
	store := filepath.Join(mount, "store")
	_, err := home.Open(store)
	fault[*cas.DiskFull](t, err)
	want(t, map[string]string{}, files(t, store))
	if err := os.Remove(fill); err != nil {
		t.Fatal(err)
	}
	mustOpen(t, store).Close()
}
