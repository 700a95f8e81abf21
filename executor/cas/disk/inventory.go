package disk

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"iter"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/holdfast-go/holdfast/errctx"
	"github.com/holdfast-go/holdfast/executor/cas"
	"github.com/holdfast-go/holdfast/executor/digest"
)

// Blob is one file of the store. A blob in both forms is two.
type Blob struct {
	Digest     digest.Digest // the size is that of the file
	Executable bool
	Path       string
	Info       fs.FileInfo
}

// Walk yields every file that has the name of a blob, in the order of the names.
// It ends with an error, or without one when the store has been seen.
func (s *Store) Walk(ctx context.Context) iter.Seq2[Blob, cas.StoreErr] {
	return func(yield func(Blob, cas.StoreErr) bool) {
		s.walk(ctx, yield, func(string) {})
	}
}

// walk tells foreign of what is not ours.
func (s *Store) walk(ctx context.Context, yield func(Blob, cas.StoreErr) bool, foreign func(path string)) {
	shards, err := s.list(s.root)
	if err != nil {
		yield(Blob{}, err)
		return
	}
	for _, shard := range shards {
		dir := filepath.Join(s.root, shard.Name())
		if !isShard(shard) {
			if shard.Name() != tmpName && shard.Name() != quarantineName {
				foreign(dir)
			}
			continue
		}
		if !s.walkShard(ctx, dir, yield, foreign) {
			return
		}
	}
}

func (s *Store) walkShard(ctx context.Context, dir string, yield func(Blob, cas.StoreErr) bool, foreign func(string)) bool {
	files, err := s.list(dir)
	if err != nil {
		yield(Blob{}, err)
		return false
	}
	for _, e := range files {
		if ctx.Err() != nil {
			yield(Blob{}, errctx.New(cas.Ended(ctx, "walk"), "walk store"))
			return false
		}
		path := filepath.Join(dir, e.Name())
		info, serr := e.Info()
		if errors.Is(serr, fs.ErrNotExist) {
			continue // removed since
		}
		if serr != nil {
			yield(Blob{}, errctx.New(cas.FromErrno("lstat", path, serr), "walk store"))
			return false
		}
		name, executable := strings.CutSuffix(e.Name(), executableSuffix)
		d, derr := digest.FromHex(name, info.Size())
		if derr != nil || !info.Mode().IsRegular() || name[:2] != filepath.Base(dir) {
			foreign(path)
			continue
		}
		if !yield(Blob{d, executable, path, info}, nil) {
			return false
		}
	}
	return true
}

// list reads a folder; one that is not there is empty.
func (s *Store) list(dir string) ([]fs.DirEntry, cas.StoreErr) {
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, errctx.New(cas.FromErrno("readdir", dir, err), "walk store")
	}
	return entries, nil
}

func isShard(e fs.DirEntry) bool {
	const hex = "0123456789abcdef"
	n := e.Name()
	return e.IsDir() && len(n) == 2 && strings.Contains(hex, n[:1]) && strings.Contains(hex, n[1:])
}

// MinPrefix is how many digits Find needs at least.
const MinPrefix = 4

// Find returns the blobs whose hash begins with prefix, which has at least
// MinPrefix lower-case hexadecimal digits; no blob matches any other. Their
// sizes are those of their files.
func (s *Store) Find(ctx context.Context, prefix string) ([]digest.Digest, cas.StoreErr) {
	if len(prefix) < MinPrefix || len(prefix) > 64 || strings.Trim(prefix, "0123456789abcdef") != "" {
		return nil, nil
	}
	var found []digest.Digest
	if strings.HasPrefix(digest.Empty.Hex(), prefix) {
		found = append(found, digest.Empty)
	}
	var fault cas.StoreErr
	s.walkShard(ctx, filepath.Join(s.root, prefix[:2]), func(b Blob, err cas.StoreErr) bool {
		if err != nil {
			fault = err
			return false
		}
		known := func(d digest.Digest) bool { return d.Hash == b.Digest.Hash } // in its other form
		if strings.HasPrefix(b.Digest.Hex(), prefix) && !slices.ContainsFunc(found, known) {
			found = append(found, b.Digest)
		}
		return true
	}, func(string) {})
	return found, errctx.Wrap(fault, "find blob", errctx.Safe(slog.String("prefix", prefix)))
}

// Usage is what a store holds.
type Usage struct {
	Blobs       int   // files
	Bytes       int64 // in them
	Quarantined int   // files put aside
}

// Stat counts what is in the store.
func (s *Store) Stat(ctx context.Context) (Usage, cas.StoreErr) {
	var u Usage
	for b, err := range s.Walk(ctx) {
		if err != nil {
			return u, errctx.Wrap(err, "count blobs")
		}
		u.Blobs++
		u.Bytes += b.Info.Size()
	}
	aside, err := s.list(filepath.Join(s.root, quarantineName))
	u.Quarantined = len(aside)
	return u, errctx.Wrap(err, "count blobs")
}

// Report is what Verify found.
type Report struct {
	Blobs   int   // files read
	Bytes   int64 // in them
	Corrupt []*cas.CorruptBlob
	Foreign []string // paths in the store's folder that are not the store's
}

// Verify reads every blob with so many workers and puts aside what is corrupt. After each file
// it calls progress, if there is one and from one goroutine at a time, with what has been read so far.
// The size in a CorruptBlob's digest is that of the file: its name has but the hash.
func (s *Store) Verify(ctx context.Context, workers int, progress func(blobs int, bytes int64)) (Report, cas.StoreErr) {
	var (
		r     Report
		fault cas.StoreErr
		mu    sync.Mutex
		wg    sync.WaitGroup
	)
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	work := make(chan Blob)
	for range max(workers, 1) {
		wg.Go(func() {
			for b := range work {
				err := s.check(b)
				mu.Lock()
				r.Blobs++
				r.Bytes += b.Info.Size()
				if err != nil {
					switch e := err.Root().(type) {
					case *cas.CorruptBlob:
						r.Corrupt = append(r.Corrupt, e)
					case *cas.MissingDigest: // removed since
					default:
						if fault == nil {
							fault = err
							cancel()
						}
					}
				}
				if progress != nil {
					progress(r.Blobs, r.Bytes)
				}
				mu.Unlock()
			}
		})
	}
	s.walk(ctx, func(b Blob, err cas.StoreErr) bool {
		if err != nil {
			mu.Lock()
			if fault == nil {
				fault = err
			}
			mu.Unlock()
			return false
		}
		work <- b
		return true
	}, func(path string) { r.Foreign = append(r.Foreign, path) })
	close(work)
	wg.Wait()
	slices.SortFunc(r.Corrupt, func(a, b *cas.CorruptBlob) int { return a.Digest.Compare(b.Digest) })
	return r, errctx.Wrap(fault, "verify store")
}

// check reads a file, whatever this process remembers of it.
func (s *Store) check(b Blob) cas.StoreErr {
	f, err := s.open(b.Digest, b.Executable)
	if err != nil {
		return err
	}
	r := s.reader(f, b.Digest)
	defer func() { _ = r.Close() }() // read only
	if _, err := io.Copy(io.Discard, r); err != nil {
		return cas.ReadError(err, b.Digest)
	}
	return nil
}
