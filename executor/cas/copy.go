package cas

import (
	"context"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"syscall"

	"github.com/holdfast-go/holdfast/errctx"
	"github.com/holdfast-go/holdfast/executor/digest"
	"golang.org/x/sys/unix"
)

// CopyTo writes the verified blob to the new file dst, as [WriteFile] does. It
// returns what Open returns and faults of writing.
func CopyTo(ctx context.Context, s Store, d digest.Digest, executable bool, dst string) StoreErr {
	r, err := s.Open(ctx, d)
	if err != nil {
		return errctx.Wrap(err, "copy blob", slog.String("to", dst))
	}
	defer func() { _ = r.Close() }()
	return errctx.Wrap(WriteFile(r, d, executable, dst), "copy blob", slog.String("to", dst))
}

// WriteFile writes what a blob's reader yields to the new file dst, read-only (0444) and
// executable (0555) or not, whatever the umask. On an error it leaves no file. An error of r comes back as
// [ReadError] names it; of d, only the size is needed: for a [*DiskFull].
//
// An executable is written while no process can be forked: a child that inherits
// the open file for a moment would make its execution fail with ETXTBSY
// (https://go.dev/issue/22315). So r should not have to wait for anything but this machine's disk.
func WriteFile(r io.Reader, d digest.Digest, executable bool, dst string) StoreErr {
	mode := os.FileMode(0o444)
	if executable {
		mode = 0o555
		syscall.ForkLock.RLock()
		defer syscall.ForkLock.RUnlock()
	}
	f, err := os.OpenFile(dst, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return errctx.New(WriteFault("create", dst, d.Size, err), "write file")
	}
	w := &writer{f: f, err: f.Chmod(mode)}
	_, rerr := io.Copy(w, r)
	if e := f.Close(); w.err == nil {
		w.err = e
	}
	switch {
	case w.err != nil:
		_ = os.Remove(dst) // what cannot be written may be impossible to remove
		return errctx.New(WriteFault("write", dst, d.Size, w.err), "write file", slog.Any("digest", d))
	case rerr != nil:
		_ = os.Remove(dst)
		return ReadError(rerr, d)
	}
	return nil
}

// writer remembers its own error, to tell it from the reader's.
type writer struct {
	f   *os.File
	err error
}

func (w *writer) Write(p []byte) (n int, err error) {
	if w.err == nil {
		n, w.err = w.f.Write(p)
	}
	return n, w.err
}

// WriteFault is [FromErrno] for writing need bytes to path. A [*DiskFull] says
// what the file system has left.
func WriteFault(op, path string, need int64, err error) StoreError {
	e := FromErrno(op, path, err)
	if full, ok := e.(*DiskFull); ok {
		full.Need = need
		var fsys unix.Statfs_t
		if unix.Statfs(filepath.Dir(path), &fsys) == nil {
			full.Free = int64(fsys.Bavail) * int64(fsys.Bsize)
		}
	}
	return e
}
