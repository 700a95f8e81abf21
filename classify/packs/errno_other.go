//go:build !linux && !darwin && !windows

package packs

import "syscall"

var systemErrnos []keyed[syscall.Errno]

func canonical(e syscall.Errno) syscall.Errno { return e }
