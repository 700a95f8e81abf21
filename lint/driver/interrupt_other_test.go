//go:build !unix

package driver_test

import "github.com/rogpeppe/go-internal/testscript"

func interrupted(ts *testscript.TestScript, neg bool, args []string) {
	ts.Fatalf("there are no signals here: the script skips this")
}
