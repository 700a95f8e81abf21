package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"os/exec"
	"strings"
	"time"

	"github.com/holdfast-go/holdfast/errctx"
)

// command is a program to run and to wait for.
type command struct {
	dir   string
	env   []string // nil is the environment of this program
	stdin io.Reader
	argv  []string
}

// output runs the command and returns what it wrote to stdout, also when it failed.
func (c command) output(ctx context.Context) ([]byte, errctx.WithContext[*CommandFailed]) {
	cmd := exec.CommandContext(ctx, c.argv[0], c.argv[1:]...)
	var stdout, stderr bytes.Buffer
	cmd.Dir, cmd.Env, cmd.Stdin, cmd.Stdout, cmd.Stderr = c.dir, c.env, c.stdin, &stdout, &stderr
	cmd.WaitDelay = time.Second // a child that outlives a cancelled command may hold the pipes
	if err := cmd.Run(); err != nil {
		return stdout.Bytes(), errctx.New(&CommandFailed{c.argv, stderr.String(), err}, "run command", slog.String("dir", c.dir))
	}
	return stdout.Bytes(), nil
}

// CommandFailed says that a command did not start, or did not succeed.
type CommandFailed struct {
	Argv   []string
	Stderr string // what it wrote there, all of it
	Err    error  // an *exec.Error, an *exec.ExitError, or the context's
}

func (*CommandFailed) ErrorKind() string { return "zstd.command_failed" }
func (e *CommandFailed) Unwrap() error   { return e.Err }
func (e *CommandFailed) Error() string {
	text := fmt.Sprintf("%s: %v", head(strings.Join(e.Argv, " "), 200), e.Err)
	if stderr := strings.TrimSpace(e.Stderr); stderr != "" {
		text += "\n" + head(stderr, 4000)
	}
	return text
}

// head returns the first n bytes of s, and says when that is not all.
func head(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return strings.ToValidUTF8(s[:n], "") + " …"
}
