package cas_test

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/iotest"

	"github.com/holdfast-go/holdfast/executor/cas"
	"github.com/holdfast-go/holdfast/executor/cas/castest"
	"github.com/holdfast-go/holdfast/executor/digest"
)

func TestWriteFile(t *testing.T) {
	for _, umask := range []int{0, 0o077, 0o377} {
		for executable, mode := range map[bool]os.FileMode{false: 0o444, true: 0o555} {
			dst := filepath.Join(t.TempDir(), "dst")
			old := syscall.Umask(umask)
			err := cas.WriteFile(strings.NewReader("hello"), hello, executable, dst)
			syscall.Umask(old)
			if err != nil {
				t.Fatal(err)
			}
			data, _ := os.ReadFile(dst)
			if info, err := os.Stat(dst); err != nil || info.Mode() != mode || string(data) != "hello" {
				t.Errorf("umask %o: %q, %v, %v; want mode %v", umask, data, info.Mode(), err, mode)
			}
		}
	}
}

func TestWriteFileLeavesNothingBehind(t *testing.T) {
	dst := filepath.Join(t.TempDir(), "dst")
	for _, executable := range []bool{false, true} {
		for _, r := range []io.Reader{
			iotest.ErrReader(syscall.EIO),
			io.MultiReader(strings.NewReader("hel"), iotest.ErrReader(syscall.EIO)),
		} {
			err := cas.WriteFile(r, hello, executable, dst)
			if e, ok := root(err).(*cas.StoreIO); !ok || e.Op != "read" || e.Path != hello.String() || e.Err != syscall.EIO {
				t.Errorf("got %v, want the reader's fault", err)
			}
			if _, err := os.Lstat(dst); !os.IsNotExist(err) {
				t.Errorf("a part of the file was left: %v", err)
			}
		}
	}
}

func TestWriteFileReplacesNothing(t *testing.T) {
	dst := filepath.Join(t.TempDir(), "dst")
	if err := os.WriteFile(dst, []byte("theirs"), 0o644); err != nil {
		t.Fatal(err)
	}
	err := cas.WriteFile(strings.NewReader("hello"), hello, false, dst)
	if _, ok := root(err).(*cas.StoreIO); !ok || !errors.Is(err, syscall.EEXIST) {
		t.Errorf("got %v", err)
	}
	if data, err := os.ReadFile(dst); err != nil || string(data) != "theirs" {
		t.Errorf("now it is %q, %v", data, err)
	}
}

func TestCopyTo(t *testing.T) {
	m := castest.NewMemory("hello")
	dst := filepath.Join(t.TempDir(), "dst")
	if err := cas.CopyTo(t.Context(), m, hello, true, dst); err != nil {
		t.Fatal(err)
	}
	if data, err := os.ReadFile(dst); err != nil || string(data) != "hello" {
		t.Errorf("copied %q, %v", data, err)
	}
	other := filepath.Join(t.TempDir(), "other")
	m.Flip(hello)
	if _, ok := root(cas.CopyTo(t.Context(), m, hello, true, other)).(*cas.CorruptBlob); !ok {
		t.Error("a corrupt blob was copied")
	}
	if _, ok := root(cas.CopyTo(t.Context(), m, hello, true, other)).(*cas.MissingDigest); !ok {
		t.Error("a missing blob was copied")
	}
	if _, err := os.Lstat(other); !os.IsNotExist(err) {
		t.Errorf("there is a file: %v", err)
	}
}

// What is executed right after it was written must not be open for writing in a
// child that was forked meanwhile.
func TestExecutablesCanBeExecutedAtOnce(t *testing.T) {
	if _, err := os.Stat("/bin/true"); err != nil {
		t.Skip("no /bin/true:", err)
	}
	data, err := os.ReadFile("/bin/true")
	if err != nil {
		t.Fatal(err)
	}
	d := digest.Of(data)
	dir := t.TempDir()
	var wg sync.WaitGroup
	for g := range 4 {
		wg.Go(func() {
			for i := range 50 {
				dst := filepath.Join(dir, string(rune('a'+g))+string(rune('0'+i)))
				if err := cas.WriteFile(strings.NewReader(string(data)), d, true, dst); err != nil {
					t.Error(err)
					return
				}
				p, err := os.StartProcess(dst, []string{dst}, &os.ProcAttr{})
				if err != nil {
					t.Error(err) // ETXTBSY
					return
				}
				if _, err := p.Wait(); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
}
