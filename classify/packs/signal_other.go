//go:build !unix

package packs

import "syscall"

// As on Linux: where there are no such signals, no process ends by one.
const (
	sigXCPU = syscall.Signal(24)
	sigXFSZ = syscall.Signal(25)
)
