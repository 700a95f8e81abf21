// Package scratch gives a process a folder of its own under a parent that many
// processes share, and removes the folders of processes that are gone.
//
// A folder belongs to a process as long as that process holds the lock on it. The
// kernel drops the lock with the process, however it ends, so nothing that a
// killed process left behind stays, and nothing that a living one uses is touched.
package scratch

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/holdfast-go/holdfast/errctx"
	"golang.org/x/sys/unix"
)

// Dir is a folder of this process's own. Its methods may be called from many goroutines.
type Dir struct {
	Path string
	lock *os.File
	n    atomic.Uint64
}

const (
	lockName = "lock"  // in each folder: held by its owner
	gateName = ".gate" // in the parent: held while folders are made or swept
)

// Open makes a new folder under parent, which it creates if need be, after
// removing the folders there whose process is gone. What cannot be removed is left
// to the next process. The error is a [*Fault].
func Open(parent string) (*Dir, errctx.WithContext[*Fault]) {
	if err := os.MkdirAll(parent, 0o755); err != nil {
		return nil, errctx.New(&Fault{"create folder", parent, err}, "open scratch folder")
	}
	gatePath := filepath.Join(parent, gateName)
	gate, err := os.OpenFile(gatePath, os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return nil, errctx.New(&Fault{"open lock", gatePath, err}, "open scratch folder")
	}
	defer func() { _ = gate.Close() }() // releases the gate
	if err := flock(gate, unix.LOCK_EX); err != nil {
		return nil, errctx.New(&Fault{"lock", gatePath, err}, "open scratch folder")
	}
	sweep(parent)

	path, err := os.MkdirTemp(parent, strconv.Itoa(os.Getpid())+"-")
	if err != nil {
		return nil, errctx.New(&Fault{"create folder", parent, err}, "open scratch folder")
	}
	lockPath := filepath.Join(path, lockName)
	lock, err := os.OpenFile(lockPath, os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return nil, errctx.New(&Fault{"open lock", lockPath, err}, "open scratch folder")
	}
	if err := flock(lock, unix.LOCK_EX); err != nil {
		_ = lock.Close()
		return nil, errctx.New(&Fault{"lock", lockPath, err}, "open scratch folder")
	}
	d := &Dir{Path: path, lock: lock}
	locks.Store(d, true)
	return d, nil
}

// locks keeps them from the garbage collector, which closes files that nobody refers
// to: a folder is its process's until Close, not until the last mention of it.
var locks sync.Map

// Name returns a path in the folder that no other call returns; nothing is created.
func (d *Dir) Name() string {
	return filepath.Join(d.Path, strconv.FormatUint(d.n.Add(1), 36))
}

// Close removes the folder and all in it. The error is a [*Fault]; what it left
// is removed by the next Open of any process.
func (d *Dir) Close() errctx.WithContext[*Fault] {
	err := RemoveAll(d.Path)
	_ = d.lock.Close() // the folder is gone, so is the lock
	locks.Delete(d)
	if err != nil {
		return errctx.New(&Fault{"remove folder", d.Path, err}, "remove scratch folder")
	}
	return nil
}

// sweep removes the folders that nobody holds. The caller holds the gate, so
// none of them is about to be locked.
func sweep(parent string) {
	entries, err := os.ReadDir(parent)
	if err != nil {
		return // Open will say so, when it cannot work there
	}
	for _, e := range entries {
		if e.IsDir() && !strings.HasPrefix(e.Name(), ".") {
			path := filepath.Join(parent, e.Name())
			if !held(path) {
				_ = RemoveAll(path) // the next one tries again
			}
		}
	}
}

// held reports whether a living process has the folder's lock. A folder without a
// lock was left between its creation and its locking.
func held(path string) bool {
	f, err := os.OpenFile(filepath.Join(path, lockName), os.O_RDWR, 0)
	if err != nil {
		return !os.IsNotExist(err)
	}
	defer func() { _ = f.Close() }()
	return flock(f, unix.LOCK_EX|unix.LOCK_NB) != nil
}

func flock(f *os.File, how int) error {
	for {
		err := unix.Flock(int(f.Fd()), how)
		if err != unix.EINTR {
			return err
		}
	}
}

// RemoveAll removes path like os.RemoveAll, also where a process left folders
// without the permission to list or change them.
func RemoveAll(path string) error {
	err := os.RemoveAll(path)
	if err == nil {
		return nil
	}
	_ = filepath.WalkDir(path, func(p string, e fs.DirEntry, err error) error {
		if e != nil && e.IsDir() {
			_ = os.Chmod(p, 0o700) // before the folder is read: WalkDir calls this first
		}
		return nil
	})
	return os.RemoveAll(path)
}

// Fault says which step of making or removing a folder the system refused.
type Fault struct {
	Op, Path string
	Err      error
}

// ErrorKind implements errctx.Kind.
func (*Fault) ErrorKind() string { return "scratch.fault" }

func (e *Fault) Error() string {
	if p, ok := e.Err.(*fs.PathError); ok {
		return fmt.Sprintf("%s %s: %v", e.Op, p.Path, p.Err)
	}
	return fmt.Sprintf("%s %s: %v", e.Op, e.Path, e.Err)
}

func (e *Fault) Unwrap() error { return e.Err }
