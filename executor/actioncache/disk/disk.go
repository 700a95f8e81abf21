// Package disk keeps an action cache in a folder.
//
//	DIR/ab/ab12…      the entry of the action whose hash is ab12…, in 64 digits
//	DIR/tmp/          entries being written
//	DIR/quarantine/   entries that were corrupt, the last of each action
//
// An entry is written aside and renamed into its place, so any number of
// processes, also killed ones, may share the folder. Nothing is forced to the disk: an
// entry that a power failure left half written does not match its checksum, and
// whoever wants results to outlive one calls syncfs at the end of a run.
package disk

import (
	"context"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/holdfast-go/holdfast/errctx"
	"github.com/holdfast-go/holdfast/executor/action"
	"github.com/holdfast-go/holdfast/executor/actioncache"
	"github.com/holdfast-go/holdfast/executor/cas"
	"github.com/holdfast-go/holdfast/executor/digest"
	"github.com/holdfast-go/holdfast/executor/scratch"
)

// Cache is an action cache in a folder.
type Cache struct {
	dir string
	tmp *scratch.Dir
}

var _ actioncache.Cache = (*Cache)(nil)

const (
	tmpName        = "tmp"
	quarantineName = "quarantine"
)

// Open opens the cache in dir, which it creates if need be. What killed
// processes left in DIR/tmp is removed.
func Open(dir string) (*Cache, cas.StoreErr) {
	quarantine := filepath.Join(dir, quarantineName)
	if err := os.MkdirAll(quarantine, 0o755); err != nil {
		return nil, errctx.New(cas.FromErrno("create folder", quarantine, err), "open action cache", slog.String("dir", dir))
	}
	tmp, err := scratch.Open(filepath.Join(dir, tmpName))
	if err != nil {
		return nil, errctx.Map(errctx.Wrap(err, "open action cache", slog.String("dir", dir)), scratchFault)
	}
	return &Cache{dir, tmp}, nil
}

// Close ends the use of the cache by this process. The entries stay.
func (c *Cache) Close() cas.StoreErr {
	return errctx.Map(errctx.Wrap(c.tmp.Close(), "close action cache", slog.String("dir", c.dir)), scratchFault)
}

func scratchFault(e *scratch.Fault) cas.StoreError { return cas.FromErrno(e.Op, e.Path, e.Err) }

func storeFault(e cas.StoreError) actioncache.GetError { return actioncache.StoreFault{StoreError: e} }
func storePutFault(e cas.StoreError) actioncache.PutError {
	return actioncache.StoreFault{StoreError: e}
}

// path returns where the entry of the action with the hash of key is.
func (c *Cache) path(key digest.Digest) string {
	hex := key.Hex()
	return filepath.Join(c.dir, hex[:2], hex)
}

// Get implements [actioncache.Cache].
func (c *Cache) Get(ctx context.Context, key digest.Digest) (*action.Result, actioncache.GetErr) {
	if ctx.Err() != nil {
		return nil, errctx.New(storeFault(interrupted(ctx, "get")), "look up action")
	}
	path := c.path(key)
	data, info, err := read(path)
	if os.IsNotExist(err) {
		return nil, errctx.New[actioncache.GetError](&actioncache.Miss{Key: key, Reason: actioncache.Absent}, "look up action")
	}
	if err != nil {
		return nil, errctx.New(storeFault(cas.FromErrno("read", path, err)), "look up action")
	}
	r, fault := c.decode(key, path, data)
	if fault != nil {
		return nil, errctx.New(fault, "look up action")
	}
	touch(path, info.ModTime())
	return r, nil
}

// read returns the bytes of an entry, none if they are too many for one.
func read(path string) ([]byte, os.FileInfo, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, nil, err
	}
	defer func() { _ = f.Close() }() // read only: nothing can be lost
	info, err := f.Stat()
	if err != nil || !info.Mode().IsRegular() || info.Size() > actioncache.MaxEntry {
		return nil, info, err
	}
	data := make([]byte, info.Size())
	n, err := io.ReadFull(f, data)
	if err == io.EOF || err == io.ErrUnexpectedEOF { // it has become shorter: the checksum will tell
		err = nil
	}
	return data[:n], info, err
}

// decode returns what actioncache.Decode does, and puts a corrupt entry aside.
func (c *Cache) decode(key digest.Digest, path string, data []byte) (*action.Result, actioncache.GetError) {
	r, fault := actioncache.Decode(key, data)
	if corrupt, ok := fault.(*actioncache.CorruptEntry); ok {
		// Between our reading and now somebody may have put a good entry here. Then
		// that one goes, and costs one execution more.
		kept := filepath.Join(c.dir, quarantineName, key.Hex())
		if os.Rename(path, kept) == nil {
			corrupt.Kept = kept
		} else {
			_ = os.RemoveAll(path) // a cache that may only be read finds it again
		}
	}
	return r, fault
}

// An entry's modification time is when it was last used, to within fresh: who
// makes room removes the oldest. A cache that may only be read goes without.
func touch(path string, last time.Time) {
	if now := time.Now(); now.Sub(last) > fresh {
		_ = os.Chtimes(path, now, now) // see above
	}
}

// fresh keeps a hit from writing to the disk each time (as in Go's build cache, cmd/go/internal/cache).
const fresh = time.Hour

// Put implements [actioncache.Cache].
func (c *Cache) Put(ctx context.Context, key digest.Digest, r *action.Result) actioncache.PutErr {
	data, bad := actioncache.Encode(key, r)
	if bad != nil {
		return errctx.Map(errctx.Wrap(bad, "put result"), func(e *actioncache.BadResult) actioncache.PutError { return e })
	}
	if ctx.Err() != nil {
		return errctx.New(storePutFault(interrupted(ctx, "put")), "put result")
	}
	tmp := c.tmp.Name()
	if err := os.WriteFile(tmp, data, 0o644); err != nil {
		_ = os.Remove(tmp)
		fault := cas.FromErrno("write", tmp, err)
		if full, ok := fault.(*cas.DiskFull); ok {
			full.Need = int64(len(data))
		}
		return errctx.New(storePutFault(fault), "put result", slog.Any("action", key))
	}
	path := c.path(key)
	err := os.Rename(tmp, path)
	if os.IsNotExist(err) { // the first entry in its folder
		if err = os.MkdirAll(filepath.Dir(path), 0o755); err == nil {
			err = os.Rename(tmp, path)
		}
	}
	if err != nil {
		_ = os.Remove(tmp)
		return errctx.New(storePutFault(cas.FromErrno("rename", path, err)), "put result", slog.Any("action", key))
	}
	return nil
}

// Remove removes the entry of key. Without one there is nothing to do.
func (c *Cache) Remove(ctx context.Context, key digest.Digest) cas.StoreErr {
	if ctx.Err() != nil {
		return errctx.New(interrupted(ctx, "remove"), "remove cache entry")
	}
	path := c.path(key)
	if err := os.Remove(path); err != nil && !os.IsNotExist(err) {
		return errctx.New(cas.FromErrno("remove", path, err), "remove cache entry")
	}
	return nil
}

func interrupted(ctx context.Context, op string) cas.StoreError {
	return &cas.Interrupted{Op: op, Err: context.Cause(ctx)}
}
