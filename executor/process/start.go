package process

import (
	"context"
	"log/slog"
	"os"
	"runtime"
	"strconv"
	"sync"
	"syscall"
	"time"

	"github.com/holdfast-go/holdfast/errctx"
)

// Process is a started command. [Process.Wait] must be called, to learn how it
// ended and to let go of it.
type Process struct {
	pid         int
	mark        mark // what its descendants are known by
	busyRetries int
	started     time.Time

	end  ending
	exit exitStatus

	once   sync.Once
	result Result
	lost   WaitErr
}

// Start starts the command that spec declares. When ctx ends, its process group gets SIGTERM
// at once and SIGKILL when the grace of a cancellation is over.
//
// A file that is open for writing (ETXTBSY) is tried again for about a second:
// any fork elsewhere in a Go program holds, until its exec, a copy of every descriptor the
// program was writing to, also the one of the binary that was just written.
func Start(ctx context.Context, spec Spec) (*Process, StartErr) {
	if invalid := spec.check(); invalid != nil {
		return nil, errctx.New[StartError](invalid, "start process")
	}
	if ctx.Err() != nil {
		return nil, errctx.New(interrupted(ctx), "start process")
	}
	AdoptOrphans()
	sealDescriptors()
	file, err := spec.lookup()
	if err != nil {
		return nil, errctx.Wrap(err, "start process")
	}
	null, err := openNull()
	if err != nil {
		return nil, errctx.Wrap(err, "start process")
	}
	defer func() { _ = syscall.Close(null) }() // the command has its own

	p := &Process{}
	if err := p.spawn(ctx, &spec, file, null); err != nil {
		return nil, err
	}
	p.watch(ctx, &spec)
	return p, nil
}

// Pid is the process id, and the id of the process group and the session. It may
// be another process's once Wait has returned.
func (p *Process) Pid() int { return p.pid }

// BusyRetries is how often the start was tried again because the file was open for writing.
func (p *Process) BusyRetries() int { return p.busyRetries }

const (
	maxBusyRetries = 10
	firstBusyPause = time.Millisecond // doubled each time: 1.023 s in all
)

// spawn forks and executes file.
func (p *Process) spawn(ctx context.Context, spec *Spec, file string, null int) StartErr {
	attr := &syscall.ProcAttr{
		Dir:   spec.Dir,
		Env:   spec.Env,
		Files: []uintptr{uintptr(null), uintptr(null), uintptr(null)},
		Sys:   &syscall.SysProcAttr{Setsid: true},
	}
	if spec.Stdout != nil {
		attr.Files[1] = spec.Stdout.Fd()
	}
	if spec.Stderr != nil {
		attr.Files[2] = spec.Stderr.Fd()
	}
	defer runtime.KeepAlive(spec) // its files must not be closed by a finalizer

	for pause := firstBusyPause; ; pause *= 2 {
		errno := p.fork(file, spec.Argv, attr)
		switch {
		case errno == 0:
			return nil
		case errno != syscall.ETXTBSY:
			return errctx.New(spec.diagnose(file, errno), "start process", slog.String("dir", spec.Dir))
		case p.busyRetries == maxBusyRetries:
			return errctx.New[StartError](&Busy{spec.Argv[0], p.busyRetries + 1}, "start process")
		}
		select {
		case <-ctx.Done():
			return errctx.New(interrupted(ctx), "start process")
		case <-time.After(pause):
			p.busyRetries++
		}
	}
}

func interrupted(ctx context.Context) StartError { return &Interrupted{ctx.Err(), context.Cause(ctx)} }

// sealDescriptors keeps what the program itself was started with, such as the jobserver
// of a make, from every command: what Go opens is closed on exec anyway. A file
// that is handed to a command on purpose is not affected.
var sealDescriptors = sync.OnceFunc(func() {
	entries, err := os.ReadDir("/dev/fd")
	if err != nil {
		return // a sandbox without it was not started by somebody careless
	}
	for _, entry := range entries {
		if fd, err := strconv.Atoi(entry.Name()); err == nil && fd > 2 {
			syscall.CloseOnExec(fd)
		}
	}
})

// openNull opens /dev/null without the detour through the runtime's poller.
func openNull() (int, StartErr) {
	const path = "/dev/null"
	fd, err := syscall.Open(path, syscall.O_RDWR|syscall.O_CLOEXEC, 0)
	switch errno := errnoOf(err); errno {
	case 0:
		return fd, nil
	case syscall.EMFILE, syscall.ENFILE, syscall.ENOMEM:
		return -1, errctx.New[StartError](&ResourceLimit{"open", errno}, "open stdin")
	default:
		return -1, errctx.New[StartError](&StartIO{"open", path, errno}, "open stdin")
	}
}
