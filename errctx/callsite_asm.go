//go:build gc && !purego && (amd64 || arm64)

package errctx

import (
	"runtime"
	"sync/atomic"
)

// callSite captures the caller of the exported function that calls it.
// One frame is enough: the layers together are the trace.
//
// The answer is always that of runtime.Callers; only most of its cost is saved.
// Reading the return address of the exported function takes two nanoseconds, but it
// may lie in a wrapper made by the compiler, as when Wrap[E] is called through a
// func value, and runtime.Callers passes over wrappers. Whether it does is a
// property of the address. So runtime.Callers is asked once, and the addresses for which
// both agree are remembered.
//
// Not inlined, and neither is its caller: [returnAddress] counts their frames.
//
//go:noinline
func callSite() uintptr {
	pc := returnAddress()
	if agreed[slot(pc)].Load() == pc {
		return pc
	}
	return askRuntime(pc)
}

// agreed has one place for each slot: a call site that loses its place to another is asked
// about again.
var agreed [1 << slotBits]atomic.Uintptr

const slotBits = 12

func slot(pc uintptr) uint32 { return uint32(pc) * 0x9e3779b1 >> (32 - slotBits) }

//go:noinline
func askRuntime(pc uintptr) uintptr {
	var pcs [1]uintptr
	runtime.Callers(4, pcs[:])
	if pcs[0] == pc && pc != 0 {
		agreed[slot(pc)].Store(pc)
	}
	return pcs[0]
}

// returnAddress returns the address to which the caller of its caller returns.
// It is in assembly.
func returnAddress() uintptr
