package disk

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"github.com/holdfast-go/holdfast/errctx"
	"github.com/holdfast-go/holdfast/executor/cas"
	"github.com/holdfast-go/holdfast/executor/digest"
)

// Put implements [cas.Store].
func (s *Store) Put(ctx context.Context, data []byte) (digest.Digest, cas.StoreErr) {
	if ctx.Err() != nil {
		return digest.Digest{}, errctx.New(cas.Ended(ctx, "put"), "store blob")
	}
	d := digest.Of(data)
	there, err := s.intact(d)
	if err == nil && !there {
		err = s.write(bytes.NewReader(data), d)
	}
	if err != nil {
		return digest.Digest{}, errctx.Wrap(err, "store blob", slog.Any("digest", d))
	}
	return d, nil
}

func (s *Store) write(r io.Reader, d digest.Digest) cas.StoreErr {
	tmp := s.scratch.Name()
	if err := cas.WriteFile(r, d, false, tmp); err != nil {
		return err
	}
	return s.publish(tmp, s.path(d, false), d.Size)
}

// publish gives a whole file its name. Whoever comes second replaces the same bytes.
func (s *Store) publish(tmp, path string, size int64) cas.StoreErr {
	err := os.Rename(tmp, path)
	if errors.Is(err, fs.ErrNotExist) {
		if err = os.MkdirAll(filepath.Dir(path), 0o755); err == nil {
			err = os.Rename(tmp, path)
		}
	}
	if err != nil {
		_ = os.Remove(tmp)
		return errctx.New(cas.WriteFault("rename", path, size, err), "name blob")
	}
	return nil
}

// Import implements [cas.Store]. Move takes the file itself if it is on the store's
// file system and has no other name, and copies it otherwise.
func (s *Store) Import(ctx context.Context, path string, how cas.How) (digest.Digest, cas.StoreErr) {
	if ctx.Err() != nil {
		return digest.Digest{}, errctx.New(cas.Ended(ctx, "import"), "import file")
	}
	d, err := s.take(path, how)
	if err != nil {
		return digest.Digest{}, errctx.Wrap(err, "import file", slog.String("path", path))
	}
	return d, nil
}

func (s *Store) take(path string, how cas.How) (digest.Digest, cas.StoreErr) {
	f, info, err := cas.OpenSource(path, how)
	if err != nil {
		return digest.Digest{}, err
	}
	defer func() { _ = f.Close() }() // read only
	if how == cas.Move && movable(info) {
		d, moved, err := s.move(f, info)
		if moved || err != nil {
			return d, err
		}
		if _, err := f.Seek(0, io.SeekStart); err != nil {
			return digest.Digest{}, errctx.New(cas.SourceFault(path, err), "copy file")
		}
	}
	return s.copy(f, info.Size())
}

// movable reports whether no other name leads to the file's bytes.
func movable(info fs.FileInfo) bool {
	sys, ok := info.Sys().(*syscall.Stat_t)
	return ok && sys.Nlink == 1
}

// move hashes the file and, unless the blob is there, takes it if it then still is
// what was hashed. Where that cannot be done it reports false: a copy serves as well.
func (s *Store) move(f *os.File, info fs.FileInfo) (digest.Digest, bool, cas.StoreErr) {
	path := f.Name()
	d, err := digest.FromReader(f)
	if err != nil {
		return d, false, errctx.New(cas.SourceFault(path, err), "hash file")
	}
	if there, err := s.intact(d); there || err != nil {
		return d, there, err
	}
	tmp := s.scratch.Name()
	if os.Rename(path, tmp) != nil {
		return d, false, nil
	}
	// What can be executed will be: the other form may never be needed.
	executable := info.Mode()&0o111 != 0
	now, err := os.Lstat(tmp)
	if err != nil || stampOf(now) != stampOf(info) || os.Chmod(tmp, mode(executable)) != nil || os.Chtimes(tmp, time.Time{}, time.Now()) != nil {
		_ = os.Rename(tmp, path) // if it cannot be put back the copy still has the bytes
		return d, false, nil
	}
	return d, true, s.publish(tmp, s.path(d, executable), d.Size)
}

// copy stores what the file yields, hashing it on the way: what counts is what was copied.
func (s *Store) copy(f *os.File, size int64) (digest.Digest, cas.StoreErr) {
	tmp := s.scratch.Name()
	src := &source{f: f, hash: digest.NewHasher()}
	if err := cas.WriteFile(src, digest.Digest{Size: size}, false, tmp); err != nil {
		return digest.Digest{}, err
	}
	d := src.hash.Digest()
	if there, err := s.intact(d); there || err != nil {
		_ = os.Remove(tmp)
		return d, err
	}
	return d, s.publish(tmp, s.path(d, false), d.Size)
}

// source hashes what is read from a file to be imported, and types the errors.
type source struct {
	f    *os.File
	hash *digest.Hasher
}

func (s *source) Read(p []byte) (int, error) {
	n, err := s.f.Read(p)
	_, _ = s.hash.Write(p[:n]) // never fails
	if err != nil && err != io.EOF {
		return n, errctx.New(cas.SourceFault(s.f.Name(), err), "read file")
	}
	return n, err
}
