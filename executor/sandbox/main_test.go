package sandbox_test

import (
	"bufio"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/holdfast-go/holdfast/executor/sandbox"
)

// The test binary is also the process that is killed while it has a sandbox.
func TestMain(m *testing.M) {
	if parent := os.Getenv("SANDBOX_TEST_CHILD"); parent != "" {
		s, err := open(parent)
		if err != nil {
			println(err.Error())
			os.Exit(1)
		}
		println(s.Root)
		select {}
	}
	os.Exit(m.Run())
}

func open(parent string) (*sandbox.Sandbox, error) {
	boxes, err := sandbox.Open(parent)
	if err != nil {
		return nil, err
	}
	s, err := boxes.New()
	if err != nil {
		return nil, err
	}
	// A folder that nobody may list is no reason to leave it.
	return s, errors.Join(os.WriteFile(filepath.Join(s.Root, "file"), nil, 0o644), os.Mkdir(filepath.Join(s.Root, "closed"), 0))
}

func TestSandboxesOfAKilledProcessAreSwept(t *testing.T) {
	parent := t.TempDir()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "SANDBOX_TEST_CHILD="+parent)
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
	root := line[:len(line)-1]

	look := func() error {
		boxes, oerr := sandbox.Open(parent)
		if oerr != nil {
			t.Fatal(oerr)
		}
		if err := boxes.Close(); err != nil {
			t.Error(err)
		}
		_, err := os.Stat(filepath.Join(root, "file"))
		return err
	}
	if err := look(); err != nil {
		t.Errorf("while its process lives: %v", err)
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // killed
	if err := look(); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("after its process was killed: %v", err)
	}
}
