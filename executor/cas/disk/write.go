package disk

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"syscall"

	"github.com/holdfast-go/holdfast/errctx"
	"github.com/holdfast-go/holdfast/executor/cas"
	"github.com/holdfast-go/holdfast/executor/digest"
	"golang.org/x/sys/unix"
)

// Put implements cas.Store.
func (s *Store) Put(ctx context.Context, data []byte) (digest.Digest, cas.StoreErr) {
	d := digest.Of(data)
	if err := interrupted(ctx, "store blob"); err != nil {
		return digest.Digest{}, err
	}
	if there, err := s.has(d); err != nil || there {
		return d, errctx.Wrap(err, "store blob")
	}
	tmp := s.scratch.Name()
	err := os.WriteFile(tmp, data, 0o444)
	if err == nil {
		return d, s.publish(tmp, d, false)
	}
	_ = os.Remove(tmp)
	return digest.Digest{}, errctx.New(s.writeFault(tmp, d.Size, err), "store blob", slog.Any("digest", d))
}

// Import implements cas.Store. With Copy a symbolic link is followed, with Move it is not a file.
func (s *Store) Import(ctx context.Context, path string, how cas.How) (digest.Digest, cas.StoreErr) {
	if err := interrupted(ctx, "import file"); err != nil {
		return digest.Digest{}, err
	}
	f, info, err := openFile(path, how)
	if err != nil {
		return digest.Digest{}, errctx.Wrap(err, "import file")
	}
	defer func() { _ = f.Close() }() // read only
	d, rerr := digest.FromReader(f)
	if rerr != nil {
		return digest.Digest{}, errctx.New(readFault(path, rerr), "import file")
	}
	if there, err := s.has(d); err != nil || there {
		return d, errctx.Wrap(err, "import file", slog.String("path", path))
	}
	if how == cas.Move && movable(info) {
		if moved, err := s.move(path, info, d); moved || err != nil {
			return d, errctx.Wrap(err, "import file", slog.String("path", path))
		}
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return digest.Digest{}, errctx.New(readFault(path, err), "import file")
	}
	d, err = s.copy(f, path, info.Size())
	return d, errctx.Wrap(err, "import file", slog.String("path", path))
}

// openFile opens a regular file for reading, and nothing that reading could hang on.
func openFile(path string, how cas.How) (*os.File, fs.FileInfo, cas.StoreErr) {
	flags := os.O_RDONLY | syscall.O_NONBLOCK
	if how == cas.Move {
		flags |= syscall.O_NOFOLLOW
	}
	f, err := os.OpenFile(path, flags, 0)
	if err != nil {
		return nil, nil, errctx.New(readFault(path, err), "open file")
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = &fs.PathError{Op: "open", Path: path, Err: syscall.EINVAL}
		if info.IsDir() {
			err = &fs.PathError{Op: "open", Path: path, Err: syscall.EISDIR}
		}
	}
	if err != nil {
		_ = f.Close()
		return nil, nil, errctx.New(readFault(path, err), "open file")
	}
	return f, info, nil
}

// readFault tells a file that cannot be read from a machine that is short of something.
func readFault(path string, err error) cas.StoreError {
	if e, ok := cas.FromErrno("read", path, err).(*cas.Resource); ok {
		return e
	}
	return &cas.Unreadable{Path: path, Err: err}
}

// movable reports whether no other name leads to the file's bytes.
func movable(info fs.FileInfo) bool {
	sys, ok := info.Sys().(*syscall.Stat_t)
	return ok && sys.Nlink == 1
}

// move takes the file itself, if it is on our file system and still the one that was hashed.
func (s *Store) move(path string, hashed fs.FileInfo, d digest.Digest) (bool, cas.StoreErr) {
	tmp := s.scratch.Name()
	if os.Rename(path, tmp) != nil {
		return false, nil // a copy serves as well
	}
	now, err := os.Lstat(tmp)
	if err != nil || stampOf(now) != stampOf(hashed) {
		_ = os.Rename(tmp, path)
		return false, nil
	}
	if err := os.Chmod(tmp, 0o444); err != nil {
		_ = os.Rename(tmp, path)
		return false, nil
	}
	return true, s.publish(tmp, d, false)
}

// copy stores what r yields, hashing it on the way: what counts is what was copied.
func (s *Store) copy(r io.Reader, path string, size int64) (digest.Digest, cas.StoreErr) {
	tmp := s.scratch.Name()
	f, err := os.OpenFile(tmp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o444)
	if err != nil {
		return digest.Digest{}, errctx.New(s.writeFault(tmp, size, err), "copy")
	}
	h := digest.NewHasher()
	w := &writer{f: f}
	_, cerr := io.Copy(io.MultiWriter(w, h), r)
	if e := f.Close(); w.err == nil {
		w.err = e
	}
	switch {
	case w.err != nil:
		_ = os.Remove(tmp)
		return digest.Digest{}, errctx.New(s.writeFault(tmp, size, w.err), "copy")
	case cerr != nil:
		_ = os.Remove(tmp)
		return digest.Digest{}, errctx.New(readFault(path, cerr), "copy")
	}
	d := h.Digest()
	return d, s.publish(tmp, d, false)
}

// writer remembers its own error, to tell it from the reader's.
type writer struct {
	f   *os.File
	err error
}

func (w *writer) Write(p []byte) (int, error) {
	n, err := w.f.Write(p)
	w.err = err
	return n, err
}

// publish gives a whole file its name. Whoever comes second replaces the same bytes.
func (s *Store) publish(tmp string, d digest.Digest, executable bool) cas.StoreErr {
	path := s.path(d, executable)
	err := os.Rename(tmp, path)
	if errors.Is(err, fs.ErrNotExist) {
		if err = os.MkdirAll(filepath.Dir(path), 0o755); err == nil {
			err = os.Rename(tmp, path)
		}
	}
	if err != nil {
		_ = os.Remove(tmp)
		return errctx.New(s.writeFault(path, d.Size, err), "name blob", slog.Any("digest", d))
	}
	return nil
}

// derive makes one form of a blob from the other, verified.
func (s *Store) derive(ctx context.Context, d digest.Digest, executable bool) cas.StoreErr {
	f, err := s.open(d, !executable)
	if err != nil {
		return err
	}
	r := &reader{store: s, f: f, want: d, hash: digest.NewHasher()}
	defer func() { _ = r.Close() }()
	tmp := s.scratch.Name()
	if err := cas.WriteFile(r, d, executable, tmp); err != nil {
		return err
	}
	return s.publish(tmp, d, executable)
}

// writeFault adds what a full disk lacks.
func (s *Store) writeFault(path string, need int64, err error) cas.StoreError {
	e := cas.FromErrno("write", path, err)
	if full, ok := e.(*cas.DiskFull); ok {
		full.Need = need
		var fsys unix.Statfs_t
		if unix.Statfs(s.root, &fsys) == nil {
			full.Free = int64(fsys.Bavail) * int64(fsys.Bsize)
		}
	}
	return e
}
