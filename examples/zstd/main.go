package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	status := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(status)
}

const usage = `usage: go run ./examples/zstd [-compare]

Writes examples/zstd/plan.yaml: zstd 1.5.7, one step for each C file, with the
headers it reads. The sources come from the module proxy and are checked.

  -compare   then run the plan and, in turn, the same commands under xargs, five
             times each, and print the times (about three minutes on two cores)

CC and AR name other tools than cc and ar.
Exit status: 0 the plan stands, 1 something went wrong, 2 usage or a missing tool.
`

// run is the program, without its process.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("zstd", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.Usage = func() {}
	measure := flags.Bool("compare", false, "")
	switch err := flags.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		fmt.Fprint(stdout, usage)
		return 0
	case err != nil, flags.NArg() > 0:
		fmt.Fprint(stderr, usage)
		return 2
	}
	if err := tell(ctx, *measure, stdout); err != nil {
		fmt.Fprintf(stderr, "zstd: %v\n", err)
		if _, missing := errors.AsType[*MissingTool](err); missing {
			return 2
		}
		return 1
	}
	return 0
}

// tell does the work and says what was done.
func tell(ctx context.Context, measure bool, stdout io.Writer) error {
	tools, missing := findTools(os.Getenv)
	if missing != nil {
		return missing
	}
	dir, lost := ownFolder(ctx)
	if lost != nil {
		return lost
	}
	done, err := generate(ctx, dir, tools, optimised)
	if err != nil {
		return err
	}
	here, _ := os.Getwd() // unknown, paths are shown in full
	steps := len(done.plan.steps)
	fmt.Fprintf(stdout, "module    %s@%s, checksum verified\n", modulePath, moduleVersion)
	fmt.Fprintf(stdout, "sources   %s: %d files%s\n", from(here, filepath.Join(dir, sourceDir)), done.files, unchanged(done.newSources))
	fmt.Fprintf(stdout, "compiler  %s\n", strings.Join(tools.cc, " "))
	fmt.Fprintf(stdout, "plan      %s: %d steps%s\n\n", from(here, filepath.Join(dir, planFile)), steps, unchanged(done.newPlan))
	if !measure {
		fmt.Fprintf(stdout, "next      %s\n", nextCommand(here, dir))
		return nil
	}
	before := loadAverage()
	t, failed := compare(ctx, dir, done.plan)
	if failed != nil {
		return failed
	}
	t.print(stdout, steps, before, loadAverage())
	return nil
}

// loadAverage returns the three numbers of /proc/loadavg.
func loadAverage() string {
	data, err := os.ReadFile("/proc/loadavg")
	fields := strings.Fields(string(data))
	if err != nil || len(fields) < 3 {
		return "unknown"
	}
	return strings.Join(fields[:3], " ")
}
