// Package cas is the contract of a content-addressed store: blobs named by the
// digest of their bytes.
//
// What every [Store] promises, and package castest checks:
//
//   - A blob is whole or not there: a reader never sees a part of one.
//   - Presence has three answers. An error says neither present nor absent.
//   - What is read is what was asked for: bytes that do not hash to their digest
//     are a [*CorruptBlob], the blob is put aside, and it is missing from then on.
//   - A blob that is not there is a [*MissingDigest], also when it vanishes between two calls.
//   - The empty blob is always present.
//   - An ended context is an [*Interrupted], before anything has happened.
package cas

import (
	"bytes"
	"context"
	"io"

	"github.com/holdfast-go/holdfast/errctx"
	"github.com/holdfast-go/holdfast/executor/digest"
)

// Store holds blobs. Its methods may be called from many goroutines and, on one
// folder, from many processes.
//
// Besides what a method names, each may return a [*DiskFull], [*Resource],
// [*Denied], [*StoreIO] or [*Interrupted]; none of them says anything about a blob.
type Store interface {
	// Missing returns those of digests that are not in the store, in their
	// order and each once.
	Missing(ctx context.Context, digests []digest.Digest) ([]digest.Digest, StoreErr)

	// Open returns a reader of the blob, or a [*MissingDigest]. The last Read
	// returns a handle on a [*CorruptBlob] instead of io.EOF when the bytes were
	// not those of d; a reader must not act on bytes before it has seen io.EOF.
	Open(ctx context.Context, d digest.Digest) (io.ReadCloser, StoreErr)

	// Put stores data and returns its digest.
	Put(ctx context.Context, data []byte) (digest.Digest, StoreErr)

	// Import stores the bytes of the regular file at path and returns their
	// digest. With Move the file may be gone afterwards. A file that cannot be
	// read is an [*Unreadable]: the store is well. So is what is not a regular file;
	// a symbolic link is followed with Copy and is not a regular file with Move.
	Import(ctx context.Context, path string, how How) (digest.Digest, StoreErr)

	// Link makes the new file dst a hard link to the verified, read-only blob (0444),
	// executable (0555) or not. The blob is [*MissingDigest] or [*CorruptBlob] as in
	// Open; a [*LinkRefused] says that a copy has to be made instead. A dst that exists, or whose
	// folder does not, is a [*StoreIO]. On an error there is no new file.
	Link(ctx context.Context, d digest.Digest, executable bool, dst string) StoreErr
}

// How says what Import may do with the file.
type How int

const (
	// Copy leaves the file alone.
	Copy How = iota
	// Move may take the file into the store.
	Move
)

// ReadAll returns the bytes of a blob of at most limit bytes. It returns what
// Open and its reader return, and [*TooLarge] without reading for a larger blob.
func ReadAll(ctx context.Context, s Store, d digest.Digest, limit int64) ([]byte, StoreErr) {
	if d.Size > limit {
		return nil, errctx.New[StoreError](&TooLarge{d, limit}, "read blob")
	}
	r, err := s.Open(ctx, d)
	if err != nil {
		return nil, errctx.Wrap(err, "read blob")
	}
	defer func() { _ = r.Close() }() // read only: nothing can be lost
	data := bytes.NewBuffer(make([]byte, 0, max(d.Size, 0)+bytes.MinRead))
	n, rerr := data.ReadFrom(io.LimitReader(r, d.Size+1)) // one more, because the verdict comes with the end
	if rerr != nil {
		return nil, ReadError(rerr, d)
	}
	if n != d.Size { // no reader that keeps its promise gets here
		return nil, errctx.New[StoreError](&CorruptBlob{Digest: d, Where: "read", Got: digest.Of(data.Bytes())}, "read blob")
	}
	return data.Bytes(), nil
}
