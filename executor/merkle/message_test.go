package merkle_test

import (
	"errors"
	"math/rand/v2"
	"slices"
	"testing"

	repb "github.com/bazelbuild/remote-apis/build/bazel/remote/execution/v2"
	"github.com/google/go-cmp/cmp"
	"github.com/holdfast-go/holdfast/executor/digest"
	"github.com/holdfast-go/holdfast/executor/merkle"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
)

// treeMessage frames encoded folders, the root first, as a Tree message.
func treeMessage(folders ...[]byte) []byte {
	var data []byte
	for i, f := range folders {
		data = protowire.AppendTag(data, protowire.Number(min(i, 1)+1), protowire.BytesType)
		data = protowire.AppendBytes(data, f)
	}
	return data
}

func TestEncodeTreeIsTopologicallySorted(t *testing.T) {
	// "shared" is reached at depth 1 and again at depth 2: it has to follow both parents.
	tree := build(t, file("shared/f", ""), file("z/shared/f", ""), file("b/g", ""))
	var message repb.Tree
	if err := proto.Unmarshal(merkle.EncodeTree(tree), &message); err != nil {
		t.Fatal(err)
	}
	folders := append([]*repb.Directory{message.Root}, message.Children...)
	at := map[string]int{}
	for i, f := range folders {
		at[digest.Of(marshal(t, f)).Hex()] = i
	}
	if len(at) != len(folders) || len(at) != 4 || at[tree.Root.Hex()] != 0 {
		t.Errorf("%d different folders in %d, the root at %d; want 4, each once, the root first", len(at), len(folders), at[tree.Root.Hex()])
	}
	for i, f := range folders {
		for _, n := range f.Directories {
			if at[n.Digest.Hash] <= i {
				t.Errorf("%s is stored at %d, its parent at %d", n.Name, at[n.Digest.Hash], i)
			}
		}
	}
}

func TestTreeAndDirectoryViewsAgree(t *testing.T) {
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 3))
		entries, _ := random(r)
		entries = slices.DeleteFunc(entries, func(e merkle.Entry) bool { return e.Kind == merkle.Subtree })
		tree := build(t, entries...)
		data := merkle.EncodeTree(tree)
		back, err := merkle.DecodeTree(data)
		if err != nil {
			t.Fatal(err)
		}
		if back.Root != tree.Root {
			t.Fatalf("seed %d: root %s, want %s", seed, back.Root, tree.Root)
		}
		if d := cmp.Diff(slices.Collect(tree.All()), slices.Collect(back.All())); d != "" {
			t.Fatalf("seed %d: entries (-want +got):\n%s", seed, d)
		}
		for d, want := range tree.Blobs() {
			if got, ok := back.Lookup(d); !ok || string(got) != string(want) {
				t.Fatalf("seed %d: folder %s did not come back", seed, d)
			}
		}
		if again := merkle.EncodeTree(back); string(again) != string(data) {
			t.Fatalf("seed %d: encoded again, it is another message", seed)
		}

		// As another program may write it: children in any order, some twice, one that nothing names.
		var message repb.Tree
		if err := proto.Unmarshal(data, &message); err != nil {
			t.Fatal(err)
		}
		message.Children = append(message.Children, message.Root, &repb.Directory{Symlinks: []*repb.SymlinkNode{{Name: "stray", Target: "x"}}})
		r.Shuffle(len(message.Children), func(i, j int) {
			message.Children[i], message.Children[j] = message.Children[j], message.Children[i]
		})
		foreign, err := merkle.DecodeTree(marshal(t, &message))
		if err != nil {
			t.Fatal(err)
		}
		if string(merkle.EncodeTree(foreign)) != string(data) {
			t.Fatalf("seed %d: the order of the children matters", seed)
		}
	}
}

func TestDecodeTreeKeepsForeignBytes(t *testing.T) {
	// Fields in another order than protobuf libraries write them, and one they do not know.
	inner := []byte("\x1a\x06\x0a\x01l\x12\x01t" + "\xfa\x01\x01z")
	root := marshal(t, &repb.Directory{Directories: []*repb.DirectoryNode{{Name: "d", Digest: merkle.ToProto(digest.Of(inner))}}})
	data := append(treeMessage(root, inner), 0xfa, 0x01, 0x01, 'z')
	tree, err := merkle.DecodeTree(data)
	if err != nil {
		t.Fatal(err)
	}
	want := []merkle.Entry{{Path: "d", Kind: merkle.Directory, Digest: digest.Of(inner)}, link("d/l", "t")}
	if d := cmp.Diff(want, slices.Collect(tree.All())); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

func TestDecodeTreeRefuses(t *testing.T) {
	gone := digest.Of([]byte("gone"))
	parent := marshal(t, &repb.Directory{Directories: []*repb.DirectoryNode{{Name: "d", Digest: merkle.ToProto(gone)}}})
	for _, tt := range []struct {
		name string
		data []byte
		want merkle.Malformed
	}{
		{"nothing", nil, merkle.Malformed{Path: ".", Reason: "not a Tree message"}},
		{"no root", []byte("\x12\x00"), merkle.Malformed{Path: ".", Reason: "not a Tree message"}},
		{"two roots", []byte("\x0a\x00\x0a\x00"), merkle.Malformed{Path: ".", Reason: "not a Tree message"}},
		{"a number for a root", []byte("\x08\x00"), merkle.Malformed{Path: ".", Reason: "not a Tree message"}},
		{"cut", []byte("\x0a\x02x"), merkle.Malformed{Path: ".", Reason: "not a Tree message"}},
		{"cut in an unknown field", []byte("\x0a\x00\x1a\x02x"), merkle.Malformed{Path: ".", Reason: "not a Tree message"}},
		{"cut in a tag", []byte("\x0a\x00\x80"), merkle.Malformed{Path: ".", Reason: "not a Tree message"}},
		{"a folder that is not there", treeMessage(parent), merkle.Malformed{Digest: gone, Path: "d", Reason: "the folder is not in the message"}},
	} {
		_, err := merkle.DecodeTree(tt.data)
		if tt.want.Digest.IsZero() {
			tt.want.Digest = digest.Of(tt.data)
		}
		if got, _ := errors.AsType[*merkle.Malformed](err); !cmp.Equal(&tt.want, got) {
			t.Errorf("%s: %v, want %v", tt.name, err, &tt.want)
		}
	}
}

// What DecodeTree accepts is a tree that comes back from its own encoding.
func FuzzDecodeTree(f *testing.F) {
	f.Add(merkle.EncodeTree(build(f, file("a/b", "1"), executable("c", "2"), link("l", "c"), folder("s/t"))))
	f.Add(merkle.EncodeTree(build(f)))
	_, deep := levels(f, store(), 30, "x", "y")
	f.Add(treeMessage(deep...))
	f.Add([]byte("\x0a\x00\x12\x00\xfa\x01\x01z"))
	f.Fuzz(func(t *testing.T, data []byte) {
		tree, err := merkle.DecodeTree(data)
		if err != nil {
			return
		}
		n := 0
		for e := range tree.All() {
			if found, ok := tree.Find(e.Path); !ok || found != e {
				t.Fatalf("Find(%q) = %v, %v, want %v", e.Path, found, ok, e)
			}
			if n++; n == 10_000 {
				break
			}
		}
		encoded := merkle.EncodeTree(tree)
		again, err := merkle.DecodeTree(encoded)
		if err != nil || again.Root != tree.Root || string(merkle.EncodeTree(again)) != string(encoded) {
			t.Fatalf("did not come back: %v", err)
		}
	})
}

func BenchmarkDecodeTree10000(b *testing.B) {
	data := merkle.EncodeTree(build(b, many(10_000)...))
	for b.Loop() {
		if _, err := merkle.DecodeTree(data); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkWalk10000(b *testing.B) {
	tree := build(b, many(10_000)...)
	s := store(tree)
	for b.Loop() {
		if err := merkle.Walk(b.Context(), tree.Root, s.fetch, func(merkle.Entry) bool { return true }); err != nil {
			b.Fatal(err)
		}
	}
}
