//go:build unix

package driver_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// interrupted COMMAND...: the command ends within seconds of a SIGINT, with exit code 130, and so does what it started.
func interrupted(ts *testscript.TestScript, neg bool, args []string) {
	path, err := exec.LookPath(args[0])
	if err != nil {
		path = ts.Getenv("ERRLINT")
	}
	cmd := exec.Command(path, args[1:]...)
	cmd.Dir = ts.MkAbs(".")
	for _, name := range []string{"PATH", "HOME", "GOCACHE", "GOMODCACHE", "GOPROXY", "WORK"} {
		cmd.Env = append(cmd.Env, name+"="+ts.Getenv(name))
	}
	ts.Check(cmd.Start())
	begun := filepath.Join(ts.Getenv("WORK"), "begun")
	for range 600 {
		if info, err := os.Stat(begun); err == nil && info.Size() > 0 {
			break // it is there, and written
		}
		time.Sleep(100 * time.Millisecond)
	}
	tool, err := os.ReadFile(begun) // the process of the toy that sleeps
	ts.Check(err)
	pid, err := strconv.Atoi(string(tool))
	ts.Check(err)
	start := time.Now()
	ts.Check(cmd.Process.Signal(os.Interrupt))
	if e, ok := errors.AsType[*exec.ExitError](cmd.Wait()); !ok || e.ExitCode() != 130 {
		ts.Fatalf("it ended with %v", cmd.ProcessState)
	}
	if took := time.Since(start); took > 4*time.Second {
		ts.Fatalf("it took %s to end", took)
	}
	for range 20 {
		if syscall.Kill(pid, 0) != nil {
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
	ts.Fatalf("the vet tool still runs")
}
