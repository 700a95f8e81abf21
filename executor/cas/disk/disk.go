// Package disk is a cas.Store of plain files, which many processes may share.
//
//	ROOT/3f/3f2a…        a blob, 0444, named by its SHA-256
//	ROOT/3f/3f2a….x      the same bytes, 0555: a mode belongs to an inode, so the executable form is another file
//	ROOT/tmp/            what is being written, in a folder for each living process
//	ROOT/quarantine/     what did not hash to its name
//
// What can be relied on:
//
//   - A blob is there in either form or in both. Each is made of the other when it is asked for.
//   - A file gets its name by rename, when it is whole. What a killed process was
//     writing is removed by the next Open.
//   - Reads verify. A linked file was hashed by this process, and has had
//     the same inode, length and modification time ever since. A file that is written to and
//     then given its old modification time is not noticed.
//   - Nothing is synced one by one, because a blob that a power failure tore is found and
//     reproduced like any other corrupt one. [Store.Sync] makes everything so far durable.
//   - A blob's modification time is when it was stored.
package disk

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"

	"github.com/holdfast-go/holdfast/errctx"
	"github.com/holdfast-go/holdfast/executor/cas"
	"github.com/holdfast-go/holdfast/executor/digest"
	"github.com/holdfast-go/holdfast/executor/scratch"
)

const (
	executableSuffix = ".x"
	quarantineName   = "quarantine"
	tmpName          = "tmp"
	where            = "disk" // of the errors about a blob
)

// Store is an open folder. Its methods may be called from many goroutines.
type Store struct {
	root     string
	scratch  *scratch.Dir
	verified memo
}

var _ cas.Store = (*Store)(nil)

// Open opens the folder, creating it if need be, and removes what processes that are gone have left in it.
func Open(root string) (*Store, cas.StoreErr) {
	dir, err := scratch.Open(filepath.Join(root, tmpName))
	if err != nil {
		return nil, errctx.Map(errctx.Wrap(err, "open store", slog.String("root", root)), scratchFault)
	}
	return &Store{root: root, scratch: dir}, nil
}

// Close removes this process's temporary files.
func (s *Store) Close() cas.StoreErr {
	return errctx.Map(errctx.Wrap(s.scratch.Close(), "close store"), scratchFault)
}

func scratchFault(f *scratch.Fault) cas.StoreError { return cas.FromErrno(f.Op, f.Path, f.Err) }

// path returns where a blob is, in its plain or executable form.
func (s *Store) path(d digest.Digest, executable bool) string {
	name := d.Hex()
	p := s.root + string(filepath.Separator) + name[:2] + string(filepath.Separator) + name
	if executable {
		p += executableSuffix
	}
	return p
}

// forms are the two files a blob may be in.
var forms = [2]bool{false, true}

// mode is what a form has, whatever the umask.
func mode(executable bool) fs.FileMode {
	if executable {
		return 0o555
	}
	return 0o444
}

// Missing implements [cas.Store]. A file of the wrong length is not the blob.
func (s *Store) Missing(ctx context.Context, digests []digest.Digest) ([]digest.Digest, cas.StoreErr) {
	var missing []digest.Digest
	seen := make(map[digest.Digest]bool, len(digests))
	for _, d := range digests {
		if ctx.Err() != nil {
			return nil, errctx.New(cas.Ended(ctx, "lstat"), "look for blobs")
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

// intact reports whether a form of the blob is there and has its bytes. Storing asks
// this, not the length: what is stored again because it was lost may have been one
// of several that are corrupt.
func (s *Store) intact(d digest.Digest) (bool, cas.StoreErr) {
	if d == digest.Empty {
		return true, nil
	}
	for _, x := range forms {
		switch _, err := s.verify(s.path(d, x), d, x); {
		case err == nil:
			return true, nil
		case !absent(err):
			return false, err
		}
	}
	return false, nil
}

// Remove removes the blob, in both forms, and reports whether it was there.
func (s *Store) Remove(ctx context.Context, d digest.Digest) (bool, cas.StoreErr) {
	if ctx.Err() != nil {
		return false, errctx.New(cas.Ended(ctx, "remove"), "remove blob")
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
	if ctx.Err() != nil {
		return errctx.New(cas.Ended(ctx, "sync"), "sync store")
	}
	f, err := os.Open(s.root)
	if err == nil {
		err = syncAll(f)
		_ = f.Close() // read only
	}
	if err != nil {
		return errctx.New(cas.FromErrno("sync", s.root, err), "sync store")
	}
	return nil
}
