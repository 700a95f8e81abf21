// Package home is the folder that holdfast keeps its things in: blobs, the action
// cache, sandboxes and the log of runs.
//
//	HOME/VERSION      the format of the folder
//	HOME/cas/         blobs, by digest
//	HOME/ac/          results, by the digest of their action
//	HOME/sandbox/     the sandboxes of living processes
//	HOME/kept/        sandboxes kept for inspection
//	HOME/runs/        the keys of past runs
//
// Many processes may use one folder at a time. Everything is on one file system, so that blobs can be linked.
package home

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/holdfast-go/holdfast/errctx"
	acdisk "github.com/holdfast-go/holdfast/executor/actioncache/disk"
	"github.com/holdfast-go/holdfast/executor/cas"
	casdisk "github.com/holdfast-go/holdfast/executor/cas/disk"
	"github.com/holdfast-go/holdfast/executor/runlog"
	"github.com/holdfast-go/holdfast/executor/sandbox"
)

// version is what VERSION holds. A folder with another one is left alone.
const version = "holdfast 1\n"

// Home is an open folder.
type Home struct {
	Dir       string
	Blobs     *casdisk.Store
	Results   *acdisk.Cache
	Sandboxes *sandbox.Dir
	Runs      runlog.Log
}

// Default returns the folder that is used when none is named: HOLDFAST_STORE, or
// "holdfast" in the user's folder for caches. Without either it is "".
func Default() string {
	if dir := os.Getenv("HOLDFAST_STORE"); dir != "" {
		return dir
	}
	dir, err := os.UserCacheDir()
	if err != nil {
		return ""
	}
	return filepath.Join(dir, "holdfast")
}

// Open opens the folder, creating it if need be.
func Open(dir string) (*Home, Err) {
	if dir == "" {
		return nil, errctx.New[Error](&NoFolder{}, "open store")
	}
	abs, err := filepath.Abs(dir)
	if err != nil {
		return nil, errctx.New(fault("find folder", dir, err), "open store")
	}
	if err := claim(abs); err != nil {
		return nil, err
	}
	blobs, serr := casdisk.Open(filepath.Join(abs, "cas"))
	if serr != nil {
		return nil, errctx.Map(errctx.Wrap(serr, "open store"), storeFault)
	}
	results, serr := acdisk.Open(filepath.Join(abs, "ac"))
	if serr != nil {
		_ = blobs.Close() // what it leaves, the next Open removes; here and below
		return nil, errctx.Map(errctx.Wrap(serr, "open store"), storeFault)
	}
	boxes, berr := sandbox.Open(filepath.Join(abs, "sandbox"))
	if berr != nil {
		_ = results.Close()
		_ = blobs.Close()
		return nil, errctx.Map(errctx.Wrap(berr, "open store"), sandboxFault)
	}
	return &Home{Dir: abs, Blobs: blobs, Results: results, Sandboxes: boxes, Runs: runlog.Log{Dir: filepath.Join(abs, "runs")}}, nil
}

// Close removes what was temporary. What it cannot remove, the next Open does.
func (h *Home) Close() {
	_ = h.Sandboxes.Close()
	_ = h.Results.Close()
	_ = h.Blobs.Close()
}

// Sync makes durable all that was stored so far.
func (h *Home) Sync(ctx context.Context) cas.StoreErr { return h.Blobs.Sync(ctx) }

// KeepDir is where sandboxes are kept.
func (h *Home) KeepDir() string { return filepath.Join(h.Dir, "kept") }

// claim creates the folder and its VERSION, or checks it.
func claim(dir string) Err {
	file := filepath.Join(dir, "VERSION")
	data, err := os.ReadFile(file)
	switch {
	case err == nil && string(data) == version:
		return nil
	case err == nil:
		return errctx.New[Error](&WrongVersion{dir, strings.TrimSpace(string(data[:min(len(data), 80)]))}, "open store")
	case errors.Is(err, syscall.ENOTDIR):
		return errctx.New[Error](&NotAStore{dir}, "open store")
	case !os.IsNotExist(err):
		return errctx.New(fault("read", file, err), "open store")
	}
	if entries, err := os.ReadDir(dir); err == nil && len(entries) > 0 && !ours(entries) {
		return errctx.New[Error](&NotAStore{dir}, "open store")
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return errctx.New(fault("create folder", dir, err), "open store")
	}
	// Whole or not at all: another process may read it right now.
	tmp, err := os.CreateTemp(dir, ".version-")
	if err != nil {
		return errctx.New(fault("create", file, err), "open store")
	}
	_, err = tmp.WriteString(version)
	if err == nil {
		err = tmp.Sync() // an empty VERSION after a power failure would make the whole store useless
	}
	if cerr := tmp.Close(); err == nil {
		err = cerr
	}
	if err == nil {
		err = os.Rename(tmp.Name(), file)
	}
	if err != nil {
		_ = os.Remove(tmp.Name())
		return errctx.New(fault("write", file, err), "open store")
	}
	return nil
}

// ours reports whether a folder without a VERSION is a store all the same: one that
// lost it, one that another process makes right now, or one whose maker was killed.
func ours(entries []os.DirEntry) bool {
	parts, others := 0, 0
	for _, e := range entries {
		switch name := e.Name(); {
		case name == "VERSION":
			return true
		case name == "cas" || name == "ac" || name == "sandbox":
			parts++
		case name == "kept" || name == "runs" || strings.HasPrefix(name, ".version-"):
		default:
			others++
		}
	}
	return others == 0 && (parts == 0 || parts == 3)
}

// Err is what Open returns.
type Err = errctx.WithContext[Error]

// Error is the sealed sum of this package: [*NoFolder] | [*NotAStore] | [*WrongVersion] |
// [StoreFault] | [SandboxFault]; or [Unknown], from elsewhere.
type Error interface {
	errctx.Kind
	homeError()
}

// NoFolder says that no folder was named and the environment has none for caches.
type NoFolder struct{}

// NotAStore says that the folder holds something else.
type NotAStore struct{ Dir string }

// WrongVersion says that the folder was made by a program with another format.
type WrongVersion struct{ Dir, Found string }

// StoreFault is a fault of the disk.
type StoreFault struct{ cas.StoreError }

// SandboxFault is a fault of the folder for sandboxes.
type SandboxFault struct{ Cause sandbox.Error }

func (*NoFolder) homeError()     {}
func (*NotAStore) homeError()    {}
func (*WrongVersion) homeError() {}
func (StoreFault) homeError()    {}
func (SandboxFault) homeError()  {}
func (Unknown) homeError()       {}

func (*NoFolder) ErrorKind() string      { return "home.no_folder" }
func (*NotAStore) ErrorKind() string     { return "home.not_a_store" }
func (*WrongVersion) ErrorKind() string  { return "home.wrong_version" }
func (e SandboxFault) ErrorKind() string { return e.Cause.ErrorKind() }

func (*NoFolder) Error() string {
	return "no folder for the store: name one with --store or HOLDFAST_STORE, or set HOME"
}

func (e *NotAStore) Error() string {
	return e.Dir + " holds something else: name another folder with --store"
}

func (e *WrongVersion) Error() string {
	return fmt.Sprintf("%s has the format %q, this program has %q: name another folder with --store, or remove this one", e.Dir, e.Found, strings.TrimSpace(version))
}

func (e SandboxFault) Error() string { return e.Cause.Error() }

func (e StoreFault) Unwrap() error   { return e.StoreError }
func (e SandboxFault) Unwrap() error { return e.Cause }

func storeFault(e cas.StoreError) Error  { return StoreFault{e} }
func sandboxFault(e sandbox.Error) Error { return SandboxFault{e} }

func fault(op, path string, err error) Error { return StoreFault{cas.FromErrno(op, path, err)} }
