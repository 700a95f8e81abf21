package merkle

import (
	"iter"
	"slices"
	"strings"

	"github.com/holdfast-go/holdfast/executor/digest"
)

// Tree holds the Directory message of every folder of a tree, except inside a
// Subtree. It does not change, so many goroutines may use it.
type Tree struct {
	Root digest.Digest // of the root's Directory message

	folders map[digest.Digest]folder
	order   []digest.Digest // each folder once, after all it holds
}

// folder is a Directory message beside what is in it. The path of a node is its name.
type folder struct {
	blob  []byte
	nodes []Entry // sorted by name
}

func (t *Tree) add(d digest.Digest, f folder) {
	if _, ok := t.folders[d]; !ok {
		t.folders[d] = f
		t.order = append(t.order, d)
	}
}

// Blobs yields each Directory message once, a folder after the folders in it: whoever stores
// them in this order never stores one that names a folder not yet stored. They have to be
// stored before an action that names the root is executed. The bytes must not be changed.
func (t *Tree) Blobs() iter.Seq2[digest.Digest, []byte] {
	return func(yield func(digest.Digest, []byte) bool) {
		for _, d := range t.order {
			if !yield(d, t.folders[d].blob) {
				return
			}
		}
	}
}

// Lookup returns the Directory message with digest d, if it is of this tree.
func (t *Tree) Lookup(d digest.Digest) ([]byte, bool) {
	f, ok := t.folders[d]
	return f.blob, ok
}

// Find returns what is at path, with Path as given. Nothing is found inside a Subtree: the Tree does not know what is there.
func (t *Tree) Find(path string) (Entry, bool) {
	at := Entry{Kind: Directory, Digest: t.Root}
	for name := range strings.SplitSeq(path, "/") {
		if at.Kind != Directory {
			return Entry{}, false
		}
		nodes := t.folders[at.Digest].nodes
		i, ok := slices.BinarySearchFunc(nodes, name, func(e Entry, name string) int { return strings.Compare(e.Path, name) })
		if !ok {
			return Entry{}, false
		}
		at = nodes[i]
	}
	at.Path = path
	return at, true
}

// All yields every entry, the root not among them: names in byte order, a folder
// before what it holds. A Directory has its digest, and a Subtree is not entered.
// Build makes the same tree of them.
func (t *Tree) All() iter.Seq[Entry] {
	return func(yield func(Entry) bool) { t.yield(t.Root, ".", yield) }
}

func (t *Tree) yield(d digest.Digest, dir string, yield func(Entry) bool) bool {
	for _, e := range t.folders[d].nodes {
		e.Path = join(dir, e.Path)
		if !yield(e) || e.Kind == Directory && !t.yield(e.Digest, e.Path, yield) {
			return false
		}
	}
	return true
}
