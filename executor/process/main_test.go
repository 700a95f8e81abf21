package process

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// roles are what this test binary does when it is started as a command, for faults that
// need a program of their own around them.
var roles = map[string]func() int{}

const roleVar = "PROCESS_TEST_ROLE"

func TestMain(m *testing.M) {
	if role := roles[os.Getenv(roleVar)]; role != nil {
		os.Exit(role())
	}
	code := m.Run()
	if left := childrenLeft(); len(left) > 0 {
		fmt.Fprintln(os.Stderr, "children, zombies included, that no test waited for:", left)
		code = 1
	}
	os.Exit(code)
}

// asRole is the command that runs this binary as role.
func asRole(t *testing.T, role string) Spec {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return Spec{Argv: []string{self}, Env: []string{roleVar + "=" + role, "PATH=" + DefaultPath}}
}

// sh is a command for the shell, in a folder of its own.
func sh(t *testing.T, script string) Spec {
	t.Helper()
	return Spec{Argv: []string{"sh", "-c", script}, Dir: t.TempDir()}
}

func start(t *testing.T, spec Spec) *Process {
	t.Helper()
	p, err := Start(t.Context(), spec)
	if err != nil {
		t.Fatalf("start: %+v", err)
	}
	return p
}

func wait(t *testing.T, p *Process) Result {
	t.Helper()
	r, err := p.Wait()
	if err != nil {
		t.Fatalf("wait: %+v", err)
	}
	return r
}

// run returns how the command ended and what it wrote to stdout.
func run(t *testing.T, spec Spec) (Result, string) {
	t.Helper()
	out := create(t)
	spec.Stdout = out
	r := wait(t, start(t, spec))
	return r, read(t, out)
}

func create(t *testing.T) *os.File {
	t.Helper()
	f, err := os.Create(filepath.Join(t.TempDir(), "out"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	return f
}

func read(t *testing.T, f *os.File) string {
	t.Helper()
	data, err := os.ReadFile(f.Name())
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// talk starts a command whose stdout is read line by line while it runs.
func talk(ctx context.Context, t *testing.T, spec Spec) (*Process, func() string) {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	spec.Stdout = w
	p, startErr := Start(ctx, spec)
	_ = w.Close() // the command has its own
	if startErr != nil {
		t.Fatalf("start: %+v", startErr)
	}
	t.Cleanup(func() {
		_, _ = p.Wait()
		_ = r.Close()
	})
	lines := bufio.NewScanner(r)
	return p, func() string {
		t.Helper()
		if !lines.Scan() {
			t.Fatalf("the command said nothing: %v", lines.Err())
		}
		return lines.Text()
	}
}

// facts is the part of a Result that is the same every time.
func facts(r Result) Result {
	r.Wall, r.User, r.System, r.MaxRSS = 0, 0, 0, 0
	return r
}

func atoi(t *testing.T, s string) int {
	t.Helper()
	n, err := strconv.Atoi(strings.TrimSpace(s))
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// gone reports whether there is no such process, not even a zombie.
func gone(pid int) bool { return syscall.Kill(pid, 0) == syscall.ESRCH }

// eventually waits for what another goroutine or process is about to do.
func eventually(t *testing.T, what string, done func() bool) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !done(); runtime.Gosched() {
		if time.Now().After(deadline) {
			t.Fatalf("not within 20 s: %s", what)
		}
	}
}
