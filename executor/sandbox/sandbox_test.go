package sandbox_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/holdfast-go/holdfast/executor/cas"
	"github.com/holdfast-go/holdfast/executor/cas/castest"
	"github.com/holdfast-go/holdfast/executor/cas/disk"
	"github.com/holdfast-go/holdfast/executor/digest"
	"github.com/holdfast-go/holdfast/executor/merkle"
	"github.com/holdfast-go/holdfast/executor/sandbox"
)

// place is a store and the sandboxes beside it.
type place struct {
	t     *testing.T
	dir   string // of the store
	store *disk.Store
	boxes *sandbox.Dir
}

func newPlace(t *testing.T) *place {
	t.Helper()
	dir := t.TempDir()
	return newPlaceIn(t, filepath.Join(dir, "cas"), filepath.Join(dir, "sandbox"))
}

func newPlaceIn(t *testing.T, store, boxes string) *place {
	t.Helper()
	p := &place{t: t, dir: store}
	var serr cas.StoreErr
	if p.store, serr = disk.Open(store); serr != nil {
		t.Fatal(serr)
	}
	t.Cleanup(func() {
		if err := p.store.Close(); err != nil {
			t.Error(err)
		}
	})
	var err sandbox.Err
	if p.boxes, err = sandbox.Open(boxes); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.boxes.Close(); err != nil {
			t.Error(err)
		}
	})
	return p
}

// file stores content and returns the entry of a file with it.
func (p *place) file(path, content string) merkle.Entry {
	p.t.Helper()
	d, err := p.store.Put(p.t.Context(), []byte(content))
	if err != nil {
		p.t.Fatal(err)
	}
	return merkle.Entry{Path: path, Kind: merkle.File, Digest: d}
}

// executable is file with the executable bit.
func (p *place) executable(path, content string) merkle.Entry {
	p.t.Helper()
	e := p.file(path, content)
	e.Executable = true
	return e
}

// tree stores the folders of a tree.
func (p *place) tree(entries ...merkle.Entry) *merkle.Tree {
	p.t.Helper()
	tree, err := merkle.Build(entries)
	if err != nil {
		p.t.Fatal(err)
	}
	for _, b := range tree.Blobs() {
		if _, err := p.store.Put(p.t.Context(), b); err != nil {
			p.t.Fatal(err)
		}
	}
	return tree
}

func (p *place) new() *sandbox.Sandbox {
	p.t.Helper()
	s, err := p.boxes.New()
	if err != nil {
		p.t.Fatal(err)
	}
	return s
}

// lay is Materialize with links that has to succeed.
func (p *place) lay(s *sandbox.Sandbox, store cas.Store, tree *merkle.Tree) sandbox.Report {
	p.t.Helper()
	report, err := s.Materialize(p.t.Context(), store, tree.Root, merkle.FromStore(store), sandbox.Link)
	if err != nil {
		p.t.Fatalf("%+v", err)
	}
	return report
}

// blob returns where the store has a blob.
func (p *place) blob(e merkle.Entry) string {
	name := filepath.Join(p.dir, e.Digest.Hex()[:2], e.Digest.Hex())
	if e.Executable {
		name += ".x"
	}
	return name
}

// shared reports whether the file is the store's own.
func (p *place) shared(s *sandbox.Sandbox, e merkle.Entry) bool {
	p.t.Helper()
	blob, err := os.Lstat(p.blob(e))
	if errors.Is(err, fs.ErrNotExist) {
		return false
	}
	file, ferr := os.Lstat(filepath.Join(s.Root, e.Path))
	if err := errors.Join(err, ferr); err != nil {
		p.t.Fatal(err)
	}
	return os.SameFile(blob, file)
}

// listing describes everything below root.
func listing(t *testing.T, root string) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := filepath.WalkDir(root, func(p string, e fs.DirEntry, err error) error {
		if err != nil || p == root {
			return err
		}
		rel, _ := filepath.Rel(root, p)
		info, err := e.Info()
		if err != nil {
			return err
		}
		switch {
		case e.IsDir():
			all[rel] = "folder"
		case e.Type() == fs.ModeSymlink:
			target, err := os.Readlink(p)
			all[rel] = "-> " + target
			return err
		default:
			b, err := os.ReadFile(p)
			all[rel] = fmt.Sprintf("%04o %s", info.Mode().Perm(), b)
			return err
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func want[T any](t *testing.T, want, got T) {
	t.Helper()
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

// fault returns the E in err, which has to be there.
func fault[E error](t *testing.T, err error) E {
	t.Helper()
	e, ok := errors.AsType[E](err)
	if !ok {
		t.Fatalf("got %v, want a %T", err, e)
	}
	return e
}

func TestMaterializeLaysOutATree(t *testing.T) {
	p := newPlace(t)
	text, tool, none := p.file("src/deep/text", "text"), p.executable("bin/tool", "#!/bin/sh\n"), p.file("none", "")
	same, noTool := p.file("same", "text"), p.executable("none.sh", "")
	tree := p.tree(text, tool, none, same, noTool,
		merkle.Entry{Path: "empty/inner", Kind: merkle.Directory},
		merkle.Entry{Path: "src/up", Kind: merkle.Symlink, Target: "../bin/tool"},
		merkle.Entry{Path: "src/nowhere", Kind: merkle.Symlink, Target: "not/there"},
	)
	laid := map[string]string{
		"bin": "folder", "bin/tool": "0555 #!/bin/sh\n",
		"empty": "folder", "empty/inner": "folder",
		"none": "0444 ", "none.sh": "0555 ", "same": "0444 text",
		"src": "folder", "src/deep": "folder", "src/deep/text": "0444 text",
		"src/nowhere": "-> not/there", "src/up": "-> ../bin/tool",
	}
	for name, c := range map[string]struct {
		how    sandbox.How
		shared bool
		report sandbox.Report
	}{
		"links are the store's own files": {sandbox.Link, true, sandbox.Report{Linked: 5}},
		"copies have bytes of their own":  {sandbox.Copy, false, sandbox.Report{Copied: 5}},
	} {
		t.Run(name, func(t *testing.T) {
			s := p.new()
			report, err := s.Materialize(t.Context(), p.store, tree.Root, merkle.FromStore(p.store), c.how)
			if err != nil {
				t.Fatal(err)
			}
			want(t, c.report, report)
			want(t, laid, listing(t, s.Root))
			want(t, map[string]string{}, listing(t, s.Meta))
			for _, e := range []merkle.Entry{text, tool, same} {
				if got := p.shared(s, e); got != c.shared {
					t.Errorf("%s shares the store's file: %v, want %v", e.Path, got, c.shared)
				}
			}
			if p.shared(s, none) {
				t.Error("the empty file is the store's: whoever writes to one would change all")
			}
			if err := s.Remove(); err != nil {
				t.Error(err)
			}
			if _, err := os.Stat(filepath.Dir(s.Root)); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("Remove left the sandbox: %v", err)
			}
			if missing, err := p.store.Missing(t.Context(), []digest.Digest{text.Digest, tool.Digest}); err != nil || missing != nil {
				t.Errorf("blobs went with the sandbox: %v, %v", missing, err)
			}
		})
	}
}

func TestEmptyTree(t *testing.T) {
	p := newPlace(t)
	s := p.new()
	want(t, sandbox.Report{}, p.lay(s, p.store, p.tree()))
	want(t, map[string]string{}, listing(t, s.Root))
}

func TestLinksRefusedForGoodAreNotTriedAgain(t *testing.T) {
	p := newPlace(t)
	a, b, x := p.file("a", "1"), p.file("b", "2"), p.executable("x", "3")
	tree := p.tree(a, b, x)
	for _, errno := range []syscall.Errno{syscall.EXDEV, syscall.EPERM, syscall.ENOTSUP, syscall.ENOSYS} {
		t.Run("copies everything after "+errno.Error(), func(t *testing.T) {
			boxes, oerr := sandbox.Open(t.TempDir())
			if oerr != nil {
				t.Fatal(oerr)
			}
			p := &place{t: t, dir: p.dir, store: p.store, boxes: boxes}
			refused := &cas.LinkRefused{Path: "dst", Err: &os.LinkError{Op: "link", Err: errno}}
			store := castest.NewFaulty(castest.Subject{Store: p.store}, castest.Fail(refused).Of(b.Digest).On(castest.OpLink))

			first, second := p.new(), p.new()
			report := p.lay(first, store, tree)
			want(t, sandbox.Report{Linked: 1, Copied: 2, Refused: refused}, report)
			if report.Refused != refused {
				t.Error("the report has another error than the store's")
			}
			report = p.lay(second, store, tree)
			want(t, sandbox.Report{Copied: 3, Refused: refused}, report)
			for _, s := range []*sandbox.Sandbox{first, second} {
				want(t, map[string]string{"a": "0444 1", "b": "0444 2", "x": "0555 3"}, listing(t, s.Root))
			}
			if !p.shared(first, a) || p.shared(first, b) || p.shared(second, a) {
				t.Error("only what came before the refusal can be a link")
			}
			want(t, []int{1, 1, 0}, []int{store.Calls(castest.OpLink, a.Digest), store.Calls(castest.OpLink, b.Digest), store.Calls(castest.OpLink, x.Digest)})
			if err := boxes.Close(); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestTooManyLinksConcernOneBlob(t *testing.T) {
	p := newPlace(t)
	a, b, c := p.file("a", "1"), p.file("b", "2"), p.file("c", "3")
	tree := p.tree(a, b, c)
	refused := &cas.LinkRefused{Path: "dst", Err: &os.LinkError{Op: "link", Err: syscall.EMLINK}}
	store := castest.NewFaulty(castest.Subject{Store: p.store}, castest.Fail(refused).Of(b.Digest).On(castest.OpLink))
	s := p.new()
	want(t, sandbox.Report{Linked: 2, Copied: 1, Refused: refused}, p.lay(s, store, tree))
	if !p.shared(s, a) || p.shared(s, b) || !p.shared(s, c) {
		t.Error("only b is to be a copy")
	}
	s = p.new()
	want(t, sandbox.Report{Linked: 3}, p.lay(s, store, tree))
}

// witness keeps the errors that its store returned, by blob.
type witness struct {
	cas.Store
	said map[digest.Digest]cas.StoreError
}

func (w *witness) Link(ctx context.Context, d digest.Digest, x bool, dst string) cas.StoreErr {
	err := w.Store.Link(ctx, d, x, dst)
	if err != nil {
		w.said[d] = err.Root()
	}
	return err
}

func (w *witness) fetch(ctx context.Context, d digest.Digest) ([]byte, cas.StoreErr) {
	b, err := merkle.FromStore(w.Store)(ctx, d)
	if err != nil {
		w.said[d] = err.Root()
	}
	return b, err
}

func TestAllLostBlobsAreToldAtOnce(t *testing.T) {
	p := newPlace(t)
	missing, corrupt := p.file("a/missing", "m"), p.executable("b/corrupt", "corrupt")
	again := p.file("z/missing", "m")
	below := p.file("lost/below", "b")
	tree := p.tree(missing, corrupt, again, below, p.file("c/there", "t"), p.file("lost/deep/er", "e"))
	lostFolder, _ := tree.Find("lost")

	damage := castest.NewFaulty(castest.Subject{Store: p.store, Damage: damager{p}},
		castest.Lose(missing.Digest).On(castest.OpLink).Always(),
		castest.Corrupt(corrupt.Digest).On(castest.OpLink),
		castest.Lose(lostFolder.Digest).On(castest.OpOpen),
		castest.Lose(below.Digest).On(castest.OpLink),
	)
	w := &witness{damage, map[digest.Digest]cas.StoreError{}}
	s := p.new()
	report, err := s.Materialize(t.Context(), w, tree.Root, w.fetch, sandbox.Link)
	lost := fault[*sandbox.InputsLost](t, err)
	if root, ok := err.Root().(*sandbox.InputsLost); !ok || root != lost {
		t.Errorf("the root is a %T", err.Root())
	}

	paths := map[string]cas.StoreError{}
	for _, l := range lost.Lost {
		paths[l.Path] = l.Err.Root()
	}
	for path, d := range map[string]digest.Digest{"b/corrupt": corrupt.Digest, "z/missing": missing.Digest, "lost": lostFolder.Digest} {
		if said := w.said[d]; said == nil || paths[path] != said {
			t.Errorf("%s: has %v, the store said %v", path, paths[path], said)
		}
	}
	want(t, []string{"a/missing", "b/corrupt", "z/missing", "lost"}, pathsOf(lost)) // folders come last: what is below is unknown
	want(t, []string{"cas.missing_digest", "cas.corrupt_blob", "cas.missing_digest", "cas.missing_digest"}, kindsOf(lost))
	if m := fault[*cas.MissingDigest](t, err); m != lost.Lost[0].Err.Root() {
		t.Error("AsType finds another missing blob than the first")
	}
	if c := fault[*cas.CorruptBlob](t, err); c != w.said[corrupt.Digest] {
		t.Error("AsType finds another corrupt blob than the store's")
	}
	want(t, sandbox.Report{Linked: 1}, report)
	want(t, "4 inputs lost, first a/missing: "+lost.Lost[0].Err.Root().Error(), lost.Error())
	want(t, []string{damagePending(below)}, damage.Pending()) // it is below a lost folder, so nobody asked
	if err := s.Remove(); err != nil {
		t.Error(err)
	}
}

func damagePending(e merkle.Entry) string { return "lose " + e.Digest.Short() }

func pathsOf(e *sandbox.InputsLost) (all []string) {
	for _, l := range e.Lost {
		all = append(all, l.Path)
	}
	return all
}

func kindsOf(e *sandbox.InputsLost) (all []string) {
	for _, l := range e.Lost {
		all = append(all, l.Err.Root().ErrorKind())
	}
	return all
}

// damager does to blobs what a disk may do.
type damager struct{ p *place }

func (d damager) Delete(b digest.Digest) {
	d.change(b, func(path string, _ []byte) error { return os.Remove(path) })
}

func (d damager) Flip(b digest.Digest) {
	d.change(b, func(path string, data []byte) error {
		data[0] ^= 1
		return errors.Join(os.Remove(path), os.WriteFile(path, data, 0o444))
	})
}

func (d damager) Truncate(b digest.Digest) {
	d.change(b, func(path string, data []byte) error { return os.Truncate(path, int64(len(data)/2)) })
}

func (d damager) change(b digest.Digest, how func(path string, data []byte) error) {
	d.p.t.Helper()
	for _, x := range []bool{false, true} {
		path := d.p.blob(merkle.Entry{Digest: b, Executable: x})
		data, err := os.ReadFile(path)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err == nil {
			err = how(path, data)
		}
		if err != nil {
			d.p.t.Error(err)
		}
	}
}

func TestOneLostInput(t *testing.T) {
	p := newPlace(t)
	e := p.file("dir/a", "a")
	tree := p.tree(e)
	damager{p}.Delete(e.Digest)
	_, err := p.new().Materialize(t.Context(), p.store, tree.Root, merkle.FromStore(p.store), sandbox.Copy)
	lost := fault[*sandbox.InputsLost](t, err)
	want(t, "dir/a: "+fault[*cas.MissingDigest](t, err).Error(), lost.Error())
	want(t, "sandbox.inputs_lost", err.Root().ErrorKind())
}

func TestLostRootIsALostInput(t *testing.T) {
	p := newPlace(t)
	tree := p.tree(p.file("a", "a"))
	damager{p}.Delete(tree.Root)
	_, err := p.new().Materialize(t.Context(), p.store, tree.Root, merkle.FromStore(p.store), sandbox.Link)
	want(t, []string{"."}, pathsOf(fault[*sandbox.InputsLost](t, err)))
}

func TestOtherFaultsEndTheWalk(t *testing.T) {
	for _, root := range []cas.StoreError{
		&cas.Denied{Op: "link", Path: "p", Err: syscall.EACCES},
		&cas.DiskFull{Path: "p", Err: syscall.ENOSPC},
		&cas.Resource{Op: "link", Path: "p", Err: syscall.EMFILE},
		&cas.StoreIO{Op: "link", Path: "p", Err: syscall.EIO},
	} {
		t.Run("a "+root.ErrorKind()+" of a file says nothing about those that are lost", func(t *testing.T) {
			p := newPlace(t)
			lost, broken, never := p.file("a", "1"), p.file("b", "2"), p.file("c", "3")
			tree := p.tree(lost, broken, never)
			damager{p}.Delete(lost.Digest)
			store := castest.NewFaulty(castest.Subject{Store: p.store}, castest.Fail(root).Of(broken.Digest))
			_, err := p.new().Materialize(t.Context(), store, tree.Root, merkle.FromStore(store), sandbox.Link)
			if f, ok := err.Root().(sandbox.StoreFault); !ok || f.StoreError != root {
				t.Errorf("got %#v, want the store's %v", err.Root(), root)
			}
			want(t, root.ErrorKind(), err.Root().ErrorKind())
			want(t, 0, store.Calls(castest.OpLink, never.Digest))
		})
		t.Run("a "+root.ErrorKind()+" of a folder is the store's, not the tree's", func(t *testing.T) {
			p := newPlace(t)
			e := p.file("dir/a", "1")
			tree := p.tree(e)
			folder, _ := tree.Find("dir")
			store := castest.NewFaulty(castest.Subject{Store: p.store}, castest.Fail(root).Of(folder.Digest).On(castest.OpOpen))
			_, err := p.new().Materialize(t.Context(), store, tree.Root, merkle.FromStore(store), sandbox.Link)
			if f, ok := err.Root().(sandbox.StoreFault); !ok || f.StoreError != root {
				t.Errorf("got %#v, want the store's %v", err.Root(), root)
			}
			want(t, 0, store.Calls(castest.OpLink, e.Digest))
		})
	}
}

func TestRootThatIsNoTree(t *testing.T) {
	p := newPlace(t)
	e := p.file("a", "this is no Directory message")
	_, err := p.new().Materialize(t.Context(), p.store, e.Digest, merkle.FromStore(p.store), sandbox.Link)
	f := fault[sandbox.TreeFault](t, err)
	m := fault[*merkle.Malformed](t, err)
	if f.WalkError != m {
		t.Errorf("the fault has %v, not the walk's %v", f.WalkError, m)
	}
}

func TestCancelledMaterialize(t *testing.T) {
	p := newPlace(t)
	tree := p.tree(p.file("a", "a"))
	cause := errors.New("the user has had enough")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(cause)
	_, err := p.new().Materialize(ctx, p.store, tree.Root, merkle.FromStore(p.store), sandbox.Link)
	if fault[*cas.Interrupted](t, err); !errors.Is(err, cause) {
		t.Errorf("got %v", err)
	}
}

func TestTheSandboxIsInTheWay(t *testing.T) {
	p := newPlace(t)
	for kind, tree := range map[string]*merkle.Tree{
		"folder": p.tree(merkle.Entry{Path: "taken", Kind: merkle.Directory}),
		"link":   p.tree(merkle.Entry{Path: "taken", Kind: merkle.Symlink, Target: "x"}),
		"file":   p.tree(p.file("taken", "x")),
	} {
		t.Run("of a "+kind, func(t *testing.T) {
			s := p.new()
			if err := os.WriteFile(filepath.Join(s.Root, "taken"), nil, 0o644); err != nil {
				t.Fatal(err)
			}
			_, err := s.Materialize(t.Context(), p.store, tree.Root, merkle.FromStore(p.store), sandbox.Link)
			if f := fault[sandbox.StoreFault](t, err); !errors.Is(f, syscall.EEXIST) {
				t.Errorf("got %v", f)
			}
		})
	}
}

func TestTampered(t *testing.T) {
	write := func(path, text string, flag int) error {
		if err := os.Chmod(path, 0o644); err != nil {
			return err
		}
		f, err := os.OpenFile(path, os.O_WRONLY|flag, 0)
		if err != nil {
			return err
		}
		_, err = f.WriteString(text)
		return errors.Join(err, f.Close())
	}
	for name, c := range map[string]struct {
		how      sandbox.How
		do       func(path string) error
		tampered bool
	}{
		"left alone":        {sandbox.Link, func(string) error { return nil }, false},
		"read":              {sandbox.Link, func(p string) error { _, err := os.ReadFile(p); return err }, false},
		"another mode":      {sandbox.Link, func(p string) error { return os.Chmod(p, 0o600) }, false},
		"another link":      {sandbox.Link, func(p string) error { return os.Link(p, p+".too") }, false},
		"written in place":  {sandbox.Link, func(p string) error { return write(p, "INPUT", 0) }, true},
		"appended to":       {sandbox.Link, func(p string) error { return write(p, "more", os.O_APPEND) }, true},
		"truncated":         {sandbox.Link, func(p string) error { return write(p, "", os.O_TRUNC) }, true},
		"removed":           {sandbox.Link, os.Remove, false},
		"replaced":          {sandbox.Link, func(p string) error { return errors.Join(os.Remove(p), os.WriteFile(p, []byte("other"), 0o644)) }, false},
		"a written-to copy": {sandbox.Copy, func(p string) error { return write(p, "INPUT", 0) }, false},
		"replaced by a rename": {sandbox.Link, func(p string) error {
			return errors.Join(os.WriteFile(p+".new", []byte("input"), 0o644), os.Rename(p+".new", p))
		}, false},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPlace(t)
			input, twin := p.file("input", "input"), p.file("twin", "input")
			// Two changes within one tick of the kernel's clock have one modification time; the blob is older than that.
			old := time.Now().Add(-time.Hour)
			if err := os.Chtimes(p.blob(input), old, old); err != nil {
				t.Fatal(err)
			}
			tree := p.tree(input, twin, p.file("other", "other"))
			s := p.new()
			if _, err := s.Materialize(t.Context(), p.store, tree.Root, merkle.FromStore(p.store), c.how); err != nil {
				t.Fatal(err)
			}
			if err := c.do(filepath.Join(s.Root, "input")); err != nil {
				t.Fatal(err)
			}
			var all []digest.Digest
			if c.tampered {
				all = []digest.Digest{input.Digest}
			}
			want(t, all, s.Tampered())
		})
	}
	t.Run("the empty file is everybody's own", func(t *testing.T) {
		p := newPlace(t)
		s := p.new()
		p.lay(s, p.store, p.tree(p.file("none", "")))
		if err := write(filepath.Join(s.Root, "none"), "text", 0); err != nil {
			t.Fatal(err)
		}
		want(t, nil, s.Tampered())
	})
}

func TestPrepare(t *testing.T) {
	p := newPlace(t)
	outside := t.TempDir()
	s := p.new()
	p.lay(s, p.store, p.tree(p.file("file", "f"),
		merkle.Entry{Path: "in/dir", Kind: merkle.Directory},
		merkle.Entry{Path: "alias", Kind: merkle.Symlink, Target: "in"},
		merkle.Entry{Path: "out", Kind: merkle.Symlink, Target: outside},
		merkle.Entry{Path: "nothing", Kind: merkle.Symlink, Target: "nowhere"},
		merkle.Entry{Path: "self", Kind: merkle.Symlink, Target: "self"},
	))
	if err := s.Prepare([]string{
		"top", "new/a/b", "new/a/c", "in/dir/x", "alias/through/x",
		"out/never/x", "file/x", "file/deep/x", "nothing/x/y", "self/x/y",
		"last/x", // what is in the way of one output is not in the way of the next
	}); err != nil {
		t.Fatal(err)
	}
	want(t, map[string]string{
		"file": "0444 f", "new": "folder", "new/a": "folder", "in": "folder", "in/dir": "folder", "in/through": "folder",
		"alias": "-> in", "out": "-> " + outside, "nothing": "-> nowhere", "nowhere": "folder", "nowhere/x": "folder", "self": "-> self", "last": "folder",
	}, listing(t, s.Root))
	want(t, map[string]string{}, listing(t, outside))

	if err := s.Remove(); err != nil {
		t.Fatal(err)
	}
	if err := s.Prepare([]string{"a/b"}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("without a sandbox: %v", err)
	}
}

func TestKeep(t *testing.T) {
	dir := t.TempDir()
	kept := filepath.Join(dir, "below", "kept")
	p := newPlaceIn(t, filepath.Join(dir, "cas"), filepath.Join(dir, "sandbox"))
	tree := p.tree(p.file("a", "text"))
	boxes, err := sandbox.Open(filepath.Join(dir, "sandbox"))
	if err != nil {
		t.Fatal(err)
	}
	var roots []string
	for range 2 {
		s, err := boxes.New()
		if err != nil {
			t.Fatal(err)
		}
		p.lay(s, p.store, tree)
		root, err := s.Keep(kept)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Remove(); err != nil {
			t.Errorf("remove after keep: %v", err)
		}
		roots = append(roots, root)
	}
	if err := boxes.Close(); err != nil {
		t.Fatal(err)
	}
	if roots[0] == roots[1] {
		t.Fatal("both sandboxes were kept in one place")
	}
	for _, root := range roots {
		want(t, map[string]string{"a": "0444 text"}, listing(t, root))
	}

	t.Run("a folder that cannot be made", func(t *testing.T) {
		file := filepath.Join(dir, "file")
		if err := os.WriteFile(file, nil, 0o644); err != nil {
			t.Fatal(err)
		}
		_, err := p.new().Keep(filepath.Join(file, "kept"))
		if f := fault[sandbox.StoreFault](t, err); !errors.Is(f, syscall.ENOTDIR) {
			t.Errorf("got %v", f)
		}
	})
	t.Run("a sandbox that is gone leaves nothing", func(t *testing.T) {
		s := p.new()
		if err := s.Remove(); err != nil {
			t.Fatal(err)
		}
		none := filepath.Join(dir, "none")
		if _, err := s.Keep(none); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("got %v", err)
		}
		want(t, map[string]string{}, listing(t, none))
	})
}

func TestOpenWhereNoFolderCanBe(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	_, err := sandbox.Open(filepath.Join(file, "sandbox"))
	if f := fault[sandbox.StoreFault](t, err); !errors.Is(f, syscall.ENOTDIR) {
		t.Errorf("got %v", f)
	}
	want(t, "cas.io", err.Root().ErrorKind())
}

func TestNewAfterTheFolderIsGone(t *testing.T) {
	parent := t.TempDir()
	boxes, err := sandbox.Open(parent)
	if err != nil {
		t.Fatal(err)
	}
	if err := boxes.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := boxes.New(); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v", err)
	}
}

func TestManySandboxesAtOnce(t *testing.T) {
	p := newPlace(t)
	var entries []merkle.Entry
	laid := map[string]string{}
	for i := range 20 {
		e := p.file(fmt.Sprintf("dir%d/file%d", i%3, i), fmt.Sprint("text ", i))
		if e.Executable = i%2 == 0; e.Executable {
			laid[e.Path] = fmt.Sprint("0555 text ", i)
		} else {
			laid[e.Path] = fmt.Sprint("0444 text ", i)
		}
		laid[filepath.Dir(e.Path)] = "folder"
		entries = append(entries, e)
	}
	tree := p.tree(entries...)
	// One of them finds out that links are refused, while the others make them.
	store := castest.NewFaulty(castest.Subject{Store: p.store},
		castest.Fail(&cas.LinkRefused{Err: syscall.EMLINK}).On(castest.OpLink).After(100).Times(50),
		castest.Fail(&cas.LinkRefused{Err: syscall.EXDEV}).On(castest.OpLink).After(600))
	var wg sync.WaitGroup
	for range 64 {
		wg.Go(func() {
			s, err := p.boxes.New()
			if err != nil {
				t.Error(err)
				return
			}
			report, err := s.Materialize(t.Context(), store, tree.Root, merkle.FromStore(store), sandbox.Link)
			if err != nil {
				t.Errorf("%+v", err)
				return
			}
			if n := report.Linked + report.Copied; n != len(entries) {
				t.Errorf("%d files of %d", n, len(entries))
			}
			if (report.Copied > 0) != (report.Refused != nil) {
				t.Errorf("%d copies because of %v", report.Copied, report.Refused)
			}
			want(t, laid, listing(t, s.Root))
			want(t, nil, s.Tampered())
			if err := s.Remove(); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	want(t, nil, store.Pending())
}

func TestReuseGivesAnEmptySandbox(t *testing.T) {
	dir, err := sandbox.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { dir.Close() })
	first, err := dir.New()
	if err != nil {
		t.Fatal(err)
	}
	if err := first.Prepare([]string{"a/b/c"}); err != nil {
		t.Fatal(err)
	}
	for _, f := range []string{"x", ".hidden", "a/b/y"} {
		if err := os.WriteFile(filepath.Join(first.Root, f), []byte("left"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := first.Reuse(); err != nil {
		t.Fatal(err)
	}
	second, err := dir.New()
	if err != nil {
		t.Fatal(err)
	}
	if second.Root != first.Root {
		t.Errorf("the folder was not used again")
	}
	if entries, err := os.ReadDir(second.Root); err != nil || len(entries) != 0 {
		t.Errorf("left over: %v, %v", entries, err)
	}
	if third, err := dir.New(); err != nil || third.Root == second.Root {
		t.Errorf("one folder for two: %v", err)
	}
}

func TestAChangedSandboxIsNotReused(t *testing.T) {
	dir, err := sandbox.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { dir.Close() })
	for name, change := range map[string]func(*sandbox.Sandbox) error{
		"its mode":      func(s *sandbox.Sandbox) error { return os.Chmod(s.Root, 0o700) },
		"it is gone":    func(s *sandbox.Sandbox) error { return os.Remove(s.Root) },
		"it is no root": func(s *sandbox.Sandbox) error { return errors.Join(os.Remove(s.Root), os.Symlink("/", s.Root)) },
	} {
		s, err := dir.New()
		if err != nil {
			t.Fatal(err)
		}
		if err := change(s); err != nil {
			t.Fatal(err)
		}
		if err := s.Reuse(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if next, err := dir.New(); err != nil || next.Root == s.Root {
			t.Errorf("%s: used again", name)
		}
	}
}
