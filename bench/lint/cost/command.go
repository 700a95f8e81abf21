package cost

import (
	"bytes"
	"context"
	"fmt"
	"os/exec"
	"strings"
	"syscall"
	"time"

	"github.com/holdfast-go/holdfast/bench/lint/module"
)

// Command is what a whole command costs, with all processes that it starts.
type Command struct {
	Name string
	// CPU is user and system time, in each round.
	CPU []time.Duration
	// Peak is the most memory that one of the processes had, in bytes, in any round.
	Peak int64
	// Status is how it ended; linters that found something end with 1 or more.
	Status int
}

// Measured is a command to be measured. Args are made anew for each round, because what Go remembers of a vet tool depends on it.
type Measured struct {
	Name string
	Args func(round int) ([]string, error)
	// Failing says whether an end with another status than 0 is one that broke off, by its output.
	Failing func(output string) bool
}

// Commands runs commands in dir in turns.
func Commands(ctx context.Context, dir string, commands []Measured, rounds int) ([]Command, error) {
	out := make([]Command, len(commands))
	for round := range rounds {
		for i, c := range commands {
			args, err := c.Args(round)
			if err != nil {
				return nil, err
			}
			got, output, err := once(ctx, dir, args)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", c.Name, err)
			}
			if got.Status != 0 && c.Failing != nil && c.Failing(output) {
				return nil, fmt.Errorf("%s ended with status %d: %s", c.Name, got.Status, tail(output))
			}
			o := &out[i]
			o.Name, o.Status = c.Name, got.Status
			o.CPU = append(o.CPU, got.CPU...)
			o.Peak = max(o.Peak, got.Peak)
		}
	}
	return out, nil
}

func tail(s string) string {
	lines := strings.Split(strings.TrimSpace(s), "\n")
	return strings.Join(lines[max(0, len(lines)-5):], "\n")
}

// once runs a command. Linux counts, for a process that was waited for, the time of all it waited for itself, and the
// memory of the largest.
func once(ctx context.Context, dir string, args []string) (Command, string, error) {
	var output bytes.Buffer
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = dir, module.Env(), &output, &output
	err := cmd.Run()
	if cmd.ProcessState == nil {
		return Command{}, "", err
	}
	usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	if !ok {
		return Command{}, "", fmt.Errorf("no resource usage of %s", args[0])
	}
	return Command{
		CPU:    []time.Duration{cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()},
		Peak:   usage.Maxrss * 1024,
		Status: cmd.ProcessState.ExitCode(),
	}, output.String(), ctx.Err()
}
