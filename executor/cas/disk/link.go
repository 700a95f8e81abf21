package disk

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/holdfast-go/holdfast/errctx"
	"github.com/holdfast-go/holdfast/executor/cas"
	"github.com/holdfast-go/holdfast/executor/digest"
)

// maxLinks is how often Link starts over when other processes keep replacing the
// file between its verification and its linking, each time with a good one.
const maxLinks = 20

// Link implements [cas.Store]. The bytes are hashed once for as long as the file does
// not change. The empty blob has no file to link to: dst is a new one.
func (s *Store) Link(ctx context.Context, d digest.Digest, executable bool, dst string) cas.StoreErr {
	if d == digest.Empty && ctx.Err() == nil {
		return errctx.Wrap(cas.WriteFile(strings.NewReader(""), d, executable, dst), "link blob")
	}
	path := s.path(d, executable)
	for range maxLinks {
		if ctx.Err() != nil {
			return errctx.New(cas.Ended(ctx, "link"), "link blob")
		}
		want, err := s.master(path, d, executable)
		if err == nil {
			var linked bool
			if linked, err = link(path, want, dst); linked {
				return nil
			}
		}
		if err != nil {
			return errctx.Wrap(err, "link blob", slog.Any("digest", d))
		}
	}
	return errctx.New(gone(d), "link blob")
}

// link reports whether dst now is a link to the file with that stamp. If the file
// at path is gone or another one there is neither dst nor an error.
func link(path string, want stamp, dst string) (bool, cas.StoreErr) {
	if err := os.Link(path, dst); err != nil {
		errno, _ := errors.AsType[syscall.Errno](err)
		switch errno {
		case syscall.ENOENT:
			if _, serr := os.Stat(filepath.Dir(dst)); serr == nil {
				return false, nil
			}
		case syscall.EXDEV, syscall.EMLINK, syscall.EPERM, syscall.ENOTSUP, syscall.ENOSYS:
			return false, errctx.New[cas.StoreError](&cas.LinkRefused{Path: dst, Err: errno}, "link file")
		}
		return false, errctx.New(cas.WriteFault("link", dst, 0, err), "link file")
	}
	info, err := os.Lstat(dst)
	if err == nil && stampOf(info) == want {
		return true, nil
	}
	_ = os.Remove(dst) // what was wrong with it is the news
	if err != nil {
		return false, errctx.New(cas.FromErrno("lstat", dst, err), "link file")
	}
	return false, nil
}

// master returns the stamp of the verified file in the form asked for, made from the other form if need be.
func (s *Store) master(path string, d digest.Digest, executable bool) (stamp, cas.StoreErr) {
	st, err := s.verify(path, d, executable)
	if !absent(err) {
		return st, err
	}
	st, other := s.derive(path, d, executable)
	if missing(other) {
		return stamp{}, err // the first form says more: it may have been corrupt
	}
	return st, other
}

// verify hashes one form of a blob, once as long as the file does not change, and
// gives it the mode it has to have.
func (s *Store) verify(path string, d digest.Digest, executable bool) (stamp, cas.StoreErr) {
	info, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return stamp{}, errctx.New(gone(d), "verify blob")
	}
	if err != nil {
		return stamp{}, errctx.New(cas.FromErrno("lstat", path, err), "verify blob")
	}
	st := stampOf(info)
	if info.Mode() != mode(executable) || !s.verified.has(form{d, executable}, st) {
		return s.hash(d, executable)
	}
	return st, nil
}

// hash is verify without a memory.
func (s *Store) hash(d digest.Digest, executable bool) (stamp, cas.StoreErr) {
	f, serr := s.open(d, executable)
	if serr != nil {
		return stamp{}, serr
	}
	defer func() { _ = f.Close() }() // read only
	// The stamp is taken before the bytes are read: a change while they are makes it another one.
	now := time.Now()
	info, err := f.Stat()
	if err != nil {
		return stamp{}, errctx.New(cas.FromErrno("stat", f.Name(), err), "verify blob")
	}
	got, err := digest.FromReader(f)
	if err != nil {
		return stamp{}, errctx.New(cas.FromErrno("read", f.Name(), err), "verify blob", slog.Any("digest", d))
	}
	if got != d {
		return stamp{}, s.corrupt(f.Name(), info, d, got)
	}
	// Whoever was given a link may have changed the mode for all who have one. A copy has its own.
	if m := mode(executable); info.Mode() != m {
		if err := f.Chmod(m); err != nil {
			errno, _ := errors.AsType[syscall.Errno](err)
			return stamp{}, errctx.New[cas.StoreError](&cas.LinkRefused{Path: f.Name(), Err: errno}, "restore mode")
		}
	}
	st := stampOf(info)
	if st.settled(now) {
		s.verified.add(form{d, executable}, st)
	}
	return st, nil
}

// derive makes one form of a blob from the other, verified.
func (s *Store) derive(path string, d digest.Digest, executable bool) (stamp, cas.StoreErr) {
	f, err := s.open(d, !executable)
	if err != nil {
		return stamp{}, err
	}
	defer func() { _ = f.Close() }() // read only
	tmp := s.scratch.Name()
	if err := cas.WriteFile(s.reader(f, d), d, executable, tmp); err != nil {
		return stamp{}, err
	}
	info, serr := os.Lstat(tmp) // nobody else has it yet
	if serr != nil {
		return stamp{}, errctx.New(cas.FromErrno("lstat", tmp, serr), "make other form")
	}
	return stampOf(info), s.publish(tmp, path, d.Size)
}
