package merkle

import (
	"fmt"
	"strings"

	"github.com/holdfast-go/holdfast/errctx"
)

// CheckTarget returns an [*Escape] for a symbolic link at path, which is clean,
// that could lead out of the root: an absolute target, one with more ".." than
// there are folders above the link, and one with ".." after a name. The last may
// be harmless, but where the name is a link itself, only the file system knows what is above it.
//
// In a tree whose links all pass, no path leads out of it.
func CheckTarget(path, target string) errctx.WithContext[*Escape] {
	escape := func(reason string) errctx.WithContext[*Escape] {
		return errctx.New(&Escape{path, target, reason}, "check link")
	}
	if strings.HasPrefix(target, "/") {
		return escape("the target is absolute")
	}
	up, names := strings.Count(path, "/"), 0
	for name := range strings.SplitSeq(target, "/") {
		switch {
		case name == "" || name == ".":
		case name != "..":
			names++
		case names > 0:
			return escape(`".." follows a name`)
		case up == 0:
			return escape("the target is above the root")
		default:
			up--
		}
	}
	return nil
}

// Escape says that a symbolic link could lead out of its root.
type Escape struct{ Path, Target, Reason string }

// ErrorKind implements errctx.Kind.
func (*Escape) ErrorKind() string { return "merkle.escape" }

func (e *Escape) Error() string { return fmt.Sprintf("%q -> %q: %s", e.Path, e.Target, e.Reason) }
