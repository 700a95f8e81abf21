package provoke

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// killed starts a process, has another one send it a signal and returns what became of it.
func killed(ctx context.Context, signal string) error {
	cmd := exec.CommandContext(ctx, "sleep", "60")
	check(cmd.Start())
	check(exec.CommandContext(ctx, "sh", "-c", "kill -"+signal+` "$0"`, itoa(cmd.Process.Pid)).Run())
	return cmd.Wait()
}

var processRows = map[string]provocation{
	"exec-not-found-path": func(ctx context.Context, _ *Env) error {
		return exec.CommandContext(ctx, "no-such-tool-xyz").Run()
	},
	"exec-enoent-abs": func(ctx context.Context, _ *Env) error {
		return exec.CommandContext(ctx, "/nonexistent/tool").Run()
	},
	"exec-eacces": func(ctx context.Context, e *Env) error {
		return exec.CommandContext(ctx, e.file("tool", "#!/bin/sh\n", 0o644)).Run()
	},
	"exec-enoexec": func(ctx context.Context, e *Env) error {
		return exec.CommandContext(ctx, e.file("tool", "\x00\x01garbage", 0o755)).Run()
	},
	"exec-bad-interp": func(ctx context.Context, e *Env) error {
		return exec.CommandContext(ctx, e.file("tool", "#!/nonexistent/sh\n", 0o755)).Run()
	},
	"exec-cwd-missing": func(ctx context.Context, _ *Env) error {
		cmd := exec.CommandContext(ctx, "true")
		cmd.Dir = "/nonexistent/dir"
		return cmd.Run()
	},
	"exec-exit-127": func(ctx context.Context, _ *Env) error {
		return exec.CommandContext(ctx, "sh", "-c", "no-such-command").Run()
	},
	"exec-exit-137": func(ctx context.Context, _ *Env) error {
		return exec.CommandContext(ctx, "sh", "-c", "exit 137").Run()
	},
	"exec-sigkill-foreign": func(ctx context.Context, _ *Env) error { return killed(ctx, "KILL") },
	"exec-sigterm-foreign": func(ctx context.Context, _ *Env) error { return killed(ctx, "TERM") },
	"exec-sigsegv": func(ctx context.Context, _ *Env) error {
		return exec.CommandContext(ctx, "sh", "-c", "ulimit -c 0; kill -SEGV $$").Run()
	},
	"exec-ctx-timeout": func(ctx context.Context, _ *Env) error {
		ctx, cancel := context.WithTimeout(ctx, 50*time.Millisecond)
		defer cancel()
		return exec.CommandContext(ctx, "sleep", "60").Run()
	},
	"exec-errdot": func(ctx context.Context, e *Env) error {
		here := must(filepath.Rel(must(os.Getwd()), filepath.Dir(e.file("tool-x", "#!/bin/sh\n", 0o755))))
		old := os.Getenv("PATH")
		defer func() { check(os.Setenv("PATH", old)) }()
		check(os.Setenv("PATH", here))
		return exec.CommandContext(ctx, "tool-x").Run()
	},
	"exec-eagain-nproc": func(ctx context.Context, e *Env) error {
		e.root("another user's process limit")
		nobodys := &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
		first := exec.CommandContext(ctx, "sleep", "60")
		first.SysProcAttr = nobodys
		check(first.Start())
		defer func() {
			check(first.Process.Kill())
			_ = first.Wait()
		}()
		// The limit is this process's. It does not count for root, but for the child once that is nobody.
		var old unix.Rlimit
		check(unix.Prlimit(0, unix.RLIMIT_NPROC, nil, &old))
		check(unix.Prlimit(0, unix.RLIMIT_NPROC, &unix.Rlimit{Cur: 0, Max: old.Max}, nil))
		defer func() { check(unix.Prlimit(0, unix.RLIMIT_NPROC, &old, nil)) }()
		cmd := exec.CommandContext(ctx, "/bin/true")
		cmd.SysProcAttr = nobodys
		return cmd.Run()
	},
	"fs-etxtbsy": func(ctx context.Context, e *Env) error {
		tool := e.file("tool", string(must(os.ReadFile("/bin/true"))), 0o755)
		f := must(os.OpenFile(tool, os.O_WRONLY, 0))
		defer f.Close()
		return exec.CommandContext(ctx, tool).Run()
	},
	"exec-e2big": func(ctx context.Context, _ *Env) error {
		return exec.CommandContext(ctx, "true", strings.Repeat("x", 1<<20)).Run()
	},
	"exec-wait-delay": func(ctx context.Context, _ *Env) error {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		// A grandchild keeps the pipe open.
		cmd := exec.CommandContext(ctx, "sh", "-c", "sleep 2 & exit 0")
		cmd.Stdout = new(strings.Builder)
		cmd.WaitDelay = 50 * time.Millisecond
		return cmd.Run()
	},
}
