package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"

	"github.com/holdfast-go/holdfast/errctx"
)

// Unfinished work has a name of this pattern, beside the place it will have.
const unfinished = ".tmp-*"

// placeFile makes the file at path have the bytes of data, at once. It reports
// whether it had to: a file that is right keeps its time.
func placeFile(path string, data []byte) (changed bool, err FileErr) {
	if old, rerr := os.ReadFile(path); rerr == nil && bytes.Equal(old, data) {
		return false, nil
	}
	tmp, err := newFolder(filepath.Dir(path))
	if err != nil {
		return false, err
	}
	defer discard(tmp)
	made := filepath.Join(tmp, filepath.Base(path))
	if err := os.WriteFile(made, data, 0o644); err != nil {
		return false, errctx.New(&FileFault{"write", made, err}, "place file")
	}
	if err := os.Rename(made, path); err != nil {
		return false, errctx.New(&FileFault{"put in place", path, err}, "place file")
	}
	return true, nil
}

// placeFolder makes the folder at path hold files and nothing else, at once, and
// reports whether it had to.
func placeFolder(path string, files map[string][]byte) (changed bool, err FileErr) {
	if holds(path, files) {
		return false, nil
	}
	tmp, err := newFolder(filepath.Dir(path))
	if err != nil {
		return false, err
	}
	defer discard(tmp)
	made, old := filepath.Join(tmp, "new"), filepath.Join(tmp, "old")
	if err := os.Mkdir(made, 0o755); err != nil {
		return false, errctx.New(&FileFault{"make", made, err}, "place folder")
	}
	for name, data := range files {
		if err := os.WriteFile(filepath.Join(made, name), data, 0o644); err != nil {
			return false, errctx.New(&FileFault{"write", filepath.Join(made, name), err}, "place folder")
		}
	}
	// A folder cannot be renamed over one that is not empty.
	if err := os.Rename(path, old); err != nil && !os.IsNotExist(err) {
		return false, errctx.New(&FileFault{"put aside", path, err}, "place folder")
	}
	if err := os.Rename(made, path); err != nil {
		return false, errctx.New(&FileFault{"put in place", path, err}, "place folder")
	}
	return true, nil
}

// holds reports whether the folder at path has files, each with its bytes, and nothing
// else. What cannot be read is not right.
func holds(path string, files map[string][]byte) bool {
	entries, err := os.ReadDir(path)
	if err != nil || len(entries) != len(files) {
		return false
	}
	for _, e := range entries {
		want, ok := files[e.Name()]
		if !ok || !e.Type().IsRegular() {
			return false
		}
		got, err := os.ReadFile(filepath.Join(path, e.Name()))
		if err != nil || !bytes.Equal(got, want) {
			return false
		}
	}
	return true
}

func newFolder(in string) (string, FileErr) {
	dir, err := os.MkdirTemp(in, unfinished)
	if err != nil {
		return "", errctx.New(&FileFault{"make a folder in", in, err}, "start work")
	}
	return dir, nil
}

// discard removes a temporary folder. When that does not succeed there is one
// folder too many, with a name that says so; the work is done all the same.
func discard(dir string) { _ = os.RemoveAll(dir) }

// FileErr is a handle on a FileFault.
type FileErr = errctx.WithContext[*FileFault]

// FileFault says that the operating system did not do what was asked.
type FileFault struct {
	Op, Path string
	Err      error
}

func (*FileFault) ErrorKind() string { return "zstd.file" }
func (e *FileFault) Unwrap() error   { return e.Err }
func (e *FileFault) Error() string   { return fmt.Sprintf("%s %s: %v", e.Op, e.Path, e.Err) }
