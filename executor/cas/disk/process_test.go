package disk_test

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/holdfast-go/holdfast/executor/cas"
	"github.com/holdfast-go/holdfast/executor/cas/disk"
	"github.com/holdfast-go/holdfast/executor/digest"
)

const (
	childOf = "CAS_DISK_TEST_CHILD_OF" // the test that runs again in a process of its own
	writeIn = "CAS_DISK_TEST_WRITE_IN" // the store that the process writes to until it is killed
)

func TestMain(m *testing.M) {
	if root := os.Getenv(writeIn); root != "" {
		writeForEver(root)
	}
	os.Exit(m.Run())
}

// alone runs the test again in a process of its own and reports whether this is that
// process; it is for tests that change what all goroutines share. prepare changes how it is started.
func alone(t *testing.T, prepare func(*exec.Cmd)) bool {
	t.Helper()
	if os.Getenv(childOf) == t.Name() {
		return true
	}
	cmd := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$", "-test.v", "-test.count=1")
	cmd.Env = append(os.Environ(), childOf+"="+t.Name(), "GORACE=atexit_sleep_ms=0")
	if prepare != nil {
		prepare(cmd)
	}
	var out strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		t.Skip("a process as this test needs it cannot be started here:", err)
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("in a process of its own: %v\n%s", err, &out)
	}
	if strings.Contains(out.String(), "--- SKIP") {
		t.Skip("in a process of its own:", &out)
	}
	return false
}

// writeForEver stores blobs in every way and says so.
func writeForEver(root string) {
	s, err := disk.Open(root)
	if err != nil {
		panic(err)
	}
	src := filepath.Join(root, "tmp", fmt.Sprint("source-", os.Getpid())) // on the same file system
	if err := os.Mkdir(src, 0o755); err != nil {
		panic(err)
	}
	for n := 0; ; n++ {
		data := []byte(strings.Repeat(fmt.Sprintln(os.Getpid(), n), 20_000))
		file := filepath.Join(src, fmt.Sprint(n))
		if err := os.WriteFile(file, data, 0o644|os.FileMode(n&4)<<4); err != nil {
			panic(err)
		}
		var d = hello
		if n%3 == 0 {
			d, err = s.Put(context.Background(), data)
		} else {
			d, err = s.Import(context.Background(), file, []cas.How{cas.Copy, cas.Move}[n%2])
		}
		if err == nil {
			err = s.Link(context.Background(), d, n%2 == 0, file+".link")
		}
		if err != nil {
			panic(err)
		}
		fmt.Println(n)
	}
}

func TestAKilledProcessLeavesNothing(t *testing.T) {
	root := t.TempDir()
	halfWritten := 0
	for n := range 30 {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), writeIn+"="+root)
		cmd.Stderr = os.Stderr
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(out)
		for range 1 + rand.IntN(6) {
			if !lines.Scan() {
				t.Error("the process ended by itself")
			}
		}
		// A random part of the next blob's way.
		for range rand.IntN(200_000) {
			_ = n
		}
		_ = cmd.Process.Kill()
		_ = cmd.Wait() // "signal: killed"
		left, err := filepath.Glob(filepath.Join(root, "tmp", "*", "[0-9a-z]"))
		if err != nil {
			t.Fatal(err)
		}
		halfWritten += len(left)
	}
	s := open(t, root)
	r, err := s.Verify(t.Context(), 2, nil)
	if err != nil || r.Corrupt != nil || r.Foreign != nil || r.Blobs < 30 {
		t.Errorf("%+v, %v", r, err)
	}
	left, gerr := filepath.Glob(filepath.Join(root, "tmp", "*", "*"))
	if gerr != nil || len(left) != 1 || filepath.Base(left[0]) != "lock" {
		t.Errorf("left in the temporary folders: %q, %v", left, gerr)
	}
	t.Logf("%d blobs; %d files had been written in part", r.Blobs, halfWritten)
}

func TestTooManyOpenFilesIsAResource(t *testing.T) {
	if !alone(t, nil) {
		return
	}
	root := t.TempDir()
	s := open(t, root)
	put(t, s, "hello")
	src, dst := filepath.Join(t.TempDir(), "src"), filepath.Join(t.TempDir(), "dst")
	if err := os.WriteFile(src, []byte("source"), 0o644); err != nil {
		t.Fatal(err)
	}
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		t.Fatal(err)
	}
	low := limit
	low.Cur = 3 // all taken
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &low); err != nil {
		t.Fatal(err)
	}
	faults := map[string]cas.StoreErr{}
	_, faults["Open"] = s.Open(t.Context(), hello)
	_, faults["Put"] = s.Put(t.Context(), []byte("new"))
	_, faults["Import"] = s.Import(t.Context(), src, cas.Copy)
	_, faults["Import with Move"] = s.Import(t.Context(), src, cas.Move)
	faults["Link"] = s.Link(t.Context(), hello, false, dst)
	faults["Link executable"] = s.Link(t.Context(), hello, true, dst)
	_, faults["Stat"] = s.Stat(t.Context())
	_, faults["Verify"] = s.Verify(t.Context(), 2, nil)
	_, faults["Find"] = s.Find(t.Context(), hello.Hex())
	faults["Sync"] = s.Sync(t.Context())
	_, faults["disk.Open"] = disk.Open(root)
	missing, merr := s.Missing(t.Context(), []digest.Digest{hello})
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		t.Fatal(err)
	}
	for name, err := range faults {
		if fault[*cas.Resource](t, err).Err == nil {
			t.Errorf("%s: %v has no cause", name, err)
		}
	}
	if merr != nil || missing != nil {
		t.Errorf("missing %v, %v; it needs no file descriptor", missing, merr)
	}
	if exists(t, dst) || !exists(t, src) {
		t.Error("a fault has moved or made a file")
	}
	wantNoTemporary(t, root)
	if got, err := readAll(s, hello); err != nil || got != "hello" {
		t.Errorf("afterwards: %q, %v", got, err)
	}
}
