//go:build !linux

package process

import (
	"runtime"
	"syscall"
	"time"
)

// AdoptOrphans reports that orphans are not found: what leaves a command's process group
// outlives the command.
func AdoptOrphans() bool { return false }

// SweepOrphans finds nothing: orphans are init's children here.
func SweepOrphans() []int { return nil }

// mark has nothing to be carried by here.
type mark struct{}

func (p *Process) fork(file string, argv []string, attr *syscall.ProcAttr) syscall.Errno {
	p.started = time.Now()
	pid, err := syscall.ForkExec(file, argv, attr)
	if err != nil {
		return errnoOf(err)
	}
	p.pid = pid
	return 0
}

// await waits until the process has ended, and reaps it: waitid with WNOWAIT is
// not to be relied on (go.dev/issue/19314). For the moment until conclude, a
// signal would go to a pid that is free, and that no system hands out again so soon.
func (p *Process) await() error {
	_, err := p.exit.collect(p.pid, 0)
	return err
}

func hasExited(int) bool { return false }

// clear kills what is left in the process group. It cannot be counted.
func (p *Process) clear(reaped bool) []int {
	if !reaped {
		p.signal(syscall.SIGKILL)
	}
	return nil
}

func (p *Process) reap() error { return nil }
func (p *Process) forget()     {}

// maxRSS returns the peak in bytes, which Darwin counts in bytes and the others in KiB.
func maxRSS(usage *syscall.Rusage) int64 {
	if runtime.GOOS == "darwin" || runtime.GOOS == "ios" {
		return int64(usage.Maxrss)
	}
	return int64(usage.Maxrss) * 1024
}
