package home_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/holdfast-go/holdfast/errctx"
	"github.com/holdfast-go/holdfast/executor/digest"
	"github.com/holdfast-go/holdfast/executor/home"
	"github.com/holdfast-go/holdfast/executor/merkle"
	"github.com/holdfast-go/holdfast/executor/runlog"
	"github.com/holdfast-go/holdfast/executor/sandbox"
)

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

func mustOpen(t *testing.T, dir string) *home.Home {
	t.Helper()
	h, err := home.Open(dir)
	if err != nil {
		t.Fatalf("%+v", err)
	}
	return h
}

// write makes files below dir.
func write(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	for name, content := range files {
		file := filepath.Join(dir, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o755), os.WriteFile(file, []byte(content), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
}

// files describes all that is below dir.
func files(t *testing.T, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := filepath.WalkDir(dir, func(p string, e fs.DirEntry, err error) error {
		if err != nil || p == dir {
			return err
		}
		rel, _ := filepath.Rel(dir, p)
		if e.IsDir() {
			all[rel] = "folder"
			return nil
		}
		b, err := os.ReadFile(p)
		all[rel] = string(b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestOpenMakesAStore(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "not", "there", "yet")
	h := mustOpen(t, dir)
	want(t, dir, h.Dir)
	want(t, filepath.Join(dir, "kept"), h.KeepDir())
	want(t, filepath.Join(dir, "runs"), h.Runs.Dir)

	// Blobs can be linked into sandboxes: they are on one file system.
	d, err := h.Blobs.Put(t.Context(), []byte("text"))
	if err != nil {
		t.Fatal(err)
	}
	tree, berr := merkle.Build([]merkle.Entry{{Path: "a", Kind: merkle.File, Digest: d}})
	if berr != nil {
		t.Fatal(berr)
	}
	for _, b := range tree.Blobs() {
		if _, err := h.Blobs.Put(t.Context(), b); err != nil {
			t.Fatal(err)
		}
	}
	s, serr := h.Sandboxes.New()
	if serr != nil {
		t.Fatal(serr)
	}
	report, serr := s.Materialize(t.Context(), h.Blobs, tree.Root, merkle.FromStore(h.Blobs), sandbox.Link)
	if serr != nil {
		t.Fatal(serr)
	}
	want(t, sandbox.Report{Linked: 1}, report)
	id := runlog.NewID(time.Now())
	if err := h.Runs.Save(runlog.Run{ID: id, Plan: "p"}); err != nil {
		t.Fatal(err)
	}
	if err := h.Sync(t.Context()); err != nil {
		t.Error(err)
	}
	h.Close()

	left := files(t, dir)
	want(t, "holdfast 1\n", left["VERSION"])
	for name := range left {
		if strings.HasPrefix(name, "sandbox/") && name != "sandbox/.gate" {
			t.Errorf("Close left %s", name)
		}
	}
	h = mustOpen(t, dir)
	defer h.Close()
	if missing, err := h.Blobs.Missing(t.Context(), []digest.Digest{d}); err != nil || missing != nil {
		t.Errorf("the blob has not outlived its process: %v, %v", missing, err)
	}
	if _, err := h.Runs.Find(id, "p"); err != nil {
		t.Errorf("nor has the run: %v", err)
	}
}

func TestOpenOfARelativeFolder(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	h := mustOpen(t, "store")
	defer h.Close()
	if !filepath.IsAbs(h.Dir) {
		t.Errorf("a change of folder would lose %s", h.Dir)
	}
	if _, err := os.Stat(filepath.Join(dir, "store", "VERSION")); err != nil {
		t.Error(err)
	}
}

// Whoever comes first makes the store, and the others use it.
func TestConcurrentFirstOpens(t *testing.T) {
	for range 20 {
		dir := filepath.Join(t.TempDir(), "store")
		var wg sync.WaitGroup
		start := make(chan struct{})
		for range 16 {
			wg.Go(func() {
				<-start
				h, err := home.Open(dir)
				if err != nil {
					t.Errorf("%+v", err)
					return
				}
				if _, err := h.Blobs.Put(t.Context(), []byte("text")); err != nil {
					t.Error(err)
				}
				h.Close()
			})
		}
		close(start)
		wg.Wait()
		left, err := filepath.Glob(filepath.Join(dir, ".version-*"))
		if err != nil || left != nil {
			t.Errorf("left behind: %v, %v", left, err)
		}
		if b, err := os.ReadFile(filepath.Join(dir, "VERSION")); err != nil || string(b) != "holdfast 1\n" {
			t.Errorf("VERSION is %q, %v", b, err)
		}
	}
}

func TestAFolderThatBecomesAStore(t *testing.T) {
	for name, files := range map[string]map[string]string{
		"because its maker was killed":         {".version-123": "hold"},
		"because several were killed":          {".version-1": "", ".version-2": "holdfast 1\n"},
		"because it was made for that purpose": nil,
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			write(t, dir, files)
			mustOpen(t, dir).Close()
			mustOpen(t, dir).Close()
		})
	}
}

func TestAFolderThatIsNoStoreIsLeftAlone(t *testing.T) {
	long := strings.Repeat("x", 200)
	for name, c := range map[string]struct {
		files map[string]string
		check func(t *testing.T, dir string, err home.Err)
	}{
		"somebody's files":   {map[string]string{"thesis.tex": "text"}, notAStore},
		"somebody's folders": {map[string]string{"cas/file": "text", ".version-1": ""}, notAStore},
		"a later format":     {map[string]string{"VERSION": "holdfast 2\n", "new": "x"}, wrongVersion("holdfast 2")},
		"another program's":  {map[string]string{"VERSION": " 3.11\n\n"}, wrongVersion("3.11")},
		"an empty format":    {map[string]string{"VERSION": "", "cas/x": "x"}, wrongVersion("")},
		"a long format":      {map[string]string{"VERSION": long}, wrongVersion(long[:80])},
		"a folder VERSION": {map[string]string{"VERSION/x": "x"}, func(t *testing.T, dir string, err home.Err) {
			if f := fault[home.StoreFault](t, err); !errors.Is(f, syscall.EISDIR) {
				t.Errorf("got %v", f)
			}
		}},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			write(t, dir, c.files)
			before := files(t, dir)
			h, err := home.Open(dir)
			if h != nil || err == nil {
				t.Fatal("it was opened")
			}
			c.check(t, dir, err)
			want(t, before, files(t, dir))
		})
	}
}

func notAStore(t *testing.T, dir string, err home.Err) {
	e := fault[*home.NotAStore](t, err)
	want(t, home.NotAStore{Dir: dir}, *e)
	want(t, "home.not_a_store", err.Root().ErrorKind())
	if !strings.Contains(e.Error(), dir) || !strings.Contains(e.Error(), "--store") {
		t.Errorf("it does not say what to do: %v", e)
	}
}

func wrongVersion(found string) func(*testing.T, string, home.Err) {
	return func(t *testing.T, dir string, err home.Err) {
		e := fault[*home.WrongVersion](t, err)
		want(t, home.WrongVersion{Dir: dir, Found: found}, *e)
		want(t, "home.wrong_version", err.Root().ErrorKind())
		if !strings.Contains(e.Error(), `"holdfast 1"`) {
			t.Errorf("it does not say what would be right: %v", e)
		}
	}
}

func TestNoFolder(t *testing.T) {
	_, err := home.Open("")
	e := fault[*home.NoFolder](t, err)
	want(t, "home.no_folder", e.ErrorKind())
	if !strings.Contains(e.Error(), "HOLDFAST_STORE") {
		t.Errorf("it does not say what to do: %v", e)
	}
}

func TestWhereNoFolderCanBe(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, map[string]string{"file": ""})
	for _, store := range []string{"file", "file/store"} {
		_, err := home.Open(filepath.Join(dir, store))
		fault[*home.NotAStore](t, err)
	}
}

// A part that cannot be opened is told, and what was open by then is closed.
func TestPartsInTheWay(t *testing.T) {
	for part, check := range map[string]func(t *testing.T, err home.Err){
		"cas": func(t *testing.T, err home.Err) { fault[home.StoreFault](t, err) },
		"ac":  func(t *testing.T, err home.Err) { fault[home.StoreFault](t, err) },
		"sandbox": func(t *testing.T, err home.Err) {
			f := fault[home.SandboxFault](t, err)
			if f.Cause != fault[sandbox.Error](t, errors.Unwrap(f)) || f.Error() != f.Cause.Error() || f.ErrorKind() != "cas.io" {
				t.Errorf("got %#v", f)
			}
		},
	} {
		t.Run(part, func(t *testing.T) {
			dir := t.TempDir()
			mustOpen(t, dir).Close()
			if err := os.RemoveAll(filepath.Join(dir, part)); err != nil {
				t.Fatal(err)
			}
			write(t, dir, map[string]string{part: "in the way"})
			_, err := home.Open(dir)
			check(t, err)
			if !errors.Is(err, syscall.ENOTDIR) && !errors.Is(err, syscall.EEXIST) {
				t.Errorf("got %v", err)
			}
			for _, tmp := range []string{"cas/tmp", "ac/tmp"} {
				if open, err := filepath.Glob(filepath.Join(dir, tmp, "*-*")); err != nil || open != nil {
					t.Errorf("left open: %v, %v", open, err)
				}
			}
		})
	}
}

// What builds a fault is not where it was seen.
func TestLayersShowTheCaller(t *testing.T) {
	for part, want := range map[string]string{"VERSION": "home.claim", "sandbox": "scratch.Open"} {
		dir := t.TempDir()
		mustOpen(t, dir).Close()
		at := filepath.Join(dir, part)
		err := os.RemoveAll(at)
		if err == nil && part == "VERSION" {
			err = os.Mkdir(at, 0o755)
		} else if err == nil {
			err = os.WriteFile(at, nil, 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
		_, herr := home.Open(dir)
		var inner runtime.Frame
		for l := range errctx.Layers(herr) {
			inner = l.Frame()
		}
		if !strings.HasSuffix(inner.Function, "/"+want) {
			t.Errorf("%s in the way: seen by %s, want %s\n%+v", part, inner.Function, want, herr)
		}
	}
}

// Whatever a store loses, it goes on as one: its contents say what it is.
func TestALostVersionIsWrittenAgain(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "store")
	for range 2 {
		h, err := home.Open(dir)
		if err != nil {
			t.Fatalf("%+v", err)
		}
		h.Close()
		if err := os.Remove(filepath.Join(dir, "VERSION")); err != nil {
			t.Fatal(err)
		}
	}
}
