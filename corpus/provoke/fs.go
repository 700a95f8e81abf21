package provoke

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"go.etcd.io/bbolt"
	"golang.org/x/sys/unix"
)

// tmpfs mounts one on a fresh folder.
func (e *Env) tmpfs(options string) string {
	e.root("a tmpfs mount")
	dir := e.dir()
	err := unix.Mount("corpus", dir, "tmpfs", 0, options)
	if errors.Is(err, os.ErrPermission) {
		panic(&Absent{"the capability to mount a tmpfs"})
	}
	check(os.NewSyscallError("mount", err))
	e.cleanup(func() { _ = unix.Unmount(dir, unix.MNT_DETACH) })
	return dir
}

// fillDescriptors leaves no free file descriptor. The row that calls it must run alone.
func (e *Env) fillDescriptors() {
	var old unix.Rlimit
	check(unix.Prlimit(0, unix.RLIMIT_NOFILE, nil, &old))
	f := must(os.Open(os.DevNull))
	free := uint64(f.Fd())
	check(f.Close())
	check(unix.Prlimit(0, unix.RLIMIT_NOFILE, &unix.Rlimit{Cur: free, Max: old.Max}, nil))
	e.cleanup(func() { check(unix.Prlimit(0, unix.RLIMIT_NOFILE, &old, nil)) })
}

// asNobody calls f on a thread whose file accesses are another user's.
func asNobody(f func()) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		runtime.LockOSThread() // and never unlocked: the thread ends with the goroutine
		_, _ = unix.SetfsgidRetGid(nobody)
		_, _ = unix.SetfsuidRetUid(nobody)
		f()
	}()
	<-done
}

const nobody = 65534

var fsRows = map[string]provocation{
	"fs-enospc-inodes": func(_ context.Context, e *Env) error {
		dir := e.tmpfs("nr_inodes=4")
		for i := range 10 {
			f, err := os.Create(filepath.Join(dir, fmt.Sprint(i)))
			if err != nil {
				return err
			}
			check(f.Close())
		}
		return nil
	},
	"fs-enospc-blocks": func(_ context.Context, e *Env) error {
		dir := e.tmpfs("size=16k")
		return os.WriteFile(filepath.Join(dir, "big"), make([]byte, 1<<20), 0o644)
	},
	"fs-erofs": func(_ context.Context, e *Env) error {
		dir := e.tmpfs("")
		check(unix.Mount("", dir, "", unix.MS_REMOUNT|unix.MS_RDONLY, ""))
		_, err := os.Create(filepath.Join(dir, "x"))
		return err
	},
	"fs-eio": func(context.Context, *Env) error {
		f := must(os.Open("/proc/self/mem"))
		defer f.Close()
		_, err := f.Read(make([]byte, 1))
		return err
	},
	"fs-enoent-input": func(context.Context, *Env) error {
		_, err := os.Open("/nonexistent/in")
		return err
	},
	"fs-enoent-output": func(_ context.Context, e *Env) error {
		_, err := os.Lstat(filepath.Join(e.dir(), "out"))
		if err != nil {
			return fmt.Errorf("declared output missing: %w", err)
		}
		return nil
	},
	"fs-eacces": func(_ context.Context, e *Env) (err error) {
		e.root("another user")
		secret := e.file("secret", "x", 0o600)
		asNobody(func() { _, err = os.Open(secret) })
		return err
	},
	"fs-eperm-immutable": func(_ context.Context, e *Env) error {
		e.root("the permission to unlink, but for /proc")
		return os.Remove("/proc/version")
	},
	"fs-eexist": func(_ context.Context, e *Env) error { return os.Mkdir(e.dir(), 0o755) },
	"fs-exdev-link": func(_ context.Context, e *Env) error {
		return os.Link(e.file("x", "x", 0o644), filepath.Join(e.tmpfs(""), "y"))
	},
	"fs-enametoolong": func(_ context.Context, e *Env) error {
		_, err := os.Create(filepath.Join(e.dir(), strings.Repeat("n", 300)))
		return err
	},
	"fs-ebusy": func(_ context.Context, e *Env) error { return os.Remove(e.tmpfs("")) },
	"fs-closed": func(_ context.Context, e *Env) error {
		f := must(os.Create(filepath.Join(e.dir(), "x")))
		check(f.Close())
		_, err := f.Write([]byte("x"))
		return err
	},
	"fs-enomem-mmap": func(context.Context, *Env) error {
		_, err := unix.Mmap(-1, 0, 1<<46, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANON)
		return os.NewSyscallError("mmap", err)
	},
	"fs-read-deadline": func(context.Context, *Env) error {
		r, w, err := os.Pipe()
		check(err)
		defer r.Close()
		defer w.Close()
		check(r.SetReadDeadline(time.Now().Add(-time.Second)))
		_, err = r.Read(make([]byte, 1))
		return err
	},
	"fs-short-write": func(context.Context, *Env) error {
		_, err := io.Copy(shortWriter{}, io.LimitReader(zeros{}, 100))
		return err
	},
	"fs-emfile-open": func(_ context.Context, e *Env) error {
		e.fillDescriptors()
		_, err := os.Open(os.DevNull)
		return err
	},
	"fs-enotempty": func(_ context.Context, e *Env) error {
		return os.Remove(filepath.Dir(e.file("x", "x", 0o644)))
	},
	"fs-eloop-input": func(_ context.Context, e *Env) error {
		link := filepath.Join(e.dir(), "loop")
		check(os.Symlink("loop", link))
		_, err := os.Open(link)
		return err
	},
	"fs-rename-over-dir": func(_ context.Context, e *Env) error {
		return os.Rename(e.file("x", "x", 0o644), filepath.Dir(e.file("y", "y", 0o644)))
	},
	"bolt-locked": func(_ context.Context, e *Env) error {
		file := filepath.Join(e.dir(), "db")
		db := must(bbolt.Open(file, 0o600, nil))
		defer db.Close()
		_, err := bbolt.Open(file, 0o600, &bbolt.Options{Timeout: 60 * time.Millisecond})
		return err
	},
	"bolt-invalid": func(_ context.Context, e *Env) error {
		_, err := bbolt.Open(e.file("db", strings.Repeat("garbage ", 4096), 0o600), 0o600, nil)
		return err
	},
}

// shortWriter takes less than it is given and does not say so.
type shortWriter struct{}

func (shortWriter) Write(p []byte) (int, error) { return len(p) / 2, nil }

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }
