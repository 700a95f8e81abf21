package packs

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/holdfast-go/holdfast/classify"
)

// Every errno of the table, bare and as package os returns it.
func TestErrnos(t *testing.T) {
	alone, standard := policy(t, Syscall), policy(t, Standard...)
	for _, k := range append(commonErrnos, systemErrnos...) {
		want := tell{k.Match, k.key, k.finding()}
		expect(t, alone, want)
		expect(t, standard, want)
		for _, err := range []error{
			os.NewSyscallError("x", k.key), &fs.PathError{Op: "open", Path: "x", Err: k.key}, &os.LinkError{Op: "link", Err: k.key},
		} {
			want.err = err
			expect(t, alone, want)
			expect(t, standard, want)
		}
	}
	expect(t, standard, sure("no errno", syscall.Errno(99999), none))
	if runtime.GOOS == "linux" && len(errnoRows) < 80 {
		t.Errorf("only %d errnos", len(errnoRows))
	}
}

// Without Syscall, FS knows what an errno is equal to.
func TestErrnosOfFS(t *testing.T) {
	p := policy(t, FS)
	for _, tt := range []tell{
		sure("ENOENT", syscall.ENOENT, missing), sure("EEXIST", syscall.EEXIST, exists), sure("EACCES", syscall.EACCES, denied),
		sure("ENOSYS", syscall.ENOSYS, misconfigured), sure("EIO", syscall.EIO, none),
	} {
		expect(t, p, tt)
	}
}

// second returns the error of a call.
func second[T any](_ T, err error) error { return err }

func TestFS(t *testing.T) {
	dir := t.TempDir()
	file, err := os.Create(filepath.Join(dir, "file"))
	if err != nil {
		t.Fatal(err)
	}
	_ = file.Close()
	done := exec.Command(os.Args[0], "-test.run=^$")
	if err := done.Run(); err != nil {
		t.Fatal(err)
	}
	r, w := io.Pipe()
	_ = r.Close()
	check(t, []classify.Pack{FS, Syscall},
		sure("a missing file", second(os.Open(filepath.Join(dir, "none"))), missing),
		sure("a directory that is there", os.Mkdir(dir, 0o777), exists),
		sure("a write after Close", second(file.Write([]byte("x"))), bug),
		sure("a path that leads out", second(os.DirFS(dir).Open("../x")), invalid),
		sure("a name with a zero byte", second(os.Open("a\x00b")), invalid),
		sure("a process that is done", done.Process.Kill(), missing),
		sure("a writer that writes short", second(io.Copy(short{}, strings.NewReader("abc"))), bug),
		sure("a pipe whose reader is closed", second(w.Write([]byte("x"))), stopped),
	)
	// A file that is too short: what it means depends on the edge.
	eof := second(io.ReadFull(strings.NewReader("a"), make([]byte, 2)))
	expect(t, policy(t, FS), sure("of a file", eof, corrupt))
	expect(t, policy(t, Decode), sure("of data", eof, invalid))
	expect(t, policy(t, Net), open("of an exchange", eof, interrupted))
	expect(t, policy(t, Standard...), open("of what nobody knows", eof, interrupted))
}

// What needs a Unix to be provoked.
func TestUnixFiles(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("other errnos")
	}
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	defer w.Close()
	if err := r.SetReadDeadline(time.Now().Add(-time.Second)); err != nil {
		t.Fatal(err)
	}
	check(t, []classify.Pack{FS, Syscall},
		sure("a name that is too long", second(os.Create(filepath.Join(dir, strings.Repeat("x", 300)))), invalid),
		sure("a file for a directory", second(os.Open(filepath.Join(file, "x"))), missing),
		sure("a directory with entries", os.Remove(dir), exists),
		open("a deadline", second(r.Read(make([]byte, 1))), timeout),
	)
	_ = r.Close()
	expect(t, policy(t, Standard...), open("a pipe without a reader", second(w.Write([]byte("x"))), interrupted))
	if runtime.GOOS == "linux" {
		expect(t, policy(t, Standard...), sure("a full device", os.WriteFile("/dev/full", []byte("x"), 0), exhausted))
		mem, err := os.Open("/proc/self/mem")
		if err != nil {
			t.Fatal(err)
		}
		defer mem.Close()
		expect(t, policy(t, Standard...), sure("a device that fails", second(mem.ReadAt(make([]byte, 1), 0)), hardware))
	}
}

type short struct{}

func (short) Write(p []byte) (int, error) { return len(p) - 1, nil }

func TestSupport(t *testing.T) {
	file, err := os.Create(filepath.Join(t.TempDir(), "x"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if err := file.SetDeadline(time.Now()); !errors.Is(err, os.ErrNoDeadline) {
		t.Skip("files have deadlines")
	} else {
		check(t, []classify.Pack{FS}, sure("no deadlines", err, bug))
	}
}
