package merkle

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/holdfast-go/holdfast/errctx"
	"github.com/holdfast-go/holdfast/executor/cas"
	"github.com/holdfast-go/holdfast/executor/digest"
)

// Fetch returns the bytes of a Directory message. They have the digest that was
// asked for: see [FromStore].
type Fetch func(ctx context.Context, d digest.Digest) ([]byte, cas.StoreErr)

// FromStore returns a Fetch that reads from s.
func FromStore(s cas.Store) Fetch {
	return func(ctx context.Context, d digest.Digest) ([]byte, cas.StoreErr) {
		return cas.ReadAll(ctx, s, d, MaxFolder)
	}
}

// Walk calls visit for every entry below root, in the order of [Tree.All]; no entry is
// a Subtree. It fetches each folder once. When visit returns false the walk ends
// and Walk returns nil.
//
// A folder that is missing or corrupt does not end the walk. It has been
// visited, nothing below it is, and Walk returns an [*Incomplete] with all of
// them in the end. A [*Malformed], a [*TooLarge] and a [StoreFault] end it at once.
func Walk(ctx context.Context, root digest.Digest, fetch Fetch, visit func(Entry) bool) WalkErr {
	w := walker{fetch: fetch, visit: visit, folders: make(map[digest.Digest][]Entry)}
	if err := w.walk(ctx, root, ".", 0); err != nil {
		return errctx.Wrap(err, "walk tree", slog.Any("root", root))
	}
	if w.lost != nil && !w.stopped {
		return errctx.New[WalkError](&Incomplete{w.lost}, "walk tree", slog.Any("root", root))
	}
	return nil
}

type walker struct {
	fetch   Fetch
	visit   func(Entry) bool
	stopped bool // by visit
	entries int
	folders map[digest.Digest][]Entry // fetched so far; of a lost one nil
	lost    []Lost
}

func (w *walker) walk(ctx context.Context, d digest.Digest, path string, depth int) WalkErr {
	if depth > MaxDepth {
		return errctx.New[WalkError](&TooLarge{path, tooDeep, MaxDepth}, "enter folder")
	}
	nodes, known := w.folders[d]
	if !known {
		var err WalkErr
		if nodes, err = w.load(ctx, d, path); err != nil {
			return err
		}
		w.folders[d] = nodes
	}
	for _, e := range nodes {
		e.Path = join(path, e.Path)
		if len(e.Path) > MaxPath {
			return errctx.New[WalkError](&TooLarge{path, tooFar, MaxPath}, "enter folder")
		}
		if w.entries++; w.entries > MaxEntries {
			return errctx.New[WalkError](&TooLarge{path, tooMany, MaxEntries}, "enter folder")
		}
		if !w.visit(e) {
			w.stopped = true
			return nil
		}
		if e.Kind == Directory {
			if err := w.walk(ctx, e.Digest, e.Path, depth+1); err != nil || w.stopped {
				return err
			}
		}
	}
	return nil
}

// load returns what is in a folder; nothing, if it is lost.
func (w *walker) load(ctx context.Context, d digest.Digest, path string) ([]Entry, WalkErr) {
	if d.Size > MaxFolder {
		return nil, errctx.New[WalkError](&TooLarge{path, tooLong, MaxFolder}, "read folder", slog.Any("digest", d))
	}
	blob, err := w.fetch(ctx, d)
	if err != nil {
		if _, ok := cas.Lost(err.Root()); ok {
			w.lost = append(w.lost, Lost{path, err})
			return nil, nil
		}
		return nil, errctx.Map(errctx.Wrap(err, "read folder", errctx.Safe(slog.String("path", path))), storeFault)
	}
	nodes, name, reason := decodeFolder(blob)
	if reason != "" {
		return nil, errctx.New[WalkError](&Malformed{d, join(path, name), reason}, "read folder")
	}
	return nodes, nil
}

// WalkErr is what Walk returns.
type WalkErr = errctx.WithContext[WalkError]

// WalkError is the sealed sum of why a walk did not see a whole tree. [VisitWalk]
// is the total switch over it.
type WalkError interface {
	errctx.Kind
	walkError(WalkCases[struct{}])
}

// Incomplete says that folders of a tree are missing or corrupt. Reproducing them repairs it.
type Incomplete struct{ Faults []Lost }

// Lost is a folder that could not be had, at the first path where it was met.
type Lost struct {
	Path string       // "." is the root
	Err  cas.StoreErr // as the fetch returned it: a [*cas.MissingDigest] or a [*cas.CorruptBlob]
}

// StoreFault is any other fault of the store; it says nothing about the tree.
type StoreFault struct{ cas.StoreError }

func storeFault(e cas.StoreError) WalkError { return StoreFault{e} }

// ErrorKind implements errctx.Kind.
func (*Incomplete) ErrorKind() string { return "merkle.incomplete" }

func (e *Incomplete) Error() string {
	first := e.Faults[0]
	if len(e.Faults) == 1 {
		return fmt.Sprintf("folder %q: %v", first.Path, first.Err.Root())
	}
	return fmt.Sprintf("%d folders lost, first %q: %v", len(e.Faults), first.Path, first.Err.Root())
}

// Unwrap returns the store's errors.
func (e *Incomplete) Unwrap() []error {
	all := make([]error, len(e.Faults))
	for i, f := range e.Faults {
		all[i] = f.Err
	}
	return all
}

func (e StoreFault) Unwrap() error { return e.StoreError }
