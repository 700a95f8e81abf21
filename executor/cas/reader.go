package cas

import (
	"io"
	"io/fs"
	"os"
	"syscall"

	"github.com/holdfast-go/holdfast/errctx"
	"github.com/holdfast-go/holdfast/executor/digest"
)

// VerifyReader returns a reader of r's bytes that ends with io.EOF if they were
// those of d, and otherwise with what corrupt returns. It does not wait for the end
// of an r that has more bytes than d. Errors of r are passed on: [ReadError] names them.
func VerifyReader(r io.ReadCloser, d digest.Digest, corrupt func(got digest.Digest) StoreErr) io.ReadCloser {
	return &verifier{ReadCloser: r, want: d, hash: digest.NewHasher(), left: d.Size, corrupt: corrupt}
}

type verifier struct {
	io.ReadCloser
	want    digest.Digest
	hash    *digest.Hasher
	left    int64 // bytes that are still to come
	corrupt func(got digest.Digest) StoreErr
	verdict error
}

func (v *verifier) Read(p []byte) (int, error) {
	if v.verdict != nil {
		return 0, v.verdict
	}
	n, err := v.ReadCloser.Read(p)
	_, _ = v.hash.Write(p[:n]) // never fails
	v.left -= int64(n)
	switch {
	case err == nil && v.left >= 0:
		return n, nil
	case err != nil && err != io.EOF:
		return n, err
	}
	v.verdict = io.EOF
	if got := v.hash.Digest(); got != v.want {
		v.verdict = v.corrupt(got)
	}
	return n, v.verdict
}

// ReadError gives an error that came out of a blob's reader its type back: the
// handle the store put there, or what [FromErrno] makes of anything else.
func ReadError(err error, d digest.Digest) StoreErr {
	if w, ok := errctx.From[StoreError](err); ok {
		return errctx.Wrap(w, "read blob")
	}
	return errctx.New(FromErrno("read", d.String(), err), "read blob")
}

// OpenSource opens a file for Import: a regular file and nothing else, so that reading
// cannot hang. With Copy a symbolic link is followed, with Move it is no regular
// file. Whatever is wrong with the file is an [*Unreadable]; the errors of reading from it go through [SourceFault].
func OpenSource(path string, how How) (*os.File, fs.FileInfo, StoreErr) {
	flags := os.O_RDONLY | syscall.O_NONBLOCK // a FIFO without a writer would not let us go
	if how == Move {
		flags |= syscall.O_NOFOLLOW
	}
	f, err := os.OpenFile(path, flags, 0)
	if err != nil {
		return nil, nil, errctx.New(SourceFault(path, err), "open file")
	}
	info, err := f.Stat()
	switch {
	case err != nil:
	case info.IsDir():
		err = &fs.PathError{Op: "open", Path: path, Err: syscall.EISDIR}
	case !info.Mode().IsRegular():
		err = &fs.PathError{Op: "open", Path: path, Err: syscall.EINVAL}
	}
	if err != nil {
		_ = f.Close()
		return nil, nil, errctx.New(SourceFault(path, err), "open file")
	}
	return f, info, nil
}

// SourceFault names what an error says about a file to be imported: an [*Unreadable],
// or a [*Resource] when it was the machine that was short of something.
func SourceFault(path string, err error) StoreError {
	if e, ok := FromErrno("read", path, err).(*Resource); ok {
		return e
	}
	path, err = cause(path, err)
	return &Unreadable{Path: path, Err: err}
}
