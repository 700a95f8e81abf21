package process

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func TestResultOfAProcessThatEndsByItself(t *testing.T) {
	for name, c := range map[string]struct {
		script string
		want   Result
	}{
		"exit 0":             {"exit 0", Result{State: Exited, KilledBy: Nobody}},
		"exit 3":             {"exit 3", Result{State: Exited, ExitCode: 3, KilledBy: Nobody}},
		"exit 255":           {"exit 255", Result{State: Exited, ExitCode: 255, KilledBy: Nobody}},
		"SIGKILL to itself":  {"kill -9 $$", Result{State: Signaled, ExitCode: -1, Signal: syscall.SIGKILL, KilledBy: Foreign}},
		"SIGTERM to itself":  {"kill -TERM $$", Result{State: Signaled, ExitCode: -1, Signal: syscall.SIGTERM, KilledBy: Foreign}},
		"a fault":            {"kill -SEGV $$", Result{State: Signaled, ExitCode: -1, Signal: syscall.SIGSEGV, KilledBy: Foreign}},
		"a signal to a part": {"sh -c 'kill -9 $$'", Result{State: Exited, ExitCode: 128 + 9, KilledBy: Nobody}},
	} {
		t.Run(name, func(t *testing.T) {
			spec := sh(t, c.script)
			spec.Timeout = time.Minute
			r, _ := run(t, spec)
			if diff := cmp.Diff(c.want, facts(r)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestSomethingElseKillsTheProcess(t *testing.T) {
	p, line := talk(t.Context(), t, sh(t, "echo ready; exec sleep 300"))
	line()
	if err := syscall.Kill(p.Pid(), syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	want := Result{State: Signaled, ExitCode: -1, Signal: syscall.SIGKILL, KilledBy: Foreign}
	if diff := cmp.Diff(want, facts(wait(t, p))); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestTimeout(t *testing.T) {
	const stubborn = `trap '' TERM; while :; do sleep 300; done`
	for name, c := range map[string]struct {
		spec Spec
		want Result
	}{
		"ends a process by SIGTERM": {
			Spec{Argv: []string{"sleep", "300"}, Timeout: time.Millisecond},
			Result{State: TimedOut, ExitCode: -1, Signal: syscall.SIGTERM, KilledBy: ByTimeout},
		},
		"kills one that ignores it when grace is over": {
			// Long enough for a shell on a busy machine to come to its trap.
			Spec{Argv: []string{"sh", "-c", stubborn}, Timeout: time.Second, Grace: 20 * time.Millisecond},
			Result{State: TimedOut, ExitCode: -1, Signal: syscall.SIGKILL, KilledBy: ByTimeout},
		},
		"keeps the status of one that handles it": {
			Spec{Argv: []string{"sh", "-c", `trap 'exit 5' TERM; while :; do sleep 0.01; done`}, Timeout: time.Second},
			Result{State: TimedOut, ExitCode: 5, KilledBy: ByTimeout},
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := wait(t, start(t, c.spec))
			if diff := cmp.Diff(c.want, facts(r)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			if r.Wall < c.spec.Timeout || r.Wall > time.Minute {
				t.Errorf("took %v", r.Wall)
			}
		})
	}
	t.Run("keeps what was written before it", func(t *testing.T) {
		spec := sh(t, "echo partial; exec sleep 300")
		spec.Timeout = time.Second
		r, out := run(t, spec)
		if r.State != TimedOut || out != "partial\n" {
			t.Errorf("%s with %q", r.State, out)
		}
	})
	t.Run("reaches the whole group", func(t *testing.T) {
		spec := sh(t, "sleep 300 & sleep 300 & echo $!; wait")
		spec.Timeout = time.Second
		r, out := run(t, spec)
		if pid := atoi(t, out); r.State != TimedOut || len(r.Leftover) > 0 || !gone(pid) {
			t.Errorf("%+v, %d gone: %v", r, pid, gone(pid))
		}
	})
}

func TestCancel(t *testing.T) {
	cause := errors.New("the user left")
	for name, c := range map[string]struct {
		script string
		grace  time.Duration
		want   Result
	}{
		"ends a process by SIGTERM":         {"echo ready; exec sleep 300", 0, Result{ExitCode: -1, Signal: syscall.SIGTERM}},
		"ends one that is stopped":          {"sh -c 'kill -STOP $PPID; echo ready'", 0, Result{ExitCode: -1, Signal: syscall.SIGTERM}},
		"kills one that ignores it":         {"trap '' TERM; echo ready; while :; do sleep 300; done", time.Millisecond, Result{ExitCode: -1, Signal: syscall.SIGKILL}},
		"keeps the status of one that ends": {"trap 'exit 0' TERM; echo ready; while :; do sleep 0.01; done", 0, Result{}},
	} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithCancelCause(t.Context())
			spec := sh(t, c.script)
			spec.Grace = c.grace
			p, line := talk(ctx, t, spec)
			line()
			cancel(cause)
			c.want.State, c.want.KilledBy, c.want.Cause = Cancelled, ByCancel, cause
			if diff := cmp.Diff(c.want, facts(wait(t, p)), cmpopts.EquateErrors()); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
	t.Run("shortens the grace of a timeout and leaves its verdict", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		spec := sh(t, `trap 'echo asked' TERM; echo ready; while :; do sleep 0.01; done`)
		spec.Timeout, spec.Grace = time.Second, time.Hour
		p, line := talk(ctx, t, spec)
		line()
		if got := line(); got != "asked" {
			t.Fatalf("said %q", got)
		}
		cancel()
		want := Result{State: TimedOut, ExitCode: -1, Signal: syscall.SIGKILL, KilledBy: ByTimeout}
		if diff := cmp.Diff(want, facts(wait(t, p))); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
	})
	t.Run("after the end changes nothing", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		p, err := Start(ctx, Spec{Argv: []string{"true"}, Timeout: time.Hour})
		if err != nil {
			t.Fatal(err)
		}
		first := wait(t, p)
		cancel()
		if diff := cmp.Diff(first, wait(t, p)); diff != "" {
			t.Errorf("(-first +second)\n%s", diff)
		}
	})
}

func TestTimeoutAtTheMomentOfTheExit(t *testing.T) {
	verdicts := map[State]int{}
	for i := range 200 {
		spec := Spec{Argv: []string{"sh", "-c", "exit 7"}, Timeout: time.Duration(i) * 20 * time.Microsecond, Grace: time.Minute}
		if i == 0 {
			spec.Timeout = 1 // for 0 is none
		}
		r := facts(wait(t, start(t, spec)))
		verdicts[r.State]++
		// SIGTERM may come too late for a process that is exiting, and then it
		// exits; it must never be the other way round.
		var want []Result
		switch r.State {
		case Exited:
			want = []Result{{State: Exited, ExitCode: 7, KilledBy: Nobody}}
		case TimedOut:
			want = []Result{
				{State: TimedOut, ExitCode: -1, Signal: syscall.SIGTERM, KilledBy: ByTimeout},
				{State: TimedOut, ExitCode: 7, KilledBy: ByTimeout},
			}
		}
		matches := 0
		for _, w := range want {
			if cmp.Equal(w, r) {
				matches++
			}
		}
		if matches != 1 {
			t.Fatalf("timeout %v: %+v", spec.Timeout, r)
		}
	}
	t.Log(verdicts)
}

func TestManyAtOnce(t *testing.T) {
	before := runtime.NumGoroutine()
	dir := t.TempDir()
	var all sync.WaitGroup
	for i := range 64 {
		all.Go(func() {
			// Written while others fork, so that some are busy (ETXTBSY) at first.
			tool := fmt.Sprintf("%s/tool%d", dir, i)
			script := fmt.Sprintf("#!/bin/sh\necho out %d\necho err %d >&2\nexit %d\n", i, i, i)
			if err := os.WriteFile(tool, []byte(script), 0o755); err != nil {
				t.Error(err)
				return
			}
			stdout, stderr := create(t), create(t)
			p, err := Start(t.Context(), Spec{Argv: []string{tool}, Stdout: stdout, Stderr: stderr, Timeout: time.Minute})
			if err != nil {
				t.Errorf("%+v", err)
				return
			}
			r, werr := p.Wait()
			if werr != nil {
				t.Errorf("%+v", werr)
				return
			}
			got := []any{facts(r), read(t, stdout), read(t, stderr)}
			want := []any{Result{State: Exited, ExitCode: i, KilledBy: Nobody}, fmt.Sprintf("out %d\n", i), fmt.Sprintf("err %d\n", i)}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
	all.Wait()
	eventually(t, "no goroutine remains", func() bool { return runtime.NumGoroutine() <= before })
}

func TestWaitFromManyGoroutines(t *testing.T) {
	p := start(t, Spec{Argv: []string{"sh", "-c", "exit 9"}})
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			if r, err := p.Wait(); err != nil || r.ExitCode != 9 {
				t.Errorf("%+v, %v", r, err)
			}
		})
	}
	all.Wait()
}

func TestStatusTakenBySomethingElse(t *testing.T) {
	p := start(t, Spec{Argv: []string{"true"}, Timeout: time.Hour})
	if _, err := syscall.Wait4(p.Pid(), nil, 0, nil); err != nil {
		t.Fatal(err)
	}
	_, err := p.Wait()
	if err == nil {
		t.Fatal("waited for a process that is not ours any more")
	}
	if diff := cmp.Diff(Lost{Pid: p.Pid(), Err: syscall.ECHILD}, *err.Root()); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if !errors.Is(err, syscall.ECHILD) || err.Root().ErrorKind() != "process.lost" || !strings.Contains(err.Error(), "lost") {
		t.Errorf("%v", err)
	}
}

func TestDiskFullInsideTheProcess(t *testing.T) {
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip("this system has no /dev/full: ", err)
	}
	defer func() { _ = full.Close() }()
	spec := sh(t, "echo lost || exit 28")
	spec.Stdout = full
	want := Result{State: Exited, ExitCode: 28, KilledBy: Nobody}
	if diff := cmp.Diff(want, facts(wait(t, start(t, spec)))); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestWhatItUsed(t *testing.T) {
	r, _ := run(t, sh(t, "i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done"))
	if r.MaxRSS != 0 {
		t.Errorf("a peak of %d bytes, which is our own", r.MaxRSS)
	}
	if r.Wall <= 0 || r.User <= 0 || r.User+r.System > 2*r.Wall {
		t.Errorf("wall %v, user %v, system %v", r.Wall, r.User, r.System)
	}
	const large = 256 << 20
	r, _ = run(t, Spec{Argv: []string{"dd", "if=/dev/zero", "of=/dev/null", "bs=256M", "count=1"}})
	if r.MaxRSS < large || r.MaxRSS > 2*large {
		t.Errorf("a peak of %d bytes, not %d and a little", r.MaxRSS, large)
	}
}
