package actioncachetest

import (
	"context"
	"crypto/sha256"
	"slices"
	"sync"

	"github.com/holdfast-go/holdfast/errctx"
	"github.com/holdfast-go/holdfast/executor/action"
	"github.com/holdfast-go/holdfast/executor/actioncache"
	"github.com/holdfast-go/holdfast/executor/cas"
	"github.com/holdfast-go/holdfast/executor/digest"
)

// Memory is an action cache that keeps its entries, in the form they have on
// disk, in memory. Its zero value is empty.
type Memory struct {
	mu      sync.Mutex
	entries map[digest.Digest][]byte
}

var _ actioncache.Cache = (*Memory)(nil)

// Get implements [actioncache.Cache].
func (m *Memory) Get(ctx context.Context, key digest.Digest) (*action.Result, actioncache.GetErr) {
	if ctx.Err() != nil {
		return nil, errctx.New[actioncache.GetError](ended(ctx, "get"), "look up action")
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	entry, ok := m.entries[key]
	if !ok {
		return nil, errctx.New[actioncache.GetError](&actioncache.Miss{Key: key, Reason: actioncache.Absent}, "look up action")
	}
	if len(entry) > actioncache.MaxEntry {
		entry = nil
	}
	r, fault := actioncache.Decode(key, entry)
	if fault == nil {
		return r, nil
	}
	if _, ok := fault.(*actioncache.CorruptEntry); ok {
		delete(m.entries, key)
	}
	return nil, errctx.New(fault, "look up action")
}

// Put implements [actioncache.Cache].
func (m *Memory) Put(ctx context.Context, key digest.Digest, r *action.Result) actioncache.PutErr {
	entry, err := actioncache.Encode(key, r)
	if err != nil {
		return errctx.Map(err, func(e *actioncache.BadResult) actioncache.PutError { return e })
	}
	if ctx.Err() != nil {
		return errctx.New[actioncache.PutError](ended(ctx, "put"), "put result")
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.entries == nil {
		m.entries = make(map[digest.Digest][]byte)
	}
	m.entries[key] = entry
	return nil
}

// Damage replaces the entry of key, if there is one, by what change makes of it; by none if that is nil.
func (m *Memory) Damage(key digest.Digest, change func(entry []byte) []byte) {
	m.mu.Lock()
	entry, ok := m.entries[key]
	m.mu.Unlock() // change may call Damage
	if !ok {
		return
	}
	changed := change(slices.Clone(entry))
	m.mu.Lock()
	defer m.mu.Unlock()
	if changed == nil {
		delete(m.entries, key)
		return
	}
	m.entries[key] = changed
}

// OtherFormat makes of an entry one that another version of this program could
// have written, for Damage.
func OtherFormat(entry []byte) []byte {
	const sumAt, versionAt = 4, 4 + sha256.Size
	entry[versionAt]++
	sum := sha256.Sum256(entry[versionAt:])
	copy(entry[sumAt:], sum[:])
	return entry
}

func ended(ctx context.Context, op string) actioncache.StoreFault {
	return actioncache.StoreFault{StoreError: &cas.Interrupted{Op: op, Err: context.Cause(ctx)}}
}
