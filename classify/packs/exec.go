package packs

import (
	"io/fs"
	"os/exec"
	"syscall"

	"github.com/holdfast-go/holdfast/classify"
)

// Exec is for starting processes and for how they end. List [FS] and [Syscall] behind it: why
// a process did not start is theirs to say.
//
// A process that ends with a status other than 0, or by a signal that it brought upon
// itself, has found its work not acceptable. One that was told to end was stopped:
// the value does not say by whom. See [classify.Mark].
var Exec = execTable.pack()

var execTable = table{
	name: "exec",
	rules: []classify.Rule{
		classify.KindFunc("*exec.ExitError", exited),
		classify.KindFunc("fork/exec", forked),
	},
	rows: append([]row{
		code("*exec.ExitError, exited", invalid, "os/exec: ExitError; wait(2), WIFEXITED"),
		code("*exec.ExitError, any other signal", invalid, "wait(2), WIFSIGNALED; signal(7)"),
		code("fork/exec: EAGAIN", exhausted, "fork(2): RLIMIT_NPROC, threads-max, pid_max or the cgroup's pids.max"),
		is("exec.ErrNotFound", exec.ErrNotFound, missing, "os/exec: ErrNotFound"),
		is("exec.ErrDot", exec.ErrDot, misconfigured, "os/exec: ErrDot, Executables in the current directory"),
		is("exec.ErrWaitDelay", exec.ErrWaitDelay, timeout, "os/exec: ErrWaitDelay, something holds the output open"),
	}, signalRows...),
}

// Signals that are sent to a process to end it, or for a limit.
var signals, signalRows = indexed(
	signal(syscall.SIGKILL, code("signal SIGKILL", stopped, "signal(7); the kernel out of memory, a supervisor, ourselves")),
	signal(syscall.SIGTERM, code("signal SIGTERM", stopped, "signal(7)")),
	signal(syscall.SIGINT, code("signal SIGINT", stopped, "signal(7)")),
	signal(syscall.SIGHUP, code("signal SIGHUP", stopped, "signal(7)")),
	signal(syscall.SIGQUIT, code("signal SIGQUIT", stopped, "signal(7)")),
	signal(syscall.SIGALRM, code("signal SIGALRM", timeout, "signal(7), alarm(2)")),
	signal(sigXCPU, code("signal SIGXCPU", timeout, "setrlimit(2), RLIMIT_CPU")),
	signal(sigXFSZ, code("signal SIGXFSZ", exhausted, "setrlimit(2), RLIMIT_FSIZE")),
	signal(syscall.SIGPIPE, code("signal SIGPIPE", interrupted, "signal(7), the reader of its output is gone")),
)

func signal(s syscall.Signal, r row) keyed[syscall.Signal] { return keyed[syscall.Signal]{s, r} }

func exited(e *exec.ExitError) classify.Finding {
	if e.ProcessState == nil {
		return classify.Finding{}
	}
	if e.ExitCode() >= 0 {
		return classify.Finding{Kind: invalid}
	}
	if status, ok := e.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		if f := signals.find(status.Signal()); f.Kind != none {
			return f
		}
		return classify.Finding{Kind: invalid}
	}
	return classify.Finding{}
}

// forked is for the one errno that means something else where a process is started.
func forked(e *fs.PathError) classify.Finding {
	return when(e.Op == "fork/exec" && e.Err == syscall.EAGAIN, exhausted)
}
