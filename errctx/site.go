package errctx

import (
	"path"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
)

// site is a call site with its names.
type site struct {
	pc uintptr
	runtime.Frame
	function string // "disk.(*Store).Open"
	file     string // "disk/open.go"
}

// sites has those that were shown so far: a program has so many. Resolving one takes
// 30 times as long as finding it here. In recent each has a slot, and the last one of a slot is found
// without a lock.
var sites struct {
	recent [256]atomic.Pointer[site]
	sync.RWMutex
	byPC map[uintptr]*site
}

// place returns where the layer was added, or nil if that is not known.
func (l *layer) place() *site {
	pc := uintptr(l.site >> countBits)
	if pc == 0 {
		if r := l.record(); r != nil {
			return newSite(0, runtime.Frame{Function: r.function, File: r.file, Line: r.line})
		}
		return nil
	}
	slot := &sites.recent[uint32(pc)*0x9e3779b1>>24]
	if s := slot.Load(); s != nil && s.pc == pc {
		return s
	}
	s := lookUp(pc)
	slot.Store(s)
	return s
}

func lookUp(pc uintptr) *site {
	sites.RLock()
	s := sites.byPC[pc]
	sites.RUnlock()
	if s != nil {
		return s
	}
	f, _ := runtime.CallersFrames([]uintptr{pc}).Next()
	s = newSite(pc, f)
	sites.Lock()
	defer sites.Unlock()
	if sites.byPC == nil {
		sites.byPC = map[uintptr]*site{}
	}
	sites.byPC[pc] = s
	return s
}

func newSite(pc uintptr, f runtime.Frame) *site {
	dir, base := path.Split(f.File)
	if dir != "" {
		base = path.Join(path.Base(dir), base)
	}
	return &site{pc, f, f.Function[strings.LastIndexByte(f.Function, '/')+1:], base}
}

// names returns what is shown of a site.
func (v *view) names(s *site) (function, file string) {
	if v.sites == whole {
		return s.Function, s.File
	}
	return s.function, s.file
}
