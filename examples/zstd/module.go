package main

import (
	"archive/zip"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path"
	"slices"
	"strings"

	"github.com/holdfast-go/holdfast/errctx"
)

// The module that carries the sources of zstd 1.5.7, all in one folder.
const (
	modulePath    = "github.com/DataDog/zstd"
	moduleVersion = "v1.5.7"
	moduleSum     = "h1:ybO8RBeh29qrxIhCA9E8gKY6xfONU9T6G6aP9DTKfLE=" // as go.sum would have it
)

// fetch returns the module's C files, headers, assembler and licence by name.
// It returns a [*CommandFailed] without a go command, a [*NotDownloaded] when the
// go command could not get the module, a [*BadArchive] when what it got cannot be
// read, and a [*WrongSum] when that is not what is expected.
func fetch(ctx context.Context) (map[string][]byte, ModuleErr) {
	archive, err := download(ctx)
	if err != nil {
		return nil, err
	}
	files, oerr := zip.OpenReader(archive)
	if oerr != nil {
		return nil, errctx.New[ModuleError](&BadArchive{archive, oerr}, "open module")
	}
	defer func() { _ = files.Close() }() // read only: nothing can be lost
	return unpack(archive, files.File, moduleSum)
}

// download makes the go command put the module into its cache, and returns the
// archive's path. An empty folder and two settings keep the go command from
// looking at the module or workspace one happens to be in.
func download(ctx context.Context) (archive string, err ModuleErr) {
	empty, merr := os.MkdirTemp("", "zstd-download-")
	if merr != nil {
		return "", errctx.New[ModuleError](&FileFault{"make a folder in", os.TempDir(), merr}, "download module")
	}
	defer func() { _ = os.RemoveAll(empty) }() // empty: nothing is left behind but a name

	id := modulePath + "@" + moduleVersion
	out, failed := command{
		dir:  empty,
		env:  append(os.Environ(), "GOWORK=off", "GOFLAGS=-mod=mod"),
		argv: []string{"go", "mod", "download", "-json", id},
	}.output(ctx)
	var answer struct{ Zip, Error string }
	jerr := json.Unmarshal(out, &answer)
	switch {
	case jerr == nil && answer.Error != "":
		return "", errctx.New[ModuleError](&NotDownloaded{id, answer.Error}, "download module")
	case failed != nil:
		return "", errctx.Map(failed, func(e *CommandFailed) ModuleError { return e })
	case jerr != nil:
		return "", errctx.New[ModuleError](&BadArchive{id, jerr}, "read the go command's answer")
	}
	return answer.Zip, nil
}

// unpack returns the wanted ones of a module's files, when all of them have the sum want.
//
// The sum is taken from the bytes that are used, not from what the go command
// says of them: "h1:" and the SHA-256 of a list with the SHA-256 and the name of
// every file, sorted by name (https://go.dev/ref/mod#go-sum-files).
func unpack(archive string, files []*zip.File, want string) (map[string][]byte, ModuleErr) {
	files = slices.SortedFunc(slices.Values(files), func(a, b *zip.File) int { return cmp.Compare(a.Name, b.Name) })
	list, wanted := sha256.New(), map[string][]byte{}
	prefix := modulePath + "@" + moduleVersion + "/"
	for _, f := range files {
		data, err := read(f)
		if err != nil {
			return nil, errctx.New[ModuleError](&BadArchive{archive, err}, "read module", slog.String("file", f.Name))
		}
		fmt.Fprintf(list, "%x  %s\n", sha256.Sum256(data), f.Name)
		if name := strings.TrimPrefix(f.Name, prefix); isSource(name) {
			wanted[name] = data
		}
	}
	if got := "h1:" + base64.StdEncoding.EncodeToString(list.Sum(nil)); got != want {
		return nil, errctx.New[ModuleError](&WrongSum{archive, want, got}, "verify module")
	}
	return wanted, nil
}

func isSource(name string) bool {
	if strings.Contains(name, "/") {
		return false
	}
	switch path.Ext(name) {
	case ".c", ".h", ".S":
		return true
	}
	return name == "ZSTD_LICENSE"
}

// maxFile bounds what is read of one file before the sum is known; the largest has 350 kB.
const maxFile = 16 << 20

func read(f *zip.File) ([]byte, error) {
	r, err := f.Open()
	if err != nil {
		return nil, err
	}
	defer func() { _ = r.Close() }()              // read only
	return io.ReadAll(io.LimitReader(r, maxFile)) // what is cut off does not have the right sum
}

// ModuleErr is a handle on a ModuleError.
type ModuleErr = errctx.WithContext[ModuleError]

// ModuleError is why the module is not there:
// *CommandFailed | *FileFault | *NotDownloaded | *BadArchive | *WrongSum.
type ModuleError interface {
	errctx.Kind
	moduleError()
}

// NotDownloaded is the go command's refusal, in its words.
type NotDownloaded struct {
	Module string
	Reason string
}

// BadArchive says that a file could not be read as what it should be.
type BadArchive struct {
	Path string
	Err  error
}

// WrongSum says that the archive is whole and not the one expected.
type WrongSum struct {
	Path      string
	Want, Got string
}

func (*CommandFailed) moduleError() {}
func (*FileFault) moduleError()     {}
func (*NotDownloaded) moduleError() {}
func (*BadArchive) moduleError()    {}
func (*WrongSum) moduleError()      {}

func (*NotDownloaded) ErrorKind() string { return "zstd.not_downloaded" }
func (*BadArchive) ErrorKind() string    { return "zstd.bad_archive" }
func (*WrongSum) ErrorKind() string      { return "zstd.wrong_sum" }

func (e *NotDownloaded) Error() string { return e.Module + ": " + e.Reason }
func (e *BadArchive) Error() string    { return fmt.Sprintf("%s: %v", e.Path, e.Err) }
func (e *WrongSum) Error() string {
	return fmt.Sprintf("%s has the sum %s, not %s", e.Path, e.Got, e.Want)
}

func (e *BadArchive) Unwrap() error { return e.Err }
