package action

import (
	"iter"
	"math"
	"time"

	"github.com/holdfast-go/holdfast/errctx"
	"github.com/holdfast-go/holdfast/executor/digest"
	"github.com/holdfast-go/holdfast/executor/merkle"
)

// Result is what came of an action. Its bytes are in a store, by digest. Paths
// are relative to the action's working folder.
type Result struct {
	ExitCode       int
	Files          []File
	Dirs           []Dir
	Symlinks       []Symlink
	Stdout, Stderr digest.Digest // zero, or that of no bytes, when nothing was written

	Worker                     string        // which executed it
	Queued, Started, Completed time.Time     // Started and Completed by the worker, all stages included
	Wall                       time.Duration // how long the process ran
}

// File is a regular file that the process left.
type File struct {
	Path       string
	Digest     digest.Digest
	Executable bool
}

// Dir is a folder that the process left.
type Dir struct {
	Path string
	Tree digest.Digest // of the Tree message, which merkle.DecodeTree reads
	Root digest.Digest // of the root Directory in it; zero if a server did not say
}

// Symlink is a symbolic link that the process left. Target is as it was found: merkle.CheckTarget judges it.
type Symlink struct{ Path, Target string }

// Entries yields what is at each output path, as the entry of a tree: files,
// folders (each a Subtree), links.
func (r *Result) Entries() iter.Seq[merkle.Entry] {
	return func(yield func(merkle.Entry) bool) {
		for _, f := range r.Files {
			if !yield(merkle.Entry{Path: f.Path, Kind: merkle.File, Digest: f.Digest, Executable: f.Executable}) {
				return
			}
		}
		for _, d := range r.Dirs {
			if !yield(merkle.Entry{Path: d.Path, Kind: merkle.Subtree, Digest: d.Root}) {
				return
			}
		}
		for _, s := range r.Symlinks {
			if !yield(merkle.Entry{Path: s.Path, Kind: merkle.Symlink, Target: s.Target}) {
				return
			}
		}
	}
}

// Output returns the entry at an output path. What is below an output folder is in its Tree.
func (r *Result) Output(path string) (merkle.Entry, bool) {
	for e := range r.Entries() {
		if e.Path == path {
			return e, true
		}
	}
	return merkle.Entry{}, false
}

// Digests yields every digest that r names: of files, of the Tree and the root
// Directory of folders, of stdout and stderr. What is named by a Tree is not among them.
func (r *Result) Digests() iter.Seq[digest.Digest] {
	return func(yield func(digest.Digest) bool) {
		all := []digest.Digest{r.Stdout, r.Stderr}
		for _, f := range r.Files {
			all = append(all, f.Digest)
		}
		for _, d := range r.Dirs {
			all = append(all, d.Tree, d.Root)
		}
		for _, d := range all {
			if !d.IsZero() && !yield(d) {
				return
			}
		}
	}
}

// Check returns a [*Malformed] for a result that no message can carry or no
// folder can hold: a bad path, a path that is there twice or below a file or a
// link, a missing digest, a text that is not UTF-8, a number out of range.
func (r *Result) Check() errctx.WithContext[*Malformed] {
	if m := r.check(); m != nil {
		return errctx.New(m, "check result")
	}
	return nil
}

func (r *Result) check() *Malformed {
	if r.ExitCode < math.MinInt32 || r.ExitCode > math.MaxInt32 {
		return &Malformed{"result.exit_code", "", "it is out of range"}
	}
	for _, d := range r.Dirs {
		if d.Tree.IsZero() && d.Root.IsZero() {
			return &Malformed{"result.output_directories", d.Path, "it has no digest"}
		}
	}
	kinds := make(map[string]merkle.Kind)
	for e := range r.Entries() {
		if e.Kind == merkle.Subtree {
			e.Digest = digest.Empty // the Tree will do, too
		}
		if reason := e.Check(); reason != "" {
			return &Malformed{"result." + fields[e.Kind], e.Path, reason}
		}
		if _, ok := kinds[e.Path]; ok {
			return &Malformed{"result." + fields[e.Kind], e.Path, "it is there twice"}
		}
		kinds[e.Path] = e.Kind
	}
	for e := range r.Entries() {
		for i, c := range e.Path {
			if c != '/' {
				continue
			}
			if above, ok := kinds[e.Path[:i]]; ok && above != merkle.Subtree {
				return &Malformed{"result." + fields[e.Kind], e.Path, "it is below a file or a link"}
			}
		}
	}
	if reason := merkle.CheckText(r.Worker); reason != "" {
		return &Malformed{"result.execution_metadata.worker", r.Worker, reason}
	}
	for _, t := range []time.Time{r.Queued, r.Started, r.Completed} {
		if p := timestamp(t); p != nil && !p.IsValid() {
			return &Malformed{"result.execution_metadata", "", "a time is out of range"}
		}
	}
	if r.Wall < 0 {
		return &Malformed{"result.execution_metadata.virtual_execution_duration", "", "it is negative"}
	}
	return nil
}

// fields has the list of ActionResult where entries of a kind are.
var fields = map[merkle.Kind]string{
	merkle.File: "output_files", merkle.Subtree: "output_directories", merkle.Symlink: "output_symlinks",
}
