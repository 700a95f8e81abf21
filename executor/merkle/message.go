package merkle

import (
	"fmt"
	"log/slog"
	"slices"

	"github.com/holdfast-go/holdfast/errctx"
	"github.com/holdfast-go/holdfast/executor/digest"
	"google.golang.org/protobuf/encoding/protowire"
)

// The fields of the REAPI Tree message.
const (
	rootField  protowire.Number = 1
	childField protowire.Number = 2
)

// EncodeTree returns the REAPI Tree message of t: the root, then each other
// folder once, a folder before those in it. This is the order and the form that
// OutputDirectory.is_topologically_sorted promises, and the same tree always gives
// the same bytes. What is inside a Subtree is not in the message, which is
// therefore of use only for a tree without one.
func EncodeTree(t *Tree) []byte {
	var data []byte
	field := rootField
	for _, d := range slices.Backward(t.order) {
		data = protowire.AppendTag(data, field, protowire.BytesType)
		data = protowire.AppendBytes(data, t.folders[d].blob)
		field = childField
	}
	return data
}

// DecodeTree reads a REAPI Tree message, in any order of the children. Children
// that nothing names are left out. Every folder keeps its bytes, so the digests are those that
// the message's author computed. The error is a [*Malformed] or a [*TooLarge].
func DecodeTree(data []byte) (*Tree, TreeErr) {
	blobs, ok := splitTree(data)
	if !ok {
		return nil, errctx.New[TreeError](&Malformed{digest.Of(data), ".", "not a Tree message"}, "decode tree")
	}
	l := loader{
		tree:    &Tree{folders: make(map[digest.Digest]folder, len(blobs))},
		blobs:   make(map[digest.Digest][]byte, len(blobs)),
		extents: make(map[digest.Digest]extent, len(blobs)),
	}
	for _, blob := range blobs {
		l.blobs[digest.Of(blob)] = blob
	}
	l.tree.Root = digest.Of(blobs[0])
	if _, err := l.load(l.tree.Root, ".", 0); err != nil {
		return nil, errctx.Wrap(err, "decode tree", slog.Any("root", l.tree.Root))
	}
	return l.tree, nil
}

// splitTree returns the encoded folders of a Tree message, the root first.
func splitTree(data []byte) ([][]byte, bool) {
	blobs := make([][]byte, 1)
	roots := 0
	for len(data) > 0 {
		num, typ, n := protowire.ConsumeTag(data)
		if n < 0 {
			return nil, false
		}
		data = data[n:]
		if num != rootField && num != childField {
			if n = protowire.ConsumeFieldValue(num, typ, data); n < 0 {
				return nil, false
			}
			data = data[n:]
			continue
		}
		blob, n := protowire.ConsumeBytes(data)
		if typ != protowire.BytesType || n < 0 {
			return nil, false
		}
		data = data[n:]
		if num == childField {
			blobs = append(blobs, blob)
			continue
		}
		blobs[0] = blob
		roots++
	}
	return blobs, roots == 1
}

// loader takes folders out of blobs into a tree. Digests are computed here, so
// no folder can be inside itself.
type loader struct {
	tree    *Tree
	blobs   map[digest.Digest][]byte
	extents map[digest.Digest]extent
}

// extent is what a folder holds, everything below it counted: a few small
// messages can describe more paths than there are atoms.
type extent struct {
	entries int
	height  int // folders below one another
	path    int // bytes of the longest path
}

// load adds the folder at path, which is depth folders below the root.
func (l *loader) load(d digest.Digest, path string, depth int) (extent, TreeErr) {
	x, known := l.extents[d]
	if !known && depth <= MaxDepth {
		var err TreeErr
		if x, err = l.read(d, path, depth); err != nil {
			return x, err
		}
		l.extents[d] = x
	}
	switch {
	case x.entries > MaxEntries:
		return x, errctx.New[TreeError](&TooLarge{path, tooMany, MaxEntries}, "load folder")
	case depth+x.height > MaxDepth:
		return x, errctx.New[TreeError](&TooLarge{path, tooDeep, MaxDepth}, "load folder")
	case path != "." && len(path)+len("/")+x.path > MaxPath || x.path > MaxPath:
		return x, errctx.New[TreeError](&TooLarge{path, tooFar, MaxPath}, "load folder")
	}
	return x, nil
}

func (l *loader) read(d digest.Digest, path string, depth int) (x extent, err TreeErr) {
	blob, ok := l.blobs[d]
	if !ok {
		return x, errctx.New[TreeError](&Malformed{d, path, "the folder is not in the message"}, "load folder")
	}
	if len(blob) > MaxFolder {
		return x, errctx.New[TreeError](&TooLarge{path, tooLong, MaxFolder}, "load folder")
	}
	nodes, name, reason := decodeFolder(blob)
	if reason != "" {
		return x, errctx.New[TreeError](&Malformed{d, join(path, name), reason}, "load folder")
	}
	for _, n := range nodes {
		length := len(n.Path)
		if n.Kind == Directory {
			below, err := l.load(n.Digest, join(path, n.Path), depth+1)
			if err != nil {
				return x, err
			}
			x.entries += below.entries
			x.height = max(x.height, 1+below.height)
			length += len("/") + below.path
		}
		x.entries++
		x.path = max(x.path, length)
	}
	l.tree.add(d, folder{blob, nodes})
	return x, nil
}

// TreeErr is what DecodeTree returns.
type TreeErr = errctx.WithContext[TreeError]

// TreeError is the sealed sum of what is wrong with a message that should be a
// tree. [VisitTree] is the total switch over it.
type TreeError interface {
	errctx.Kind
	treeError()
}

// TreeCases has one method for each variant of TreeError.
type TreeCases[T any] interface {
	Malformed(*Malformed) T
	TooLarge(*TooLarge) T
	Unknown(Unknown) T
}

// VisitTree calls the case of e's variant.
func VisitTree[T any](e TreeError, c TreeCases[T]) T {
	switch e := e.(type) {
	case *Malformed:
		return c.Malformed(e)
	case *TooLarge:
		return c.TooLarge(e)
	case Unknown:
		return c.Unknown(e)
	}
	panic(fmt.Sprintf("merkle: %T is not a variant of TreeError", e)) // unreachable: the sum is sealed
}

// Malformed says that bytes, which have the digest that was asked for, are not a
// tree as REAPI defines it. Whoever made them made a mistake; no copy will be better.
type Malformed struct {
	Digest digest.Digest // of the message
	Path   string        // of the folder or the entry in it; "." is the root
	Reason string
}

// TooLarge says that a tree exceeds a limit of this package.
type TooLarge struct {
	Path  string // where it does
	What  string // what there is too much of
	Limit int64
}

const (
	tooDeep = "folders below one another"
	tooMany = "entries"
	tooLong = "bytes in one Directory message"
	tooFar  = "bytes in a path"
)

func (*Malformed) treeError() {}
func (*TooLarge) treeError()  {}
func (Unknown) treeError()    {}

// ErrorKind implements errctx.Kind.
func (*Malformed) ErrorKind() string { return "merkle.malformed" }

// ErrorKind implements errctx.Kind.
func (*TooLarge) ErrorKind() string { return "merkle.too_large" }

func (e *Malformed) Error() string {
	return fmt.Sprintf("%q in Directory %s: %s", e.Path, e.Digest, e.Reason)
}

func (e *TooLarge) Error() string { return fmt.Sprintf("%q: more than %d %s", e.Path, e.Limit, e.What) }
