package cas

import (
	"context"
	"io"
	"log/slog"
	"os"
	"syscall"

	"github.com/holdfast-go/holdfast/errctx"
	"github.com/holdfast-go/holdfast/executor/digest"
)

// CopyTo writes the verified blob to the new file dst, as [WriteFile] does. It
// returns what Open returns and faults of writing.
func CopyTo(ctx context.Context, s Store, d digest.Digest, executable bool, dst string) StoreErr {
	r, err := s.Open(ctx, d)
	if err != nil {
		return errctx.Wrap(err, "copy blob", slog.String("to", dst))
	}
	defer func() { _ = r.Close() }()
	return errctx.Wrap(WriteFile(r, d, executable, dst), "copy blob", slog.String("to", dst))
}

// WriteFile writes what a blob's reader yields to the new file dst, read-only and
// executable or not. On an error dst is gone.
//
// An executable is written while no process can be forked: a child that inherits
// the open file for a moment would make its execution fail with ETXTBSY
// (https://go.dev/issue/22315).
func WriteFile(r io.Reader, d digest.Digest, executable bool, dst string) StoreErr {
	mode := os.FileMode(0o444)
	if executable {
		mode = 0o555
		syscall.ForkLock.RLock()
		defer syscall.ForkLock.RUnlock()
	}
	f, err := os.OpenFile(dst, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return errctx.New(FromErrno("create", dst, err), "write file")
	}
	w := &writer{f: f}
	_, rerr := io.Copy(w, r)
	if e := f.Close(); w.err == nil {
		w.err = e
	}
	switch {
	case w.err != nil:
		_ = os.Remove(dst)
		return errctx.New(FromErrno("write", dst, w.err), "write file", slog.Any("digest", d))
	case rerr != nil:
		_ = os.Remove(dst)
		return ReadError(rerr, d)
	}
	return nil
}

// writer remembers its own error, to tell it from the reader's.
type writer struct {
	f   *os.File
	err error
}

func (w *writer) Write(p []byte) (int, error) {
	n, err := w.f.Write(p)
	w.err = err
	return n, err
}
