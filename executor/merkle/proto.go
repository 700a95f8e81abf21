package merkle

import (
	"fmt"
	"slices"
	"strings"

	repb "github.com/bazelbuild/remote-apis/build/bazel/remote/execution/v2"
	"github.com/holdfast-go/holdfast/errctx"
	"github.com/holdfast-go/holdfast/executor/digest"
	"google.golang.org/protobuf/proto"
)

// ToProto returns d as REAPI messages carry it.
func ToProto(d digest.Digest) *repb.Digest {
	return &repb.Digest{Hash: d.Hex(), SizeBytes: d.Size}
}

// FromProto returns the digest in p. An absent message is a [*digest.Invalid] like a wrong one.
func FromProto(p *repb.Digest) (digest.Digest, errctx.WithContext[*digest.Invalid]) {
	return digest.FromHex(p.GetHash(), p.GetSizeBytes())
}

// encodeFolder returns the canonical Directory message of nodes, which are
// sorted and whose paths are names.
func encodeFolder(nodes []Entry) []byte {
	var dir repb.Directory
	for _, n := range nodes {
		switch n.Kind {
		case File:
			dir.Files = append(dir.Files, &repb.FileNode{Name: n.Path, Digest: ToProto(n.Digest), IsExecutable: n.Executable})
		case Symlink:
			dir.Symlinks = append(dir.Symlinks, &repb.SymlinkNode{Name: n.Path, Target: n.Target})
		case Directory, Subtree:
			dir.Directories = append(dir.Directories, &repb.DirectoryNode{Name: n.Path, Digest: ToProto(n.Digest)})
		}
	}
	blob, err := proto.MarshalOptions{Deterministic: true}.Marshal(&dir)
	if err != nil {
		panic(fmt.Errorf("merkle: encode a Directory: %w", err)) // unreachable: every string was checked to be UTF-8
	}
	return blob
}

// decodeFolder returns what is in a Directory message, sorted by name. If the
// message is not in canonical form, it says why and at which name.
func decodeFolder(blob []byte) (nodes []Entry, name, reason string) {
	var dir repb.Directory
	if proto.Unmarshal(blob, &dir) != nil {
		return nil, "", "not a Directory message"
	}
	nodes = make([]Entry, 0, len(dir.Files)+len(dir.Directories)+len(dir.Symlinks))
	for _, n := range dir.Files {
		d, err := FromProto(n.GetDigest())
		if err != nil {
			return nil, n.GetName(), "its digest is not well formed"
		}
		nodes = append(nodes, Entry{Path: n.GetName(), Kind: File, Digest: d, Executable: n.GetIsExecutable()})
	}
	for _, n := range dir.Directories {
		d, err := FromProto(n.GetDigest())
		if err != nil {
			return nil, n.GetName(), "its digest is not well formed"
		}
		nodes = append(nodes, Entry{Path: n.GetName(), Kind: Directory, Digest: d})
	}
	for _, n := range dir.Symlinks {
		if reason := checkTarget(n.GetTarget()); reason != "" {
			return nil, n.GetName(), reason
		}
		nodes = append(nodes, Entry{Path: n.GetName(), Kind: Symlink, Target: n.GetTarget()})
	}
	for i, n := range nodes {
		if strings.Contains(n.Path, "/") {
			return nil, n.Path, "a name of more than one segment"
		}
		if reason := CheckPath(n.Path); reason != "" {
			return nil, n.Path, reason
		}
		if i > 0 && nodes[i-1].Kind == n.Kind && nodes[i-1].Path >= n.Path {
			return nil, n.Path, "the names of one kind are not sorted and unique"
		}
	}
	slices.SortFunc(nodes, func(a, b Entry) int { return strings.Compare(a.Path, b.Path) })
	for i := 1; i < len(nodes); i++ {
		if nodes[i-1].Path == nodes[i].Path {
			return nil, nodes[i].Path, "a name of two kinds"
		}
	}
	return nodes, "", ""
}
