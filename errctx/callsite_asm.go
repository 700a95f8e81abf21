//go:build gc && !purego && (amd64 || arm64)

package errctx

import (
	"runtime"
	"sync/atomic"
)

// callSite captures the caller of the exported function that calls it.
// One frame is enough: the layers together are the trace.
//
// The answer is that of runtime.Callers, always; what is saved is asking twice.
// The exported function's return address costs next to nothing to read, but it may
// lie in a wrapper made by the compiler, as it does when Wrap[E] is called as a
// func value or by a defer statement, and runtime.Callers looks through those.
// Whether there is anything to look through depends on the address alone. So the
// runtime is asked once for each address, and those that it confirms are remembered.
//
// Neither callSite nor its caller may be inlined: [returnAddress] counts their frames.
// Were the count ever wrong, nothing would be confirmed, and all would be slow.
//
//go:noinline
func callSite() uintptr {
	pc := returnAddress()
	if confirmed[slot(pc)].Load() == pc {
		return pc
	}
	return confirm(pc)
}

// confirmed holds the return addresses that are call sites, each in its slot:
// one that loses its slot to another is confirmed anew.
var confirmed [1 << slotBits]atomic.Uintptr

const slotBits = 12

// slot spreads addresses by Fibonacci hashing.
func slot(pc uintptr) uint32 { return uint32(pc) * 0x9e3779b1 >> (32 - slotBits) }

func confirm(pc uintptr) uintptr {
	var pcs [1]uintptr
	runtime.Callers(4, pcs[:])
	if pcs[0] == pc {
		confirmed[slot(pc)].Store(pc)
	}
	return pcs[0]
}

// returnAddress returns the address that its caller's caller returns to.
//
// It reads two frame pointers, both set by functions of this package, so that it
// does not matter what assembly or C further up the stack does with the register.
func returnAddress() uintptr
