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

// Open implements cas.Store.
func (s *Store) Open(ctx context.Context, d digest.Digest) (io.ReadCloser, cas.StoreErr) {
	if err := interrupted(ctx, "open blob"); err != nil {
		return nil, err
	}
	if d == digest.Empty {
		return io.NopCloser(strings.NewReader("")), nil
	}
	var corrupt cas.StoreErr
	for _, x := range forms {
		f, err := s.open(d, x)
		switch {
		case err == nil:
			return &reader{store: s, f: f, want: d, hash: digest.NewHasher()}, nil
		case isCorrupt(err):
			corrupt = err // put aside; the other form may serve
		case !isMissing(err):
			return nil, errctx.Wrap(err, "open blob")
		}
	}
	if corrupt != nil {
		return nil, errctx.Wrap(corrupt, "open blob")
	}
	return nil, missing(d, "open blob")
}

func isMissing(err cas.StoreErr) bool { _, ok := err.Root().(*cas.MissingDigest); return ok }
func isCorrupt(err cas.StoreErr) bool { _, ok := err.Root().(*cas.CorruptBlob); return ok }

// open opens one form of a blob and checks its length.
func (s *Store) open(d digest.Digest, executable bool) (*os.File, cas.StoreErr) {
	path := s.path(d, executable)
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, missing(d, "open file")
	}
	if err != nil {
		return nil, errctx.New(cas.FromErrno("open", path, err), "open file")
	}
	info, err := f.Stat()
	if err != nil {
		_ = f.Close()
		return nil, errctx.New(cas.FromErrno("stat", path, err), "open file")
	}
	if info.Size() != d.Size || !info.Mode().IsRegular() {
		got := digest.Digest{Size: info.Size()}
		if info.Mode().IsRegular() {
			got, _ = digest.FromReader(f)
		}
		return nil, s.corrupt(f, d, got)
	}
	return f, nil
}

// reader hashes what it reads and gives its verdict at the end.
type reader struct {
	store *Store
	f     *os.File
	want  digest.Digest
	hash  *digest.Hasher
	end   error
}

func (r *reader) Read(p []byte) (int, error) {
	if r.end != nil {
		return 0, r.end
	}
	n, err := r.f.Read(p)
	_, _ = r.hash.Write(p[:n]) // never fails
	switch {
	case err == io.EOF:
		r.end = io.EOF
		if got := r.hash.Digest(); got != r.want {
			r.end = r.store.corrupt(r.f, r.want, got)
			r.f = nil
		}
		return n, r.end
	case errors.Is(err, fs.ErrClosed):
		return n, err
	case err != nil:
		r.end = errctx.New(cas.FromErrno("read", r.f.Name(), err), "read blob", slog.Any("digest", r.want))
		return n, r.end
	}
	return n, nil
}

func (r *reader) Close() error {
	if r.f == nil {
		return nil
	}
	return r.f.Close()
}

// corrupt closes f and puts it aside, if it still is what has the blob's name.
func (s *Store) corrupt(f *os.File, d, got digest.Digest) cas.StoreErr {
	defer func() { _ = f.Close() }()
	e := &cas.CorruptBlob{Digest: d, Where: "disk", Got: got}
	held, err := f.Stat()
	if err != nil {
		return errctx.New[cas.StoreError](e, "verify blob")
	}
	now, err := os.Lstat(f.Name())
	if err != nil || !os.SameFile(held, now) {
		return errctx.New[cas.StoreError](e, "verify blob") // somebody was faster
	}
	s.forget(f.Name())
	dir := filepath.Join(s.root, quarantineName)
	if os.MkdirAll(dir, 0o755) == nil {
		kept := filepath.Join(dir, filepath.Base(f.Name())+"."+filepath.Base(s.scratch.Path)+"."+filepath.Base(s.scratch.Name()))
		if os.Rename(f.Name(), kept) == nil {
			e.Kept = kept
		}
	}
	return errctx.New[cas.StoreError](e, "verify blob", slog.String("kept", e.Kept))
}

func (s *Store) forget(path string) {
	s.mu.Lock()
	delete(s.verified, path)
	s.mu.Unlock()
}

// Link implements cas.Store.
func (s *Store) Link(ctx context.Context, d digest.Digest, executable bool, dst string) cas.StoreErr {
	if err := interrupted(ctx, "link blob"); err != nil {
		return err
	}
	if d == digest.Empty {
		return s.linkEmpty(executable, dst)
	}
	path, want, err := s.master(ctx, d, executable)
	if err != nil {
		return errctx.Wrap(err, "link blob", slog.Any("digest", d))
	}
	if lerr := os.Link(path, dst); lerr != nil {
		return s.linkFault(lerr, d, path, dst)
	}
	// Between the check and the link another process may have replaced the file.
	if info, serr := os.Lstat(dst); serr != nil || stampOf(info) != want {
		_ = os.Remove(dst)
		if serr != nil {
			return errctx.New(cas.FromErrno("lstat", dst, serr), "link blob")
		}
		s.forget(path)
		return missing(d, "link blob")
	}
	return nil
}

// linkFault names what link(2) said. ENOENT is the blob's fault unless the folder of dst is not there.
func (s *Store) linkFault(err error, d digest.Digest, path, dst string) cas.StoreErr {
	errno, _ := errors.AsType[syscall.Errno](err)
	switch errno {
	case syscall.ENOENT:
		if _, serr := os.Lstat(filepath.Dir(dst)); serr == nil {
			s.forget(path)
			return missing(d, "link blob")
		}
	case syscall.EXDEV, syscall.EMLINK, syscall.EPERM, syscall.ENOTSUP, syscall.ENOSYS:
		return errctx.New[cas.StoreError](&cas.LinkRefused{Path: dst, Err: errno}, "link blob")
	}
	return errctx.New(cas.FromErrno("link", dst, err), "link blob", slog.Any("digest", d))
}

func (s *Store) linkEmpty(executable bool, dst string) cas.StoreErr {
	mode := fs.FileMode(0o444)
	if executable {
		mode = 0o555
	}
	f, err := os.OpenFile(dst, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err == nil {
		err = f.Close()
	}
	if err != nil {
		return errctx.New(cas.FromErrno("create", dst, err), "link blob")
	}
	return nil
}

// master returns a verified file with the form asked for, made from the other form if need be.
func (s *Store) master(ctx context.Context, d digest.Digest, executable bool) (string, stamp, cas.StoreErr) {
	st, err := s.verify(d, executable)
	if err == nil {
		return s.path(d, executable), st, nil
	}
	if !isMissing(err) && !isCorrupt(err) {
		return "", stamp{}, err
	}
	if derr := s.derive(ctx, d, executable); derr != nil {
		if isMissing(derr) { // the first form says more: it may have been corrupt
			return "", stamp{}, err
		}
		return "", stamp{}, derr
	}
	st, err = s.verify(d, executable)
	return s.path(d, executable), st, err
}

// verify hashes one form of a blob, once as long as the file does not change.
func (s *Store) verify(d digest.Digest, executable bool) (stamp, cas.StoreErr) {
	path := s.path(d, executable)
	info, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return stamp{}, missing(d, "verify blob")
	}
	if err != nil {
		return stamp{}, errctx.New(cas.FromErrno("lstat", path, err), "verify blob")
	}
	st := stampOf(info)
	s.mu.Lock()
	known := s.verified[path] == st
	s.mu.Unlock()
	if known && st.size == d.Size {
		return st, nil
	}
	f, serr := s.open(d, executable)
	if serr != nil {
		return stamp{}, serr
	}
	// The stamp is taken before the bytes are read: a change while they are makes it another one.
	if info, err = f.Stat(); err != nil {
		_ = f.Close()
		return stamp{}, errctx.New(cas.FromErrno("stat", path, err), "verify blob")
	}
	st = stampOf(info)
	got, err := digest.FromReader(f)
	if err != nil {
		_ = f.Close()
		return stamp{}, errctx.New(cas.FromErrno("read", path, err), "verify blob", slog.Any("digest", d))
	}
	if got != d {
		return stamp{}, s.corrupt(f, d, got)
	}
	_ = f.Close()
	s.mu.Lock()
	s.verified[path] = st
	s.mu.Unlock()
	return st, nil
}
