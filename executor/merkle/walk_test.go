package merkle_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"syscall"
	"testing"

	repb "github.com/bazelbuild/remote-apis/build/bazel/remote/execution/v2"
	"github.com/google/go-cmp/cmp"
	"github.com/holdfast-go/holdfast/errctx"
	"github.com/holdfast-go/holdfast/executor/cas"
	"github.com/holdfast-go/holdfast/executor/digest"
	"github.com/holdfast-go/holdfast/executor/merkle"
)

// blobs is a store of Directory messages; what is not in it fails as faults says.
type blobs struct {
	data    map[digest.Digest][]byte
	faults  map[digest.Digest]cas.StoreError
	fetched []digest.Digest
}

func (b *blobs) fetch(_ context.Context, d digest.Digest) ([]byte, cas.StoreErr) {
	b.fetched = append(b.fetched, d)
	if fault, ok := b.faults[d]; ok {
		return nil, errctx.New(fault, "fetch")
	}
	data, ok := b.data[d]
	if !ok {
		return nil, errctx.New[cas.StoreError](&cas.MissingDigest{Digest: d, Where: "test"}, "fetch")
	}
	return data, nil
}

func (b *blobs) put(data []byte) digest.Digest {
	d := digest.Of(data)
	b.data[d] = data
	return d
}

func store(trees ...*merkle.Tree) *blobs {
	b := &blobs{data: map[digest.Digest][]byte{}, faults: map[digest.Digest]cas.StoreError{}}
	for _, t := range trees {
		for _, data := range t.Blobs() {
			b.put(data)
		}
	}
	return b
}

func walk(t testing.TB, root digest.Digest, b *blobs) ([]merkle.Entry, merkle.WalkErr) {
	var all []merkle.Entry
	err := merkle.Walk(t.Context(), root, b.fetch, func(e merkle.Entry) bool {
		all = append(all, e)
		return true
	})
	return all, err
}

func paths(entries []merkle.Entry) (all []string) {
	for _, e := range entries {
		all = append(all, e.Path)
	}
	return all
}

func TestWalkVisitsWhatBuildWasGiven(t *testing.T) {
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 2))
		entries, _ := random(r)
		entries = slices.DeleteFunc(entries, func(e merkle.Entry) bool { return e.Kind == merkle.Subtree })
		tree := build(t, entries...)
		got, err := walk(t, tree.Root, store(tree))
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(slices.Collect(tree.All()), got); d != "" {
			t.Fatalf("seed %d (-want +got):\n%s", seed, d)
		}
		if again := build(t, got...); again.Root != tree.Root {
			t.Fatalf("seed %d: Build of the walk gives another root", seed)
		}
	}
}

func TestWalkEntersSubtreesAndFetchesAFolderOnce(t *testing.T) {
	inner := build(t, file("x/f", "1"))
	outer := build(t, subtree("a", inner.Root), file("a-b", ""), subtree("c", inner.Root))
	b := store(inner, outer)
	got, err := walk(t, outer.Root, b)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"a", "a/x", "a/x/f", "a-b", "c", "c/x", "c/x/f"}
	if d := cmp.Diff(want, paths(got)); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	if len(b.fetched) != 3 {
		t.Errorf("%d fetches, want 3", len(b.fetched))
	}
}

func TestWalkTellsEveryLostFolder(t *testing.T) {
	tree := build(t, file("a/1", "1"), file("b/2", "2"), file("b/c/3", "3"), file("b/d/4", "4"), file("e/c/3", "3"))
	b := store(tree)
	at := func(path string) digest.Digest {
		e, _ := tree.Find(path)
		return e.Digest
	}
	a := &cas.MissingDigest{Digest: at("a"), Where: "test"}
	c := &cas.CorruptBlob{Digest: at("b/c"), Where: "test"}
	b.faults[a.Digest], b.faults[c.Digest] = a, c

	got, err := walk(t, tree.Root, b)
	if d := cmp.Diff([]string{"a", "b", "b/2", "b/c", "b/d", "b/d/4", "e", "e/c"}, paths(got)); d != "" {
		t.Errorf("visited (-want +got):\n%s", d)
	}
	incomplete, ok := errors.AsType[*merkle.Incomplete](err)
	if !ok {
		t.Fatalf("got %v", err)
	}
	var lost []string
	for _, f := range incomplete.Faults {
		lost = append(lost, f.Path)
	}
	if d := cmp.Diff([]string{"a", "b/c"}, lost); d != "" {
		t.Errorf("lost, each once at its first path (-want +got):\n%s", d)
	}
	if m, ok := errors.AsType[*cas.MissingDigest](err); !ok || m != a {
		t.Errorf("the store's own value did not come through: %v", m)
	}
	if m, ok := errors.AsType[*cas.CorruptBlob](err); !ok || m != c {
		t.Errorf("the store's own value did not come through: %v", m)
	}
	if want := `walk tree: 2 folders lost, first "a": blob ` + a.Digest.String() + " is missing (test)"; err.Error() != want {
		t.Errorf("Error() = %s, want %s", err, want)
	}
}

func TestWalkOfALostRoot(t *testing.T) {
	root := digest.Of([]byte("gone"))
	got, err := walk(t, root, store())
	incomplete, ok := errors.AsType[*merkle.Incomplete](err)
	if !ok || len(incomplete.Faults) != 1 || incomplete.Faults[0].Path != "." || len(got) != 0 {
		t.Errorf("got %v, %v", got, err)
	}
	if want := `walk tree: folder ".": blob ` + root.String() + " is missing (test)"; err.Error() != want {
		t.Errorf("Error() = %s, want %s", err, want)
	}
}

func TestWalkEndsAtAFaultOfTheStore(t *testing.T) {
	tree := build(t, file("a/1", ""), file("b/2", ""), file("c/3", "3"))
	b := store(tree)
	lost, _ := tree.Find("a")
	bad, _ := tree.Find("c")
	cause := &cas.Resource{Op: "open", Path: "p", Err: syscall.EMFILE}
	b.faults[bad.Digest] = cause
	delete(b.data, lost.Digest)
	_, err := walk(t, tree.Root, b)
	fault, ok := err.Root().(merkle.StoreFault)
	if !ok || fault.StoreError != cas.StoreError(cause) {
		t.Fatalf("got %v", err)
	}
	if r, ok := errors.AsType[*cas.Resource](err); !ok || r != cause || !errors.Is(err, syscall.EMFILE) {
		t.Errorf("the cause is out of reach: %v", err)
	}
}

func TestWalkStopsWhenToldTo(t *testing.T) {
	tree := build(t, file("a/1", ""), file("b/2", "2"), file("c/3", "3"))
	b := store(tree)
	lost, _ := tree.Find("a")
	delete(b.data, lost.Digest)
	n := 0
	err := merkle.Walk(t.Context(), tree.Root, b.fetch, func(e merkle.Entry) bool { n++; return e.Path != "b/2" })
	if err != nil || n != 3 {
		t.Errorf("%d visits, %v", n, err)
	}
}

func TestWalkRefusesWhatIsNotCanonical(t *testing.T) {
	d := merkle.ToProto(digest.Empty)
	f := func(names ...string) (all []*repb.FileNode) {
		for _, n := range names {
			all = append(all, &repb.FileNode{Name: n, Digest: d})
		}
		return all
	}
	for _, tt := range []struct {
		name string
		dir  *repb.Directory
		path string
		want string
	}{
		{"unsorted", &repb.Directory{Files: f("b", "a")}, "d/a", "the names of one kind are not sorted and unique"},
		{"twice", &repb.Directory{Files: f("a", "a")}, "d/a", "the names of one kind are not sorted and unique"},
		{"two kinds", &repb.Directory{Files: f("a", "b"), Symlinks: []*repb.SymlinkNode{{Name: "b", Target: "a"}}}, "d/b", "a name of two kinds"},
		{"no name", &repb.Directory{Files: f("")}, "d", "a name is empty"},
		{"dot", &repb.Directory{Directories: []*repb.DirectoryNode{{Name: ".", Digest: d}}}, "d/.", `"." and ".." are not names`},
		{"up", &repb.Directory{Symlinks: []*repb.SymlinkNode{{Name: "..", Target: "x"}}}, "d/..", `"." and ".." are not names`},
		{"slash", &repb.Directory{Files: f("a/b")}, "d/a/b", "a name of more than one segment"},
		{"absolute", &repb.Directory{Files: f("/etc")}, "d//etc", "a name of more than one segment"},
		{"NUL", &repb.Directory{Files: f("a\x00")}, "d/a\x00", "a NUL byte"},
		{"no digest", &repb.Directory{Files: []*repb.FileNode{{Name: "a"}}}, "d/a", "its digest is not well formed"},
		{"a short hash", &repb.Directory{Directories: []*repb.DirectoryNode{{Name: "a", Digest: &repb.Digest{Hash: "00"}}}}, "d/a", "its digest is not well formed"},
		{"a negative size", &repb.Directory{Files: []*repb.FileNode{{Name: "a", Digest: &repb.Digest{Hash: digest.Empty.Hex(), SizeBytes: -1}}}}, "d/a", "its digest is not well formed"},
		{"a link to nothing", &repb.Directory{Symlinks: []*repb.SymlinkNode{{Name: "a"}}}, "d/a", "the link has no target"},
		{"a link with NUL", &repb.Directory{Symlinks: []*repb.SymlinkNode{{Name: "a", Target: "\x00"}}}, "d/a", "the link's target: a NUL byte"},
		{"no message", nil, "d", "not a Directory message"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			bad := []byte("\xff")
			if tt.dir != nil {
				bad = marshal(t, tt.dir)
			}
			b := store()
			inner := b.put(bad)
			outer := marshal(t, &repb.Directory{Directories: []*repb.DirectoryNode{{Name: "d", Digest: merkle.ToProto(inner)}}})
			want := &merkle.Malformed{Digest: inner, Path: tt.path, Reason: tt.want}

			_, err := walk(t, b.put(outer), b)
			got, _ := errors.AsType[*merkle.Malformed](err)
			if d := cmp.Diff(want, got); d != "" {
				t.Errorf("Walk (-want +got):\n%s", d)
			}
			_, terr := merkle.DecodeTree(treeMessage(outer, bad))
			got, _ = errors.AsType[*merkle.Malformed](terr)
			if d := cmp.Diff(want, got); d != "" {
				t.Errorf("DecodeTree (-want +got):\n%s", d)
			}
		})
	}
}

func TestWalkIgnoresPropertiesAndUnknownFields(t *testing.T) {
	b := store()
	d := merkle.ToProto(digest.Empty)
	data := marshal(t, &repb.Directory{
		Files:          []*repb.FileNode{{Name: "a", Digest: d, NodeProperties: &repb.NodeProperties{Properties: []*repb.NodeProperty{{Name: "x"}}}}},
		NodeProperties: &repb.NodeProperties{Properties: []*repb.NodeProperty{{Name: "y"}}},
	})
	data = append(data, 0xfa, 0x01, 0x01, 'z') // field 31
	got, err := walk(t, b.put(data), b)
	if d := cmp.Diff([]merkle.Entry{file("a", "")}, got); d != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, d)
	}
}

// levels puts n folders into b, each of which holds the next one under each of names, and returns the outermost.
func levels(t testing.TB, b *blobs, n int, names ...string) (root digest.Digest, messages [][]byte) {
	root = b.put(nil)
	messages = [][]byte{nil}
	for range n {
		var dir repb.Directory
		for _, name := range names {
			dir.Directories = append(dir.Directories, &repb.DirectoryNode{Name: name, Digest: merkle.ToProto(root)})
		}
		messages = append(messages, marshal(t, &dir))
		root = b.put(messages[len(messages)-1])
	}
	slices.Reverse(messages)
	return root, messages
}

func TestWalkAndDecodeTreeLimits(t *testing.T) {
	depth := &merkle.TooLarge{Path: strings.Repeat("d/", merkle.MaxDepth) + "d", What: "folders below one another", Limit: merkle.MaxDepth}
	for _, tt := range []struct {
		name   string
		levels int
		names  []string
		want   *merkle.TooLarge // of Walk; DecodeTree meets the same limit, perhaps elsewhere
	}{
		{"the greatest depth", merkle.MaxDepth, []string{"d"}, nil},
		{"too deep", merkle.MaxDepth + 1, []string{"d"}, depth},
		{"2 to the power of 150 paths", 150, []string{"a", "b"}, &merkle.TooLarge{What: "entries", Limit: merkle.MaxEntries}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := store()
			root, messages := levels(t, b, tt.levels, tt.names...)
			err := merkle.Walk(t.Context(), root, b.fetch, func(merkle.Entry) bool { return true })
			_, terr := merkle.DecodeTree(treeMessage(messages...))
			for what, err := range map[string]error{"Walk": err, "DecodeTree": terr} {
				got, _ := errors.AsType[*merkle.TooLarge](err)
				if tt.want == nil {
					if err != nil {
						t.Errorf("%s: %v", what, err)
					}
					continue
				}
				if got == nil || got.What != tt.want.What || got.Limit != tt.want.Limit || tt.want.Path != "" && got.Path != tt.want.Path {
					t.Errorf("%s: %v, want %v", what, err, tt.want)
				}
			}
		})
	}
	t.Run("a folder reached by a longer path later", func(t *testing.T) {
		b := store()
		inner, messages := levels(t, b, merkle.MaxDepth, "d")
		root := marshal(t, &repb.Directory{Directories: []*repb.DirectoryNode{
			{Name: "a", Digest: merkle.ToProto(digest.Of(messages[1]))},
			{Name: "b", Digest: merkle.ToProto(inner)},
		}})
		if _, err := walk(t, b.put(root), b); !cmp.Equal(err.Root(), merkle.WalkError(&merkle.TooLarge{Path: "b" + strings.Repeat("/d", merkle.MaxDepth), What: "folders below one another", Limit: merkle.MaxDepth})) {
			t.Errorf("Walk: %v", err)
		}
		_, err := merkle.DecodeTree(treeMessage(append([][]byte{root}, messages...)...))
		if got, ok := errors.AsType[*merkle.TooLarge](err); !ok || got.Limit != merkle.MaxDepth {
			t.Errorf("DecodeTree: %v", err)
		}
	})
	t.Run("the path", func(t *testing.T) {
		for length, tooLong := range map[int]bool{merkle.MaxPath / 2: true, merkle.MaxPath/2 - 1: false} {
			b := store()
			name := strings.Repeat("x", merkle.MaxPath/2) // twice that and a slash is one too many
			inner := marshal(t, &repb.Directory{Symlinks: []*repb.SymlinkNode{{Name: name[:length], Target: "t"}}})
			root := marshal(t, &repb.Directory{Directories: []*repb.DirectoryNode{{Name: name, Digest: merkle.ToProto(b.put(inner))}}})
			_, err := walk(t, b.put(root), b)
			_, terr := merkle.DecodeTree(treeMessage(root, inner))
			for what, err := range map[string]error{"Walk": err, "DecodeTree": terr} {
				var want *merkle.TooLarge
				if tooLong {
					want = &merkle.TooLarge{Path: name, What: "bytes in a path", Limit: merkle.MaxPath}
				}
				if got, _ := errors.AsType[*merkle.TooLarge](err); !cmp.Equal(want, got) || (err == nil) == tooLong {
					t.Errorf("%s of a path of %d bytes: got %+v", what, len(name)+1+length, got)
				}
			}
		}
	})
	t.Run("one folder", func(t *testing.T) {
		b := store()
		_, err := walk(t, digest.Digest{Size: merkle.MaxFolder + 1}, b)
		if got, ok := errors.AsType[*merkle.TooLarge](err); !ok || got.Limit != merkle.MaxFolder || len(b.fetched) != 0 {
			t.Errorf("Walk: %v after %d fetches", err, len(b.fetched))
		}
		_, terr := merkle.DecodeTree(treeMessage(make([]byte, merkle.MaxFolder+1)))
		if got, ok := errors.AsType[*merkle.TooLarge](terr); !ok || got.Limit != merkle.MaxFolder {
			t.Errorf("DecodeTree: %v", terr)
		}
	})
}

// visitor names the case it was called by.
type visitor struct{}

func (visitor) Incomplete(*merkle.Incomplete) string { return "incomplete" }
func (visitor) Malformed(*merkle.Malformed) string   { return "malformed" }
func (visitor) TooLarge(*merkle.TooLarge) string     { return "too large" }
func (visitor) StoreFault(merkle.StoreFault) string  { return "store fault" }
func (visitor) BadPath(*merkle.BadPath) string       { return "bad path" }
func (visitor) Conflict(*merkle.Conflict) string     { return "conflict" }
func (visitor) Unknown(merkle.Unknown) string        { return "unknown" }

// treeFault is how another phase embeds the sum.
type treeFault struct{ merkle.WalkError }

func (e treeFault) Unwrap() error { return e.WalkError }

func TestVisitReachesEveryVariant(t *testing.T) {
	for want, e := range map[string]merkle.WalkError{
		"incomplete": &merkle.Incomplete{}, "malformed": &merkle.Malformed{}, "too large": treeFault{&merkle.TooLarge{}},
		"store fault": treeFault{merkle.StoreFault{StoreError: &cas.StoreIO{}}}, "unknown": merkle.Unknown{},
	} {
		if got := merkle.VisitWalk(e, visitor{}); got != want {
			t.Errorf("VisitWalk(%T) = %s, want %s", e, got, want)
		}
	}
	for want, e := range map[string]merkle.BuildError{
		"bad path": &merkle.BadPath{}, "conflict": &merkle.Conflict{}, "too large": &merkle.TooLarge{}, "unknown": merkle.Unknown{},
	} {
		if got := merkle.VisitBuild(e, visitor{}); got != want {
			t.Errorf("VisitBuild(%T) = %s, want %s", e, got, want)
		}
	}
	for want, e := range map[string]merkle.TreeError{"malformed": &merkle.Malformed{}, "too large": &merkle.TooLarge{}, "unknown": merkle.Unknown{}} {
		if got := merkle.VisitTree(e, visitor{}); got != want {
			t.Errorf("VisitTree(%T) = %s, want %s", e, got, want)
		}
	}
}

// Whatever the store delivers, a walk ends, stays inside the root and visits no path twice.
func FuzzWalk(f *testing.F) {
	tree := build(f, file("a/b", "1"), executable("c", "2"), link("l", "c"), subtree("s", digest.Empty))
	for _, data := range tree.Blobs() {
		f.Add(data, data)
	}
	_, deep := levels(f, store(), 1, "x", "y")
	f.Add(deep[0], deep[0])
	f.Fuzz(func(t *testing.T, root, other []byte) {
		fetches := 0
		fetch := func(_ context.Context, d digest.Digest) ([]byte, cas.StoreErr) {
			if fetches++; fetches == 1 {
				return root, nil
			}
			if fetches > 1000 || d.Hash[0] > 0xf0 {
				return nil, errctx.New[cas.StoreError](&cas.MissingDigest{Digest: d}, "fetch")
			}
			return other, nil // not what was asked for: the worst store there is
		}
		seen := map[string]bool{}
		_ = merkle.Walk(t.Context(), digest.Of(root), fetch, func(e merkle.Entry) bool {
			if reason := merkle.CheckPath(e.Path); reason != "" || seen[e.Path] {
				t.Fatalf("visited %q: %s, seen: %v", e.Path, reason, seen[e.Path])
			}
			seen[e.Path] = true
			return len(seen) < 10_000
		})
	})
}
