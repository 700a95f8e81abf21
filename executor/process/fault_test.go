package process

import (
	"context"
	"errors"
	"os/exec"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/holdfast-go/holdfast/errctx"
)

// Kinds are what logs, metrics and wire formats carry: they never change.
func TestKindsAndMessages(t *testing.T) {
	for _, c := range []struct {
		err           errctx.Kind
		kind, message string
		is            error // what errors.Is finds, if anything
	}{
		{&InvalidSpec{"argv", 2, hasNUL}, "process.invalid_spec", "argv[2] has a NUL byte", nil},
		{&InvalidSpec{"grace", 0, isNegative}, "process.invalid_spec", "grace is negative", nil},
		{&NotFound{"cc", "/bin"}, "process.not_found", `no command "cc" in /bin`, nil},
		{&NotFound{Argv0: "./cc"}, "process.not_found", `no command "./cc"`, nil},
		{&RelativePath{"cc", "bin/cc"}, "process.relative_path", `command "cc" is bin/cc, found through a relative entry of PATH`, exec.ErrDot},
		{&NotExecutable{"cc", "/bin/cc", syscall.EACCES}, "process.not_executable", "execute /bin/cc: permission denied", syscall.EACCES},
		{&BadInterpreter{"./x", "/bin/py", syscall.ENOENT}, "process.bad_interpreter", "interpreter /bin/py of ./x: no such file or directory", syscall.ENOENT},
		{&BadInterpreter{"./x", "", syscall.ENOENT}, "process.bad_interpreter", "interpreter of ./x: no such file or directory", syscall.ENOENT},
		{&BadDir{"/d", syscall.ENOTDIR}, "process.bad_dir", "working directory /d: not a directory", syscall.ENOTDIR},
		{&TooLong{2, 3 << 20}, "process.too_long", "2 arguments and the environment are 3145728 bytes, more than the system takes", syscall.E2BIG},
		{&Busy{"./x", 11}, "process.busy", "./x is open for writing, 11 attempts: text file busy", syscall.ETXTBSY},
		{&ResourceLimit{"open", syscall.EMFILE}, "process.resource_limit", "open: too many open files", syscall.EMFILE},
		{&StartIO{"fork/exec", "/x", syscall.EIO}, "process.io", "fork/exec /x: input/output error", syscall.EIO},
		{&Interrupted{context.Canceled, context.Canceled}, "process.interrupted", "context canceled", context.Canceled},
		{&Lost{42, syscall.ECHILD}, "process.lost", "process 42 is lost: no child processes", syscall.ECHILD},
	} {
		t.Run(c.message, func(t *testing.T) {
			if diff := cmp.Diff([]string{c.kind, c.message}, []string{c.err.ErrorKind(), c.err.Error()}); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			if c.is != nil && !errors.Is(c.err, c.is) {
				t.Errorf("is not %v", c.is)
			}
		})
	}
}

// What cannot be provoked on every machine: the errno of a start that failed
// although everything it needs is there.
func TestErrnoOfAStartThatHadAllItNeeds(t *testing.T) {
	spec := Spec{Argv: []string{"sh"}, Dir: t.TempDir()}
	script := write(t, spec.Dir, "script", "#!/bin/sh\n", 0o755)
	for _, c := range []struct {
		file  string
		errno syscall.Errno
		want  StartError
	}{
		{script, syscall.EAGAIN, &ResourceLimit{"fork/exec", syscall.EAGAIN}},
		{script, syscall.ENOMEM, &ResourceLimit{"fork/exec", syscall.ENOMEM}},
		{script, syscall.ENFILE, &ResourceLimit{"fork/exec", syscall.ENFILE}},
		{script, syscall.EIO, &StartIO{"fork/exec", script, syscall.EIO}},
		{write(t, spec.Dir, "noexec", "\x00", 0o755), syscall.EACCES, &NotExecutable{"sh", spec.Dir + "/noexec", syscall.EACCES}},
		{spec.Dir + "/noexec", syscall.ENXIO, &StartIO{"fork/exec", spec.Dir + "/noexec", syscall.ENXIO}},
		{spec.Dir + "/noexec", syscall.ENOENT, &BadInterpreter{"sh", "", syscall.ENOENT}},
	} {
		t.Run(c.errno.Error(), func(t *testing.T) {
			if diff := cmp.Diff(c.want, spec.diagnose(c.file, c.errno)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}
