//go:build race

package errctx_test

// Under the race detector sync.Pool forgets at random, so as to find misuse.
const forgetful = true
