package process

import (
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/holdfast-go/holdfast/errctx"
	"golang.org/x/sys/unix"
)

// lookup returns the path to execute for Argv[0]: itself when it has a slash, or the
// first executable of that name on the path. It returns a [*NotFound], a
// [*RelativePath] or, when no file on the path may be executed, a [*NotExecutable].
func (s *Spec) lookup() (string, StartErr) {
	argv0 := s.Argv[0]
	if strings.Contains(argv0, "/") {
		return argv0, nil // execve knows; diagnose explains
	}
	path := s.path()
	var refused *NotExecutable // as execvp, go on and remember
	for _, dir := range filepath.SplitList(path) {
		file := filepath.Join(dir, argv0)
		switch errno := executable(s.within(file)); {
		case errno == 0 && filepath.IsAbs(file):
			return file, nil
		case errno == 0:
			return "", errctx.New[StartError](&RelativePath{argv0, file}, "look up command")
		case errno == syscall.EACCES && refused == nil:
			refused = &NotExecutable{argv0, file, errno}
		}
	}
	if refused != nil {
		return "", errctx.New[StartError](refused, "look up command", slog.String("path", path))
	}
	return "", errctx.New[StartError](&NotFound{argv0, path}, "look up command")
}

// executable returns 0 when file is one that this process may execute, and
// otherwise what execve would say before it looks into the file.
func executable(file string) syscall.Errno {
	info, err := os.Stat(file)
	if err != nil {
		return errnoOf(err)
	}
	if !info.Mode().IsRegular() {
		return syscall.EACCES
	}
	return errnoOf(unix.Faccessat(unix.AT_FDCWD, file, unix.X_OK, unix.AT_EACCESS))
}
