package actioncache

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"fmt"

	repb "github.com/bazelbuild/remote-apis/build/bazel/remote/execution/v2"
	"github.com/holdfast-go/holdfast/errctx"
	"github.com/holdfast-go/holdfast/executor/action"
	"github.com/holdfast-go/holdfast/executor/digest"
	"google.golang.org/protobuf/proto"
)

// An entry is
//
//	4 bytes   "hfac"
//	32 bytes  the SHA-256 of all that follows
//	4 bytes   the version of what follows the key
//	40 bytes  the key: its hash, and its size
//	          in version 1 the ActionResult message
//
// with big-endian numbers. The sum covers the version and the key, so a flipped
// bit, a cut and an entry in another's place are all noticed, and an entry of
// another version is told from a broken one: all versions have this head.
const (
	magic     = "hfac"
	version   = 1
	sumAt     = len(magic)
	versionAt = sumAt + sha256.Size
	hashAt    = versionAt + 4
	sizeAt    = hashAt + sha256.Size
	messageAt = sizeAt + 8
)

// MaxEntry bounds an entry, in bytes: some 100,000 outputs.
const MaxEntry = 16 << 20

// Encode returns the entry of r under key, for a cache that keeps bytes. The
// error says that r fails its Check, or that the entry is larger than MaxEntry.
func Encode(key digest.Digest, r *action.Result) ([]byte, errctx.WithContext[*BadResult]) {
	if err := r.Check(); err != nil {
		return nil, errctx.New(&BadResult{key, err.Root()}, "encode result")
	}
	data := make([]byte, messageAt, 1024)
	copy(data, magic)
	binary.BigEndian.PutUint32(data[versionAt:], version)
	copy(data[hashAt:], key.Hash[:])
	binary.BigEndian.PutUint64(data[sizeAt:], uint64(key.Size))
	data, err := proto.MarshalOptions{Deterministic: true}.MarshalAppend(data, r.Proto())
	if err != nil {
		panic(fmt.Errorf("actioncache: encode a result: %w", err)) // unreachable: only a string that is not UTF-8 can fail, and r was checked
	}
	if len(data) > MaxEntry {
		m := &action.Malformed{Field: "result", Reason: fmt.Sprintf("larger than %d bytes", MaxEntry)}
		return nil, errctx.New(&BadResult{key, m}, "encode result")
	}
	sum := sha256.Sum256(data[versionAt:])
	copy(data[sumAt:], sum[:])
	return data, nil
}

// Decode returns the result in an entry that was found under key. Otherwise it
// returns a [*Miss] or a [*CorruptEntry], for the cache to put the entry aside and to fill in Kept.
func Decode(key digest.Digest, data []byte) (*action.Result, GetError) {
	if len(data) < messageAt || string(data[:sumAt]) != magic {
		return nil, &CorruptEntry{Key: key, Reason: "not an entry"}
	}
	if sum := sha256.Sum256(data[versionAt:]); !bytes.Equal(sum[:], data[sumAt:versionAt]) {
		return nil, &CorruptEntry{Key: key, Reason: "the checksum is of other bytes"}
	}
	switch found := KeyOf(data); {
	case found.Hash != key.Hash:
		return nil, &CorruptEntry{Key: key, Reason: "it is the entry of action " + found.String()}
	case found.Size != key.Size:
		return nil, &Miss{key, Absent} // the entry is well: no action has the key that was asked for
	case binary.BigEndian.Uint32(data[versionAt:]) != version:
		return nil, &Miss{key, OtherFormat}
	}
	var p repb.ActionResult
	if err := proto.Unmarshal(data[messageAt:], &p); err != nil {
		return nil, &CorruptEntry{Key: key, Reason: "not an ActionResult message", Err: err}
	}
	r, err := action.ResultFromProto(&p)
	if err != nil {
		return nil, &CorruptEntry{Key: key, Reason: "not the result of an action", Err: err.Root()}
	}
	return r, nil
}

// KeyOf returns the key that is written in an entry, unverified; the zero Digest if there is none.
func KeyOf(data []byte) (key digest.Digest) {
	if len(data) >= messageAt {
		copy(key.Hash[:], data[hashAt:])
		key.Size = int64(binary.BigEndian.Uint64(data[sizeAt:]))
	}
	return key
}
