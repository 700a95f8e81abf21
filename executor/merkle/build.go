package merkle

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/holdfast-go/holdfast/errctx"
	"github.com/holdfast-go/holdfast/executor/digest"
)

// Build makes the tree that holds entries and the folders leading to them. A
// folder may be named any number of times, and so may any other entry if it is the
// same each time. A Directory is satisfied by a Subtree at its path.
//
// The first fault in the order of paths is returned: a [*BadPath], a [*Conflict]
// or a [*TooLarge].
func Build(entries []Entry) (*Tree, BuildErr) {
	sorted := make([]Entry, len(entries))
	for i, e := range entries {
		sorted[i] = e.normal()
	}
	slices.SortFunc(sorted, compare)
	for _, e := range sorted {
		if reason := e.Check(); reason != "" {
			return nil, errctx.New[BuildError](&BadPath{e.Path, reason}, "build tree")
		}
	}
	b := builder{tree: &Tree{folders: make(map[digest.Digest]folder)}}
	root, err := b.folder(slices.Compact(sorted), ".", 0, 0)
	if err != nil {
		return nil, err
	}
	b.tree.Root = root
	return b.tree, nil
}

// normal returns e without what has no meaning for its kind.
func (e Entry) normal() Entry {
	switch e.Kind {
	case File:
		e.Target = ""
	case Symlink:
		e.Digest, e.Executable = digest.Digest{}, false
	case Directory:
		e.Digest, e.Executable, e.Target = digest.Digest{}, false, ""
	case Subtree:
		e.Executable, e.Target = false, ""
	}
	return e
}

// compare is a total order in which a folder is followed by what is below it,
// before any sibling: "a", "a/b", "a-b".
func compare(a, b Entry) int {
	return cmp.Or(comparePaths(a.Path, b.Path), cmp.Compare(a.Kind, b.Kind), a.Digest.Compare(b.Digest),
		compareBool(a.Executable, b.Executable), strings.Compare(a.Target, b.Target))
}

// comparePaths compares bytes, with the slash before all others.
func comparePaths(a, b string) int {
	for i := range min(len(a), len(b)) {
		if a[i] == b[i] {
			continue
		}
		switch {
		case a[i] == '/':
			return -1
		case b[i] == '/':
			return 1
		}
		return cmp.Compare(a[i], b[i])
	}
	return cmp.Compare(len(a), len(b))
}

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

type builder struct {
	tree  *Tree
	nodes int // so far, in all folders
}

// folder adds the folder at path, which is depth folders below the root, and
// returns its digest. The paths of the entries go on below it at offset from.
func (b *builder) folder(entries []Entry, path string, from, depth int) (digest.Digest, BuildErr) {
	if depth > MaxDepth {
		return digest.Digest{}, errctx.New[BuildError](&TooLarge{path, tooDeep, MaxDepth}, "build tree")
	}
	var nodes []Entry
	for len(entries) > 0 {
		name, _, _ := strings.Cut(entries[0].Path[from:], "/")
		end := from + len(name)
		n := 1
		for n < len(entries) && within(entries[n].Path, entries[0].Path[:end]) {
			n++
		}
		node, err := b.node(entries[:n], end, depth)
		if err != nil {
			return digest.Digest{}, err
		}
		node.Path = name
		nodes = append(nodes, node)
		entries = entries[n:]
	}
	blob := encodeFolder(nodes)
	if len(blob) > MaxFolder {
		return digest.Digest{}, errctx.New[BuildError](&TooLarge{path, tooLong, MaxFolder}, "build tree")
	}
	d := digest.Of(blob)
	b.tree.add(d, folder{blob, nodes})
	return d, nil
}

// within reports whether path is dir or below it.
func within(path, dir string) bool {
	return strings.HasPrefix(path, dir) && (len(path) == len(dir) || path[len(dir)] == '/')
}

// node returns what is at the first end bytes of the path of each of group, all
// of which are there or below.
func (b *builder) node(group []Entry, end, depth int) (Entry, BuildErr) {
	path := group[0].Path[:end]
	if b.nodes++; b.nodes > MaxEntries {
		return Entry{}, errctx.New[BuildError](&TooLarge{path, tooMany, MaxEntries}, "build tree")
	}
	n := 0
	for n < len(group) && len(group[n].Path) == end {
		n++
	}
	here, below := group[:n], group[n:]
	if len(here) > 1 && here[0].Kind == Directory {
		here = here[1:] // only a Subtree sorts after it
	}
	switch {
	case len(here) > 1:
		return Entry{}, errctx.New[BuildError](&Conflict{path, here[0], here[1]}, "build tree")
	case len(here) == 1 && here[0].Kind != Directory && len(below) > 0:
		return Entry{}, errctx.New[BuildError](&Conflict{path, here[0], below[0]}, "build tree")
	case len(here) == 1 && here[0].Kind != Directory:
		return here[0], nil
	}
	d, err := b.folder(below, path, end+1, depth+1)
	return Entry{Kind: Directory, Digest: d}, err
}

// BuildErr is what Build returns.
type BuildErr = errctx.WithContext[BuildError]

// BuildError is the sealed sum of why entries are not a tree. [VisitBuild] is the
// total switch over it.
type BuildError interface {
	errctx.Kind
	buildError()
}

// BuildCases has one method for each variant of BuildError.
type BuildCases[T any] interface {
	BadPath(*BadPath) T
	Conflict(*Conflict) T
	TooLarge(*TooLarge) T
	Unknown(Unknown) T
}

// VisitBuild calls the case of e's variant.
func VisitBuild[T any](e BuildError, c BuildCases[T]) T {
	switch e := e.(type) {
	case *BadPath:
		return c.BadPath(e)
	case *Conflict:
		return c.Conflict(e)
	case *TooLarge:
		return c.TooLarge(e)
	case Unknown:
		return c.Unknown(e)
	}
	panic(fmt.Sprintf("merkle: %T is not a variant of BuildError", e)) // unreachable: the sum is sealed
}

// BadPath says that an entry cannot be in any tree.
type BadPath struct{ Path, Reason string }

// Conflict says that two entries cannot be in one tree: they differ at Path, or
// one of them is below the other, which is at Path and no folder that could take it.
type Conflict struct {
	Path  string
	First Entry // at Path
	Other Entry // at or below Path
}

func (*BadPath) buildError()  {}
func (*Conflict) buildError() {}
func (*TooLarge) buildError() {}
func (Unknown) buildError()   {}

// ErrorKind implements errctx.Kind.
func (*BadPath) ErrorKind() string { return "merkle.bad_path" }

// ErrorKind implements errctx.Kind.
func (*Conflict) ErrorKind() string { return "merkle.conflict" }

func (e *BadPath) Error() string { return fmt.Sprintf("%q: %s", e.Path, e.Reason) }

func (e *Conflict) Error() string {
	switch {
	case e.First.Path != e.Other.Path:
		return fmt.Sprintf("%q is a %s and cannot hold %q", e.Path, e.First.Kind, e.Other.Path)
	case e.First.Kind != e.Other.Kind:
		return fmt.Sprintf("%q is a %s and a %s", e.Path, e.First.Kind, e.Other.Kind)
	}
	return fmt.Sprintf("%q is two different %ss", e.Path, e.First.Kind)
}
