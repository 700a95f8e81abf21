package disk_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/holdfast-go/holdfast/executor/cas"
	"github.com/holdfast-go/holdfast/executor/cas/castest"
	"github.com/holdfast-go/holdfast/executor/cas/disk"
	"github.com/holdfast-go/holdfast/executor/digest"
)

var hello = digest.Of([]byte("hello"))

func open(t testing.TB, root string) *disk.Store {
	t.Helper()
	s, err := disk.Open(root)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func put(t testing.TB, s cas.Store, data string) digest.Digest {
	t.Helper()
	d, err := s.Put(context.Background(), []byte(data))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// link links the blob to a new file and returns its path.
func link(t testing.TB, s cas.Store, d digest.Digest, executable bool) string {
	t.Helper()
	dst := filepath.Join(t.TempDir(), "dst")
	if err := s.Link(context.Background(), d, executable, dst); err != nil {
		t.Fatal(err)
	}
	return dst
}

// plain and execable are where the forms of a blob are.
func plain(root string, d digest.Digest) string { return filepath.Join(root, d.Hex()[:2], d.Hex()) }
func execable(root string, d digest.Digest) string {
	return plain(root, d) + ".x"
}

func inode(t testing.TB, path string) uint64 {
	t.Helper()
	info, err := os.Lstat(path)
	if err != nil {
		t.Fatal(err)
	}
	return info.Sys().(*syscall.Stat_t).Ino
}

func exists(t testing.TB, path string) bool {
	t.Helper()
	_, err := os.Lstat(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	return err == nil
}

// age gives files a modification time that lets them be remembered as verified.
func age(t testing.TB, paths ...string) {
	t.Helper()
	then := time.Now().Add(-time.Hour)
	for _, p := range paths {
		if err := os.Chtimes(p, then, then); err != nil {
			t.Fatal(err)
		}
	}
}

// overwrite changes the bytes of a file in place, as who has a link to it can.
func overwrite(t testing.TB, path, data string) {
	t.Helper()
	if err := cmp.Or(os.Chmod(path, 0o644), os.WriteFile(path, []byte(data), 0o644)); err != nil {
		t.Fatal(err)
	}
}

// replace puts another file in a place.
func replace(t testing.TB, path, data string) {
	t.Helper()
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(data), 0o444); err != nil {
		t.Fatal(err)
	}
}

func fault[E cas.StoreError](t testing.TB, err cas.StoreErr) E {
	t.Helper()
	if err == nil {
		t.Fatalf("no error, want a %T", *new(E))
	}
	e, ok := err.Root().(E)
	if !ok {
		t.Fatalf("got a %T, want a %T: %v", err.Root(), e, err)
	}
	return e
}

func readAll(s cas.Store, d digest.Digest) (string, cas.StoreErr) {
	data, err := cas.ReadAll(context.Background(), s, d, d.Size)
	return string(data), err
}

func TestConformance(t *testing.T) {
	castest.Test(t, func(t *testing.T) castest.Subject {
		root := t.TempDir()
		return castest.Subject{Store: open(t, root), Damage: castest.Folder(root)}
	})
}

func TestConformanceOfAFaultyWithoutFaults(t *testing.T) {
	castest.Test(t, func(t *testing.T) castest.Subject {
		root := t.TempDir()
		s := castest.Subject{Store: open(t, root), Damage: castest.Folder(root)}
		return castest.Subject{Store: castest.NewFaulty(s), Damage: s.Damage}
	})
}

// two stores on one folder, as two processes have them: one writes, the other reads.
type two struct{ reader, writer *disk.Store }

func (s two) Missing(ctx context.Context, all []digest.Digest) ([]digest.Digest, cas.StoreErr) {
	return s.reader.Missing(ctx, all)
}

func (s two) Open(ctx context.Context, d digest.Digest) (io.ReadCloser, cas.StoreErr) {
	return s.reader.Open(ctx, d)
}

func (s two) Put(ctx context.Context, data []byte) (digest.Digest, cas.StoreErr) {
	return s.writer.Put(ctx, data)
}

func (s two) Import(ctx context.Context, path string, how cas.How) (digest.Digest, cas.StoreErr) {
	return s.writer.Import(ctx, path, how)
}

func (s two) Link(ctx context.Context, d digest.Digest, executable bool, dst string) cas.StoreErr {
	return s.reader.Link(ctx, d, executable, dst)
}

func TestConformanceOfTwoOnOneFolder(t *testing.T) {
	castest.Test(t, func(t *testing.T) castest.Subject {
		root := t.TempDir()
		return castest.Subject{Store: two{open(t, root), open(t, root)}, Damage: castest.Folder(root)}
	})
}

func TestTheTwoFormsAreTwoFiles(t *testing.T) {
	root := t.TempDir()
	s := open(t, root)
	d := put(t, s, "hello")
	if exists(t, execable(root, d)) {
		t.Error("an executable form that nobody asked for")
	}
	a, b := link(t, s, d, true), link(t, s, d, false)
	c := link(t, s, d, true)
	for path, want := range map[string]struct {
		same string
		mode fs.FileMode
	}{a: {execable(root, d), 0o555}, c: {execable(root, d), 0o555}, b: {plain(root, d), 0o444}} {
		info, err := os.Lstat(path)
		if err != nil || info.Mode() != want.mode || inode(t, path) != inode(t, want.same) {
			t.Errorf("%s is not %s with %v; %v", path, want.same, want.mode, err)
		}
	}
	if inode(t, a) == inode(t, b) {
		t.Error("one file for both")
	}
}

func TestOneFormIsEnough(t *testing.T) {
	for _, executable := range []bool{false, true} {
		root := t.TempDir()
		s := open(t, root)
		d := put(t, s, "hello")
		link(t, s, d, true)
		if err := os.Remove(map[bool]string{false: execable(root, d), true: plain(root, d)}[executable]); err != nil {
			t.Fatal(err)
		}
		if m, err := s.Missing(t.Context(), []digest.Digest{d}); err != nil || m != nil {
			t.Errorf("missing %v, %v", m, err)
		}
		if got, err := readAll(s, d); err != nil || got != "hello" {
			t.Errorf("read %q, %v", got, err)
		}
		for _, x := range []bool{false, true} {
			if got, err := os.ReadFile(link(t, s, d, x)); err != nil || string(got) != "hello" {
				t.Errorf("linked %q, %v", got, err)
			}
		}
		if was, err := s.Remove(t.Context(), d); !was || err != nil {
			t.Errorf("removed %v, %v", was, err)
		}
		if was, err := s.Remove(t.Context(), d); was || err != nil {
			t.Errorf("removed again %v, %v", was, err)
		}
		if exists(t, plain(root, d)) || exists(t, execable(root, d)) {
			t.Error("a form is left")
		}
	}
}

func TestMoveTakesTheFile(t *testing.T) {
	for mode, form := range map[fs.FileMode]func(string, digest.Digest) string{0o644: plain, 0o755: execable} {
		root := t.TempDir()
		s := open(t, root)
		src := filepath.Join(root, "src") // on the same file system
		if err := cmp.Or(os.WriteFile(src, []byte("hello"), 0o600), os.Chmod(src, mode|fs.ModeSetuid)); err != nil {
			t.Fatal(err)
		}
		age(t, src)
		ino, then := inode(t, src), time.Now().Add(-time.Second)
		if d, err := s.Import(t.Context(), src, cas.Move); err != nil || d != hello {
			t.Fatalf("imported %s, %v", d, err)
		}
		info, err := os.Lstat(form(root, hello))
		if err != nil || exists(t, src) || inode(t, form(root, hello)) != ino {
			t.Errorf("%v: the file is another one; %v", mode, err)
		} else if info.Mode() != map[fs.FileMode]fs.FileMode{0o644: 0o444, 0o755: 0o555}[mode] || info.ModTime().Before(then) {
			t.Errorf("%v: it has mode %v and was stored %v", mode, info.Mode(), info.ModTime())
		}
	}
}

func TestOneBadFormIsPutAsideAndTheOtherServes(t *testing.T) {
	both := func(t *testing.T) (string, *disk.Store) {
		root := t.TempDir()
		s := open(t, root)
		link(t, s, put(t, s, "hello"), true)
		return root, s
	}
	quarantined := func(t *testing.T, s *disk.Store, want int) {
		t.Helper()
		if u, err := s.Stat(t.Context()); err != nil || u.Quarantined != want {
			t.Errorf("quarantined %d, %v; want %d", u.Quarantined, err, want)
		}
	}
	for _, bad := range []string{"jello", "hell", "hello!", ""} {
		for _, executable := range []bool{false, true} {
			t.Run(fmt.Sprintf("link executable=%v of %q", executable, bad), func(t *testing.T) {
				root, s := both(t)
				replace(t, map[bool]string{false: plain(root, hello), true: execable(root, hello)}[executable], bad)
				if got, err := os.ReadFile(link(t, s, hello, executable)); err != nil || string(got) != "hello" {
					t.Errorf("linked %q, %v", got, err)
				}
				quarantined(t, s, 1)
			})
		}
	}
	t.Run("a plain form of another length is not read", func(t *testing.T) {
		root, s := both(t)
		replace(t, plain(root, hello), "hell")
		if got, err := readAll(s, hello); err != nil || got != "hello" {
			t.Errorf("read %q, %v", got, err)
		}
		quarantined(t, s, 1)
	})
	t.Run("other bytes are known at the end, and the next reader gets the right ones", func(t *testing.T) {
		root, s := both(t)
		replace(t, plain(root, hello), "jello")
		_, err := readAll(s, hello)
		fault[*cas.CorruptBlob](t, err)
		if got, err := readAll(s, hello); err != nil || got != "hello" {
			t.Errorf("read %q, %v", got, err)
		}
		quarantined(t, s, 1)
	})
	t.Run("when both are bad both are put aside", func(t *testing.T) {
		root, s := both(t)
		replace(t, plain(root, hello), "jello")
		replace(t, execable(root, hello), "cello")
		fault[*cas.CorruptBlob](t, s.Link(t.Context(), hello, true, filepath.Join(t.TempDir(), "dst")))
		quarantined(t, s, 2)
		fault[*cas.MissingDigest](t, s.Link(t.Context(), hello, true, filepath.Join(t.TempDir(), "dst")))
	})
}

func TestCorruptBytesAreKept(t *testing.T) {
	root := t.TempDir()
	s := open(t, root)
	for _, bad := range []string{"jello", "cello"} {
		put(t, s, "hello")
		replace(t, plain(root, hello), bad)
		_, err := readAll(s, hello)
		e := fault[*cas.CorruptBlob](t, err)
		if want := (&cas.CorruptBlob{Digest: hello, Where: "disk", Got: digest.Of([]byte(bad)), Kept: e.Kept}); !gocmp.Equal(want, e) {
			t.Error(gocmp.Diff(want, e))
		}
		if got, err := os.ReadFile(e.Kept); err != nil || string(got) != bad || filepath.Dir(e.Kept) != filepath.Join(root, "quarantine") {
			t.Errorf("kept %q in %s, %v", got, e.Kept, err)
		}
	}
}

func TestWhatCannotBeKeptIsRemoved(t *testing.T) {
	root := t.TempDir()
	s := open(t, root)
	if err := os.WriteFile(filepath.Join(root, "quarantine"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	put(t, s, "hello")
	replace(t, plain(root, hello), "jello")
	_, err := readAll(s, hello)
	if e := fault[*cas.CorruptBlob](t, err); e.Kept != "" {
		t.Errorf("kept in %s", e.Kept)
	}
	_, err = readAll(s, hello)
	fault[*cas.MissingDigest](t, err)
}

func TestAGoodFileIsNotTakenForTheBadOneThatItReplaced(t *testing.T) {
	for _, canKeep := range []bool{false, true} {
		root := t.TempDir()
		s := open(t, root)
		if !canKeep {
			if err := os.WriteFile(filepath.Join(root, "quarantine"), nil, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		put(t, s, "hello")
		replace(t, plain(root, hello), "jello")
		r, err := s.Open(t.Context(), hello)
		if err != nil {
			t.Fatal(err)
		}
		replace(t, plain(root, hello), "hello") // somebody has repaired it
		_, rerr := io.ReadAll(r)
		if e, ok := errors.AsType[*cas.CorruptBlob](rerr); !ok || e.Kept != "" {
			t.Errorf("got %v", rerr)
		}
		if err := r.Close(); err != nil {
			t.Error(err)
		}
		if got, err := readAll(s, hello); err != nil || got != "hello" {
			t.Errorf("read %q, %v", got, err)
		}
	}
}

func TestWhatIsNoFileIsPutAside(t *testing.T) {
	for name, make := range map[string]func(path string) error{
		"a folder":        func(path string) error { return os.Mkdir(path, 0o755) },
		"a symbolic link": func(path string) error { return os.Symlink("other", path) }, // as long as the blob
		"a FIFO":          func(path string) error { return syscall.Mkfifo(path, 0o644) },
		"a socket":        func(path string) error { return syscall.Mknod(path, syscall.S_IFSOCK|0o644, 0) },
	} {
		t.Run(name, func(t *testing.T) {
			root := t.TempDir()
			s := open(t, root)
			for _, form := range []string{plain(root, hello), execable(root, hello)} {
				put(t, s, "hello")
				if err := os.Remove(plain(root, hello)); err != nil {
					t.Fatal(err)
				}
				if err := make(form); err != nil {
					t.Fatal(err)
				}
				if m, err := s.Missing(t.Context(), []digest.Digest{hello}); err != nil || len(m) != 1 {
					t.Errorf("missing %v, %v", m, err)
				}
				_, err := readAll(s, hello)
				if e := fault[*cas.CorruptBlob](t, err); e.Kept == "" {
					t.Error("it was not kept")
				}
				if put(t, s, "hello"); !exists(t, plain(root, hello)) {
					t.Error("it cannot be stored again")
				}
			}
		})
	}
}

// Who has a link can write to it, if the mode is no obstacle: as root, or after a chmod.
func TestAChangeThroughALinkIsNoticed(t *testing.T) {
	for _, executable := range []bool{false, true} {
		for name, tick := range map[string]bool{"later": false, "within a tick of the clock": true} {
			t.Run(fmt.Sprintf("%s, executable=%v", name, executable), func(t *testing.T) {
				root := t.TempDir()
				s := open(t, root)
				put(t, s, "hello")
				dst := link(t, s, hello, executable)
				then := time.Now().Add(-time.Hour)
				if tick {
					then = time.Now().Add(time.Hour) // as new as can be
				}
				if err := os.Chtimes(dst, then, then); err != nil {
					t.Fatal(err)
				}
				link(t, s, hello, executable)
				overwrite(t, dst, "jello")
				if err := os.Chmod(dst, map[bool]fs.FileMode{false: 0o444, true: 0o555}[executable]); err != nil {
					t.Fatal(err)
				}
				if tick {
					if err := os.Chtimes(dst, then, then); err != nil {
						t.Fatal(err)
					}
				}
				if executable {
					if err := os.Remove(plain(root, hello)); err != nil { // else it would serve
						t.Fatal(err)
					}
				}
				e := fault[*cas.CorruptBlob](t, s.Link(t.Context(), hello, executable, filepath.Join(t.TempDir(), "dst")))
				if e.Got != digest.Of([]byte("jello")) || inode(t, e.Kept) != inode(t, dst) {
					t.Errorf("got %+v", e)
				}
			})
		}
	}
}

func TestAFileIsHashedOnceAsLongAsItDoesNotChange(t *testing.T) {
	root := t.TempDir()
	s := open(t, root)
	put(t, s, "hello")
	age(t, plain(root, hello))
	dst := link(t, s, hello, false)
	info, err := os.Stat(dst)
	if err != nil {
		t.Fatal(err)
	}
	// The documented limit proves that the bytes are not read again.
	overwrite(t, dst, "jello")
	if err := cmp.Or(os.Chtimes(dst, info.ModTime(), info.ModTime()), os.Chmod(dst, 0o444)); err != nil {
		t.Fatal(err)
	}
	link(t, s, hello, false)
	// Nobody else has been told.
	fault[*cas.CorruptBlob](t, open(t, root).Link(t.Context(), hello, false, filepath.Join(t.TempDir(), "dst")))
}

func TestAChmodOfALinkIsUndone(t *testing.T) {
	root := t.TempDir()
	s := open(t, root)
	put(t, s, "hello")
	for executable, want := range map[bool]fs.FileMode{false: 0o444, true: 0o555} {
		dst := link(t, s, hello, executable)
		age(t, dst)
		link(t, s, hello, executable) // remembered
		for _, mode := range []fs.FileMode{0o777, 0o600, 0o444 | fs.ModeSetuid} {
			if err := os.Chmod(dst, mode); err != nil {
				t.Fatal(err)
			}
			if info, err := os.Stat(link(t, s, hello, executable)); err != nil || info.Mode() != want {
				t.Errorf("after %v: %v, %v, want %v", mode, info.Mode(), err, want)
			}
		}
	}
}

func TestFind(t *testing.T) {
	root := t.TempDir()
	s := open(t, root)
	a, b := put(t, s, "hello"), put(t, s, "world")
	link(t, s, a, true)
	for prefix, want := range map[string][]digest.Digest{
		a.Hex():                  {a},
		a.Hex()[:4]:              {a},
		b.Hex()[:63]:             {b},
		digest.Empty.Hex()[:8]:   {digest.Empty},
		a.Hex()[:3]:              nil, // too short
		a.Hex() + "0":            nil,
		"0000":                   nil,
		strings.ToUpper(a.Hex()): nil,
		"../.":                   nil,
		"":                       nil,
	} {
		got, err := s.Find(t.Context(), prefix)
		if d := gocmp.Diff(want, got); d != "" || err != nil {
			t.Errorf("%q: %v (-want +got):\n%s", prefix, err, d)
		}
	}
}

func TestFindReturnsAllThatMatch(t *testing.T) {
	root := t.TempDir()
	s := open(t, root)
	var want []digest.Digest
	for _, rest := range []string{"1", "2"} {
		d, err := digest.FromHex("abcd"+strings.Repeat(rest, 60), 5)
		if err != nil {
			t.Fatal(err)
		}
		if err := cmp.Or(os.MkdirAll(filepath.Dir(plain(root, d)), 0o755), os.WriteFile(plain(root, d), []byte("hello"), 0o444)); err != nil {
			t.Fatal(err)
		}
		want = append(want, d)
	}
	got, err := s.Find(t.Context(), "abcd")
	if d := gocmp.Diff(want, got); d != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, d)
	}
}

func TestWalkStatAndVerify(t *testing.T) {
	root := t.TempDir()
	s := open(t, root)
	if err := os.WriteFile(filepath.Join(root, "README"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	foreign := []string{filepath.Join(root, "README")}
	var bad digest.Digest
	for n := range 10 {
		d := put(t, s, fmt.Sprint("blob ", n))
		link(t, s, d, true)
		switch n {
		case 1: // a bit
			bad = d
			replace(t, execable(root, d), "blob 7")
		case 2:
			f := plain(root, d) + "0"
			foreign = append(foreign, f)
			if err := os.WriteFile(f, []byte("too long a name"), 0o644); err != nil {
				t.Fatal(err)
			}
		case 3: // a blob's name in another's folder
			f := filepath.Join(filepath.Dir(plain(root, d)), put(t, s, "hello").Hex())
			foreign = append(foreign, f)
			if err := os.WriteFile(f, []byte("hello"), 0o444); err != nil {
				t.Fatal(err)
			}
		}
	}
	u, err := s.Stat(t.Context())
	if d := gocmp.Diff(disk.Usage{Blobs: 21, Bytes: 20*6 + 5}, u); d != "" || err != nil {
		t.Errorf("Stat: %v (-want +got):\n%s", err, d)
	}
	seen := map[string]bool{}
	last := ""
	for b, err := range s.Walk(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		if want := map[bool]string{false: plain(root, b.Digest), true: execable(root, b.Digest)}[b.Executable]; b.Path != want || b.Digest.Size != b.Info.Size() || b.Path <= last {
			t.Errorf("%+v after %s, want it at %s", b, last, want)
		}
		last = b.Path
		seen[b.Path] = true
	}
	if len(seen) != 21 {
		t.Errorf("walked %d files", len(seen))
	}
	for range s.Walk(t.Context()) {
		break // stops at once
	}
	var calls, blobs int
	var bytes int64
	r, err := s.Verify(t.Context(), 4, func(n int, b int64) {
		calls++
		if n != blobs+1 || b < bytes {
			t.Errorf("progress went from %d, %d to %d, %d", blobs, bytes, n, b)
		}
		blobs, bytes = n, b
	})
	if err != nil {
		t.Fatal(err)
	}
	want := disk.Report{Blobs: 21, Bytes: 125, Corrupt: []*cas.CorruptBlob{{Digest: bad, Where: "disk", Got: digest.Of([]byte("blob 7"))}}, Foreign: foreign}
	sorted := gocmp.Transformer("sorted", func(all []string) map[string]bool {
		m := map[string]bool{}
		for _, s := range all {
			m[s] = true
		}
		return m
	})
	notWhere := gocmp.FilterPath(func(p gocmp.Path) bool { return p.Last().String() == ".Kept" }, gocmp.Ignore())
	if d := gocmp.Diff(want, r, sorted, notWhere); d != "" || r.Corrupt[0].Kept == "" || calls != 21 || bytes != 125 {
		t.Errorf("%d calls, %d bytes (-want +got):\n%s", calls, bytes, d)
	}
	again, err := s.Verify(t.Context(), 0, nil)
	if d := gocmp.Diff(disk.Report{Blobs: 20, Bytes: 119, Foreign: foreign}, again, sorted); d != "" || err != nil {
		t.Errorf("after the corrupt one was put aside: %v (-want +got):\n%s", err, d)
	}
	if u, err := s.Stat(t.Context()); err != nil || u.Quarantined != 1 {
		t.Errorf("Stat: %+v, %v", u, err)
	}
}

func TestWalkPassesOverWhatIsRemovedMeanwhile(t *testing.T) {
	root := t.TempDir()
	s := open(t, root)
	link(t, s, put(t, s, "hello"), true)
	var seen []string
	for b, err := range s.Walk(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		seen = append(seen, b.Path)
		if err := os.Remove(execable(root, hello)); err != nil {
			t.Fatal(err)
		}
	}
	if d := gocmp.Diff([]string{plain(root, hello)}, seen); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

func TestVerifyDoesNotTrustItsMemory(t *testing.T) {
	root := t.TempDir()
	s := open(t, root)
	put(t, s, "hello")
	age(t, plain(root, hello))
	link(t, s, hello, false)
	info, err := os.Stat(plain(root, hello))
	if err != nil {
		t.Fatal(err)
	}
	overwrite(t, plain(root, hello), "jello")
	if err := os.Chtimes(plain(root, hello), info.ModTime(), info.ModTime()); err != nil {
		t.Fatal(err)
	}
	if r, err := s.Verify(t.Context(), 1, nil); err != nil || len(r.Corrupt) != 1 {
		t.Errorf("%+v, %v", r, err)
	}
}

func TestAnEndedContextInterruptsTheUpkeep(t *testing.T) {
	s := open(t, t.TempDir())
	for n := range 10 {
		put(t, s, fmt.Sprint(n))
	}
	cause := errors.New("the user has had enough")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(cause)
	_, rerr := s.Remove(ctx, digest.Of([]byte("1")))
	_, ferr := s.Find(ctx, digest.Of([]byte("1")).Hex())
	_, serr := s.Stat(ctx)
	_, verr := s.Verify(ctx, 2, nil)
	var werr cas.StoreErr
	for _, err := range s.Walk(ctx) {
		werr = err
	}
	for name, err := range map[string]cas.StoreErr{"Remove": rerr, "Find": ferr, "Stat": serr, "Verify": verr, "Walk": werr, "Sync": s.Sync(ctx)} {
		if fault[*cas.Interrupted](t, err); !errors.Is(err, cause) {
			t.Errorf("%s: got %v", name, err)
		}
	}

	ctx, cancel = context.WithCancelCause(t.Context())
	_, err := s.Verify(ctx, 1, func(int, int64) { cancel(cause) })
	fault[*cas.Interrupted](t, err)
	if m, err := s.Missing(t.Context(), []digest.Digest{digest.Of([]byte("1"))}); err != nil || m != nil {
		t.Errorf("missing %v, %v", m, err)
	}
}

func TestAFolderOfBlobsThatIsNoneIsAFault(t *testing.T) {
	root := t.TempDir()
	s := open(t, root)
	if err := os.WriteFile(filepath.Dir(plain(root, hello)), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	src := filepath.Join(t.TempDir(), "src")
	dst := filepath.Join(t.TempDir(), "dst")
	if err := os.WriteFile(src, []byte("hello"), 0o644); err != nil {
		t.Fatal(err)
	}
	_, merr := s.Missing(t.Context(), []digest.Digest{hello})
	_, oerr := s.Open(t.Context(), hello)
	_, perr := s.Put(t.Context(), []byte("hello"))
	_, cerr := s.Import(t.Context(), src, cas.Copy)
	_, verr := s.Import(t.Context(), src, cas.Move)
	_, rerr := s.Remove(t.Context(), hello)
	for name, err := range map[string]cas.StoreErr{"Missing": merr, "Open": oerr, "Put": perr, "Copy": cerr, "Move": verr, "Remove": rerr, "Link": s.Link(t.Context(), hello, false, dst)} {
		if e := fault[*cas.StoreIO](t, err); !errors.Is(err, syscall.ENOTDIR) || e.Path != plain(root, hello) {
			t.Errorf("%s: got %v", name, err)
		}
	}
	if !exists(t, src) || exists(t, dst) {
		t.Error("a fault has moved or made a file")
	}
	wantNoTemporary(t, root)
}

// wantNoTemporary checks that no operation has left anything in the folder of a living process.
func wantNoTemporary(t testing.TB, root string) {
	t.Helper()
	left, err := filepath.Glob(filepath.Join(root, "tmp", "*", "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range left {
		if filepath.Base(f) != "lock" {
			t.Errorf("%s was left", f)
		}
	}
}

func TestNothingIsLeftInTheTemporaryFolder(t *testing.T) {
	root := t.TempDir()
	s := open(t, root)
	src := filepath.Join(root, "src")
	for n := range 4 { // the second time it is there
		how, data := []cas.How{cas.Copy, cas.Move}[n%2], fmt.Sprint("data", n%2)
		if err := os.WriteFile(src, []byte(data), 0o644); err != nil {
			t.Fatal(err)
		}
		d, err := s.Import(t.Context(), src, how)
		if err != nil {
			t.Fatal(err)
		}
		link(t, s, d, true)
	}
	put(t, s, "hello")
	replace(t, plain(root, hello), "jello")
	fault[*cas.CorruptBlob](t, s.Link(t.Context(), hello, true, filepath.Join(root, "dst")))
	wantNoTemporary(t, root)
}

func TestOpenWhereThereCanBeNoStore(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	_, err := disk.Open(filepath.Join(file, "store"))
	if fault[*cas.StoreIO](t, err); !errors.Is(err, syscall.ENOTDIR) {
		t.Errorf("got %v", err)
	}
}

func TestSync(t *testing.T) {
	root := filepath.Join(t.TempDir(), "store")
	s := open(t, root)
	put(t, s, "hello")
	if err := s.Sync(t.Context()); err != nil {
		t.Error(err)
	}
	if err := os.Rename(root, root+".gone"); err != nil {
		t.Fatal(err)
	}
	err := s.Sync(t.Context())
	if e := fault[*cas.StoreIO](t, err); e.Op != "sync" || e.Path != root || !errors.Is(err, syscall.ENOENT) {
		t.Errorf("got %v", err)
	}
	if err := os.Rename(root+".gone", root); err != nil {
		t.Fatal(err)
	}
}
