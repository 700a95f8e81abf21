//go:build !gc || purego || !(amd64 || arm64)

package errctx

const RemembersCallSites = false

func ForgetCallSites() {}

func Remembered() int { return 0 }
