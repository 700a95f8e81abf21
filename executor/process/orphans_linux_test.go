package process

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"
)

// childrenLeft returns the children that the first thread adopted or started.
func childrenLeft() []int { return childrenOf(os.Getpid(), os.Getpid()) }

func TestLeftover(t *testing.T) {
	for name, script := range map[string]string{
		"in the group":                 `sleep 300 & echo $!`,
		"in another group":             `set -m; sleep 300 & echo $!`,
		"in another session":           `mkfifo f; setsid sh -c 'echo $$ >f; exec sleep 300' & cat f`,
		"holding stdout and stderr":    `mkfifo f; setsid sh -c 'cd /; echo $$ >'$PWD'/f; exec sleep 300' & cat f`,
		"a daemon by the book":         `mkfifo f; f=$PWD/f; (cd /; setsid sh -c 'exec </dev/null >'$f' 2>&1; (sh -c "echo \$PPID"; exec >/dev/null 2>&1; exec sleep 300) &' &) & cat f`,
		"ignoring every polite signal": `mkfifo f; setsid sh -c 'trap "" TERM INT HUP; echo $$ >f; while :; do sleep 300; done' & cat f`,
	} {
		t.Run(name, func(t *testing.T) {
			spec := sh(t, script)
			spec.Timeout = time.Minute
			r, out := run(t, spec)
			if r.State != Exited || r.Wall > 30*time.Second {
				t.Errorf("%s after %v", r.State, r.Wall)
			}
			pid := atoi(t, out)
			if !slices.Contains(r.Leftover, pid) {
				t.Errorf("%d is not in %v", pid, r.Leftover)
			}
			for _, pid := range r.Leftover {
				if !gone(pid) {
					t.Errorf("%d is still there", pid)
				}
			}
			if left := childrenLeft(); len(left) > 0 {
				t.Errorf("children remain: %v", left)
			}
		})
	}
}

func TestLeftoverHasWholeTrees(t *testing.T) {
	spec := sh(t, `mkfifo f; setsid sh -c 'sh -c "setsid sleep 300 & echo \$! \$\$ >f; wait" & wait' & cat f; echo $!`)
	r, out := run(t, spec)
	var sleep, middle, top int
	if _, err := fmt.Sscan(out, &sleep, &middle, &top); err != nil {
		t.Fatalf("%q: %v", out, err)
	}
	want := []int{sleep, middle, top}
	slices.Sort(want)
	if diff := cmp.Diff(want, r.Leftover); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestOrphansOfCommandsThatRunAtOnce(t *testing.T) {
	const script = `mkfifo f; f=$PWD/f
		(cd /; setsid sh -c 'echo $$ >'$f'; exec sleep 300' </dev/null >/dev/null 2>&1 &)
		cat f; read line <go`
	type command struct {
		p      *Process
		daemon int
		end    func()
	}
	begin := func() command {
		spec := sh(t, script)
		fifo := filepath.Join(spec.Dir, "go")
		if err := syscall.Mkfifo(fifo, 0o600); err != nil {
			t.Fatal(err)
		}
		p, line := talk(t.Context(), t, spec)
		return command{p, atoi(t, line()), func() {
			if err := os.WriteFile(fifo, []byte("\n"), 0); err != nil {
				t.Error(err)
			}
		}}
	}
	a, b := begin(), begin()

	b.end()
	if diff := cmp.Diff([]int{b.daemon}, wait(t, b.p).Leftover); diff != "" {
		t.Errorf("of the one that ended (-want +got)\n%s", diff)
	}
	if gone(a.daemon) {
		t.Error("the daemon of the one that still runs was killed")
	}
	a.end()
	if diff := cmp.Diff([]int{a.daemon}, wait(t, a.p).Leftover); diff != "" {
		t.Errorf("of the other (-want +got)\n%s", diff)
	}
}

func TestOrphanWithoutItsMark(t *testing.T) {
	r, out := run(t, asRole(t, "unmarked"))
	pid := atoi(t, out)
	if diff := cmp.Diff([]int{pid}, r.Leftover); diff != "" {
		t.Errorf("what stays in the session is known by that (-want +got)\n%s", diff)
	}
}

func init() {
	roles["unmarked"] = func() int {
		var lim unix.Rlimit
		if err := unix.Prlimit(0, unix.RLIMIT_LOCKS, nil, &lim); err != nil {
			return 2
		}
		lim.Cur = lim.Max
		if err := unix.Prlimit(0, unix.RLIMIT_LOCKS, &lim, nil); err != nil {
			return 2
		}
		cmd := exec.Command("sleep", "300")
		cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
		if err := cmd.Start(); err != nil {
			return 2
		}
		fmt.Println(cmd.Process.Pid)
		return 0
	}
	// A program that runs commands itself, and is killed before it can kill them.
	roles["nested"] = func() int {
		p, err := Start(context.Background(), Spec{Argv: []string{"sleep", "300"}})
		if err != nil {
			return 2
		}
		fmt.Println(p.Pid())
		_, _ = p.Wait()
		return 0
	}
}

func TestCommandOfACommand(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	p, line := talk(ctx, t, asRole(t, "nested"))
	inner := atoi(t, line())
	cancel()
	r := wait(t, p)
	if diff := cmp.Diff([]int{inner}, r.Leftover); diff != "" {
		t.Errorf("what a program that was killed had running (-want +got)\n%s", diff)
	}
}

func TestSweepOrphans(t *testing.T) {
	// Children of other origin, of which one even leads a session.
	child := func(attr *syscall.SysProcAttr) (*exec.Cmd, func()) {
		cmd := exec.Command("sh", "-c", "read line; exit 3")
		cmd.SysProcAttr = attr
		stdin, err := cmd.StdinPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		return cmd, func() { _ = stdin.Close() }
	}
	plain, endPlain := child(nil)
	leader, endLeader := child(&syscall.SysProcAttr{Setsid: true})

	p, line := talk(t.Context(), t, sh(t, `mkfifo f; f=$PWD/f; mkfifo go
		(cd /; setsid sh -c 'echo $$ >'$f'; exec sleep 300' </dev/null >/dev/null 2>&1 &)
		cat f; read line <go; exit 4`))
	orphan := atoi(t, line())
	dir, err := os.Readlink(fmt.Sprintf("/proc/%d/cwd", p.Pid()))
	if err != nil {
		t.Fatal(err)
	}
	eventually(t, "the daemon is ours", func() bool { return slices.Contains(childrenLeft(), orphan) })

	if diff := cmp.Diff([]int{orphan}, SweepOrphans()); diff != "" {
		t.Errorf("swept (-want +got)\n%s", diff)
	}
	if !gone(orphan) {
		t.Error("the orphan is still there")
	}
	if left := SweepOrphans(); left != nil {
		t.Errorf("swept again: %v", left)
	}

	if err := os.WriteFile(filepath.Join(dir, "go"), []byte("\n"), 0); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(Result{State: Exited, ExitCode: 4, KilledBy: Nobody}, facts(wait(t, p))); diff != "" {
		t.Errorf("a command that still ran (-want +got)\n%s", diff)
	}
	endPlain()
	endLeader()
	for _, cmd := range []*exec.Cmd{plain, leader} {
		if _ = cmd.Wait(); cmd.ProcessState == nil || cmd.ProcessState.ExitCode() != 3 {
			t.Errorf("a child of other origin: %v", cmd.ProcessState)
		}
	}
}

func init() {
	// The first thread is the one whose children are looked at; a role runs on it.
	runtime.LockOSThread()
	roles["sweep"] = func() int {
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		p, err := Start(ctx, Spec{Argv: []string{"sleep", "300"}})
		if err != nil {
			return 2
		}
		// A child of other origin, forked in the moment in which the program itself has a mark.
		other := exec.Command("sh", "-c", "read line; exit 3")
		stdin, pipeErr := other.StdinPipe()
		if pipeErr != nil || other.Start() != nil {
			return 2
		}
		lim := unix.Rlimit{Cur: uint64(newMark(0, 1)), Max: unix.RLIM_INFINITY}
		if unix.Prlimit(other.Process.Pid, unix.RLIMIT_LOCKS, &lim, nil) != nil {
			return 2
		}

		fmt.Println(slices.Equal(childrenLeft(), []int{p.Pid(), other.Process.Pid}), SweepOrphans())
		cancel()
		r, _ := p.Wait()
		_ = stdin.Close()
		_ = other.Wait()
		fmt.Println(r.State, other.ProcessState)
		return 0
	}
}

func TestSweepSparesWhatIsNoOrphan(t *testing.T) {
	_, out := run(t, asRole(t, "sweep"))
	if diff := cmp.Diff("true []\ncancelled exit status 3\n", out); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// Each generation is an orphan in a session of its own that lives only until the
// next one is there. The count ends it should it ever get away.
func TestDaemonThatKeepsForking(t *testing.T) {
	spec := sh(t, `./hop 1000`)
	write(t, spec.Dir, "hop", "#!/bin/sh\n[ $1 = 0 ] || setsid ./hop $(($1-1)) &\n", 0o755)
	r, _ := run(t, spec)
	if len(r.Leftover) == 0 {
		t.Error("nothing was left over")
	}
	if left := childrenLeft(); len(left) > 0 {
		t.Errorf("children remain: %v", left)
	}
}

func TestOrphansThatEndWhileTheCommandRuns(t *testing.T) {
	r, _ := run(t, sh(t, `for i in 1 2 3 4 5; do (setsid true &); done; wait; sleep 0.1`))
	if diff := cmp.Diff(Result{State: Exited, KilledBy: Nobody}, facts(r)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if left := childrenLeft(); len(left) > 0 {
		t.Errorf("zombies remain: %v", left)
	}
}

func TestMarkIsNotLeftOnTheProgram(t *testing.T) {
	wait(t, start(t, Spec{Argv: []string{"true"}}))
	if m := markOf(os.Getpid()); m.ours() {
		t.Errorf("%#x", uint64(m))
	}
}

func TestMarks(t *testing.T) {
	const none = mark(unix.RLIM_INFINITY)
	outer := newMark(none, 7)
	inner := newMark(outer, 8)
	for name, c := range map[string]struct {
		command, process mark
		want             bool
	}{
		"its own":                       {outer, outer, true},
		"a command inside":              {outer, inner, true},
		"the command around it":         {inner, outer, false},
		"a neighbour":                   {outer, newMark(none, 9), false},
		"a neighbour inside":            {inner, newMark(outer, 9), false},
		"no mark on the process":        {outer, none, false},
		"none on either":                {none, none, false},
		"id 0 is no command":            {newMark(none, 0), newMark(none, 5), false},
		"the id of the one around it":   {newMark(outer, 7), newMark(outer, 9), false},
		"ids after the last":            {newMark(none, 1<<24), newMark(none, 5), false},
		"a limit that somebody has set": {outer, 1024, false},
	} {
		t.Run(name, func(t *testing.T) {
			if got := c.command.covers(c.process); got != c.want {
				t.Errorf("%#x covers %#x: %v", uint64(c.command), uint64(c.process), got)
			}
		})
	}
}

func TestDrain(t *testing.T) {
	for name, c := range map[string]struct {
		linger    time.Duration
		lives     time.Duration // without being killed
		immune    bool
		want      []int
		atMost    time.Duration
		wantKills bool
	}{
		"nothing there":                 {linger: linger},
		"ends by itself in time":        {linger: linger, lives: linger / 2, atMost: linger},
		"is killed when linger is over": {linger: linger, lives: time.Hour, want: []int{1}, atMost: 2 * linger, wantKills: true},
		"is killed at once":             {lives: time.Hour, want: []int{1}, atMost: linger, wantKills: true},
		"cannot be killed":              {linger: linger, lives: time.Hour, immune: true, want: []int{1}, atMost: patience + 2*linger, wantKills: true},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				begin, kills := time.Now(), 0
				got := drain(c.linger, func(kill bool) []int {
					if time.Since(begin) >= c.lives || kills > 0 && !c.immune {
						return nil
					}
					if kill {
						kills++
					}
					return []int{1}
				})
				if diff := cmp.Diff(c.want, got); diff != "" {
					t.Errorf("(-want +got)\n%s", diff)
				}
				if took := time.Since(begin); took > c.atMost {
					t.Errorf("took %v", took)
				}
				if (kills > 0) != c.wantKills {
					t.Errorf("killed %d times", kills)
				}
			})
		})
	}
}
