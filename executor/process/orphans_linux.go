package process

import (
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// AdoptOrphans makes the program a child subreaper: a descendant that loses its parent
// becomes our child, where Wait and SweepOrphans find it. Start calls it. It
// reports whether orphans will be found; where not, what leaves a command's
// process group outlives the command.
func AdoptOrphans() bool { return adopt() }

var adopt = sync.OnceValue(func() bool {
	if err := unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); err != nil {
		return false
	}
	_, err := os.ReadFile(childrenFile(os.Getpid(), os.Getpid())) // needs /proc and CONFIG_PROC_CHILDREN
	return err == nil
})

// SweepOrphans kills every adopted process that stems from a command of this package,
// except the main processes of commands that are still to be waited for, and
// returns the pids, ascending. Call it at shutdown, so that nothing stays behind.
func SweepOrphans() []int {
	forks.Lock() // between fork and registration, a new main process looks like an orphan
	defer forks.Unlock()
	return drain(0, func(kill bool) []int {
		return table.pass(kill, func(pid, _ int) bool { return table.mains[pid] == nil && markOf(pid).ours() })
	})
}

// table has the main processes between their fork and their reaping. All reaping is done
// under its lock: the kernel's list of children may skip one while another leaves it.
var table = processTable{mains: map[int]*Process{}}

type processTable struct {
	sync.Mutex
	mains map[int]*Process
}

func (t *processTable) add(p *Process) {
	t.Lock()
	defer t.Unlock()
	t.mains[p.pid] = p
}

// remove forgets p. The caller holds the lock.
func (t *processTable) remove(p *Process) {
	if t.mains[p.pid] == p {
		delete(t.mains, p.pid)
	}
}

// pass reaps the adopted children that belong to somebody and are dead, and
// returns those that live, after killing them if told to. What was below those becomes our
// child by their death: the next pass finds it.
//
// Children in our own session are never touched. All that comes from a command is in
// another one; what the program starts by other means usually is not.
func (t *processTable) pass(kill bool, belongs func(pid, sid int) bool) []int {
	session, err := unix.Getsid(0)
	if err != nil {
		return nil
	}
	t.Lock()
	defer t.Unlock()
	alive, reaped := adopted(session, belongs)
	for reaped { // those that the dead left behind may have come after the list was read
		alive, reaped = adopted(session, belongs)
	}
	if kill {
		for _, pid := range alive { // not reaped, so the pid is still its own
			_ = syscall.Kill(pid, syscall.SIGKILL) // one of another user refuses, and stays in what is returned
		}
	}
	return alive
}

// adopted reads the list of our children once. It returns those of other sessions that belong
// and live, and reports whether it reaped one that was dead.
func adopted(session int, belongs func(pid, sid int) bool) (alive []int, reaped bool) {
	self := os.Getpid()
	for _, pid := range childrenOf(self, self) { // of the first thread: it is the one that adopts
		sid, err := unix.Getsid(pid)
		if err != nil || sid == session || !belongs(pid, sid) {
			continue
		}
		var exit exitStatus
		dead, err := exit.collect(pid, syscall.WNOHANG)
		reaped = reaped || dead
		if !dead && err == nil {
			alive = append(alive, pid)
		}
	}
	return alive, reaped
}

// clear kills what is left of the command and returns it. Where that is not found, the group is
// killed unseen, but not when the process was reaped by something else: the
// number may be another group's by now.
func (p *Process) clear(reaped bool) []int {
	if !AdoptOrphans() && !reaped {
		p.signal(syscall.SIGKILL)
	}
	return drain(linger, func(kill bool) []int { return table.pass(kill, p.owns) })
}

// owns reports whether the adopted child pid stems from the command.
func (p *Process) owns(pid, sid int) bool {
	return pid != p.pid && (sid == p.pid || p.mark.covers(markOf(pid)))
}

const (
	// linger is how long those that outlive a command may take to end by
	// themselves. Without it, tee in "cmd > >(tee log)" would lose the end of
	// the log, and each process of a group that was told to end would look left over.
	linger = 50 * time.Millisecond
	// patience is how long a SIGKILL may take; a process in an uninterruptible
	// system call does not die before that returns.
	patience = 2 * time.Second
)

// drain calls pass until it finds no process any more, from the time on when
// linger is over telling it to kill those that it finds. It returns those.
func drain(linger time.Duration, pass func(kill bool) []int) (killed []int) {
	start := time.Now()
	for pause := 100 * time.Microsecond; ; pause = min(2*pause, linger/10+time.Millisecond) {
		elapsed := time.Since(start)
		late := elapsed >= linger
		alive := pass(late)
		if late {
			killed = append(killed, alive...)
		}
		if len(alive) == 0 || elapsed > linger+patience {
			slices.Sort(killed)
			return slices.Compact(killed)
		}
		time.Sleep(pause)
	}
}

// childrenFile lists the children of one thread. Orphans are adopted by the first
// thread of the subreaper (find_new_reaper in the kernel's exit.c), which Go never ends.
func childrenFile(pid, tid int) string {
	return "/proc/" + strconv.Itoa(pid) + "/task/" + strconv.Itoa(tid) + "/children"
}

func childrenOf(pid, tid int) (pids []int) {
	data, err := os.ReadFile(childrenFile(pid, tid))
	if err != nil {
		return nil // the thread is gone
	}
	for field := range strings.FieldsSeq(string(data)) {
		if child, err := strconv.Atoi(field); err == nil {
			pids = append(pids, child)
		}
	}
	return pids
}
