//go:build !race

package errctx_test

const forgetful = false
