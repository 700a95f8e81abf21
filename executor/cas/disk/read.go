package disk

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/holdfast-go/holdfast/errctx"
	"github.com/holdfast-go/holdfast/executor/cas"
	"github.com/holdfast-go/holdfast/executor/digest"
)

// Open implements [cas.Store]. A wrong length is a [*cas.CorruptBlob] at once.
func (s *Store) Open(ctx context.Context, d digest.Digest) (io.ReadCloser, cas.StoreErr) {
	if ctx.Err() != nil {
		return nil, errctx.New(cas.Ended(ctx, "open"), "open blob")
	}
	if d == digest.Empty {
		return io.NopCloser(strings.NewReader("")), nil
	}
	f, err := s.open(d, false)
	if absent(err) {
		var other cas.StoreErr
		if f, other = s.open(d, true); !missing(other) {
			err = other
		} // else the first form says more: it may have been corrupt
	}
	if err != nil {
		return nil, errctx.Wrap(err, "open blob")
	}
	return s.reader(f, d), nil
}

func missing(err cas.StoreErr) bool {
	if err == nil {
		return false
	}
	_, ok := err.Root().(*cas.MissingDigest)
	return ok
}

// absent reports whether the form that was asked for is not there, or not any more.
func absent(err cas.StoreErr) bool {
	if err == nil {
		return false
	}
	_, ok := err.Root().(*cas.CorruptBlob)
	return ok || missing(err)
}

// reader verifies what it reads.
func (s *Store) reader(f *os.File, d digest.Digest) io.ReadCloser {
	return cas.VerifyReader(f, d, func(got digest.Digest) cas.StoreErr {
		info, err := f.Stat()
		if err != nil {
			return errctx.New(cas.FromErrno("stat", f.Name(), err), "verify blob")
		}
		return s.corrupt(f.Name(), info, d, got)
	})
}

// open opens one form of a blob and checks its length.
func (s *Store) open(d digest.Digest, executable bool) (*os.File, cas.StoreErr) {
	path := s.path(d, executable)
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, errctx.New(gone(d), "open file")
	}
	if err != nil {
		// What is not a regular file may not even open.
		if info, lerr := os.Lstat(path); lerr == nil && !info.Mode().IsRegular() {
			return nil, s.corrupt(path, info, d, digest.Digest{Size: info.Size()})
		}
		return nil, errctx.New(cas.FromErrno("open", path, err), "open file")
	}
	info, err := f.Stat()
	if err != nil {
		_ = f.Close() // read only, here and below
		return nil, errctx.New(cas.FromErrno("stat", path, err), "open file")
	}
	if info.Size() == d.Size && info.Mode().IsRegular() {
		return f, nil
	}
	defer func() { _ = f.Close() }()
	got := digest.Digest{Size: info.Size()}
	if info.Mode().IsRegular() {
		if got, err = digest.FromReader(f); err != nil {
			return nil, errctx.New(cas.FromErrno("read", path, err), "open file")
		}
	}
	if got.Hash == d.Hash { // the file is well, and no blob has this length
		return nil, errctx.New(gone(d), "open file")
	}
	return nil, s.corrupt(path, info, d, got)
}

func gone(d digest.Digest) cas.StoreError { return &cas.MissingDigest{Digest: d, Where: where} }

// corrupt puts aside the file whose bytes are got, if it still is what path leads to.
func (s *Store) corrupt(path string, file fs.FileInfo, d, got digest.Digest) cas.StoreErr {
	e := &cas.CorruptBlob{Digest: d, Where: where, Got: got}
	if at(path, file) { // else somebody was faster
		e.Kept = s.quarantine(path, file)
	}
	return errctx.New[cas.StoreError](e, "verify blob", slog.String("file", path))
}

// quarantine returns where the file is now. If it cannot be kept it is removed, and if that cannot be done
// either it stays: it is corrupt whenever it is read.
func (s *Store) quarantine(path string, file fs.FileInfo) string {
	dir := filepath.Join(s.root, quarantineName)
	kept := filepath.Join(dir, filepath.Base(path)+"."+filepath.Base(s.scratch.Path)+"."+filepath.Base(s.scratch.Name()))
	err := os.Rename(path, kept)
	if errors.Is(err, fs.ErrNotExist) && os.MkdirAll(dir, 0o755) == nil {
		err = os.Rename(path, kept)
	}
	if err != nil {
		if !errors.Is(err, fs.ErrNotExist) {
			_ = os.Remove(path)
		}
		return ""
	}
	if !at(kept, file) {
		// In the last moment somebody put a good one there. Its name is back in no time.
		_ = os.Link(kept, path)
		_ = os.Remove(kept) // two names for one good blob do no harm
		return ""
	}
	return kept
}

// at reports whether path leads to the file.
func at(path string, file fs.FileInfo) bool {
	now, err := os.Lstat(path)
	return err == nil && os.SameFile(file, now)
}
