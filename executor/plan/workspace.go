package plan

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/bmatcuk/doublestar/v4"
	"golang.org/x/sys/unix"
)

// workspace looks up inputs. It reads each folder and expands each pattern once, however many steps name it.
//
// As a file system ([fs.FS], for the patterns) it has symbolic links resolved: an entry has the type of
// what it leads to, links out of the workspace lead nowhere, and links back to a folder they are in are left out.
type workspace struct {
	root     string // absolute, without symbolic links
	folders  map[string]*folder
	listings map[string]listing // by where the folder really is
	results  map[string]result  // by clean path or pattern
	files    int                // in all results
	visited  int                // entries that the current walk has seen
}

// result is what a path or pattern stands for.
type result struct {
	files   []string
	problem *problem
}

// problem says why an input is not one. It becomes a fault at every place that names the input.
type problem struct {
	kind          FaultKind
	message, hint string
	err           error
	absent        bool // there is nothing of that name
}

// Error makes a problem pass through the expansion of a pattern.
func (p *problem) Error() string { return p.message }

func (p *problem) Unwrap() error { return p.err }

// maxVisited bounds the walk for one path or pattern: links may make a small workspace look endless.
const maxVisited = 4 * MaxInputs

var (
	tooManyFiles   = &problem{kind: TooLarge, message: fmt.Sprintf("more than %d input files", MaxInputs)}
	tooManyVisited = &problem{kind: TooLarge, message: fmt.Sprintf("more than %d files and folders to look through", maxVisited)}
)

func newWorkspace(root string) *workspace {
	return &workspace{
		root:     root,
		folders:  map[string]*folder{".": {real: root}},
		listings: map[string]listing{},
		results:  map[string]result{},
	}
}

// find returns the files that a clean path or pattern stands for, sorted; at least one, or a problem.
func (w *workspace) find(glob string) ([]string, *problem) {
	found, ok := w.results[glob]
	if !ok {
		w.visited = 0
		if strings.ContainsAny(glob, "*?[{") {
			found.files, found.problem = w.match(glob)
		} else {
			found.files, found.problem = w.named(glob)
		}
		for _, name := range found.files {
			if found.problem = w.readable(name); found.problem != nil {
				found.files = nil
				break
			}
		}
		w.files += len(found.files)
		w.results[glob] = found
	}
	return found.files, found.problem
}

// all returns every file that was found.
func (w *workspace) all() pathSet {
	files := make([]string, 0, w.files)
	for _, r := range w.results {
		files = append(files, r.files...)
	}
	return newPathSet(files)
}

// named finds the file, or the files below the folder, of that path.
func (w *workspace) named(name string) ([]string, *problem) {
	e, p := w.entry(name)
	switch {
	case p != nil:
		return nil, p
	case e.IsDir():
		var files []string
		if p := w.below(name, &files); p != nil {
			return nil, p
		}
		if len(files) == 0 {
			return nil, &problem{kind: NoSuchFile, message: fmt.Sprintf("folder %q has no files", name)}
		}
		slices.Sort(files)
		return files, nil
	case w.files >= MaxInputs:
		return nil, tooManyFiles
	case !e.mode.IsRegular():
		return nil, &problem{kind: NotAFile, message: fmt.Sprintf("%q is neither a file nor a folder", name), hint: "an input is a regular file"}
	}
	return []string{name}, nil
}

// below adds the files below a folder.
func (w *workspace) below(dir string, files *[]string) *problem {
	entries, err := w.ReadDir(dir)
	if err != nil {
		return w.problemOf(dir, err)
	}
	for _, d := range entries {
		name := path.Join(dir, d.Name())
		if name == outputs {
			continue
		}
		if d.IsDir() {
			if p := w.below(name, files); p != nil {
				return p
			}
			continue
		}
		if p := w.add(name, d.(entry), files); p != nil {
			return p
		}
	}
	return nil
}

// add adds a file; what is no regular file it leaves out.
func (w *workspace) add(name string, e entry, files *[]string) *problem {
	switch {
	case e.problem != nil:
		return e.problem
	case !e.mode.IsRegular():
		return nil
	case w.files+len(*files) >= MaxInputs:
		return tooManyFiles
	}
	*files = append(*files, name)
	return nil
}

// match finds the files that match a pattern.
func (w *workspace) match(pattern string) ([]string, *problem) {
	if !doublestar.ValidatePattern(pattern) {
		return nil, &problem{kind: BadGlob, message: fmt.Sprintf("bad pattern %q", pattern),
			hint: "close every bracket and brace; to name a file that has one in its name, put it in brackets: [[]"}
	}
	if n := alternatives(pattern); n > maxAlternatives {
		return nil, &problem{kind: BadGlob, message: fmt.Sprintf("pattern %q has more than %d alternatives", pattern, maxAlternatives), hint: "use * or several patterns"}
	}
	for strings.Contains(pattern, "**/**/") { // the same, and one walk for every "**" otherwise
		pattern = strings.ReplaceAll(pattern, "**/**/", "**/")
	}
	var files []string
	placed := !within(pattern, outputs)
	err := doublestar.GlobWalk(w, pattern, func(name string, d fs.DirEntry) error {
		if placed && within(name, outputs) {
			return nil
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		if p := w.add(name, info.(entry), &files); p != nil {
			return p
		}
		return nil
	}, doublestar.WithFilesOnly(), doublestar.WithFailOnIOErrors())
	switch {
	case err != nil:
		return nil, w.problemOf(pattern, err)
	case len(files) == 0:
		return nil, &problem{kind: NoSuchFile, message: fmt.Sprintf("no file matches %q", pattern)}
	}
	slices.Sort(files)
	return slices.Compact(files), nil
}

// outputs is where outputs are placed unless somebody says otherwise. They are no
// inputs of the next run, unless a path or pattern begins with the folder's name.
const outputs = "out"

// within reports whether name is the folder or in it.
func within(name, folder string) bool {
	return name == folder || strings.HasPrefix(name, folder+"/")
}

// maxAlternatives bounds what the braces of a pattern multiply to.
const maxAlternatives = 1000

// alternatives returns how many patterns without braces a pattern stands for, at most.
func alternatives(pattern string) int {
	n := 1
	for _, group := range strings.Split(pattern, "{")[1:] {
		n = min(n*(1+strings.Count(group, ",")), maxAlternatives+1)
	}
	return n
}

// problemOf says what an error of looking up name means.
func (w *workspace) problemOf(name string, err error) *problem {
	if p, ok := errors.AsType[*problem](err); ok {
		return p
	}
	cause := err
	if pathErr, ok := errors.AsType[*fs.PathError](err); ok {
		cause = pathErr.Err // the path in it is that of this machine
	}
	switch {
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, unix.ENOTDIR):
		return &problem{kind: NoSuchFile, message: fmt.Sprintf("no such file: %q", name), absent: true}
	case errors.Is(err, fs.ErrInvalid): // an alternative such as {..} or {/a}
		return &problem{kind: EscapingPath, message: fmt.Sprintf("pattern %q may leave the folder of the plan", name)}
	}
	return &problem{kind: UnreadableFile, message: fmt.Sprintf("cannot read %q", name), err: cause}
}

// readable makes sure that a file can be opened. The path is inside the workspace, links and all.
func (w *workspace) readable(name string) *problem {
	if err := unix.Faccessat(unix.AT_FDCWD, w.root+"/"+name, unix.R_OK, unix.AT_EACCESS); err != nil {
		return w.problemOf(name, err)
	}
	return nil
}

// neighbours returns the paths that are in the same folder as a path that is not there.
func (w *workspace) neighbours(name string) []string {
	dir := path.Dir(name)
	entries, err := w.ReadDir(dir)
	if err != nil {
		return nil
	}
	paths := make([]string, len(entries))
	for i, e := range entries {
		paths[i] = path.Join(dir, e.Name())
	}
	return paths
}
