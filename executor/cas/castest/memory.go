package castest

import (
	"bytes"
	"context"
	"io"
	"slices"
	"sync"

	"github.com/holdfast-go/holdfast/errctx"
	"github.com/holdfast-go/holdfast/executor/cas"
	"github.com/holdfast-go/holdfast/executor/digest"
)

// Memory is a store that keeps its blobs in memory. Link writes a new file. Its
// zero value is empty.
type Memory struct {
	mu    sync.Mutex
	blobs map[digest.Digest][]byte // never changed in place
}

var (
	_ cas.Store = (*Memory)(nil)
	_ Damage    = (*Memory)(nil)
)

// NewMemory returns a store with these blobs.
func NewMemory(blobs ...string) *Memory {
	m := new(Memory)
	for _, b := range blobs {
		m.put([]byte(b))
	}
	return m
}

func (m *Memory) put(data []byte) digest.Digest {
	d := digest.Of(data)
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.has(d) {
		if m.blobs == nil {
			m.blobs = map[digest.Digest][]byte{}
		}
		m.blobs[d] = slices.Clone(data)
	}
	return d
}

// has is called with the lock held.
func (m *Memory) has(d digest.Digest) bool {
	data, ok := m.blobs[d]
	return d == digest.Empty || ok && int64(len(data)) == d.Size
}

// Missing implements [cas.Store].
func (m *Memory) Missing(ctx context.Context, digests []digest.Digest) ([]digest.Digest, cas.StoreErr) {
	if ctx.Err() != nil {
		return nil, errctx.New(cas.Ended(ctx, "look up"), "look for blobs")
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	var missing []digest.Digest
	for _, d := range digests {
		if !m.has(d) && !slices.Contains(missing, d) {
			missing = append(missing, d)
		}
	}
	return missing, nil
}

// Open implements [cas.Store].
func (m *Memory) Open(ctx context.Context, d digest.Digest) (io.ReadCloser, cas.StoreErr) {
	if ctx.Err() != nil {
		return nil, errctx.New(cas.Ended(ctx, "open"), "open blob")
	}
	m.mu.Lock()
	data, ok := m.blobs[d]
	m.mu.Unlock()
	if !ok && d != digest.Empty {
		return nil, errctx.New[cas.StoreError](&cas.MissingDigest{Digest: d, Where: "memory"}, "open blob")
	}
	return cas.VerifyReader(io.NopCloser(bytes.NewReader(data)), d, func(got digest.Digest) cas.StoreErr {
		m.mu.Lock()
		if !bytes.Equal(m.blobs[d], data) {
			m.mu.Unlock() // somebody was faster
		} else {
			delete(m.blobs, d)
			m.mu.Unlock()
		}
		return errctx.New[cas.StoreError](&cas.CorruptBlob{Digest: d, Where: "memory", Got: got}, "verify blob")
	}), nil
}

// Put implements [cas.Store].
func (m *Memory) Put(ctx context.Context, data []byte) (digest.Digest, cas.StoreErr) {
	if ctx.Err() != nil {
		return digest.Digest{}, errctx.New(cas.Ended(ctx, "put"), "store blob")
	}
	return m.put(data), nil
}

// Import implements [cas.Store]. It never takes the file.
func (m *Memory) Import(ctx context.Context, path string, how cas.How) (digest.Digest, cas.StoreErr) {
	if ctx.Err() != nil {
		return digest.Digest{}, errctx.New(cas.Ended(ctx, "import"), "import file")
	}
	f, _, err := cas.OpenSource(path, how)
	if err != nil {
		return digest.Digest{}, errctx.Wrap(err, "import file")
	}
	defer func() { _ = f.Close() }() // read only
	data, rerr := io.ReadAll(f)
	if rerr != nil {
		return digest.Digest{}, errctx.New(cas.SourceFault(path, rerr), "import file")
	}
	return m.put(data), nil
}

// Link implements [cas.Store].
func (m *Memory) Link(ctx context.Context, d digest.Digest, executable bool, dst string) cas.StoreErr {
	return errctx.Wrap(cas.CopyTo(ctx, m, d, executable, dst), "link blob")
}

// Delete implements [Damage].
func (m *Memory) Delete(d digest.Digest) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.blobs, d)
}

// Flip implements [Damage].
func (m *Memory) Flip(d digest.Digest) { m.change(d, flip) }

// Truncate implements [Damage].
func (m *Memory) Truncate(d digest.Digest) { m.change(d, truncate) }

func (m *Memory) change(d digest.Digest, how func([]byte) []byte) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if data, ok := m.blobs[d]; ok {
		m.blobs[d] = how(slices.Clone(data))
	}
}
