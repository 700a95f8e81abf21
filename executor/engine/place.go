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

	"github.com/holdfast-go/holdfast/errctx"
	"github.com/holdfast-go/holdfast/executor/action"
	"github.com/holdfast-go/holdfast/executor/cas"
	"github.com/holdfast-go/holdfast/executor/digest"
	"github.com/holdfast-go/holdfast/executor/merkle"
	"github.com/holdfast-go/holdfast/executor/sandbox"
	"github.com/holdfast-go/holdfast/executor/scratch"
)

// maxStream is how much of an output stream is handed on, in bytes.
const maxStream = 64 << 20

// placeOutputs puts a step's outputs into Options.Out and reads its streams, as far
// as each is asked for. All lost blobs are reported at once.
func (w *worker) placeOutputs(ctx context.Context, d *done) Err {
	res := w.results[w.node.place]
	var lost []sandbox.Lost
	if w.Logs {
		d.streams = &streams{}
		for name, s := range map[string]struct {
			digest digest.Digest
			into   *[]byte
		}{"stdout": {res.Stdout, &d.streams.stdout}, "stderr": {res.Stderr, &d.streams.stderr}} {
			if s.digest.IsZero() {
				continue
			}
			data, err := cas.ReadAll(ctx, w.Runner.Store, s.digest, maxStream)
			if err := collect(&lost, name, err); err != nil {
				return err
			}
			*s.into = data
		}
	}
	if w.Out != "" {
		if err := w.placeFiles(ctx, d, res, &lost); err != nil {
			return err
		}
	}
	if lost != nil {
		return errctx.New[Error](PlaceFault{&sandbox.InputsLost{Lost: lost}}, "place outputs", slog.String("step", w.node.place.name))
	}
	return nil
}

// collect adds a lost blob to the list and returns every other error.
func collect(lost *[]sandbox.Lost, path string, err cas.StoreErr) Err {
	if err == nil {
		return nil
	}
	err = errctx.Wrap(err, "place output", slog.String("path", path))
	switch err.Root().(type) {
	case *cas.MissingDigest, *cas.CorruptBlob:
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
		err := replace(dst, func(tmp string) cas.StoreErr { return placing("symlink", tmp, os.Symlink(l.Target, tmp)) })
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
	return replace(dst, func(tmp string) cas.StoreErr { return w.copyOut(ctx, f.Digest, f.Executable, tmp) })
}

// copyOut copies a blob to a new file that belongs to the user: writable.
func (w *worker) copyOut(ctx context.Context, d digest.Digest, executable bool, dst string) cas.StoreErr {
	if err := cas.CopyTo(ctx, w.Runner.Store, d, executable, dst); err != nil {
		return err
	}
	return placing("chmod", dst, os.Chmod(dst, mode(executable)))
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
	if err != nil || !info.Mode().IsRegular() || info.Size() != f.Digest.Size || (info.Mode()&0o100 != 0) != f.Executable {
		return false, nil
	}
	there, err := os.Open(dst)
	if err != nil {
		return false, nil // then it is replaced
	}
	defer func() { _ = there.Close() }()
	if d, err := digest.FromReader(there); err != nil || d != f.Digest {
		return false, nil
	}
	r, serr := w.Runner.Store.Open(ctx, f.Digest)
	if serr != nil {
		return false, serr
	}
	defer func() { _ = r.Close() }()
	if _, err := io.Copy(io.Discard, r); err != nil {
		return false, cas.ReadError(err, f.Digest)
	}
	return true, nil
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
	var first cas.StoreErr // the first of the lost blobs: the folder is not replaced then, and the others are looked for
	var fault Err
	rerr := replace(filepath.Join(w.Out, filepath.FromSlash(dir.Path)), func(tmp string) cas.StoreErr {
		if err := placing("mkdir", tmp, os.Mkdir(tmp, 0o755)); err != nil {
			return err
		}
		for e := range tree.All() {
			dst := filepath.Join(tmp, filepath.FromSlash(e.Path))
			switch e.Kind {
			case merkle.Directory:
				if err := placing("mkdir", dst, os.Mkdir(dst, 0o755)); err != nil {
					return err
				}
			case merkle.Symlink:
				if err := placing("symlink", dst, os.Symlink(e.Target, dst)); err != nil {
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

// replace makes dst be what create makes at the path it is given, in one step. What
// was at dst before is removed.
func replace(dst string, create func(tmp string) cas.StoreErr) cas.StoreErr {
	dir := filepath.Dir(dst)
	if err := placing("mkdir", dir, os.MkdirAll(dir, 0o777)); err != nil {
		return err
	}
	hold, err := os.MkdirTemp(dir, ".holdfast-")
	if err != nil {
		return placing("mkdir", dir, err)
	}
	defer func() { _ = scratch.RemoveAll(hold) }()
	tmp := filepath.Join(hold, "new")
	if err := create(tmp); err != nil {
		return err
	}
	// A file replaces a file or a link in one step. A folder has to be out of the way first.
	if os.Rename(tmp, dst) == nil {
		return nil
	}
	if err := os.Rename(dst, filepath.Join(hold, "old")); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return placing("rename", dst, err)
	}
	return placing("rename", dst, os.Rename(tmp, dst))
}

// placing gives an error of the system its type, and none if there is none.
func placing(op, path string, err error) cas.StoreErr {
	if err == nil {
		return nil
	}
	return errctx.New(cas.FromErrno(op, path, err), "place output")
}
