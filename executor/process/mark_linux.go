package process

import (
	"math/rand/v2"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// A mark names the command that a process stems from. It is the soft limit
// RLIMIT_LOCKS, which the kernel hands down over every fork, exec and setsid, which
// needs no privilege, and which nothing has read since Linux 2.4.25 (getrlimit(2)).
// All else that could tell an orphan's origin is lost in a daemon: its parent,
// its session, its working directory and its open files.
//
// Bits: 16 of magic, 24 of the enclosing command when this program is itself in a command of
// such a program, 24 of the command. The enclosing one lets the outer program
// find what an inner one that was killed had running.
//
// A command may see the number (ulimit -x), as it may see its pid.
//
// Where the limit cannot be set, a command has no mark, and only those of its
// processes that stay in its session are known.
type mark uint64

const (
	markMagic mark = 0x4846 << 48
	markID    mark = 1<<24 - 1
)

// newMark returns the mark of a command. Its id is the next one from id that is
// neither 0, which stands for no enclosing command, nor that of the enclosing one.
func newMark(enclosing mark, id uint32) mark {
	outer := mark(0)
	if enclosing.ours() {
		outer = enclosing & markID
	}
	inner := mark(id) & markID
	for inner == 0 || inner == outer {
		inner = (inner + 1) & markID
	}
	return markMagic | outer<<24 | inner
}

// ours reports whether m is a mark at all: any, for orphans only ever come to us from below.
func (m mark) ours() bool { return m>>48 == markMagic>>48 }

// covers reports whether a process marked o stems from the command marked m.
func (m mark) covers(o mark) bool {
	return m.ours() && o.ours() && (o == m || o>>24&markID == m&markID)
}

// markOf returns the mark of a process, also of a dead one that was not reaped. A process of
// another user has none for us, and could not be killed either.
func markOf(pid int) mark {
	var lim unix.Rlimit
	if unix.Prlimit(pid, unix.RLIMIT_LOCKS, nil, &lim) != nil {
		return 0
	}
	return mark(lim.Cur)
}

// forks makes one step of setting a mark and of the fork that inherits it: the limit is that of
// the whole program. The price is that starts follow one another, each for as
// long as its exec takes (0.4 ms on a slow virtual machine, so 2,500 a second).
var forks = struct {
	sync.Mutex
	next uint32 // random at first, so that nested programs do not count alike
}{next: rand.Uint32()}

// fork starts file under a mark of its own, and registers the process.
func (p *Process) fork(file string, argv []string, attr *syscall.ProcAttr) syscall.Errno {
	forks.Lock()
	defer forks.Unlock()
	p.started = time.Now()

	var own unix.Rlimit
	if unix.Prlimit(0, unix.RLIMIT_LOCKS, nil, &own) == nil {
		m := newMark(mark(own.Cur), forks.next)
		forks.next = uint32(m&markID) + 1
		if unix.Prlimit(0, unix.RLIMIT_LOCKS, &unix.Rlimit{Cur: uint64(m), Max: own.Max}, nil) == nil {
			p.mark = m
			defer func() { _ = unix.Prlimit(0, unix.RLIMIT_LOCKS, &own, nil) }() // raising up to Max is always allowed
		}
	}
	pid, err := syscall.ForkExec(file, argv, attr)
	if err != nil {
		return errnoOf(err)
	}
	p.pid = pid
	table.add(p)
	return 0
}
