package provoke

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
)

// The errors of a program of its own, which are no library's: it has a store of
// blobs and builders, and gives policies rules for what they say.

// MissingDigest says that a blob is not in the store.
type MissingDigest struct{ Digest string }

func (e *MissingDigest) Error() string { return "not present in the local store: " + e.Digest }

// DigestMismatch says that a blob is not what its name promises.
type DigestMismatch struct{ Want, Got string }

func (e *DigestMismatch) Error() string {
	return "digest mismatch: want " + e.Want[:8] + " got " + e.Got[:8]
}

// BuilderGone says that a builder cannot be reached.
type BuilderGone struct {
	Builder string
	Err     error
}

func (e *BuilderGone) Error() string { return "builder " + e.Builder + " gone: " + e.Err.Error() }
func (e *BuilderGone) Unwrap() error { return e.Err }

// cas is a store of blobs in a folder.
type cas struct{ dir string }

func digest(b []byte) string { h := sha256.Sum256(b); return hex.EncodeToString(h[:6]) }

func (c cas) put(b []byte) string {
	check(os.WriteFile(filepath.Join(c.dir, digest(b)), b, 0o644))
	return digest(b)
}

// get returns a [*MissingDigest] or a [*DigestMismatch]; any other error is the disk's.
func (c cas) get(want string) ([]byte, error) {
	b, err := os.ReadFile(filepath.Join(c.dir, want))
	switch {
	case errors.Is(err, os.ErrNotExist):
		return nil, &MissingDigest{fmt.Sprintf("%s/%d", want, 1)}
	case err != nil:
		return nil, err
	case digest(b) != want:
		return nil, &DigestMismatch{want, digest(b)}
	}
	return b, nil
}

func materialize(c cas, d string) error {
	if _, err := c.get(d); err != nil {
		return fmt.Errorf("materializing a working directory: %w", err)
	}
	return nil
}

func (e *Env) evicted() error {
	c := cas{e.dir()}
	d := c.put([]byte("x"))
	check(os.Remove(filepath.Join(c.dir, d)))
	return materialize(c, d)
}

var seedRows = map[string]provocation{
	"seed-missing-digest": func(_ context.Context, e *Env) error { return e.evicted() },
	"seed-missing-digest-stringly": func(_ context.Context, e *Env) error {
		return fmt.Errorf("%v", e.evicted()) // the type is lost here, as it is wherever text is passed on
	},
	"seed-digest-mismatch": func(_ context.Context, e *Env) error {
		c := cas{e.dir()}
		d := c.put([]byte("x"))
		check(os.WriteFile(filepath.Join(c.dir, d), []byte("y"), 0o644))
		_, err := c.get(d)
		return err
	},
	"seed-builder-gone": func(ctx context.Context, e *Env) error {
		_, err := (&net.Dialer{}).DialContext(ctx, "tcp", e.refused())
		return &BuilderGone{"b1", err}
	},
	"seed-join-upload-2of3": func(ctx context.Context, e *Env) error {
		upload := func(name, addr string) error {
			c, err := (&net.Dialer{}).DialContext(ctx, "tcp", addr)
			if err != nil {
				return fmt.Errorf("upload %s: %w", name, err)
			}
			return c.Close()
		}
		return errors.Join(upload("a", e.refused()), upload("b", e.refused()), upload("c", e.serve(hold)))
	},
	"seed-join-missing-and-refused": func(ctx context.Context, e *Env) error {
		_, err := (&net.Dialer{}).DialContext(ctx, "tcp", e.refused())
		return errors.Join(e.evicted(), fmt.Errorf("remote store: %w", err))
	},
}
