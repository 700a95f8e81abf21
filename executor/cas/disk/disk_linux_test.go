package disk_test

import (
	"cmp"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/holdfast-go/holdfast/executor/cas"
	"github.com/holdfast-go/holdfast/executor/cas/disk"
	"github.com/holdfast-go/holdfast/executor/digest"
)

// withMounts runs the test in a process of its own that may mount. As root that
// takes a mount namespace, otherwise a user namespace too.
func withMounts(t *testing.T) bool {
	t.Helper()
	return alone(t, func(cmd *exec.Cmd) {
		cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNS}
		if uid, gid := os.Getuid(), os.Getgid(); uid != 0 {
			cmd.SysProcAttr.Cloneflags |= syscall.CLONE_NEWUSER
			cmd.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: uid, Size: 1}}
			cmd.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: gid, Size: 1}}
		}
	})
}

// tmpfs mounts a small file system and returns its folder.
func tmpfs(t *testing.T, options string) string {
	t.Helper()
	dir := t.TempDir()
	if err := syscall.Mount("", "/", "", syscall.MS_REC|syscall.MS_PRIVATE, ""); err != nil {
		t.Skip("the mounts cannot be made private:", err)
	}
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, options); err != nil {
		t.Skip("no tmpfs can be mounted:", err)
	}
	t.Cleanup(func() { _ = syscall.Unmount(dir, syscall.MNT_DETACH) })
	return dir
}

func random(n int) []byte {
	data := make([]byte, n)
	for i := range data {
		data[i] = byte(rand.Uint32())
	}
	return data
}

func TestDiskFull(t *testing.T) {
	if !withMounts(t) {
		return
	}
	const size = 100_000
	root := tmpfs(t, "size=1m")
	s := open(t, root)
	var stored []digest.Digest
	var full cas.StoreErr
	for full == nil {
		d, err := s.Put(t.Context(), random(size))
		if err == nil {
			stored = append(stored, d)
		}
		full = err
	}
	src := filepath.Join(t.TempDir(), "src") // on another file system: Move has to copy
	data := random(size)
	if err := os.WriteFile(src, data, 0o644); err != nil {
		t.Fatal(err)
	}
	_, cerr := s.Import(t.Context(), src, cas.Copy)
	_, merr := s.Import(t.Context(), src, cas.Move)
	lerr := s.Link(t.Context(), stored[0], true, filepath.Join(root, "dst"))
	for name, err := range map[string]cas.StoreErr{"Put": full, "Copy": cerr, "Move": merr, "Link": lerr} {
		e := fault[*cas.DiskFull](t, err)
		if e.Need != size || e.Free < 0 || e.Free >= size || !errors.Is(err, syscall.ENOSPC) || !strings.HasPrefix(e.Path, root) {
			t.Errorf("%s: got %+v", name, e)
		}
	}
	if !exists(t, src) || exists(t, filepath.Join(root, "dst")) {
		t.Error("a fault has moved or made a file")
	}
	wantNoTemporary(t, root)
	r, err := s.Verify(t.Context(), 2, nil)
	if err != nil || r.Blobs != len(stored) || r.Corrupt != nil || r.Foreign != nil {
		t.Errorf("no part of a blob may be seen: %+v, %v", r, err)
	}

	// What is corrupt makes room.
	if err := os.Chmod(plain(root, stored[1]), 0o644); err != nil {
		t.Fatal(err)
	}
	f, ferr := os.OpenFile(plain(root, stored[1]), os.O_WRONLY, 0)
	if ferr != nil {
		t.Fatal(ferr)
	}
	if _, err := f.Write([]byte("jello")); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	_, err = readAll(s, stored[1])
	if fault[*cas.CorruptBlob](t, err); err.Root().(*cas.CorruptBlob).Kept == "" {
		t.Log("it could not be kept: no room for the folder")
	}
	_, err = readAll(s, stored[1])
	fault[*cas.MissingDigest](t, err)

	for _, d := range stored[2:4] {
		if was, err := s.Remove(t.Context(), d); !was || err != nil {
			t.Fatalf("%v, %v", was, err)
		}
	}
	if d, err := s.Import(t.Context(), src, cas.Copy); err != nil || d != digest.Of(data) {
		t.Errorf("when there is room again: %s, %v", d, err)
	}
}

func TestNoInodesLeftIsAFullDisk(t *testing.T) {
	if !withMounts(t) {
		return
	}
	root := tmpfs(t, "size=10m,nr_inodes=40")
	s := open(t, root)
	var err cas.StoreErr
	n := 0
	for ; err == nil; n++ {
		_, err = s.Put(t.Context(), fmt.Append(nil, n))
	}
	if e := fault[*cas.DiskFull](t, err); !errors.Is(err, syscall.ENOSPC) || e.Need != 2 {
		t.Errorf("got %+v", e)
	}
	wantNoTemporary(t, root)
	if r, err := s.Verify(t.Context(), 1, nil); err != nil || r.Blobs != n-1 {
		t.Errorf("%+v, %v", r, err)
	}
}

func TestAReadOnlyStoreStillServes(t *testing.T) {
	if !withMounts(t) {
		return
	}
	root := tmpfs(t, "size=10m")
	s, err := disk.Open(root)
	if err != nil {
		t.Fatal(err)
	}
	put(t, s, "hello")
	bad := put(t, s, "world")
	replace(t, plain(root, bad), "word!")
	// Another mount on top, because this one has a file that is open for writing.
	if err := cmp.Or(syscall.Mount(root, root, "", syscall.MS_BIND, ""), syscall.Mount("", root, "", syscall.MS_REMOUNT|syscall.MS_BIND|syscall.MS_RDONLY, "")); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = syscall.Unmount(root, syscall.MNT_DETACH) }()
	src := filepath.Join(t.TempDir(), "src")
	if err := os.WriteFile(src, []byte("source"), 0o644); err != nil {
		t.Fatal(err)
	}
	faults := map[string]cas.StoreErr{}
	_, faults["Put"] = s.Put(t.Context(), []byte("new"))
	_, faults["Copy"] = s.Import(t.Context(), src, cas.Copy)
	_, faults["Move"] = s.Import(t.Context(), src, cas.Move)
	_, faults["Remove"] = s.Remove(t.Context(), hello)
	_, faults["Open"] = disk.Open(root)
	faults["Link executable"] = s.Link(t.Context(), hello, true, filepath.Join(t.TempDir(), "dst"))
	faults["Close"] = s.Close()
	for name, err := range faults {
		if fault[*cas.Denied](t, err); !errors.Is(err, syscall.EROFS) {
			t.Errorf("%s: got %v", name, err)
		}
	}
	if got, err := readAll(s, hello); err != nil || got != "hello" {
		t.Errorf("read %q, %v", got, err)
	}
	if m, err := s.Missing(t.Context(), []digest.Digest{hello, digest.Of(nil)}); err != nil || m != nil {
		t.Errorf("missing %v, %v", m, err)
	}
	for range 2 { // again and again: it cannot be put aside
		_, err := readAll(s, bad)
		if e := fault[*cas.CorruptBlob](t, err); e.Kept != "" || e.Got != digest.Of([]byte("word!")) {
			t.Errorf("got %+v", e)
		}
	}
}

func TestLinkRefusedByAnotherFileSystem(t *testing.T) {
	if !withMounts(t) {
		return
	}
	s := open(t, tmpfs(t, "size=10m"))
	put(t, s, "hello")
	for _, executable := range []bool{false, true} {
		dst := filepath.Join(t.TempDir(), "dst")
		e := fault[*cas.LinkRefused](t, s.Link(t.Context(), hello, executable, dst))
		if e.Path != dst || e.Err != syscall.EXDEV || exists(t, dst) {
			t.Errorf("got %+v", e)
		}
	}
}

func TestLinkRefusedWhenThereAreTooMany(t *testing.T) {
	root := t.TempDir()
	s := open(t, root)
	put(t, s, "hello")
	dir := filepath.Join(root, "tmp", "links") // swept without a word
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	link := func(n int) string { return filepath.Join(dir, fmt.Sprint(n)) }
	master := plain(root, hello)
	const most = 70_000
	for n := range most {
		if err := os.Link(master, link(n)); errors.Is(err, syscall.EMLINK) {
			dst := filepath.Join(dir, "dst")
			if e := fault[*cas.LinkRefused](t, s.Link(t.Context(), hello, false, dst)); e.Path != dst || e.Err != syscall.EMLINK || exists(t, dst) {
				t.Errorf("got %+v", e)
			}
			if err := os.Remove(link(0)); err != nil {
				t.Fatal(err)
			}
			if err := s.Link(t.Context(), hello, false, dst); err != nil {
				t.Errorf("when there is room for one: %v", err)
			}
			return
		} else if err != nil {
			t.Fatal(err)
		}
	}
	t.Skipf("this file system has room for %d links and more", most)
}

// nobody is a user without rights.
const nobody = 65534

// TestDenied needs a user whom the kernel denies something: not root.
func TestDenied(t *testing.T) {
	const in = "CAS_DISK_TEST_DENIED_IN"
	root := os.Getenv(in)
	if root == "" { // prepare what is another's
		root = filepath.Join(t.TempDir(), "store")
		s := open(t, root)
		link(t, s, put(t, s, "hello"), true)
		link(t, s, put(t, s, "shut"), true)
		for path, mode := range map[string]os.FileMode{
			filepath.Dir(filepath.Dir(root)): 0o755, filepath.Dir(root): 0o777,
			filepath.Join(root, "tmp"): 0o777, filepath.Join(root, "tmp", ".gate"): 0o666,
			filepath.Dir(plain(root, digest.Of([]byte("shut")))): 0,
		} {
			if err := os.Chmod(path, mode); err != nil {
				t.Fatal(err)
			}
		}
		defer func() { _ = os.Chmod(filepath.Dir(plain(root, digest.Of([]byte("shut")))), 0o755) }()
	}
	if !alone(t, func(cmd *exec.Cmd) { cmd.Env = append(cmd.Env, in+"="+root) }) {
		return
	}
	dir := filepath.Join(filepath.Dir(root), "nobody's")
	wasRoot := os.Getuid() == 0
	if wasRoot {
		if err := errors.Join(syscall.Setgroups(nil), syscall.Setgid(nobody), syscall.Setuid(nobody)); err != nil {
			t.Skip("root cannot become another user here:", err)
		}
	}
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	s, err := disk.Open(root)
	if err != nil {
		t.Fatal(err)
	}
	shut := digest.Of([]byte("shut"))
	src, dst := filepath.Join(dir, "src"), filepath.Join(dir, "dst")
	if err := os.WriteFile(src, []byte("shut"), 0o644); err != nil {
		t.Fatal(err)
	}
	faults := map[string]cas.StoreErr{}
	_, faults["Missing"] = s.Missing(t.Context(), []digest.Digest{shut})
	_, faults["Open"] = s.Open(t.Context(), shut)
	_, faults["Put"] = s.Put(t.Context(), []byte("shut"))
	_, faults["Copy"] = s.Import(t.Context(), src, cas.Copy)
	_, faults["Move"] = s.Import(t.Context(), src, cas.Move)
	_, faults["Remove"] = s.Remove(t.Context(), shut)
	_, faults["Verify"] = s.Verify(t.Context(), 2, nil)
	faults["Link"] = s.Link(t.Context(), shut, false, dst)
	faults["Link executable"] = s.Link(t.Context(), shut, true, dst)
	for name, err := range faults {
		if fault[*cas.Denied](t, err); !errors.Is(err, syscall.EACCES) {
			t.Errorf("%s: got %v", name, err)
		}
	}
	if exists(t, dst) || !exists(t, src) {
		t.Error("a fault has moved or made a file")
	}
	wantNoTemporary(t, root)

	if err := os.WriteFile(filepath.Join(dir, "closed"), nil, 0); err != nil {
		t.Fatal(err)
	}
	_, ierr := s.Import(t.Context(), filepath.Join(dir, "closed"), cas.Copy)
	if fault[*cas.Unreadable](t, ierr); !errors.Is(ierr, syscall.EACCES) {
		t.Errorf("got %v", ierr)
	}
	if got, err := readAll(s, hello); err != nil || got != "hello" {
		t.Errorf("read %q, %v", got, err)
	}
	// The kernel may let nobody link to a file of root.
	protected, perr := os.ReadFile("/proc/sys/fs/protected_hardlinks")
	err = s.Link(t.Context(), hello, false, dst)
	if perr == nil && strings.TrimSpace(string(protected)) == "1" && wasRoot {
		if e := fault[*cas.LinkRefused](t, err); e.Err != syscall.EPERM || exists(t, dst) {
			t.Errorf("got %+v", e)
		}
	} else if err != nil {
		t.Error(err)
	}
}
