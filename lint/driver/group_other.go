//go:build !unix

package driver

import "os/exec"

// group returns what ends a command; its children end by themselves.
func group(cmd *exec.Cmd) (interrupt func() error) {
	return func() error { return cmd.Process.Kill() }
}
