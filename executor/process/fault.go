package process

import (
	"fmt"
	"os/exec"
	"syscall"

	"github.com/holdfast-go/holdfast/errctx"
)

// StartErr is what Start returns.
type StartErr = errctx.WithContext[StartError]

// StartError is the sealed sum of why there is no process. Those about the command are
// [*InvalidSpec], [*NotFound], [*RelativePath], [*NotExecutable], [*BadInterpreter],
// [*BadDir], [*TooLong] and [*Busy]; those about the machine are [*ResourceLimit]
// and [*StartIO]; [*Interrupted] is about the caller. An error from elsewhere may be an [Unknown].
//
// The Err of a variant is a [syscall.Errno] of this machine; in an error from elsewhere it is
// that machine's word, a *wire.Foreign.
type StartError interface {
	errctx.Kind
	startError(StartCases[struct{}])
}

// InvalidSpec says that a Spec is one no system could run.
type InvalidSpec struct {
	Field   string // "argv", "env", "dir", "stdout", "stderr", "timeout", "grace"
	Index   int    // which element of argv or env
	Problem string // completes "argv[2] …"
}

// NotFound says that there is no such command.
type NotFound struct {
	Argv0 string
	Path  string // the directories searched; empty when Argv0 is a path itself
}

// RelativePath says that a command was found through a PATH entry that is
// relative, such as "." or an empty one. As in [exec.ErrDot], which it unwraps to, what
// happens to lie in a folder does not run because its name was said.
type RelativePath struct {
	Argv0 string
	Found string // relative to the working directory
}

// NotExecutable says that a command is there and cannot be executed: no permission or
// a folder (EACCES), no known format (ENOEXEC).
type NotExecutable struct {
	Argv0 string
	File  string // the file meant
	Err   error
}

// BadInterpreter says that the interpreter of a script, or the loader of a
// binary, is missing or cannot be executed itself. To the kernel this is the same
// ENOENT as a command that is not there.
type BadInterpreter struct {
	Argv0       string
	Interpreter string // empty when it could not be learned
	Err         error
}

// BadDir says that the working directory is missing, no directory, or closed to us.
type BadDir struct {
	Dir string
	Err error
}

// TooLong says that the arguments and the environment are more than the kernel takes (E2BIG).
type TooLong struct {
	Args  int // in argv
	Bytes int // in argv and env
}

// Busy says that the command's file was open for writing (ETXTBSY) each time.
type Busy struct {
	Argv0    string
	Attempts int
}

// ResourceLimit says that the machine ran out of processes, descriptors or memory
// (EAGAIN, EMFILE, ENFILE, ENOMEM). It says nothing about the command.
type ResourceLimit struct {
	Op  string // "open", "fork/exec"
	Err error
}

// StartIO says that a system call was refused with an errno that has no meaning
// of its own here, such as EIO.
type StartIO struct {
	Op   string // "open", "fork/exec"
	Path string
	Err  error
}

// Interrupted says that the context ended before there was a process.
type Interrupted struct {
	Err   error // the context's error
	Cause error // the context's cause; often the same
}

func (*InvalidSpec) ErrorKind() string    { return "process.invalid_spec" }
func (*NotFound) ErrorKind() string       { return "process.not_found" }
func (*RelativePath) ErrorKind() string   { return "process.relative_path" }
func (*NotExecutable) ErrorKind() string  { return "process.not_executable" }
func (*BadInterpreter) ErrorKind() string { return "process.bad_interpreter" }
func (*BadDir) ErrorKind() string         { return "process.bad_dir" }
func (*TooLong) ErrorKind() string        { return "process.too_long" }
func (*Busy) ErrorKind() string           { return "process.busy" }
func (*ResourceLimit) ErrorKind() string  { return "process.resource_limit" }
func (*StartIO) ErrorKind() string        { return "process.io" }
func (*Interrupted) ErrorKind() string    { return "process.interrupted" }

func (e *InvalidSpec) Error() string {
	if e.Field == "argv" || e.Field == "env" {
		return fmt.Sprintf("%s[%d] %s", e.Field, e.Index, e.Problem)
	}
	return e.Field + " " + e.Problem
}
func (e *NotFound) Error() string {
	if e.Path == "" {
		return fmt.Sprintf("no command %q", e.Argv0)
	}
	return fmt.Sprintf("no command %q in %s", e.Argv0, e.Path)
}
func (e *RelativePath) Error() string {
	return fmt.Sprintf("command %q is %s, found through a relative entry of PATH", e.Argv0, e.Found)
}
func (e *NotExecutable) Error() string { return fmt.Sprintf("execute %s: %v", e.File, e.Err) }
func (e *BadInterpreter) Error() string {
	if e.Interpreter == "" {
		return fmt.Sprintf("interpreter of %s: %v", e.Argv0, e.Err)
	}
	return fmt.Sprintf("interpreter %s of %s: %v", e.Interpreter, e.Argv0, e.Err)
}
func (e *BadDir) Error() string { return fmt.Sprintf("working directory %s: %v", e.Dir, e.Err) }
func (e *TooLong) Error() string {
	return fmt.Sprintf("%d arguments and the environment are %d bytes, more than the system takes", e.Args, e.Bytes)
}
func (e *Busy) Error() string {
	return fmt.Sprintf("%s is open for writing, %d attempts: %v", e.Argv0, e.Attempts, syscall.ETXTBSY)
}
func (e *ResourceLimit) Error() string { return fmt.Sprintf("%s: %v", e.Op, e.Err) }
func (e *StartIO) Error() string       { return fmt.Sprintf("%s %s: %v", e.Op, e.Path, e.Err) }
func (e *Interrupted) Error() string   { return e.Cause.Error() }

func (e *RelativePath) Unwrap() error   { return exec.ErrDot }
func (e *NotExecutable) Unwrap() error  { return e.Err }
func (e *BadInterpreter) Unwrap() error { return e.Err }
func (e *BadDir) Unwrap() error         { return e.Err }
func (e *TooLong) Unwrap() error        { return syscall.E2BIG }
func (e *Busy) Unwrap() error           { return syscall.ETXTBSY }
func (e *ResourceLimit) Unwrap() error  { return e.Err }
func (e *StartIO) Unwrap() error        { return e.Err }
func (e *Interrupted) Unwrap() []error  { return []error{e.Err, e.Cause} }
