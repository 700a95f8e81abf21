//go:build unix

package driver

import (
	"os/exec"
	"syscall"
)

// group makes a command the head of a group of processes, and returns what interrupts all of them: the go command waits
// for its children, and does not end them.
func group(cmd *exec.Cmd) (interrupt func() error) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	return func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGINT) }
}
