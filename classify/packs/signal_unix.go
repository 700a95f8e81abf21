//go:build unix

package packs

import "syscall"

const (
	sigXCPU = syscall.SIGXCPU
	sigXFSZ = syscall.SIGXFSZ
)
