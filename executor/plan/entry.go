package plan

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// entry is something in a folder, after links were followed. It is its own [fs.FileInfo].
type entry struct {
	name    string
	mode    fs.FileMode // type bits only
	real    string      // where links lead; "" when there was none
	problem *problem    // of a link that leads nowhere
}

func (e entry) Name() string               { return e.name }
func (e entry) IsDir() bool                { return e.mode.IsDir() }
func (e entry) Type() fs.FileMode          { return e.mode }
func (e entry) Mode() fs.FileMode          { return e.mode }
func (e entry) Info() (fs.FileInfo, error) { return e, nil }
func (e entry) Size() int64                { return 0 }
func (e entry) ModTime() time.Time         { return time.Time{} }
func (e entry) Sys() any                   { return nil }

var (
	_ fs.ReadDirFS = (*workspace)(nil)
	_ fs.StatFS    = (*workspace)(nil)
)

// Open implements fs.FS; nobody calls it.
func (w *workspace) Open(name string) (fs.File, error) { return os.DirFS(w.root).Open(name) }

// Stat implements fs.StatFS.
func (w *workspace) Stat(name string) (fs.FileInfo, error) {
	if !fs.ValidPath(name) {
		return nil, fs.ErrInvalid
	}
	e, p := w.entry(name)
	if p != nil && p.kind == NoSuchFile {
		return nil, fs.ErrNotExist
	}
	// A pattern looks for files behind every link on its way. Behind one that leads out
	// there are none; only a link that is asked for by name, or matched itself, is a fault.
	if p != nil && p.kind == EscapingPath {
		if w.folder(path.Dir(name)).problem != nil {
			return nil, fs.ErrNotExist
		}
		return e, nil // with its problem, which counts when the pattern matches it
	}
	if p != nil {
		return nil, p
	}
	return e, nil
}

// entry returns what name leads to.
func (w *workspace) entry(name string) (entry, *problem) {
	if name == "." {
		return entry{name: ".", mode: fs.ModeDir, real: w.root}, nil
	}
	parent := w.folder(path.Dir(name))
	if parent.problem != nil {
		return entry{}, parent.problem
	}
	full := parent.real + "/" + path.Base(name)
	info, err := os.Lstat(full)
	if err != nil {
		return entry{}, w.problemOf(name, err)
	}
	e := w.follow(name, full, info.Mode().Type())
	return e, e.problem
}

// follow returns the entry at full, which is name as plans write it, after links.
func (w *workspace) follow(name, full string, mode fs.FileMode) entry {
	e := entry{name: path.Base(name), mode: mode}
	if mode&fs.ModeSymlink == 0 {
		return e
	}
	e.mode = fs.ModeIrregular
	real, err := filepath.EvalSymlinks(full)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		e.problem = &problem{kind: NoSuchFile, message: fmt.Sprintf("symbolic link %q leads to nothing", name)}
		return e
	case err != nil:
		e.problem = w.problemOf(name, err)
		return e
	case real != w.root && !strings.HasPrefix(real, strings.TrimSuffix(w.root, "/")+"/"):
		e.problem = &problem{kind: EscapingPath, message: fmt.Sprintf("symbolic link %q leads out of the folder of the plan", name), hint: "copy the file, or move the plan up"}
		return e
	}
	info, err := os.Lstat(real)
	if err != nil {
		e.problem = w.problemOf(name, err)
		return e
	}
	e.mode, e.real = info.Mode().Type(), real
	return e
}

// folder is a folder, or the problem that keeps it from being one.
type folder struct {
	parent  *folder // by path, not by where links lead
	real    string
	problem *problem
}

// folder returns the folder of that path.
func (w *workspace) folder(name string) *folder {
	if f, ok := w.folders[name]; ok {
		return f
	}
	f := &folder{parent: w.folder(path.Dir(name))}
	w.folders[name] = f
	e, p := w.entry(name)
	switch {
	case p != nil:
		f.problem = p
	case !e.IsDir():
		f.problem = &problem{kind: NoSuchFile, message: fmt.Sprintf("no such folder: %q", name)}
	case e.real != "":
		f.real = e.real
	default:
		f.real = f.parent.real + "/" + e.name
	}
	return f
}

// ReadDir implements fs.ReadDirFS.
func (w *workspace) ReadDir(name string) ([]fs.DirEntry, error) {
	if !fs.ValidPath(name) {
		return nil, fs.ErrInvalid
	}
	f := w.folder(name)
	switch {
	case f.problem != nil && f.problem.kind == NoSuchFile:
		return nil, fs.ErrNotExist
	case f.problem != nil:
		return nil, f.problem
	}
	l := w.list(name, f.real)
	if w.visited += 1 + len(l.entries); w.visited > maxVisited {
		return nil, tooManyVisited
	}
	if !l.links {
		return l.entries, l.err
	}
	return slices.DeleteFunc(slices.Clone(l.entries), func(d fs.DirEntry) bool { return f.loops(d.(entry).real) }), l.err
}

// listing is what is in a folder.
type listing struct {
	entries []fs.DirEntry
	links   bool // some are links to folders
	err     error
}

// list reads the folder at real, which is name as a plan may write it.
func (w *workspace) list(name, real string) listing {
	if l, ok := w.listings[real]; ok {
		return l
	}
	var l listing
	raw, err := os.ReadDir(real)
	if err != nil {
		l.err = w.problemOf(name, err)
	}
	for _, d := range raw {
		e := w.follow(path.Join(name, d.Name()), real+"/"+d.Name(), d.Type())
		l.entries = append(l.entries, e)
		l.links = l.links || e.IsDir() && e.real != ""
	}
	w.listings[real] = l
	return l
}

// loops reports whether a link to real leads back to f or to a folder that f is in.
func (f *folder) loops(real string) bool {
	for ; f != nil && real != ""; f = f.parent {
		if f.real == real {
			return true
		}
	}
	return false
}
