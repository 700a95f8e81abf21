// Package merkle describes input and output trees as the Remote Execution API
// v2 (REAPI) does: each folder is a Directory message in canonical form, named by
// its digest, and a tree is named by the digest of its root.
//
// Promises:
//
//   - The same entries give the same root, whatever their order.
//   - What is read from outside is checked whole before it is handed on: names
//     are single, unique and sorted, digests are well formed, and the limits below
//     hold, so a tree neither leaves its root nor exhausts the reader.
//   - A walk does not stop at the first lost folder: it tells all of them.
//
// Node properties and fields unknown to this package have no meaning here; a
// message that carries them keeps its bytes and its digest.
package merkle

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/holdfast-go/holdfast/executor/digest"
)

// The limits of a tree: far above the trees that people build, far below what
// would exhaust a reader's stack or memory.
const (
	MaxDepth   = 200       // folders below one another, the root not counted
	MaxEntries = 1_000_000 // files, symbolic links and folders
	MaxFolder  = 16 << 20  // bytes of one Directory message: some 150,000 files
	MaxPath    = 4096      // bytes; Linux's PATH_MAX, so that no system call refuses it
)

// Kind says what is at a path.
type Kind int

// The kinds of entry. Their numbers are in errors that travel: new ones go to the end.
const (
	File      Kind = iota // a regular file
	Symlink               // a symbolic link
	Directory             // a folder, perhaps with entries below it
	Subtree               // a folder whose content is a tree of its own, known by its root
)

// String returns the kind in words.
func (k Kind) String() string {
	switch k {
	case File:
		return "file"
	case Symlink:
		return "symbolic link"
	case Directory:
		return "folder"
	case Subtree:
		return "subtree"
	}
	return fmt.Sprintf("Kind(%d)", int(k))
}

// Entry is one path of a tree. It is comparable.
type Entry struct {
	Path       string // relative and clean, with slashes
	Kind       Kind
	Digest     digest.Digest // of a File's bytes; of the Directory message of a Directory, where known, or Subtree
	Executable bool          // of a File
	Target     string        // of a Symlink
}

// Check returns why e cannot be in a tree, or "": a bad path, an unknown kind, a
// File or Subtree without a digest, a Symlink without a target or with one that is not valid UTF-8 without NUL.
func (e Entry) Check() (reason string) {
	if reason := CheckPath(e.Path); reason != "" {
		return reason
	}
	switch e.Kind {
	case File, Subtree:
		if e.Digest.IsZero() {
			return "the " + e.Kind.String() + " has no digest"
		}
	case Symlink:
		return checkTarget(e.Target)
	case Directory:
	default:
		return "the kind is unknown"
	}
	return ""
}

// CheckPath returns why path cannot be the path of an entry, or "". Any path is good
// that is relative, clean, not empty, valid UTF-8 without NUL and at most MaxPath long.
func CheckPath(path string) (reason string) {
	if len(path) > MaxPath {
		return fmt.Sprintf("the path is longer than %d bytes", MaxPath)
	}
	if strings.HasPrefix(path, "/") {
		return "the path is absolute"
	}
	for name := range strings.SplitSeq(path, "/") {
		if reason := checkName(name); reason != "" {
			return reason
		}
	}
	return CheckText(path)
}

func checkName(name string) string {
	switch name {
	case "":
		return "a name is empty"
	case ".", "..":
		return `"." and ".." are not names`
	}
	return ""
}

// CheckText returns why s cannot be in a message and in a system call, or "".
func CheckText(s string) (reason string) {
	if strings.IndexByte(s, 0) >= 0 {
		return "a NUL byte"
	}
	if !utf8.ValidString(s) {
		return "not valid UTF-8"
	}
	return ""
}

func checkTarget(target string) string {
	if target == "" {
		return "the link has no target"
	}
	if reason := CheckText(target); reason != "" {
		return "the link's target: " + reason
	}
	return ""
}

// join returns the path of name, or of dir when name is empty; the root is ".".
func join(dir, name string) string {
	switch {
	case name == "":
		return dir
	case dir == ".":
		return name
	}
	return dir + "/" + name
}
