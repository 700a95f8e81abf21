package runner

import (
	"context"
	"io/fs"
	"log/slog"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"syscall"

	"github.com/holdfast-go/holdfast/errctx"
	"github.com/holdfast-go/holdfast/executor/action"
	"github.com/holdfast-go/holdfast/executor/cas"
	"github.com/holdfast-go/holdfast/executor/digest"
	"github.com/holdfast-go/holdfast/executor/merkle"
	"github.com/holdfast-go/holdfast/executor/sandbox"
)

// found is what lies at an output's path, or below it.
type found struct {
	path   string // slash path in the working folder
	info   fs.FileInfo
	target string
}

// importer takes the files of one sandbox into the store.
type importer struct {
	store cas.Store
	dir   string // the working folder, where outputs are
	how   cas.How
	taken map[inode]digest.Digest // what has been moved is not there for another path to it
}

type inode struct{ dev, ino uint64 }

func (im *importer) file(ctx context.Context, f found) (digest.Digest, cas.StoreErr) {
	var id inode
	if sys, ok := f.info.Sys().(*syscall.Stat_t); ok {
		id = inode{uint64(sys.Dev), sys.Ino}
		if d, ok := im.taken[id]; ok {
			return d, nil
		}
	}
	d, err := im.store.Import(ctx, filepath.Join(im.dir, filepath.FromSlash(f.path)), im.how)
	if err == nil {
		im.taken[id] = d
	}
	return d, err
}

// capture takes the outputs into the store. It returns nil when outputs are
// missing or cannot be stored, which o then lists.
func (r *Runner) capture(ctx context.Context, j Job, sb *sandbox.Sandbox, o *Outcome) (*action.Result, errctx.WithContext[*CaptureError]) {
	fail := func(err cas.StoreErr) (*action.Result, errctx.WithContext[*CaptureError]) {
		return nil, errctx.Map(errctx.Wrap(err, "capture", named(j.Name)), captureError)
	}
	// Look at everything before anything is moved, so that a failed step keeps its sandbox as it was.
	outputs, err := look(j, sb, o)
	if err != nil {
		return fail(errctx.Wrap(err, "scan outputs"))
	}
	if o.Missing != nil || o.Refused != nil {
		return nil, nil
	}

	im := &importer{r.Store, workingDir(sb, j), r.importHow(), map[inode]digest.Digest{}}
	res := &action.Result{ExitCode: o.Exit.ExitCode, Wall: o.Exit.Wall}
	for _, all := range outputs {
		first, out := all[0], all[0].path
		switch mode := first.info.Mode(); {
		case mode.IsRegular():
			d, err := im.file(ctx, first)
			if err != nil {
				return fail(errctx.Wrap(err, "import output", errctx.Safe(slog.String("output", out))))
			}
			res.Files = append(res.Files, action.File{Path: out, Digest: d, Executable: mode&0o111 != 0})
		case mode.IsDir():
			dir, err := r.importDir(ctx, im, out, all[1:])
			if err != nil {
				return fail(errctx.Wrap(err, "import output folder", errctx.Safe(slog.String("output", out))))
			}
			res.Dirs = append(res.Dirs, dir)
		default:
			res.Symlinks = append(res.Symlinks, action.Symlink{Path: out, Target: first.target})
		}
	}
	return res, nil
}

// importHow keeps outputs in a sandbox that is to be looked at.
func (r *Runner) importHow() cas.How {
	if r.Keep == KeepAlways {
		return cas.Copy
	}
	return cas.Move
}

// look scans every output, each once. When o has any that is missing or refused the rest is of no use.
func look(j Job, sb *sandbox.Sandbox, o *Outcome) ([][]found, cas.StoreErr) {
	paths := slices.Compact(slices.Sorted(slices.Values(j.Action.Outputs)))
	root, oerr := openWorkingDir(sb, j.Action.WorkingDir)
	if gone(oerr) || escapes(oerr) { // the process has removed or replaced it
		o.Missing = paths
		return nil, nil
	}
	if oerr != nil {
		return nil, errctx.New(cas.SourceFault(workingDir(sb, j), oerr), "open working folder")
	}
	defer func() { _ = root.Close() }() // read only
	outputs := make([][]found, 0, len(paths))
	for _, out := range paths {
		all, err := scan(root, out, o)
		if err != nil {
			return nil, errctx.Wrap(err, "look at output", errctx.Safe(slog.String("output", out)))
		}
		outputs = append(outputs, all)
	}
	return outputs, nil
}

// openWorkingDir opens what outputs are relative to. A Root resolves no symbolic
// link to a place outside, also not in the middle of a path.
func openWorkingDir(sb *sandbox.Sandbox, dir string) (*os.Root, error) {
	root, serr := sb.Open()
	if serr != nil {
		return nil, serr
	}
	if root == nil {
		return nil, fs.ErrNotExist // the process put something else in its place
	}
	if dir == "" {
		return root, nil
	}
	defer func() { _ = root.Close() }()
	return root.OpenRoot(filepath.FromSlash(dir))
}

// scan lists what is at out, parents before children. What is missing or cannot be stored goes into o.
func scan(root *os.Root, out string, o *Outcome) ([]found, cas.StoreErr) {
	name := filepath.FromSlash(out)
	info, err := root.Lstat(name)
	if gone(err) {
		o.Missing = append(o.Missing, out)
		return nil, nil
	}
	if escapes(err) {
		o.Refused = append(o.Refused, out+": its path leads out of the sandbox")
		return nil, nil
	}
	if err != nil {
		return nil, errctx.New(cas.SourceFault(out, err), "look at file")
	}
	f := found{path: out, info: info}
	switch mode := info.Mode(); {
	case mode.IsRegular():
	case mode.IsDir():
		return scanDir(root, f, o)
	case mode&fs.ModeSymlink != 0:
		if f.target, err = root.Readlink(name); err != nil {
			return nil, errctx.New(cas.SourceFault(out, err), "read link")
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
		return nil, errctx.New(cas.SourceFault(dir.path, err), "read folder")
	}
	names, err := f.Readdirnames(-1)
	_ = f.Close() // read only
	if err != nil {
		return nil, errctx.New(cas.SourceFault(dir.path, err), "read folder")
	}
	slices.Sort(names)
	all := []found{dir}
	for _, n := range names {
		p := path.Join(dir.path, n)
		if reason := merkle.CheckPath(p); reason != "" { // a file system has names that a tree cannot have
			o.Refused = append(o.Refused, strconv.Quote(p)+": "+reason)
			continue
		}
		sub, err := scan(root, p, o)
		if err != nil {
			return nil, err
		}
		all = append(all, sub...)
	}
	return all, nil
}

// importDir stores a folder: its files, the message of each folder in it, and the
// REAPI Tree that names them all.
func (r *Runner) importDir(ctx context.Context, im *importer, out string, below []found) (action.Dir, cas.StoreErr) {
	entries := make([]merkle.Entry, 0, len(below))
	for _, f := range below {
		e := merkle.Entry{Path: f.path[len(out)+1:]}
		switch mode := f.info.Mode(); {
		case mode.IsDir():
			e.Kind = merkle.Directory
		case mode.IsRegular():
			d, err := im.file(ctx, f)
			if err != nil {
				return action.Dir{}, errctx.Wrap(err, "import file", errctx.Safe(slog.String("path", f.path)))
			}
			e.Kind, e.Digest, e.Executable = merkle.File, d, mode&0o111 != 0
		default:
			e.Kind, e.Target = merkle.Symlink, f.target
		}
		entries = append(entries, e)
	}
	tree, berr := merkle.Build(entries)
	if berr != nil { // it is too large or too deep for a tree
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

// putFolders stores the folders of a tree; of none, nothing.
func (r *Runner) putFolders(ctx context.Context, tree *merkle.Tree) cas.StoreErr {
	if tree == nil {
		return nil
	}
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
		return errctx.Map(errctx.Wrap(err, "store", named(j.Name)), persistError)
	}
	if !j.Action.DoNotCache {
		if err := r.Cache.Put(ctx, j.Coded.Digest, res); err != nil {
			return errctx.Map(errctx.Wrap(err, "store", named(j.Name)), persistCacheError)
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
		got, err := r.Store.Import(ctx, file, r.importHow())
		if err != nil {
			return errctx.Wrap(err, "import output stream", errctx.Safe(slog.String("stream", name)))
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

// workingDir returns where the action's working folder is.
func workingDir(sb *sandbox.Sandbox, j Job) string {
	return filepath.Join(sb.Root, filepath.FromSlash(j.Action.WorkingDir))
}
