package runner

import (
	"errors"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"syscall"

	"github.com/holdfast-go/holdfast/executor/cas"
	"golang.org/x/sys/unix"
)

const (
	stdoutName = "stdout"
	stderrName = "stderr"

	// tailSize is how much of each stream an Outcome carries, in bytes.
	tailSize = 64 << 10
)

// logs are the files that a process writes its output to. Files, not pipes: a daemon
// that the process leaves behind cannot hold them open against us.
type logs struct{ stdout, stderr *os.File }

func openLogs(dir string) (*logs, cas.StoreError) {
	var files [2]*os.File
	for i, name := range []string{stdoutName, stderrName} {
		p := filepath.Join(dir, name)
		f, err := os.OpenFile(p, os.O_RDWR|os.O_CREATE|os.O_EXCL|os.O_APPEND, 0o644)
		if err != nil {
			if i > 0 {
				_ = files[0].Close()
			}
			return nil, cas.FromErrno("create", p, err)
		}
		files[i] = f
	}
	return &logs{files[0], files[1]}, nil
}

func (l *logs) close() {
	_ = l.stdout.Close() // the process wrote them, not we: nothing is buffered here
	_ = l.stderr.Close() // likewise
}

// Stream is what a process wrote to one of its output streams.
type Stream struct {
	Tail []byte // the last part of it
	Size int64  // of all of it, in bytes
}

// stream returns the end of f. It is shown to people; what cannot be read is left out.
func stream(f *os.File) Stream {
	info, err := f.Stat()
	if err != nil || info.Size() == 0 {
		return Stream{}
	}
	// As much as there is.
	b, _ := io.ReadAll(io.NewSectionReader(f, max(0, info.Size()-tailSize), tailSize))
	return Stream{b, info.Size()}
}

// diskHint looks for the reason of a failure that the process could not name better: no room where it wrote.
func diskHint(dir string) string {
	var s unix.Statfs_t
	if unix.Statfs(dir, &s) == nil && s.Bavail*uint64(s.Bsize) < fullDisk {
		return "the disk that holds the sandbox is full"
	}
	return ""
}

// fullDisk is how little room, in bytes, makes a disk count as full: less than a page cache flush needs.
const fullDisk = 64 << 10

// gone reports whether there is nothing at a path.
func gone(err error) bool { return errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR) }

// escapes reports whether os.Root refused a path because it leads out of the root.
// The error is unexported and no errno: what is neither of these can only be it.
func escapes(err error) bool {
	if err == nil {
		return false
	}
	_, errno := errors.AsType[syscall.Errno](err)
	return !errno || errors.Is(err, syscall.ELOOP)
}

func environ(env map[string]string) []string {
	all := make([]string, 0, len(env))
	for _, k := range slices.Sorted(maps.Keys(env)) {
		all = append(all, k+"="+env[k])
	}
	return all
}
