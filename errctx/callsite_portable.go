//go:build !gc || purego || !(amd64 || arm64)

package errctx

import (
	"runtime"
	"unsafe"
)

// callSite captures the caller of the exported function that calls it.
// One frame is enough: the layers together are the trace.
//
// It is just small enough to be inlined: a frame less to unwind.
func callSite() (pc uintptr) {
	runtime.Callers(3, unsafe.Slice(&pc, 1))
	return pc
}
