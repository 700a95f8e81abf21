package disk

import (
	"io/fs"
	"sync"
	"syscall"
	"time"

	"github.com/holdfast-go/holdfast/executor/digest"
)

// stamp tells whether a file is still the one that was hashed. A change time would
// not do: linking changes it.
type stamp struct {
	dev, ino    uint64
	size, mtime int64 // bytes, nanoseconds
}

func stampOf(info fs.FileInfo) stamp {
	s := stamp{size: info.Size(), mtime: info.ModTime().UnixNano()}
	if sys, ok := info.Sys().(*syscall.Stat_t); ok {
		s.dev, s.ino = uint64(sys.Dev), sys.Ino
	}
	return s
}

// settled reports whether a change to the file after t gives it another stamp. Two
// changes within one tick of the kernel's clock, at most 10 ms, may give it the same modification time.
func (s stamp) settled(t time.Time) bool {
	return s.mtime < t.Add(-20*time.Millisecond).UnixNano()
}

// memo remembers the stamps of the files that this process has hashed. Its zero value is empty.
type memo struct {
	mu     sync.Mutex
	stamps map[form]stamp
}

type form struct {
	digest     digest.Digest
	executable bool
}

// maxMemo bounds the memo's memory, to some 20 MB. When it is full it starts afresh.
const maxMemo = 1 << 16

func (m *memo) has(f form, s stamp) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.stamps[f] == s
}

func (m *memo) add(f form, s stamp) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.stamps == nil || len(m.stamps) == maxMemo {
		m.stamps = map[form]stamp{}
	}
	m.stamps[f] = s
}
