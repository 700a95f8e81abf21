package cas_test

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/holdfast-go/holdfast/errctx/wire"
	"github.com/holdfast-go/holdfast/executor/cas"
	"github.com/holdfast-go/holdfast/executor/digest"
)

const cause = syscall.EIO

// variants has every variant of the sum, with its kind and its text.
var variants = []struct {
	err  cas.StoreError
	kind string
	text string
}{
	{&cas.MissingDigest{Digest: digest.Empty, Where: "disk"}, "cas.missing_digest", "blob " + digest.Empty.String() + " is missing (disk)"},
	{&cas.CorruptBlob{Digest: digest.Empty, Where: "disk", Got: digest.Digest{Size: 1}, Kept: "/q"}, "cas.corrupt_blob",
		"blob " + digest.Empty.String() + " is corrupt (disk): its bytes are " + digest.Digest{Size: 1}.String()},
	{&cas.TooLarge{Digest: digest.Empty, Limit: 10}, "cas.too_large", "blob " + digest.Empty.String() + " is larger than 10 bytes"},
	{&cas.LinkRefused{Path: "/p", Err: cause}, "cas.link_refused", "no hard link at /p: input/output error"},
	{&cas.Unreadable{Path: "/p", Err: cause}, "cas.unreadable", "/p: input/output error"},
	{&cas.DiskFull{Path: "/p", Need: 3, Free: 2, Err: cause}, "cas.disk_full", "/p: no room for 3 bytes, 2 free: input/output error"},
	{&cas.Resource{Op: "open", Path: "/p", Err: cause}, "cas.resource", "open /p: input/output error"},
	{&cas.Denied{Op: "open", Path: "/p", Err: cause}, "cas.denied", "open /p: input/output error"},
	{&cas.Interrupted{Op: "open", Err: context.Canceled}, "cas.interrupted", "open: context canceled"},
	{&cas.StoreIO{Op: "open", Path: "/p", Err: cause}, "cas.io", "open /p: input/output error"},
	{cas.Unknown{Unknown: &wire.Unknown{}}, "errctx.unknown", "unknown error"},
}

func TestVariantsSayWhatHappenedOnce(t *testing.T) {
	for _, tt := range variants {
		if tt.err.ErrorKind() != tt.kind || tt.err.Error() != tt.text {
			t.Errorf("%T is %s, %q; want %s, %q", tt.err, tt.err.ErrorKind(), tt.err, tt.kind, tt.text)
		}
	}
}

// kinds visits with the name of the case.
type kinds struct{}

func (kinds) MissingDigest(e *cas.MissingDigest) string { return e.ErrorKind() }
func (kinds) CorruptBlob(e *cas.CorruptBlob) string     { return e.ErrorKind() }
func (kinds) TooLarge(e *cas.TooLarge) string           { return e.ErrorKind() }
func (kinds) LinkRefused(e *cas.LinkRefused) string     { return e.ErrorKind() }
func (kinds) Unreadable(e *cas.Unreadable) string       { return e.ErrorKind() }
func (kinds) DiskFull(e *cas.DiskFull) string           { return e.ErrorKind() }
func (kinds) Resource(e *cas.Resource) string           { return e.ErrorKind() }
func (kinds) Denied(e *cas.Denied) string               { return e.ErrorKind() }
func (kinds) Interrupted(e *cas.Interrupted) string     { return e.ErrorKind() }
func (kinds) StoreIO(e *cas.StoreIO) string             { return e.ErrorKind() }
func (kinds) Unknown(e cas.Unknown) string              { return e.ErrorKind() }

// inAnotherSum is a variant of some other phase's sum.
type inAnotherSum struct{ cas.StoreError }

func (e inAnotherSum) Unwrap() error { return e.StoreError }

func TestVisitIsTotal(t *testing.T) {
	for _, tt := range variants {
		for _, e := range []cas.StoreError{tt.err, inAnotherSum{tt.err}, inAnotherSum{inAnotherSum{tt.err}}} {
			if got := cas.Visit(e, kinds{}); got != tt.kind {
				t.Errorf("%T was visited as %s", e, got)
			}
		}
	}
}

func TestFromErrno(t *testing.T) {
	const full, resource, denied, io = "cas.disk_full", "cas.resource", "cas.denied", "cas.io"
	for errno, want := range map[syscall.Errno]string{
		syscall.ENOSPC: full, syscall.EDQUOT: full,
		syscall.EMFILE: resource, syscall.ENFILE: resource, syscall.ENOMEM: resource, syscall.EAGAIN: resource,
		syscall.EACCES: denied, syscall.EPERM: denied, syscall.EROFS: denied,
		syscall.EIO: io, syscall.ENOENT: io, syscall.ENOTDIR: io, syscall.EEXIST: io, syscall.ELOOP: io, syscall.EXDEV: io,
	} {
		for _, err := range []error{errno, &fs.PathError{Op: "x", Path: "/p", Err: errno}, &os.LinkError{Op: "x", Old: "/o", New: "/p", Err: errno}} {
			e := cas.FromErrno("x", "/p", err)
			if e.ErrorKind() != want || !errors.Is(e, errno) {
				t.Errorf("%v is %s, %v; want %s with its cause", err, e.ErrorKind(), e, want)
			}
		}
	}
	// What the fields say already is left out, and what says more stays.
	for path, want := range map[string]string{"/p": "/p", "/p/below": "/p/below", "/pp": "/p", "relative": "/p"} {
		cause := &fs.PathError{Op: "unlinkat", Path: path, Err: syscall.EIO}
		if d := cmp.Diff(cas.StoreError(&cas.StoreIO{Op: "x", Path: want, Err: syscall.EIO}), cas.FromErrno("x", "/p", cause)); d != "" {
			t.Errorf("%s (-want +got):\n%s", path, d)
		}
	}
	if e, ok := cas.FromErrno("x", "/p", os.ErrClosed).(*cas.StoreIO); !ok || e.Err != os.ErrClosed {
		t.Errorf("without a number: %#v", e)
	}
}

func TestWriteFaultSaysWhatIsLeft(t *testing.T) {
	dir := t.TempDir()
	e, ok := cas.WriteFault("write", dir+"/file", 42, syscall.ENOSPC).(*cas.DiskFull)
	if !ok || e.Need != 42 || e.Free <= 0 || e.Path != dir+"/file" {
		t.Errorf("got %#v", e)
	}
	e, ok = cas.WriteFault("write", dir+"/none/file", 42, syscall.EDQUOT).(*cas.DiskFull)
	if d := cmp.Diff(&cas.DiskFull{Path: dir + "/none/file", Need: 42, Free: -1, Err: syscall.EDQUOT}, e); !ok || d != "" {
		t.Errorf("where nothing can be known (-want +got):\n%s", d)
	}
	if e, ok := cas.WriteFault("write", dir, 42, syscall.EIO).(*cas.StoreIO); !ok {
		t.Errorf("got %#v", e)
	}
}
