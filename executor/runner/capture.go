package runner

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path"
	"path/filepath"
	"slices"

	"github.com/holdfast-go/holdfast/errctx"
	"github.com/holdfast-go/holdfast/executor/action"
	"github.com/holdfast-go/holdfast/executor/cas"
	"github.com/holdfast-go/holdfast/executor/digest"
	"github.com/holdfast-go/holdfast/executor/merkle"
	"github.com/holdfast-go/holdfast/executor/sandbox"
)

// found is what lies at an output's path, or below it.
type found struct {
	path   string // slash path in the sandbox
	mode   fs.FileMode
	target string
}

// capture takes the outputs into the store. It returns nil when outputs are
// missing or cannot be stored, which o then lists.
func (r *Runner) capture(ctx context.Context, j Job, sb *sandbox.Sandbox, o *Outcome) (*action.Result, errctx.WithContext[*CaptureError]) {
	fail := func(err cas.StoreErr) (*action.Result, errctx.WithContext[*CaptureError]) {
		return nil, errctx.Map(errctx.Wrap(err, "capture", slog.String("step", j.Name)), captureError)
	}
	// A Root resolves no symbolic link to a place outside, also not in the middle of a path.
	root, oerr := os.OpenRoot(sb.Root)
	if oerr != nil {
		return fail(errctx.New(cas.FromErrno("open", sb.Root, oerr), "scan outputs"))
	}
	defer func() { _ = root.Close() }()

	// Look at everything before anything is moved, so that a failed step keeps its sandbox as it was.
	outputs := make(map[string][]found, len(j.Action.Outputs))
	for _, out := range j.Action.Outputs {
		all, err := scan(root, out, o)
		if err != nil {
			return fail(errctx.Wrap(err, "scan outputs", slog.String("output", out)))
		}
		outputs[out] = all
	}
	if o.Missing != nil || o.Refused != nil {
		return nil, nil
	}

	res := &action.Result{ExitCode: o.Exit.ExitCode, Wall: o.Exit.Wall}
	for _, out := range j.Action.Outputs {
		all := outputs[out]
		switch first := all[0]; {
		case first.mode.IsRegular():
			d, err := r.Store.Import(ctx, hostPath(sb, out), cas.Move)
			if err != nil {
				return fail(errctx.Wrap(err, "import output", slog.String("output", out)))
			}
			res.Files = append(res.Files, action.File{Path: out, Digest: d, Executable: first.mode&0o111 != 0})
		case first.mode.IsDir():
			dir, err := r.importDir(ctx, sb, out, all[1:])
			if err != nil {
				return fail(errctx.Wrap(err, "import output folder", slog.String("output", out)))
			}
			res.Dirs = append(res.Dirs, dir)
		default:
			res.Symlinks = append(res.Symlinks, action.Symlink{Path: out, Target: first.target})
		}
	}
	return res, nil
}

// scan lists what is at out, parents before children. What is missing or cannot be stored goes into o.
func scan(root *os.Root, out string, o *Outcome) ([]found, cas.StoreErr) {
	name := filepath.FromSlash(out)
	info, err := root.Lstat(name)
	if errors.Is(err, fs.ErrNotExist) || isNotDir(err) {
		o.Missing = append(o.Missing, out)
		return nil, nil
	}
	if escapes(err) {
		o.Refused = append(o.Refused, out+": its path leads out of the sandbox")
		return nil, nil
	}
	if err != nil {
		return nil, errctx.New(cas.FromErrno("lstat", out, err), "look at output")
	}
	f := found{path: out, mode: info.Mode()}
	switch {
	case f.mode.IsRegular():
	case f.mode.IsDir():
		return scanDir(root, f, o)
	case f.mode&fs.ModeSymlink != 0:
		if f.target, err = root.Readlink(name); err != nil {
			return nil, errctx.New(cas.FromErrno("readlink", out, err), "look at output")
		}
		if merkle.CheckTarget(out, f.target) != nil {
			o.Refused = append(o.Refused, out+": a symbolic link out of the sandbox")
		}
	default:
		o.Refused = append(o.Refused, out+": neither a file, a folder nor a symbolic link")
	}
	return []found{f}, nil
}

func scanDir(root *os.Root, dir found, o *Outcome) ([]found, cas.StoreErr) {
	f, err := root.Open(filepath.FromSlash(dir.path))
	if err != nil {
		return nil, errctx.New(cas.FromErrno("open", dir.path, err), "look at output")
	}
	names, err := f.Readdirnames(-1)
	_ = f.Close()
	if err != nil {
		return nil, errctx.New(cas.FromErrno("readdir", dir.path, err), "look at output")
	}
	slices.Sort(names)
	all := []found{dir}
	for _, n := range names {
		sub, err := scan(root, path.Join(dir.path, n), o)
		if err != nil {
			return nil, err
		}
		all = append(all, sub...)
	}
	return all, nil
}

// importDir stores a folder: its files, the message of each folder in it, and the
// REAPI Tree that names them all.
func (r *Runner) importDir(ctx context.Context, sb *sandbox.Sandbox, out string, below []found) (action.Dir, cas.StoreErr) {
	entries := make([]merkle.Entry, 0, len(below))
	for _, f := range below {
		e := merkle.Entry{Path: f.path[len(out)+1:]}
		switch {
		case f.mode.IsDir():
			e.Kind = merkle.Directory
		case f.mode.IsRegular():
			d, err := r.Store.Import(ctx, hostPath(sb, f.path), cas.Move)
			if err != nil {
				return action.Dir{}, errctx.Wrap(err, "import file", slog.String("path", f.path))
			}
			e.Kind, e.Digest, e.Executable = merkle.File, d, f.mode&0o111 != 0
		default:
			e.Kind, e.Target = merkle.Symlink, f.target
		}
		entries = append(entries, e)
	}
	tree, berr := merkle.Build(entries)
	if berr != nil { // names that a file system has and a tree cannot, such as invalid UTF-8
		return action.Dir{}, errctx.New[cas.StoreError](&cas.Unreadable{Path: out, Err: berr}, "build tree")
	}
	if err := r.putFolders(ctx, tree); err != nil {
		return action.Dir{}, err
	}
	d, err := r.Store.Put(ctx, merkle.EncodeTree(tree))
	if err != nil {
		return action.Dir{}, errctx.Wrap(err, "store tree")
	}
	return action.Dir{Path: out, Tree: d, Root: tree.Root}, nil
}

func (r *Runner) putFolders(ctx context.Context, tree *merkle.Tree) cas.StoreErr {
	for _, b := range tree.Blobs() {
		if _, err := r.Store.Put(ctx, b); err != nil {
			return errctx.Wrap(err, "store folder")
		}
	}
	return nil
}

// persist stores what makes the result usable, and only then the result itself: an
// entry of the cache never precedes its blobs.
func (r *Runner) persist(ctx context.Context, j Job, sb *sandbox.Sandbox, res *action.Result, o *Outcome) errctx.WithContext[*PersistError] {
	err := r.persistBlobs(ctx, j, sb, res)
	if err != nil {
		return errctx.Map(errctx.Wrap(err, "store", slog.String("step", j.Name)), persistError)
	}
	if !j.Action.DoNotCache {
		if err := r.Cache.Put(ctx, j.Coded.Digest, res); err != nil {
			return errctx.Map(errctx.Wrap(err, "store", slog.String("step", j.Name)), persistCacheError)
		}
	}
	o.Result = res
	return nil
}

func (r *Runner) persistBlobs(ctx context.Context, j Job, sb *sandbox.Sandbox, res *action.Result) cas.StoreErr {
	for name, d := range map[string]*digest.Digest{stdoutName: &res.Stdout, stderrName: &res.Stderr} {
		file := filepath.Join(sb.Meta, name)
		if info, err := os.Stat(file); err == nil && info.Size() == 0 {
			continue // nothing said, nothing to store
		}
		got, err := r.Store.Import(ctx, file, cas.Move)
		if err != nil {
			return errctx.Wrap(err, "import output stream", slog.String("stream", name))
		}
		*d = got
	}
	// The action and its folders let a later explain say what the key was made of.
	if err := r.putFolders(ctx, j.Inputs); err != nil {
		return err
	}
	for _, b := range [][]byte{j.Coded.Action, j.Coded.Command} {
		if _, err := r.Store.Put(ctx, b); err != nil {
			return errctx.Wrap(err, "store action")
		}
	}
	return nil
}

func hostPath(sb *sandbox.Sandbox, p string) string {
	return filepath.Join(sb.Root, filepath.FromSlash(p))
}
