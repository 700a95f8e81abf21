// Package disk is a cas.Store of plain files, which many processes may share.
//
//	ROOT/3f/3f2a…        a blob, 0444, named by its SHA-256
//	ROOT/3f/3f2a….x      the same bytes, 0555: a mode belongs to an inode, so the executable form is another file
//	ROOT/tmp/            what is being written, in a folder for each living process
//	ROOT/quarantine/     what did not hash to its name
//
// A file gets its name by rename, when it is whole. Reads verify; nothing is
// synced one by one, because a blob that a power failure tore is found and
// reproduced like any other corrupt one. [Store.Sync] makes everything so far durable.
package disk

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
	"github.com/holdfast-go/holdfast/executor/scratch"
)

const (
	executableSuffix = ".x"
	quarantineName   = "quarantine"
	tmpName          = "tmp"
)

// Store is an open folder. Its methods may be called from many goroutines.
type Store struct {
	root    string
	scratch *scratch.Dir

	mu       sync.Mutex
	verified map[string]stamp // files that this process has hashed, by path
}

var _ cas.Store = (*Store)(nil)

// stamp tells whether a file is still the one that was hashed. A change time would not do: linking changes it.
type stamp struct {
	dev, ino    uint64
	size, mtime int64
}

func stampOf(info fs.FileInfo) stamp {
	s := stamp{size: info.Size(), mtime: info.ModTime().UnixNano()}
	if sys, ok := info.Sys().(*syscall.Stat_t); ok {
		s.dev, s.ino = uint64(sys.Dev), sys.Ino
	}
	return s
}

// Open opens the folder, creating it if need be, and removes what processes that are gone have left in it.
func Open(root string) (*Store, cas.StoreErr) {
	s := &Store{root: root, verified: map[string]stamp{}}
	var err errctx.WithContext[*scratch.Fault]
	if s.scratch, err = scratch.Open(filepath.Join(root, tmpName)); err != nil {
		return nil, errctx.Map(errctx.Wrap(err, "open store", slog.String("root", root)), scratchFault)
	}
	return s, nil
}

// Close removes this process's temporary files.
func (s *Store) Close() cas.StoreErr {
	return errctx.Map(errctx.Wrap(s.scratch.Close(), "close store"), scratchFault)
}

func scratchFault(f *scratch.Fault) cas.StoreError { return cas.FromErrno(f.Op, f.Path, f.Err) }

// path returns where a blob is, in its plain or executable form.
func (s *Store) path(d digest.Digest, executable bool) string {
	name := d.Hex()
	p := filepath.Join(s.root, name[:2], name)
	if executable {
		p += executableSuffix
	}
	return p
}

// forms are the two places a blob may be in.
var forms = [2]bool{false, true}

// Missing implements cas.Store. A file of the wrong length is not the blob.
func (s *Store) Missing(ctx context.Context, digests []digest.Digest) ([]digest.Digest, cas.StoreErr) {
	var missing []digest.Digest
	seen := make(map[digest.Digest]bool, len(digests))
	for _, d := range digests {
		if err := interrupted(ctx, "look for blobs"); err != nil {
			return nil, err
		}
		if seen[d] {
			continue
		}
		seen[d] = true
		there, err := s.has(d)
		if err != nil {
			return nil, errctx.Wrap(err, "look for blobs")
		}
		if !there {
			missing = append(missing, d)
		}
	}
	return missing, nil
}

func (s *Store) has(d digest.Digest) (bool, cas.StoreErr) {
	if d == digest.Empty {
		return true, nil
	}
	for _, x := range forms {
		path := s.path(d, x)
		info, err := os.Lstat(path)
		switch {
		case err == nil && info.Size() == d.Size && info.Mode().IsRegular():
			return true, nil
		case err != nil && !errors.Is(err, fs.ErrNotExist):
			return false, errctx.New(cas.FromErrno("lstat", path, err), "look for blob", slog.Any("digest", d))
		}
	}
	return false, nil
}

// Remove removes the blob and reports whether it was there.
func (s *Store) Remove(ctx context.Context, d digest.Digest) (bool, cas.StoreErr) {
	if err := interrupted(ctx, "remove blob"); err != nil {
		return false, err
	}
	was := false
	for _, x := range forms {
		path := s.path(d, x)
		switch err := os.Remove(path); {
		case err == nil:
			was = true
		case !errors.Is(err, fs.ErrNotExist):
			return was, errctx.New(cas.FromErrno("remove", path, err), "remove blob", slog.Any("digest", d))
		}
	}
	return was, nil
}

// Sync makes durable what has been stored so far, by this and any other process.
func (s *Store) Sync(ctx context.Context) cas.StoreErr {
	if err := interrupted(ctx, "sync store"); err != nil {
		return err
	}
	f, err := os.Open(s.root)
	if err == nil {
		err = syncAll(f)
		_ = f.Close()
	}
	if err != nil {
		return errctx.New(cas.FromErrno("sync", s.root, err), "sync store")
	}
	return nil
}

func missing(d digest.Digest, doing string) cas.StoreErr {
	return errctx.New[cas.StoreError](&cas.MissingDigest{Digest: d, Where: "disk"}, doing)
}

// interrupted returns an error when the context has ended.
func interrupted(ctx context.Context, op string) cas.StoreErr {
	if err := ctx.Err(); err != nil {
		return errctx.New[cas.StoreError](&cas.Interrupted{Op: op, Err: err}, op)
	}
	return nil
}
