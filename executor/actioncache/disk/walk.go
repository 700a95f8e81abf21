package disk

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/holdfast-go/holdfast/errctx"
	"github.com/holdfast-go/holdfast/executor/action"
	"github.com/holdfast-go/holdfast/executor/actioncache"
	"github.com/holdfast-go/holdfast/executor/cas"
	"github.com/holdfast-go/holdfast/executor/digest"
)

// Entry is an entry as Walk finds it.
type Entry struct {
	Key    digest.Digest
	Result *action.Result
	Bytes  int64     // on disk
	Used   time.Time // to within an hour
}

// Report says what Walk and Verify have seen.
type Report struct {
	Entries int // that are good
	Other   int // in another format
	Corrupt []*actioncache.CorruptEntry
}

// Walk reads all entries, puts corrupt ones aside, and calls visit for each good one until
// it returns false. Entries that come or go meanwhile may be visited or not.
// Walking is no use of an entry.
func (c *Cache) Walk(ctx context.Context, visit func(Entry) bool) (Report, cas.StoreErr) {
	var report Report
	err := c.files(ctx, func(path string, key digest.Digest) (bool, cas.StoreErr) {
		data, info, err := read(path)
		if os.IsNotExist(err) {
			return true, nil
		}
		if err != nil {
			return false, errctx.New(cas.FromErrno("read", path, err), "read cache entry")
		}
		key.Size = actioncache.KeyOf(data).Size // a file's name has but the hash
		r, fault := c.decode(key, path, data)
		switch e := fault.(type) {
		case nil:
			report.Entries++
			return visit(Entry{key, r, info.Size(), info.ModTime()}), nil
		case *actioncache.CorruptEntry:
			report.Corrupt = append(report.Corrupt, e)
		default:
			report.Other++
		}
		return true, nil
	})
	return report, errctx.Wrap(err, "walk action cache", slog.String("dir", c.dir))
}

// Verify reads all entries and puts corrupt ones aside.
func (c *Cache) Verify(ctx context.Context) (Report, cas.StoreErr) {
	return c.Walk(ctx, func(Entry) bool { return true })
}

// Stat is what is in the folder.
type Stat struct {
	Entries     int
	Bytes       int64 // of the entries
	Quarantined int   // entries put aside
}

// Stat counts without reading an entry.
func (c *Cache) Stat(ctx context.Context) (Stat, cas.StoreErr) {
	var s Stat
	err := c.files(ctx, func(path string, _ digest.Digest) (bool, cas.StoreErr) {
		info, err := os.Lstat(path)
		if os.IsNotExist(err) {
			return true, nil
		}
		if err != nil {
			return false, errctx.New(cas.FromErrno("lstat", path, err), "look at cache entry")
		}
		s.Entries++
		s.Bytes += info.Size()
		return true, nil
	})
	if err != nil {
		return s, errctx.Wrap(err, "count cache entries", slog.String("dir", c.dir))
	}
	quarantine := filepath.Join(c.dir, quarantineName)
	kept, rerr := os.ReadDir(quarantine)
	if rerr != nil {
		return s, errctx.New(cas.FromErrno("read folder", quarantine, rerr), "count cache entries")
	}
	s.Quarantined = len(kept)
	return s, nil
}

// files calls visit for the file of each entry, in the order of their keys, until
// it returns false. The size in key is not known.
func (c *Cache) files(ctx context.Context, visit func(path string, key digest.Digest) (bool, cas.StoreErr)) cas.StoreErr {
	shards, err := os.ReadDir(c.dir)
	if err != nil {
		return errctx.New(cas.FromErrno("read folder", c.dir, err), "list cache entries")
	}
	for _, s := range shards {
		if len(s.Name()) != 2 || !s.IsDir() {
			continue // not a folder of entries
		}
		shard := filepath.Join(c.dir, s.Name())
		files, err := os.ReadDir(shard)
		if err != nil {
			return errctx.New(cas.FromErrno("read folder", shard, err), "list cache entries")
		}
		for _, f := range files {
			if ctx.Err() != nil {
				return errctx.New(interrupted(ctx, "walk"), "list cache entries")
			}
			key, bad := digest.FromHex(f.Name(), 0)
			if bad != nil {
				continue // not an entry
			}
			if more, err := visit(filepath.Join(shard, f.Name()), key); err != nil || !more {
				return err
			}
		}
	}
	return nil
}
