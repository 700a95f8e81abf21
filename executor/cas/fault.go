package cas

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"syscall"

	"github.com/holdfast-go/holdfast/errctx"
	"github.com/holdfast-go/holdfast/executor/digest"
)

// StoreErr is what the methods of a Store return.
type StoreErr = errctx.WithContext[StoreError]

// StoreError is the sealed sum of what can be wrong with a blob or its store.
// [Visit] is the total switch over it.
type StoreError interface {
	errctx.Kind
	storeError(Cases[struct{}])
}

// MissingDigest says that a blob is not in the store. It is the one error that a
// caller can repair: by reproducing the blob.
type MissingDigest struct {
	Digest digest.Digest
	Where  string // which store or step of the way found it missing: "disk", "quarantined", …
}

// CorruptBlob says that bytes stored under Digest are others. They have been put aside;
// the blob is missing from now on, and reproducing it repairs the store.
type CorruptBlob struct {
	Digest digest.Digest
	Where  string
	Got    digest.Digest // what the bytes hash to
	Kept   string        // where the bytes were put aside, if anywhere
}

// TooLarge says that a blob is larger than its reader can take.
type TooLarge struct {
	Digest digest.Digest
	Limit  int64 // bytes
}

// LinkRefused says that the file system cannot link here: another device (EXDEV), too many
// links (EMLINK), not permitted or not supported. A copy serves as well.
type LinkRefused struct {
	Path string `errctx:"private"` // on this machine
	Err  error
}

// Unreadable says that a file to be imported could not be read. It says nothing about the store.
type Unreadable struct {
	Path string `errctx:"private"`
	Err  error
}

// DiskFull says that the store's disk, or its quota, has no room (ENOSPC, EDQUOT).
// Free is what the file system had left, in bytes; Need is the size of the blob; each -1 when unknown.
type DiskFull struct {
	Path       string `errctx:"private"`
	Need, Free int64
	Err        error
}

// Resource says that the machine ran out of something that comes back: file
// descriptors, memory (EMFILE, ENFILE, ENOMEM, EAGAIN).
type Resource struct {
	Op   string
	Path string `errctx:"private"`
	Err  error
}

// Denied says that the store may not be used: EACCES, EPERM, EROFS.
type Denied struct {
	Op   string
	Path string `errctx:"private"`
	Err  error
}

// Interrupted says that the caller's context ended first; Err is its cause.
type Interrupted struct {
	Op  string
	Err error
}

// StoreIO says that the disk answered with another error, such as EIO.
type StoreIO struct {
	Op   string
	Path string `errctx:"private"`
	Err  error
}

func (*MissingDigest) ErrorKind() string { return "cas.missing_digest" }
func (*CorruptBlob) ErrorKind() string   { return "cas.corrupt_blob" }
func (*TooLarge) ErrorKind() string      { return "cas.too_large" }
func (*LinkRefused) ErrorKind() string   { return "cas.link_refused" }
func (*Unreadable) ErrorKind() string    { return "cas.unreadable" }
func (*DiskFull) ErrorKind() string      { return "cas.disk_full" }
func (*Resource) ErrorKind() string      { return "cas.resource" }
func (*Denied) ErrorKind() string        { return "cas.denied" }
func (*Interrupted) ErrorKind() string   { return "cas.interrupted" }
func (*StoreIO) ErrorKind() string       { return "cas.io" }

func (e *MissingDigest) Error() string {
	return fmt.Sprintf("blob %s is missing (%s)", e.Digest, e.Where)
}
func (e *CorruptBlob) Error() string {
	return fmt.Sprintf("blob %s is corrupt (%s): its bytes are %s", e.Digest, e.Where, e.Got)
}
func (e *TooLarge) Error() string {
	return fmt.Sprintf("blob %s is larger than %d bytes", e.Digest, e.Limit)
}
func (e *LinkRefused) Error() string {
	return fmt.Sprintf("no hard link at %s: %v", e.Path, e.Err)
}
func (e *Unreadable) Error() string { return fmt.Sprintf("%s: %v", e.Path, e.Err) }
func (e *DiskFull) Error() string {
	if e.Need < 0 || e.Free < 0 {
		return fmt.Sprintf("%s: %v", e.Path, e.Err)
	}
	return fmt.Sprintf("%s: no room for %d bytes, %d free: %v", e.Path, e.Need, e.Free, e.Err)
}
func (e *Resource) Error() string    { return fmt.Sprintf("%s %s: %v", e.Op, e.Path, e.Err) }
func (e *Denied) Error() string      { return fmt.Sprintf("%s %s: %v", e.Op, e.Path, e.Err) }
func (e *Interrupted) Error() string { return fmt.Sprintf("%s: %v", e.Op, e.Err) }
func (e *StoreIO) Error() string     { return fmt.Sprintf("%s %s: %v", e.Op, e.Path, e.Err) }

func (e *LinkRefused) Unwrap() error { return e.Err }
func (e *Unreadable) Unwrap() error  { return e.Err }
func (e *DiskFull) Unwrap() error    { return e.Err }
func (e *Resource) Unwrap() error    { return e.Err }
func (e *Denied) Unwrap() error      { return e.Err }
func (e *Interrupted) Unwrap() error { return e.Err }
func (e *StoreIO) Unwrap() error     { return e.Err }

// cause leaves out what the fields around it say: the operation and the path. A
// path below that one says more, and takes its place.
func cause(path string, err error) (string, error) {
	switch e := err.(type) { //errlint:opaque(assertion) only the outermost link says again what is in the fields around it
	case *fs.PathError:
		if strings.HasPrefix(e.Path, path+"/") {
			path = e.Path
		}
		return path, e.Err
	case *os.LinkError:
		return path, e.Err
	}
	return path, err
}

// Ended returns the [*Interrupted] of a context that has ended.
func Ended(ctx context.Context, op string) StoreError {
	return &Interrupted{Op: op, Err: context.Cause(ctx)}
}

// Lost returns the blob whose loss e reports, as a [*MissingDigest] or as a
// [*CorruptBlob] that has been put aside: reproducing it would repair e.
func Lost(e StoreError) (digest.Digest, bool) {
	switch e := e.(type) {
	case *MissingDigest:
		return e.Digest, true
	case *CorruptBlob:
		return e.Digest, true
	default:
		return digest.Digest{}, false
	}
}

// FromErrno names what an operating-system error says about a store: a
// [*DiskFull], [*Resource], [*Denied] or, for every other error, a [*StoreIO].
// ENOENT has no meaning of its own here: only the caller knows whether the path was a blob's.
// Of a *fs.PathError and an *os.LinkError what is inside is kept, and its path if that is below path.
func FromErrno(op, path string, err error) StoreError {
	path, err = cause(path, err)
	errno, _ := errors.AsType[syscall.Errno](err)
	switch errno {
	case syscall.ENOSPC, syscall.EDQUOT:
		return &DiskFull{Path: path, Need: -1, Free: -1, Err: err}
	case syscall.EMFILE, syscall.ENFILE, syscall.ENOMEM, syscall.EAGAIN:
		return &Resource{op, path, err}
	case syscall.EACCES, syscall.EPERM, syscall.EROFS:
		return &Denied{op, path, err}
	}
	return &StoreIO{op, path, err}
}
