//go:build gc && !purego && (amd64 || arm64)

package errctx

// RemembersCallSites says that the second layer that a call site adds does not ask the runtime.
const RemembersCallSites = true

// ForgetCallSites makes the next layer of every call site ask the runtime.
func ForgetCallSites() {
	for i := range agreed {
		agreed[i].Store(0)
	}
}

// Remembered counts the call sites for which the runtime is not asked any more.
func Remembered() (n int) {
	for i := range agreed {
		if agreed[i].Load() != 0 {
			n++
		}
	}
	return n
}
