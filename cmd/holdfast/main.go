// Command holdfast runs plans of processes: sandboxed, cached, and repaired when a
// blob of a cached result is lost. See "holdfast --help".
package main

import (
	"os"

	"github.com/holdfast-go/holdfast/executor/cli"
)

func main() {
	os.Exit(cli.Main(cli.Env{Args: os.Args[1:], Stdout: os.Stdout, Stderr: os.Stderr}))
}
