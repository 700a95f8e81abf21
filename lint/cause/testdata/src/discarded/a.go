package discarded

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
)

func f() error { return nil }

func two() (int, int, error) { return 0, 0, nil }

func discards(s string) int {
	// want +2 `the error of strconv.Atoi is discarded, and n is used as if there was none`

	n, _ := strconv.Atoi(s)

	// want +2 `the error of f is discarded: say why in a comment, or handle it`

	_ = f()

	// want +2 `the error of two is discarded, and a is used`

	a, _, _ := two()

	x := 1 // about x
	// want +2 `the error of os.Remove is discarded`

	_ = os.Remove(s)
	return n + a + x
}

// Silent.

func silent(s string, w io.Writer, m map[string]error, file *os.File) int {
	n, _ := strconv.Atoi(s) // it was validated

	// Nothing to do about it.
	_ = f()

	_, _ = fmt.Fprintln(w)
	var b bytes.Buffer
	_, _ = b.WriteString("x")
	var sb strings.Builder
	_, _ = sb.WriteString("x")
	h := sha256.New()
	_, _ = h.Write(nil)
	defer func() { _ = file.Close() }()
	if err := file.Sync(); err != nil {
		_ = os.Remove(s)
	}
	var rc io.ReadCloser
	_ = rc.Close()
	y := 1          // about y
	_ = os.Chdir(s) // nor does it matter where we are
	_ = y
	v, _ := m["x"]
	_ = v
	var err error
	_ = err
	_, ok := m["y"]
	_ = ok
	return n
}
