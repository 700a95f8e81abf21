package process_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/holdfast-go/holdfast/executor/process"
)

// A command that hangs is a result; one that does not exist is an error, which
// says what it was about.
func Example() {
	for _, argv := range [][]string{
		{"sh", "-c", "exit 3"},
		{"sleep", "300"},
		{"no-such-command"},
	} {
		p, err := process.Start(context.Background(), process.Spec{Argv: argv, Timeout: time.Second})
		if missing, ok := errors.AsType[*process.NotFound](err); ok {
			fmt.Printf("%s is not in %s\n", missing.Argv0, missing.Path)
			continue
		}
		if err != nil {
			fmt.Println(err)
			continue
		}
		r, lost := p.Wait()
		if lost != nil {
			fmt.Println(lost)
			continue
		}
		fmt.Println(argv[0], r.State, r.ExitCode, r.KilledBy)
	}
	// Output:
	// sh exited 3 nobody
	// sleep timed_out -1 timeout
	// no-such-command is not in /usr/local/bin:/usr/bin:/bin
}
