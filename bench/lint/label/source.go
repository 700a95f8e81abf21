package label

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// Show prints a place with the lines around it.
func Show(w io.Writer, dir, file string, line, around int) error {
	b, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(file)))
	if err != nil {
		return err
	}
	lines := strings.Split(string(b), "\n")
	for n := max(1, line-around); n <= min(len(lines), line+around); n++ {
		mark := ' '
		if n == line {
			mark = '>'
		}
		if _, err := fmt.Fprintf(w, "%c%5d %s\n", mark, n, strings.ReplaceAll(lines[n-1], "\t", "  ")); err != nil {
			return err
		}
	}
	return nil
}
