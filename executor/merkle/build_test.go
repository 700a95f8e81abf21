package merkle_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	repb "github.com/bazelbuild/remote-apis/build/bazel/remote/execution/v2"
	"github.com/google/go-cmp/cmp"
	"github.com/holdfast-go/holdfast/executor/digest"
	"github.com/holdfast-go/holdfast/executor/merkle"
	"google.golang.org/protobuf/proto"
)

func file(path, content string) merkle.Entry {
	return merkle.Entry{Path: path, Kind: merkle.File, Digest: digest.Of([]byte(content))}
}

func executable(path, content string) merkle.Entry {
	e := file(path, content)
	e.Executable = true
	return e
}

func link(path, target string) merkle.Entry {
	return merkle.Entry{Path: path, Kind: merkle.Symlink, Target: target}
}

func folder(path string) merkle.Entry { return merkle.Entry{Path: path, Kind: merkle.Directory} }

func subtree(path string, root digest.Digest) merkle.Entry {
	return merkle.Entry{Path: path, Kind: merkle.Subtree, Digest: root}
}

func build(t testing.TB, entries ...merkle.Entry) *merkle.Tree {
	t.Helper()
	tree, err := merkle.Build(entries)
	if err != nil {
		t.Fatal(err)
	}
	return tree
}

// marshal is what any other REAPI program would make of the message.
func marshal(t testing.TB, m proto.Message) []byte {
	t.Helper()
	data, err := proto.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestBuildEqualsHandBuiltMessages(t *testing.T) {
	other := digest.Of([]byte("another tree"))
	lib := marshal(t, &repb.Directory{
		Files: []*repb.FileNode{{Name: "a.h", Digest: merkle.ToProto(digest.Of([]byte("h")))}},
	})
	root := marshal(t, &repb.Directory{
		Files: []*repb.FileNode{
			{Name: "B", Digest: merkle.ToProto(digest.Of([]byte("b")))},
			{Name: "run", Digest: merkle.ToProto(digest.Of([]byte("#!"))), IsExecutable: true},
		},
		Directories: []*repb.DirectoryNode{
			{Name: "empty", Digest: merkle.ToProto(digest.Empty)},
			{Name: "lib", Digest: merkle.ToProto(digest.Of(lib))},
			{Name: "lib-old", Digest: merkle.ToProto(digest.Of(lib))},
			{Name: "sub", Digest: merkle.ToProto(other)},
		},
		Symlinks: []*repb.SymlinkNode{{Name: "l", Target: "lib/a.h"}},
	})
	tree := build(t, executable("run", "#!"), file("lib-old/a.h", "h"), file("lib/a.h", "h"), folder("empty"), folder("lib"),
		file("B", "b"), link("l", "lib/a.h"), subtree("sub", other))

	// Keys depend on it for ever: a change here makes every cached result unreachable.
	const golden = "e3114b6b18b25e14b346f0b6a527b04676f939dc24ce47e553af6bbe4bf38f88/480"
	if got := tree.Root.String(); got != golden {
		t.Errorf("root %s, want %s", got, golden)
	}
	type blob struct {
		Digest digest.Digest
		Data   string
	}
	var got []blob
	for d, data := range tree.Blobs() {
		got = append(got, blob{d, string(data)})
	}
	want := []blob{
		{digest.Empty, ""},
		{digest.Of(lib), string(lib)},
		{digest.Of(root), string(root)},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("Blobs, each once and children first (-want +got):\n%s", d)
	}
	for _, b := range want {
		if data, ok := tree.Lookup(b.Digest); !ok || string(data) != b.Data {
			t.Errorf("Lookup(%s) = %q, %v", b.Digest, data, ok)
		}
	}
	if _, ok := tree.Lookup(other); ok {
		t.Error("Lookup found the inside of a subtree")
	}
}

func TestBuildOfNothingIsTheEmptyFolder(t *testing.T) {
	if tree := build(t); tree.Root != digest.Empty {
		t.Errorf("root %s", tree.Root)
	}
}

func TestBuildRefuses(t *testing.T) {
	sub := subtree("a", digest.Of([]byte("1")))
	for _, tt := range []struct {
		name    string
		entries []merkle.Entry
		want    merkle.BuildError
	}{
		{"an empty path", []merkle.Entry{file("", "")}, &merkle.BadPath{Path: "", Reason: "a name is empty"}},
		{"an absolute path", []merkle.Entry{file("/a", "")}, &merkle.BadPath{Path: "/a", Reason: "the path is absolute"}},
		{"a trailing slash", []merkle.Entry{folder("a/")}, &merkle.BadPath{Path: "a/", Reason: "a name is empty"}},
		{"two slashes", []merkle.Entry{folder("a//b")}, &merkle.BadPath{Path: "a//b", Reason: "a name is empty"}},
		{"dot", []merkle.Entry{folder(".")}, &merkle.BadPath{Path: ".", Reason: `"." and ".." are not names`}},
		{"dots inside", []merkle.Entry{file("a/../b", "")}, &merkle.BadPath{Path: "a/../b", Reason: `"." and ".." are not names`}},
		{"NUL", []merkle.Entry{file("a\x00", "")}, &merkle.BadPath{Path: "a\x00", Reason: "a NUL byte"}},
		{"not UTF-8", []merkle.Entry{file("a\xff", "")}, &merkle.BadPath{Path: "a\xff", Reason: "not valid UTF-8"}},
		{"too long", []merkle.Entry{folder(strings.Repeat("a", merkle.MaxPath+1))}, &merkle.BadPath{Path: strings.Repeat("a", merkle.MaxPath+1), Reason: "the path is longer than 4096 bytes"}},
		{"a file without a digest", []merkle.Entry{{Path: "a"}}, &merkle.BadPath{Path: "a", Reason: "the file has no digest"}},
		{"a subtree without a digest", []merkle.Entry{{Path: "a", Kind: merkle.Subtree}}, &merkle.BadPath{Path: "a", Reason: "the subtree has no digest"}},
		{"a link to nothing", []merkle.Entry{link("a", "")}, &merkle.BadPath{Path: "a", Reason: "the link has no target"}},
		{"a target not UTF-8", []merkle.Entry{link("a", "\xff")}, &merkle.BadPath{Path: "a", Reason: "the link's target: not valid UTF-8"}},
		{"an unknown kind", []merkle.Entry{{Path: "a", Kind: 9}}, &merkle.BadPath{Path: "a", Reason: "the kind is unknown"}},
		{"the first of two", []merkle.Entry{file("z", ""), file("c/", ""), file("b/", "")}, &merkle.BadPath{Path: "b/", Reason: "a name is empty"}},

		{"two files", []merkle.Entry{file("a", "1"), file("a", "2")}, &merkle.Conflict{Path: "a", First: file("a", "1"), Other: file("a", "2")}},
		{"executable or not", []merkle.Entry{executable("a", "1"), file("a", "1")}, &merkle.Conflict{Path: "a", First: file("a", "1"), Other: executable("a", "1")}},
		{"a file and a link", []merkle.Entry{link("a", "b"), file("a", "1")}, &merkle.Conflict{Path: "a", First: file("a", "1"), Other: link("a", "b")}},
		{"two links", []merkle.Entry{link("a", "c"), link("a", "b")}, &merkle.Conflict{Path: "a", First: link("a", "b"), Other: link("a", "c")}},
		{"a file and a folder", []merkle.Entry{folder("a"), file("a", "1")}, &merkle.Conflict{Path: "a", First: file("a", "1"), Other: folder("a")}},
		{"below a file", []merkle.Entry{file("d/a/b/c", "2"), file("d/a", "1")}, &merkle.Conflict{Path: "d/a", First: file("d/a", "1"), Other: file("d/a/b/c", "2")}},
		{"below a link", []merkle.Entry{file("a/b", "2"), link("a", "d")}, &merkle.Conflict{Path: "a", First: link("a", "d"), Other: file("a/b", "2")}},
		{"inside a subtree", []merkle.Entry{sub, file("a/b", "2"), folder("a")}, &merkle.Conflict{Path: "a", First: sub, Other: file("a/b", "2")}},
		{"two subtrees", []merkle.Entry{sub, folder("a"), subtree("a", digest.Empty)}, &merkle.Conflict{Path: "a", First: sub, Other: subtree("a", digest.Empty)}},

		{"too deep", []merkle.Entry{file(strings.Repeat("d/", merkle.MaxDepth+1)+"f", "")},
			&merkle.TooLarge{Path: strings.Repeat("d/", merkle.MaxDepth) + "d", What: "folders below one another", Limit: merkle.MaxDepth}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for range 3 {
				rand.Shuffle(len(tt.entries), func(i, j int) { tt.entries[i], tt.entries[j] = tt.entries[j], tt.entries[i] })
				tree, err := merkle.Build(tt.entries)
				if err == nil {
					t.Fatalf("built %s", tree.Root)
				}
				if d := cmp.Diff(tt.want, err.Root()); d != "" {
					t.Errorf("(-want +got):\n%s", d)
				}
			}
		})
	}
}

func TestBuildLimits(t *testing.T) {
	var wide []merkle.Entry
	for i := range merkle.MaxEntries + 1 {
		wide = append(wide, merkle.Entry{Path: fmt.Sprintf("%07d", i), Digest: digest.Empty})
	}
	var long []merkle.Entry
	for i := range 4200 {
		long = append(long, folder(fmt.Sprintf("d/%04d", i)+strings.Repeat("x", 4000)))
	}
	for _, tt := range []struct {
		name    string
		entries []merkle.Entry
		want    *merkle.TooLarge
	}{
		{"entries", wide, &merkle.TooLarge{Path: "1000000", What: "entries", Limit: merkle.MaxEntries}},
		{"one folder", long, &merkle.TooLarge{Path: "d", What: "bytes in one Directory message", Limit: merkle.MaxFolder}},
	} {
		_, err := merkle.Build(tt.entries)
		if got, _ := errors.AsType[*merkle.TooLarge](err); !cmp.Equal(tt.want, got) {
			t.Errorf("%s: got %+v, want %+v", tt.name, got, tt.want)
		}
	}
	if _, err := merkle.Build([]merkle.Entry{file(strings.Repeat("d/", merkle.MaxDepth)+"f", "")}); err != nil {
		t.Errorf("the greatest depth: %v", err)
	}
}

func TestConflictMessages(t *testing.T) {
	for _, tt := range []struct {
		a, b merkle.Entry
		want string
	}{
		{file("a", "1"), file("a", "2"), `build tree: "a" is two different files`},
		{file("a", "1"), link("a", "b"), `build tree: "a" is a file and a symbolic link`},
		{file("a", "1"), folder("a/b"), `build tree: "a" is a file and cannot hold "a/b"`},
	} {
		if _, err := merkle.Build([]merkle.Entry{tt.a, tt.b}); err == nil || err.Error() != tt.want {
			t.Errorf("got %v, want %s", err, tt.want)
		}
	}
}

// random returns entries that fit into one tree, some of them twice, and what
// the tree holds: its entries and the folders leading to them.
func random(r *rand.Rand) (entries []merkle.Entry, want map[string]merkle.Entry) {
	names := []string{"a", "a-", "a.b", "b", "c d", "\u00e9", "Z", "0"}
	want = map[string]merkle.Entry{}
	for range r.IntN(60) {
		depth := 1 + r.IntN(4)
		path, free := "", true
		for range depth - 1 {
			path += names[r.IntN(len(names))]
			if e, ok := want[path]; ok && e.Kind != merkle.Directory {
				free = false
			}
			path += "/"
		}
		path += names[r.IntN(len(names))]
		if _, ok := want[path]; ok || !free {
			continue
		}
		var e merkle.Entry
		switch content := string(rune('0' + r.IntN(5))); r.IntN(5) {
		case 0:
			e = link(path, "../"+content)
		case 1:
			e = folder(path)
		case 2:
			e = subtree(path, digest.Of([]byte(content)))
		case 3:
			e = executable(path, content)
		default:
			e = file(path, content)
		}
		want[path] = e
		for i, c := range path {
			if c == '/' {
				want[path[:i]] = folder(path[:i])
			}
		}
		entries = append(entries, e)
		if r.IntN(4) == 0 {
			entries = append(entries, e)
		}
	}
	return entries, want
}

func TestBuildDoesNotDependOnOrderAndAllGivesTheEntriesBack(t *testing.T) {
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 1))
		entries, want := random(r)
		tree := build(t, entries...)
		for range 3 {
			r.Shuffle(len(entries), func(i, j int) { entries[i], entries[j] = entries[j], entries[i] })
			if again := build(t, entries...); again.Root != tree.Root {
				t.Fatalf("seed %d: another order, another root", seed)
			}
		}
		got := map[string]merkle.Entry{}
		all := slices.Collect(tree.All())
		for _, e := range all {
			if found, ok := tree.Find(e.Path); !ok || found != e {
				t.Fatalf("seed %d: Find(%q) = %v, %v, want %v", seed, e.Path, found, ok, e)
			}
			if e.Kind == merkle.Directory {
				if _, ok := tree.Lookup(e.Digest); !ok {
					t.Fatalf("seed %d: folder %q is not held", seed, e.Path)
				}
				e.Digest = digest.Digest{}
			}
			got[e.Path] = e
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Fatalf("seed %d (-want +got):\n%s", seed, d)
		}
		if again := build(t, all...); again.Root != tree.Root {
			t.Fatalf("seed %d: Build of All gives another root", seed)
		}
	}
}

func TestFindsNothing(t *testing.T) {
	tree := build(t, file("a/b", ""), link("l", "a"), subtree("s", digest.Of(nil)))
	for _, path := range []string{"", ".", "b", "a/", "a/b/c", "/a", "a/./b", "l/b", "s/x"} {
		if e, ok := tree.Find(path); ok {
			t.Errorf("Find(%q) = %v", path, e)
		}
	}
}

func TestIterationStops(t *testing.T) {
	tree := build(t, file("a/b", ""), file("a/c", ""), file("d", ""))
	for n := 1; n <= 4; n++ {
		i := 0
		for range tree.All() {
			if i++; i == n {
				break
			}
		}
		if i != n {
			t.Errorf("%d entries before the end, want %d", i, n)
		}
	}
	for range tree.Blobs() {
		break
	}
}

// entries returns n files in n/100 folders, as a source tree would have them, shuffled.
func many(n int) []merkle.Entry {
	var all []merkle.Entry
	for i := range n {
		all = append(all, file(fmt.Sprintf("some/package%03d/internal/source_file_%05d.go", i/100, i), fmt.Sprint(i)))
	}
	r := rand.New(rand.NewPCG(1, 1))
	r.Shuffle(n, func(i, j int) { all[i], all[j] = all[j], all[i] })
	return all
}

func BenchmarkBuild10000(b *testing.B) {
	entries := many(10_000)
	for b.Loop() {
		build(b, entries...)
	}
}
