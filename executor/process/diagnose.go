package process

import (
	"bytes"
	"cmp"
	"debug/elf"
	"errors"
	"io"
	"os"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// diagnose says what a refused fork/exec of file was about. All that a parent gets is one
// errno for the fork, the change of directory and the execve, so it looks again
// at what each of them needs. That happens after the fact, so that starting a
// process costs nothing more and has no gap between check and use.
func (s *Spec) diagnose(file string, errno syscall.Errno) StartError {
	switch errno {
	case syscall.EAGAIN, syscall.EMFILE, syscall.ENFILE, syscall.ENOMEM:
		return &ResourceLimit{"fork/exec", errno}
	case syscall.E2BIG:
		return &TooLong{Args: len(s.Argv), Bytes: s.size()}
	}
	if dirErrno := s.enter(); dirErrno != 0 {
		return &BadDir{s.Dir, dirErrno}
	}
	argv0 := s.Argv[0]
	switch fileErrno := executable(s.within(file)); fileErrno {
	case 0:
	case syscall.ENOENT, syscall.ENOTDIR, syscall.ENAMETOOLONG:
		return &NotFound{Argv0: argv0}
	default:
		return &NotExecutable{argv0, file, fileErrno}
	}

	interpreter := ""
	for range maxInterpreters {
		next := interpreterOf(s.within(cmp.Or(interpreter, file)))
		if next == "" {
			break
		}
		interpreter = next
		if fileErrno := executable(s.within(interpreter)); fileErrno != 0 {
			return &BadInterpreter{argv0, interpreter, fileErrno}
		}
	}
	switch {
	case errno == syscall.ENOENT, interpreter != "" && errno != syscall.EIO:
		return &BadInterpreter{argv0, interpreter, errno}
	case aboutFile[errno]:
		return &NotExecutable{argv0, file, errno}
	}
	return &StartIO{"fork/exec", file, errno}
}

// aboutFile has what execve(2) says of the file itself, once it is known to be
// there and to carry the permission: EACCES is left for a file system mounted noexec.
var aboutFile = map[syscall.Errno]bool{
	syscall.EACCES: true, syscall.EINVAL: true, syscall.ELOOP: true, syscall.ENOEXEC: true, syscall.EPERM: true,
}

// enter returns what chdir into Dir would say.
func (s *Spec) enter() syscall.Errno {
	if s.Dir == "" {
		return 0
	}
	info, err := os.Stat(s.Dir)
	if err != nil {
		return errnoOf(err)
	}
	if !info.IsDir() {
		return syscall.ENOTDIR
	}
	return errnoOf(unix.Faccessat(unix.AT_FDCWD, s.Dir, unix.X_OK, unix.AT_EACCESS))
}

// size is the number of bytes that argv and env take, with their NULs.
func (s *Spec) size() int {
	n := 0
	for _, list := range [][]string{s.Argv, s.Env} {
		for _, str := range list {
			n += len(str) + 1
		}
	}
	return n
}

const (
	// maxInterpreters is how many interpreters of interpreters are followed: Linux
	// takes four scripts (exec_binprm), and the last one's binary has a loader.
	maxInterpreters = 6
	// maxShebang is how much of the first line Linux reads: BINPRM_BUF_SIZE.
	maxShebang = 256
)

// interpreterOf returns the interpreter that a script names after "#!" or the loader
// that an ELF binary asks for, and "" when there is none or the file cannot be read.
func interpreterOf(file string) string {
	f, err := os.Open(file)
	if err != nil {
		return ""
	}
	defer func() { _ = f.Close() }() // read only: nothing can be lost
	head := make([]byte, maxShebang)
	n, err := io.ReadFull(f, head)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
		return ""
	}
	if name := shebang(head[:n]); name != "" {
		return name
	}
	return loader(f)
}

// shebang returns the interpreter that the first line of a script names, if it does.
func shebang(head []byte) string {
	rest, ok := bytes.CutPrefix(head, []byte("#!"))
	if !ok {
		return ""
	}
	line, _, _ := bytes.Cut(rest, []byte("\n"))
	name := bytes.Trim(line, " \t")
	if end := bytes.IndexAny(name, " \t\x00"); end >= 0 {
		name = name[:end]
	}
	return string(name)
}

// loader returns the PT_INTERP of an ELF binary, if it has one.
func loader(r io.ReaderAt) string {
	f, err := elf.NewFile(r)
	if err != nil {
		return ""
	}
	for _, prog := range f.Progs {
		if prog.Type != elf.PT_INTERP || prog.Filesz > unix.PathMax {
			continue
		}
		name, err := io.ReadAll(prog.Open())
		if err != nil {
			return ""
		}
		return strings.TrimRight(string(name), "\x00")
	}
	return ""
}

// errnoOf returns the errno in err: 0 for nil, and EIO for what a system call did not say.
func errnoOf(err error) syscall.Errno {
	if err == nil {
		return 0
	}
	if errno, ok := errors.AsType[syscall.Errno](err); ok {
		return errno
	}
	return syscall.EIO
}
