//go:build !gc || purego || !(amd64 || arm64)

package errctx

import "runtime"

// callSite captures the caller of the exported function that calls it.
// One frame is enough: the layers together are the trace.
//
//go:noinline
func callSite() uintptr {
	var pcs [1]uintptr
	runtime.Callers(3, pcs[:])
	return pcs[0]
}
