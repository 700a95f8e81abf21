package castest

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/holdfast-go/holdfast/executor/cas"
	"github.com/holdfast-go/holdfast/executor/digest"
)

var links = []promise{
	{name: "both forms can be had at once, in either order", check: bothForms},
	{name: "a file that is there is not replaced", check: noReplacing},
	{name: "a folder that is not there is no missing blob", check: noFolder},
	{name: "a link may be removed or replaced", check: removedLink},
}

func bothForms(t *testing.T, s Subject) {
	for n, first := range []bool{false, true} {
		data := fmt.Append(nil, n)
		d := put(t, s.Store, data)
		dir := t.TempDir()
		for i, executable := range []bool{first, !first, first, !first} {
			dst := filepath.Join(dir, fmt.Sprint(i))
			if err := link(t.Context(), s.Store, d, executable, dst); err != nil {
				t.Fatal(err)
			}
			wantFile(t, dst, data, mode(executable))
		}
	}
}

// linkables are a blob that has a file in any store, and one that may have none.
func linkables(t *testing.T, s Subject) []digest.Digest {
	return []digest.Digest{put(t, s.Store, []byte("a")), digest.Empty}
}

func noReplacing(t *testing.T, s Subject) {
	for _, d := range linkables(t, s) {
		dst := writeFile(t, []byte("theirs"), 0o640)
		err := link(t.Context(), s.Store, d, false, dst)
		if e := fault[*cas.StoreIO](t, err); e.Path != dst {
			t.Errorf("got %+v, want the path %s", e, dst)
		}
		wantErrno(t, err, syscall.EEXIST)
		wantFile(t, dst, []byte("theirs"), 0o640)
	}
}

func noFolder(t *testing.T, s Subject) {
	for _, d := range linkables(t, s) {
		for _, executable := range []bool{false, true} {
			dst := filepath.Join(t.TempDir(), "none", "dst")
			err := link(t.Context(), s.Store, d, executable, dst)
			if e := fault[*cas.StoreIO](t, err); e.Path != dst {
				t.Errorf("got %+v, want the path %s", e, dst)
			}
			wantErrno(t, err, syscall.ENOENT)
		}
	}
	file := writeFile(t, nil, 0o644)
	err := link(t.Context(), s.Store, put(t, s.Store, []byte("a")), false, filepath.Join(file, "dst"))
	fault[*cas.StoreIO](t, err)
	wantErrno(t, err, syscall.ENOTDIR)
	wantBlob(t, s.Store, []byte("a"))
}

func removedLink(t *testing.T, s Subject) {
	d := put(t, s.Store, []byte("a"))
	dst := filepath.Join(t.TempDir(), "dst")
	for range 2 {
		if err := link(t.Context(), s.Store, d, true, dst); err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(os.Remove(dst), os.WriteFile(dst, []byte("b"), 0o644), os.Remove(dst)); err != nil {
			t.Fatal(err)
		}
	}
	wantBlob(t, s.Store, []byte("a"))
}
