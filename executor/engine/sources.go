package engine

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"syscall"

	"github.com/holdfast-go/holdfast/errctx"
	"github.com/holdfast-go/holdfast/executor/cas"
	"github.com/holdfast-go/holdfast/executor/digest"
)

// sources are the files of the workspace. Each is hashed once in a run; it gets into
// the store when a step is about to execute. Shared by the workers.
type sources struct {
	dir  string
	mu   sync.Mutex
	all  map[string]*sourceFile
	have map[digest.Digest]bool // stored in this run, as far as anybody knows
}

type sourceFile struct {
	once   sync.Once
	path   string
	digest digest.Digest
	exec   bool
	err    cas.StoreErr
}

func newSources(dir string) *sources {
	return &sources{dir: dir, all: map[string]*sourceFile{}, have: map[digest.Digest]bool{}}
}

// get returns the digest of the file at a slash path in the workspace.
func (s *sources) get(path string) (*sourceFile, cas.StoreErr) {
	s.mu.Lock()
	f := s.all[path]
	if f == nil {
		f = &sourceFile{path: path}
		s.all[path] = f
	}
	s.mu.Unlock()
	f.once.Do(func() { f.hash(filepath.Join(s.dir, filepath.FromSlash(path))) })
	return f, errctx.Wrap(f.err, "hash source file", errctx.Safe(slog.String("path", path)))
}

func (f *sourceFile) hash(host string) {
	file, err := os.Open(host)
	if err != nil {
		f.err = errctx.New(cas.SourceFault(host, err), "open")
		return
	}
	defer func() { _ = file.Close() }() // read only
	info, err := file.Stat()
	if err == nil {
		f.exec = info.Mode()&0o111 != 0
		f.digest, err = digest.FromReader(file)
	}
	if err != nil {
		f.err = errctx.New(cas.SourceFault(host, err), "read")
	}
}

// store puts the files' bytes into the store unless they are known to be there. A file
// that is no longer what it was is an [*InputChanged].
func (s *sources) store(ctx context.Context, store cas.Store, files []*sourceFile) Err {
	want := map[digest.Digest]*sourceFile{}
	var ask []digest.Digest
	s.mu.Lock()
	for _, f := range files {
		if !s.have[f.digest] && want[f.digest] == nil {
			want[f.digest] = f
			ask = append(ask, f.digest)
		}
	}
	s.mu.Unlock()
	if len(ask) == 0 {
		return nil
	}
	missing, err := store.Missing(ctx, ask)
	if err != nil {
		return errctx.Map(errctx.Wrap(err, "look for source files in the store"), storeFault)
	}
	for _, d := range missing {
		f := want[d]
		got, err := store.Import(ctx, filepath.Join(s.dir, filepath.FromSlash(f.path)), cas.Copy)
		if err != nil && gone(err) {
			return errctx.New[Error](&InputChanged{Path: f.path, Want: d}, "store source file")
		}
		if err != nil {
			return errctx.Map(errctx.Wrap(err, "store source file", errctx.Safe(slog.String("path", f.path))), storeFault)
		}
		if got != d {
			return errctx.New[Error](&InputChanged{f.path, d, got}, "store source file")
		}
	}
	s.mu.Lock()
	for _, d := range ask {
		s.have[d] = true
	}
	s.mu.Unlock()
	return nil
}

// forget drops the memory of a blob having been stored. It reports whether there was one.
func (s *sources) forget(d digest.Digest) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	had := s.have[d]
	delete(s.have, d)
	return had
}

// gone reports whether the file is not there any more.
func gone(err cas.StoreErr) bool {
	u, ok := err.Root().(*cas.Unreadable)
	return ok && (errors.Is(u.Err, fs.ErrNotExist) || errors.Is(u.Err, syscall.ENOTDIR))
}
