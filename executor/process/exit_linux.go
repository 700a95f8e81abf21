package process

import (
	"syscall"

	"golang.org/x/sys/unix"
)

// await waits until the process has ended, and leaves it to be reaped: until
// then its pid, group and session are nobody else's.
func (p *Process) await() error {
	for {
		err := unix.Waitid(unix.P_PID, p.pid, nil, unix.WEXITED|unix.WNOWAIT, nil)
		if err != syscall.EINTR {
			return err
		}
	}
}

// hasExited reports whether pid has ended and was not reaped, or is not to be waited for.
func hasExited(pid int) bool {
	var info unix.Siginfo
	err := unix.Waitid(unix.P_PID, pid, &info, unix.WEXITED|unix.WNOWAIT|unix.WNOHANG, nil)
	return err == syscall.ECHILD || err == nil && info.Signo != 0
}

// reap takes the status of the ended process, whose pid may be another's from now on.
func (p *Process) reap() error {
	table.Lock()
	defer table.Unlock()
	table.remove(p)
	_, err := p.exit.collect(p.pid, 0)
	return err
}

// forget is reap for a process that something else has reaped.
func (p *Process) forget() {
	table.Lock()
	defer table.Unlock()
	table.remove(p)
}

// maxRSS returns the peak of the child in bytes, or 0 when it may be our own: the
// kernel counts the memory that a vforked child shares with us until its exec.
func maxRSS(usage *syscall.Rusage) int64 {
	var own syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &own); err != nil || usage.Maxrss <= own.Maxrss {
		return 0
	}
	return int64(usage.Maxrss) * 1024
}
