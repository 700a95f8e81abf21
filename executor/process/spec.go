package process

import (
	"os"
	"strings"
	"time"
)

const (
	// DefaultPath is where a command without a slash is looked up when Env
	// declares no PATH. The PATH of the program itself plays no part: a
	// command must not depend on who runs it.
	DefaultPath = "/usr/local/bin:/usr/bin:/bin"

	// DefaultGrace is the time between SIGTERM and SIGKILL when a Spec has none.
	DefaultGrace = 10 * time.Second

	// MaxCancelGrace is the longest grace after a cancellation: somebody is waiting for the prompt.
	MaxCancelGrace = 2 * time.Second
)

// Spec declares a command.
type Spec struct {
	// Argv is the command and its arguments. Argv[0] with a slash is a path, relative
	// to Dir; without one it is looked up in the first PATH of Env, or else in DefaultPath.
	// A file without "#!" that is no binary is not handed to a shell.
	Argv []string
	// Env is the whole environment, as name=value. Nil is an empty one: nothing is inherited.
	Env []string
	// Dir is the working directory. Empty is that of the program.
	Dir string
	// Stdout and Stderr stay the caller's, who closes them. Files, not pipes with a
	// reader, are what a daemon can hold open without anyone waiting for it.
	// Nil is /dev/null.
	Stdout, Stderr *os.File
	// Timeout is how long the command may run: then its process group gets SIGTERM, and
	// SIGKILL when Grace is over. Zero is no limit.
	Timeout time.Duration
	// Grace is the time between SIGTERM and SIGKILL, for a cancellation at most
	// MaxCancelGrace. Zero is DefaultGrace.
	Grace time.Duration
}

// check returns what no operating system could run, or nil.
func (s *Spec) check() *InvalidSpec {
	if len(s.Argv) == 0 || s.Argv[0] == "" {
		return &InvalidSpec{"argv", 0, "is empty"}
	}
	for i, arg := range s.Argv {
		if strings.IndexByte(arg, 0) >= 0 {
			return &InvalidSpec{"argv", i, hasNUL}
		}
	}
	for i, entry := range s.Env {
		if strings.IndexByte(entry, 0) >= 0 {
			return &InvalidSpec{"env", i, hasNUL}
		}
		if strings.IndexByte(entry, '=') < 1 {
			return &InvalidSpec{"env", i, "is not name=value"}
		}
	}
	switch {
	case strings.IndexByte(s.Dir, 0) >= 0:
		return &InvalidSpec{"dir", 0, hasNUL}
	case closed(s.Stdout):
		return &InvalidSpec{"stdout", 0, isClosed}
	case closed(s.Stderr):
		return &InvalidSpec{"stderr", 0, isClosed}
	case s.Timeout < 0:
		return &InvalidSpec{"timeout", 0, isNegative}
	case s.Grace < 0:
		return &InvalidSpec{"grace", 0, isNegative}
	}
	return nil
}

const (
	hasNUL     = "has a NUL byte"
	isClosed   = "is closed"
	isNegative = "is negative"
)

// closed reports whether f is a closed file, which a fork would take for "leave
// this descriptor closed".
func closed(f *os.File) bool { return f != nil && f.Fd() == ^uintptr(0) }

// path returns the directories a command without a slash is looked up in. Of
// several PATHs the first counts, as for getenv(3) in the command itself.
func (s *Spec) path() string {
	for _, entry := range s.Env {
		if path, ok := strings.CutPrefix(entry, "PATH="); ok {
			return path
		}
	}
	return DefaultPath
}

// within resolves a path as the command does once it is in Dir. It does not clean
// the path: a ".." after a symbolic link is the system's to resolve.
func (s *Spec) within(path string) string {
	if strings.HasPrefix(path, "/") || s.Dir == "" {
		return path
	}
	return s.Dir + "/" + path
}

func (s *Spec) grace() time.Duration {
	if s.Grace == 0 {
		return DefaultGrace
	}
	return s.Grace
}
