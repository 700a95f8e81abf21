package scratch_test

import (
	"bufio"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/holdfast-go/holdfast/executor/scratch"
)

// The test binary is also the process that dies with a folder in its hands.
func TestMain(m *testing.M) {
	if parent := os.Getenv("SCRATCH_TEST_CHILD"); parent != "" {
		d, err := scratch.Open(parent)
		if err != nil {
			println(err.Error())
			os.Exit(1)
		}
		_ = os.WriteFile(d.Name(), []byte("half"), 0o644)
		println(d.Path)
		for { // as a long run does: what nobody mentions any more is collected
			runtime.GC()
			time.Sleep(time.Millisecond)
		}
	}
	os.Exit(m.Run())
}

func TestFoldersOfTheDeadAreSweptAndThoseOfTheLivingKept(t *testing.T) {
	parent := t.TempDir()
	child := func() (path string, kill func()) {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), "SCRATCH_TEST_CHILD="+parent)
		out, err := cmd.StderrPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		line, err := bufio.NewReader(out).ReadString('\n')
		if err != nil {
			t.Fatal(err)
		}
		return line[:len(line)-1], func() { _ = cmd.Process.Kill(); _ = cmd.Wait() }
	}
	living, kill := child()
	defer kill()
	dead, killDead := child()
	killDead()

	d, err := scratch.Open(parent)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(living); err != nil {
		t.Errorf("the folder of a living process was removed: %v", err)
	}
	if _, err := os.Stat(dead); !os.IsNotExist(err) {
		t.Errorf("the folder of a killed process is still there: %v", err)
	}
	if err := d.Close(); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(d.Path); !os.IsNotExist(err) {
		t.Errorf("Close left the folder: %v", err)
	}
}

func TestConcurrentOpens(t *testing.T) {
	parent := t.TempDir()
	var wg sync.WaitGroup
	for range 32 {
		wg.Go(func() {
			d, err := scratch.Open(parent)
			if err != nil {
				t.Error(err)
				return
			}
			if a, b := d.Name(), d.Name(); a == b {
				t.Errorf("the same name twice: %s", a)
			}
			if _, err := os.Stat(d.Path); err != nil {
				t.Errorf("a sibling removed it: %v", err)
			}
			if err := d.Close(); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
}

func TestRemoveAllOfUnreadableFolders(t *testing.T) {
	root := filepath.Join(t.TempDir(), "a")
	if err := os.MkdirAll(filepath.Join(root, "b", "c"), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, p := range []string{"b/c", "b", ""} {
		if err := os.Chmod(filepath.Join(root, p), 0); err != nil {
			t.Fatal(err)
		}
	}
	if err := scratch.RemoveAll(root); err != nil {
		t.Error(err)
	}
}

func TestFaultKeepsItsCause(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	_, err := scratch.Open(filepath.Join(file, "below"))
	if f, ok := errors.AsType[*scratch.Fault](err); !ok || f.Op != "create folder" {
		t.Errorf("got %v", err)
	}
}
