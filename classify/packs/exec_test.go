package packs

import (
	"io/fs"
	"os"
	"os/exec"
	ossignal "os/signal"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"
	"time"

	"github.com/holdfast-go/holdfast/classify"
)

func TestExec(t *testing.T) {
	dir := t.TempDir()
	in := exec.Command(os.Args[0], "-test.run=^$")
	in.Dir = filepath.Join(dir, "none")
	check(t, []classify.Pack{Exec, FS, Syscall},
		sure("a name not in PATH", exec.Command("no-such-tool-xyz").Run(), missing),
		sure("a missing path", exec.Command(filepath.Join(dir, "tool")).Run(), missing),
		sure("a missing directory", in.Run(), missing),
		sure("fork without a process left", &fs.PathError{Op: "fork/exec", Path: "/bin/cc", Err: syscall.EAGAIN}, exhausted),
		sure("any other EAGAIN", &fs.PathError{Op: "read", Path: "x", Err: syscall.EAGAIN}, conflict),
		sure("an ExitError of nothing", &exec.ExitError{}, none),
	)
}

// The process to end: it does what it is told.
func TestMain(m *testing.M) {
	switch os.Getenv("PACKS_TEST_CHILD") {
	case "exit":
		os.Exit(137) // as a wrapper reports a kill
	case "sleep":
		time.Sleep(time.Minute)
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func child(mode string) *exec.Cmd {
	c := exec.Command(os.Args[0])
	c.Env = append(os.Environ(), "PACKS_TEST_CHILD="+mode)
	return c
}

func TestExit(t *testing.T) {
	check(t, []classify.Pack{Exec}, sure("a status", child("exit").Run(), invalid))
	if runtime.GOOS == "windows" {
		t.Skip("no signals")
	}
	// A signal that is ignored here, as SIGHUP is below nohup, would be ignored by the children as well.
	signals := make(chan os.Signal, 1)
	ossignal.Notify(signals, syscall.SIGHUP)
	defer ossignal.Stop(signals)
	for s, want := range map[syscall.Signal]classify.Kind{
		syscall.SIGKILL: stopped, syscall.SIGTERM: stopped, syscall.SIGHUP: stopped, syscall.SIGALRM: timeout, sigXCPU: timeout, sigXFSZ: exhausted,
		syscall.SIGSEGV: invalid, syscall.SIGABRT: invalid, syscall.SIGINT: stopped, syscall.SIGQUIT: stopped, syscall.SIGPIPE: interrupted,
	} {
		check(t, []classify.Pack{Exec}, sure(s.String(), exec.Command("sh", "-c", `ulimit -c 0; kill -"$0" $$; sleep 60`, number(s)).Run(), want))
	}
	for _, k := range []syscall.Signal{syscall.SIGKILL, syscall.SIGTERM} {
		c := child("sleep")
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		_ = c.Process.Signal(k)
		check(t, []classify.Pack{Exec}, sure("somebody sent "+k.String(), c.Wait(), stopped))
	}
}

func number(s syscall.Signal) string {
	const digits = "0123456789"
	return string([]byte{digits[s/10%10], digits[s%10]})
}

func TestUnixExec(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("other errnos")
	}
	dir := t.TempDir()
	write := func(name, text string, mode os.FileMode) string {
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, []byte(text), mode); err != nil {
			t.Fatal(err)
		}
		return file
	}
	holder := exec.Command("sh", "-c", "sleep 2 & exit 0")
	out, err := os.Create(filepath.Join(dir, "out"))
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	holder.Stdout, holder.WaitDelay = struct{ *os.File }{out}, 50*time.Millisecond
	write("tool-x", "#!/bin/sh\n", 0o777)
	t.Chdir(dir)
	t.Setenv("PATH", ".:/usr/bin:/bin")
	check(t, []classify.Pack{Exec, FS, Syscall},
		sure("a file that is not executable", exec.Command(write("plain", "x", 0o644)).Run(), denied),
		sure("an executable of another machine", exec.Command(write("garbage", "\x7fELF garbage", 0o777)).Run(), invalid),
		sure("a script without its interpreter", exec.Command(write("script", "#!/nonexistent/sh\n", 0o777)).Run(), missing),
		sure("a tool in the current directory", exec.Command("tool-x").Run(), misconfigured),
		sure("something that holds the output", holder.Run(), timeout),
	)
}
