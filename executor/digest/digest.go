// Package digest names content by what it is: a SHA-256 hash and a length in bytes.
//
// A Digest is the digest of the Remote Execution API v2 (REAPI); its text form is "hash/size", the hash as 64
// lower-case hexadecimal digits. The zero Digest names nothing.
package digest

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"io"
	"log/slog"
	"strconv"
	"strings"

	"github.com/holdfast-go/holdfast/errctx"
)

// Digest is comparable and meant to be passed by value and used as a map key.
type Digest struct {
	Hash [sha256.Size]byte
	Size int64 // bytes
}

// Empty is the digest of no bytes.
var Empty = Of(nil)

// Of returns the digest of data.
func Of(data []byte) Digest {
	return Digest{Hash: sha256.Sum256(data), Size: int64(len(data))}
}

// FromReader returns the digest of what r yields until its end. The error is r's own.
func FromReader(r io.Reader) (Digest, error) {
	h := NewHasher()
	if _, err := io.Copy(h, r); err != nil {
		return Digest{}, err
	}
	return h.Digest(), nil
}

// Hasher computes the digest of what is written to it.
type Hasher struct {
	h    hash.Hash
	size int64
}

// NewHasher returns a Hasher that has seen no bytes.
func NewHasher() *Hasher { return &Hasher{h: sha256.New()} }

// Write never fails.
func (h *Hasher) Write(p []byte) (int, error) {
	h.size += int64(len(p))
	return h.h.Write(p)
}

// Digest returns the digest of all bytes written so far.
func (h *Hasher) Digest() Digest {
	d := Digest{Size: h.size}
	h.h.Sum(d.Hash[:0])
	return d
}

// Hex returns the hash in lower-case hexadecimal digits.
func (d Digest) Hex() string { return hex.EncodeToString(d.Hash[:]) }

// String returns "hash/size".
func (d Digest) String() string { return d.Hex() + "/" + strconv.FormatInt(d.Size, 10) }

// Short returns the first 12 digits of the hash, for people.
func (d Digest) Short() string { return hex.EncodeToString(d.Hash[:6]) }

// IsZero reports whether d names nothing.
func (d Digest) IsZero() bool { return d == Digest{} }

// Compare orders digests by hash, then by size.
func (d Digest) Compare(o Digest) int {
	if c := bytes.Compare(d.Hash[:], o.Hash[:]); c != 0 {
		return c
	}
	return int(min(max(d.Size-o.Size, -1), 1))
}

// LogValue implements slog.LogValuer.
func (d Digest) LogValue() slog.Value { return slog.StringValue(d.String()) }

// SafeValue implements errctx.SafeValue: a digest says what content is the same, not what it is.
func (Digest) SafeValue() {}

var _ errctx.SafeValue = Digest{}

// MarshalText implements encoding.TextMarshaler with the form that Parse reads.
func (d Digest) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler. It returns what Parse returns.
func (d *Digest) UnmarshalText(text []byte) error {
	p, err := Parse(string(text))
	if err != nil {
		return err
	}
	*d = p
	return nil
}

// Parse reads "hash/size". Every other text is an [*Invalid].
func Parse(s string) (Digest, errctx.WithContext[*Invalid]) {
	name, size, ok := strings.Cut(s, "/")
	if !ok {
		return Digest{}, errctx.New(invalid(s, "want hash/size"), "parse digest")
	}
	n, err := strconv.ParseInt(size, 10, 64)
	if err != nil || n < 0 || size != strconv.FormatInt(n, 10) {
		return Digest{}, errctx.New(invalid(s, "the size is not a number of bytes"), "parse digest")
	}
	return FromHex(name, n)
}

// FromHex makes a Digest of a hash in hexadecimal digits and a size in bytes, as REAPI messages carry them.
// A hash that is not 64 lower-case digits and a negative size are an [*Invalid].
func FromHex(name string, size int64) (Digest, errctx.WithContext[*Invalid]) {
	d := Digest{Size: size}
	if len(name) != 2*sha256.Size || strings.ToLower(name) != name {
		return Digest{}, errctx.New(invalid(name, "the hash is not 64 lower-case hexadecimal digits"), "parse digest")
	}
	if _, err := hex.Decode(d.Hash[:], []byte(name)); err != nil {
		return Digest{}, errctx.New(invalid(name, "the hash is not 64 lower-case hexadecimal digits"), "parse digest")
	}
	if size < 0 {
		return Digest{}, errctx.New(invalid(name, "the size is negative"), "parse digest")
	}
	return d, nil
}

// Invalid says that a text is not a digest.
type Invalid struct {
	Text   string // at most 100 bytes of it
	Reason string
}

func invalid(text, reason string) *Invalid { return &Invalid{text[:min(len(text), 100)], reason} }

// ErrorKind implements errctx.Kind.
func (*Invalid) ErrorKind() string { return "digest.invalid" }

func (e *Invalid) Error() string { return strconv.Quote(e.Text) + ": " + e.Reason }
