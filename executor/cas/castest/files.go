package castest

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/holdfast-go/holdfast/executor/cas"
	"github.com/holdfast-go/holdfast/executor/digest"
)

var files = []promise{
	{name: "an imported file is a blob, however it is imported and whatever its mode", check: imports},
	{name: "Copy leaves the file alone", check: copies},
	{name: "a file with another name is no part of the store", check: otherName},
	{name: "importing what is there changes nothing", check: importTwice},
	{name: "Copy follows a symbolic link, Move does not", check: symlinks},
	{name: "what is not a readable, regular file is unreadable, and does not hang", check: unreadable},
}

var hows = []cas.How{cas.Copy, cas.Move}

func importFile(t *testing.T, s cas.Store, path string, how cas.How, want []byte) {
	t.Helper()
	d, err := s.Import(t.Context(), path, how)
	if err != nil {
		t.Fatalf("import: %v", err)
	}
	if d != digest.Of(want) {
		t.Fatalf("import returned %s, the bytes are %s", d, digest.Of(want))
	}
	wantBlob(t, s, want)
}

func imports(t *testing.T, s Subject) {
	for _, how := range hows {
		for _, mode := range []fs.FileMode{0o644, 0o755, 0o600, 0o444, 0o666} {
			data := fmt.Append(nil, how, mode)
			importFile(t, s.Store, writeFile(t, data, mode), how, data)
		}
	}
}

func copies(t *testing.T, s Subject) {
	path := writeFile(t, []byte("a"), 0o640)
	then := time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)
	if err := os.Chtimes(path, then, then); err != nil {
		t.Fatal(err)
	}
	importFile(t, s.Store, path, cas.Copy, []byte("a"))
	wantFile(t, path, []byte("a"), 0o640)
	if info, err := os.Stat(path); err != nil || !info.ModTime().Equal(then) {
		t.Fatalf("modified at %v, %v", info.ModTime(), err)
	}
	if err := os.WriteFile(path, []byte("b"), 0o640); err != nil {
		t.Fatal(err)
	}
	wantBlob(t, s.Store, []byte("a"))
}

func otherName(t *testing.T, s Subject) {
	for _, how := range hows {
		data := fmt.Append(nil, how)
		path := writeFile(t, data, 0o644)
		other := filepath.Join(filepath.Dir(path), "other")
		if err := os.Link(path, other); err != nil {
			t.Fatal(err)
		}
		importFile(t, s.Store, path, how, data)
		wantFile(t, other, data, 0o644)
		if err := os.WriteFile(other, []byte("changed"), 0o644); err != nil {
			t.Fatal(err)
		}
		wantBlob(t, s.Store, data)
	}
}

func importTwice(t *testing.T, s Subject) {
	put(t, s.Store, []byte("a"))
	for _, how := range hows {
		importFile(t, s.Store, writeFile(t, []byte("a"), 0o755), how, []byte("a"))
	}
}

func symlinks(t *testing.T, s Subject) {
	path := writeFile(t, []byte("a"), 0o644)
	link := filepath.Join(filepath.Dir(path), "link")
	if err := os.Symlink("file", link); err != nil {
		t.Fatal(err)
	}
	_, err := s.Store.Import(t.Context(), link, cas.Move)
	wantUnreadable(t, err, link)
	importFile(t, s.Store, link, cas.Copy, []byte("a"))
	wantFile(t, path, []byte("a"), 0o644)
}

func wantUnreadable(t *testing.T, err cas.StoreErr, path string) {
	t.Helper()
	if e := fault[*cas.Unreadable](t, err); e.Path != path || e.Err == nil {
		t.Fatalf("got %+v, want %s and a cause", e, path)
	}
}

func unreadable(t *testing.T, s Subject) {
	dir := t.TempDir()
	fifo, loop := filepath.Join(dir, "fifo"), filepath.Join(dir, "loop")
	if err := syscall.Mkfifo(fifo, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("loop", loop); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]syscall.Errno{
		filepath.Join(dir, "none"):         syscall.ENOENT,
		filepath.Join(fifo, "below"):       syscall.ENOTDIR,
		filepath.Join(dir, "none", "file"): syscall.ENOENT,
		dir:                                syscall.EISDIR,
		fifo:                               syscall.EINVAL,
		os.DevNull:                         syscall.EINVAL,
		loop:                               syscall.ELOOP,
		"":                                 syscall.ENOENT,
		"a\x00b":                           syscall.EINVAL,
		dir + string(bytes.Repeat([]byte("x"), 5000)): syscall.ENAMETOOLONG,
	} {
		for _, how := range hows {
			d, err := s.Store.Import(t.Context(), path, how)
			wantUnreadable(t, err, path)
			wantErrno(t, err, want)
			if !d.IsZero() {
				t.Errorf("a digest beside an error: %s", d)
			}
		}
	}
}
