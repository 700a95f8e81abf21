package errgrpc_test

import (
	"fmt"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"
)

// No goroutine of a call outlives the tests.
func TestMain(m *testing.M) {
	code := m.Run()
	if left := left(); code == 0 && left != "" {
		fmt.Println("goroutines are left:\n" + left)
		code = 1
	}
	os.Exit(code)
}

// left returns the goroutines of gRPC that do not end.
func left() (stacks string) {
	for deadline := time.Now().Add(5 * time.Second); time.Now().Before(deadline); time.Sleep(time.Millisecond) {
		b := make([]byte, 1<<20)
		stacks = string(b[:runtime.Stack(b, true)])
		if !strings.Contains(stacks, "google.golang.org/grpc") {
			return ""
		}
	}
	return stacks
}
