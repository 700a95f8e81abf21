package engine

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"syscall"

	"github.com/holdfast-go/holdfast/errctx"
	"github.com/holdfast-go/holdfast/executor/action"
	"github.com/holdfast-go/holdfast/executor/cas"
	"github.com/holdfast-go/holdfast/executor/digest"
	"github.com/holdfast-go/holdfast/executor/merkle"
	"github.com/holdfast-go/holdfast/executor/sandbox"
	"github.com/holdfast-go/holdfast/executor/scratch"
)

// placeOutputs puts a step's outputs into Options.Out and sees to it that its streams
// can be read, as far as each is asked for. All lost blobs are reported at once.
func (w *worker) placeOutputs(ctx context.Context, d *done) Err {
	res := w.results[w.node.place]
	var lost []sandbox.Lost
	if w.Logs {
		for _, s := range []struct {
			name string
			blob digest.Digest
		}{{"stdout", res.Stdout}, {"stderr", res.Stderr}} {
			if err := collect(&lost, s.name, w.readThrough(ctx, s.blob)); err != nil {
				return err
			}
		}
	}
	if w.Out != "" {
		if err := w.placeFiles(ctx, d, res, &lost); err != nil {
			return err
		}
	}
	if lost != nil {
		return errctx.New[Error](PlaceFault{&sandbox.InputsLost{Lost: lost}}, "place outputs", named(w.node.place.name))
	}
	return nil
}

// collect adds a lost blob to the list and returns every other error.
func collect(lost *[]sandbox.Lost, path string, err cas.StoreErr) Err {
	if err == nil {
		return nil
	}
	err = errctx.Wrap(err, "place output", errctx.Safe(slog.String("path", path)))
	if _, ok := cas.Lost(err.Root()); ok {
		*lost = append(*lost, sandbox.Lost{Path: path, Err: err})
		return nil
	}
	return errctx.Map(err, storeFault)
}

// placeFiles replaces each output by what the result says, whole or not at all. What
// is already there with the same bytes is left as it is.
func (w *worker) placeFiles(ctx context.Context, d *done, res *action.Result, lost *[]sandbox.Lost) Err {
	for _, f := range res.Files {
		if err := collect(lost, f.Path, w.placeFile(ctx, f)); err != nil {
			return err
		}
		d.placed = append(d.placed, f.Path)
	}
	for _, l := range res.Symlinks {
		dst := filepath.Join(w.Out, filepath.FromSlash(l.Path))
		err := w.replace(dst, func(tmp string) cas.StoreErr {
			return errctx.New(placing("symlink", tmp, os.Symlink(l.Target, tmp)), "place symbolic link")
		})
		if err := collect(lost, l.Path, err); err != nil {
			return err
		}
		d.placed = append(d.placed, l.Path)
	}
	for _, dir := range res.Dirs {
		if err := w.placeDir(ctx, dir, lost); err != nil {
			return err
		}
		d.placed = append(d.placed, dir.Path)
	}
	return nil
}

func (w *worker) placeFile(ctx context.Context, f action.File) cas.StoreErr {
	dst := filepath.Join(w.Out, filepath.FromSlash(f.Path))
	same, err := w.same(ctx, dst, f)
	if same || err != nil {
		return err
	}
	return w.replace(dst, func(tmp string) cas.StoreErr { return w.copyOut(ctx, f.Digest, f.Executable, tmp) })
}

// readThrough reads a blob, which verifies it. The zero Digest names nothing to be read.
func (w *worker) readThrough(ctx context.Context, d digest.Digest) cas.StoreErr {
	if d.IsZero() {
		return nil
	}
	r, err := w.Runner.Store.Open(ctx, d)
	if err != nil {
		return err
	}
	defer func() { _ = r.Close() }() // read only
	if _, err := io.Copy(io.Discard, r); err != nil {
		return cas.ReadError(err, d)
	}
	return nil
}

// copyOut copies a blob to a new file that belongs to the user: writable.
func (w *worker) copyOut(ctx context.Context, d digest.Digest, executable bool, dst string) cas.StoreErr {
	if err := cas.CopyTo(ctx, w.Runner.Store, d, executable, dst); err != nil {
		return err
	}
	return errctx.New(placing("chmod", dst, os.Chmod(dst, mode(executable))), "place file")
}

func mode(executable bool) os.FileMode {
	if executable {
		return 0o755
	}
	return 0o644
}

// same reports whether dst already is the output. The blob is read and verified all
// the same: a result whose outputs are not in the store is not a result.
func (w *worker) same(ctx context.Context, dst string, f action.File) (bool, cas.StoreErr) {
	info, err := os.Lstat(dst)
	want := merkle.Entry{Kind: merkle.File, Digest: f.Digest, Executable: f.Executable}
	if err != nil || !is(dst, fs.FileInfoToDirEntry(info), want) {
		return false, nil // then it is replaced
	}
	serr := w.readThrough(ctx, f.Digest)
	return serr == nil, serr
}

// placeDir builds the folder beside its place and swaps it in.
func (w *worker) placeDir(ctx context.Context, dir action.Dir, lost *[]sandbox.Lost) Err {
	tree, err := readTree(ctx, w.Runner.Store, dir.Tree)
	if err != nil {
		if serr, ok := errctx.From[cas.StoreError](err); ok {
			return collect(lost, dir.Path, serr)
		}
		return err
	}
	dst := filepath.Join(w.Out, filepath.FromSlash(dir.Path))
	if holds(dst, tree) {
		for e := range tree.All() { // as in same: the blobs have to be there
			if e.Kind == merkle.File {
				if err := collect(lost, path.Join(dir.Path, e.Path), w.readThrough(ctx, e.Digest)); err != nil {
					return err
				}
			}
		}
		return nil
	}
	var first cas.StoreErr // the first of the lost blobs: the folder is not replaced then, and the others are looked for
	var fault Err
	rerr := w.replace(dst, func(tmp string) cas.StoreErr {
		if err := errctx.New(placing("mkdir", tmp, os.Mkdir(tmp, 0o755)), "place folder"); err != nil {
			return err
		}
		for e := range tree.All() {
			dst := filepath.Join(tmp, filepath.FromSlash(e.Path))
			switch e.Kind {
			case merkle.Directory:
				if err := errctx.New(placing("mkdir", dst, os.Mkdir(dst, 0o755)), "place folder"); err != nil {
					return err
				}
			case merkle.Symlink:
				if err := errctx.New(placing("symlink", dst, os.Symlink(e.Target, dst)), "place symbolic link"); err != nil {
					return err
				}
			case merkle.File:
				err := w.copyOut(ctx, e.Digest, e.Executable, dst)
				if fault = collect(lost, path.Join(dir.Path, e.Path), err); fault != nil {
					return err
				}
				if first == nil {
					first = err
				}
			}
		}
		return first
	})
	switch {
	case fault != nil:
		return fault
	case first != nil:
		return nil // listed
	}
	return collect(lost, dir.Path, rerr)
}

// holds reports whether the folder is exactly the tree.
func holds(dir string, tree *merkle.Tree) bool {
	want := map[string]merkle.Entry{}
	for e := range tree.All() {
		want[e.Path] = e
	}
	err := filepath.WalkDir(dir, func(p string, entry fs.DirEntry, err error) error {
		if err != nil || p == dir {
			return err
		}
		rel, err := filepath.Rel(dir, p)
		if err != nil {
			return err
		}
		e, ok := want[filepath.ToSlash(rel)]
		if !ok || !is(p, entry, e) {
			return fs.ErrExist // what is in the way ends the walk
		}
		delete(want, e.Path)
		return nil
	})
	return err == nil && len(want) == 0
}

// is reports whether what is at p is the entry.
func is(p string, entry fs.DirEntry, e merkle.Entry) bool {
	switch e.Kind {
	case merkle.Directory:
		return entry.IsDir()
	case merkle.Symlink:
		target, err := os.Readlink(p)
		return err == nil && target == e.Target
	}
	info, err := entry.Info()
	if err != nil || !info.Mode().IsRegular() || info.Size() != e.Digest.Size || (info.Mode()&0o100 != 0) != e.Executable {
		return false
	}
	f, err := os.Open(p)
	if err != nil {
		return false
	}
	defer func() { _ = f.Close() }() // read only
	d, err := digest.FromReader(f)
	return err == nil && d == e.Digest
}

// replace makes dst be what create makes at the path it is given. What was at dst
// before is removed, and so is a file where dst needs a folder to be in.
func (w *worker) replace(dst string, create func(tmp string) cas.StoreErr) cas.StoreErr {
	dir := filepath.Dir(dst)
	if err := w.makeWay(dir); err != nil {
		return err
	}
	hold, err := os.MkdirTemp(dir, ".holdfast-")
	if err != nil {
		return errctx.New(placing("mkdir", dir, err), "replace output")
	}
	defer func() { _ = scratch.RemoveAll(hold) }()
	tmp := filepath.Join(hold, "new")
	if err := create(tmp); err != nil {
		return err
	}
	// A file replaces a file or a link in one step. A folder has to be out of the way
	// first, and another process that places the same may be doing the same.
	for i := range maxPlacings {
		if err = os.Rename(tmp, dst); err == nil {
			return nil
		}
		if merr := os.Rename(dst, filepath.Join(hold, "old"+strconv.Itoa(i))); merr != nil && !errors.Is(merr, fs.ErrNotExist) {
			return errctx.New(placing("rename", dst, merr), "replace output")
		}
	}
	return errctx.New(placing("rename", dst, err), "replace output")
}

// maxPlacings is how often a folder is moved out of the way: more than there are processes that race for one.
const maxPlacings = 100

// makeWay makes the folder, and removes what earlier outputs left of files where it needs folders.
func (w *worker) makeWay(dir string) cas.StoreErr {
	err := os.MkdirAll(dir, 0o777)
	for p := dir; errors.Is(err, syscall.ENOTDIR) && len(p) > len(w.Out); p = filepath.Dir(p) {
		if info, lerr := os.Lstat(p); lerr == nil && !info.IsDir() {
			if rerr := os.Remove(p); rerr != nil {
				return errctx.New(placing("remove", p, rerr), "make way")
			}
			err = os.MkdirAll(dir, 0o777)
		}
	}
	return errctx.New(placing("mkdir", dir, err), "make way")
}

// placing gives an error of the system its type, and none if there is none: New then has none either.
func placing(op, path string, err error) cas.StoreError {
	if err == nil {
		return nil
	}
	return cas.FromErrno(op, path, err)
}
