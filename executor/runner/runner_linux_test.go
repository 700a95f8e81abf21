package runner_test

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"

	"github.com/holdfast-go/holdfast/executor/cas"
	"github.com/holdfast-go/holdfast/executor/runner"
)

func TestFullDisk(t *testing.T) {
	const fill = "cat /dev/zero > fill 2>&1; "
	for name, c := range map[string]struct {
		script  string
		outputs []string
		check   func(t *testing.T, o *runner.Outcome, err runner.Err)
	}{
		"fails the step, with a hint": {fill + "exit 1", nil, func(t *testing.T, o *runner.Outcome, err runner.Err) {
			if err != nil || o.OK() || o.Hint == "" {
				t.Errorf("got %+v, %v", o, err)
			}
		}},
		"has no room for an output": {"echo text > a; ln a b; " + fill + "true", []string{"a"}, func(t *testing.T, o *runner.Outcome, err runner.Err) {
			phase[*runner.CaptureError](t, err)
			if full := fault[*cas.DiskFull](t, err); full.Need != 5 || full.Free != 0 || !errors.Is(full, syscall.ENOSPC) {
				t.Errorf("got %+v", full)
			}
		}},
		"has no room for the action": {"echo text > a; " + fill + "true", []string{"a"}, func(t *testing.T, o *runner.Outcome, err runner.Err) {
			phase[*runner.PersistError](t, err)
			if full := fault[*cas.DiskFull](t, err); full.Need <= 0 || full.Free != 0 {
				t.Errorf("got %+v", full)
			}
		}},
	} {
		t.Run(name, func(t *testing.T) {
			mount := t.TempDir()
			if err := syscall.Mount("tmpfs", mount, "tmpfs", 0, "size=1m"); err != nil {
				t.Skipf("a small file system is needed, and a tmpfs cannot be mounted: %v", err)
			}
			t.Cleanup(func() {
				if err := syscall.Unmount(mount, 0); err != nil { // nobody uses it any more
					t.Error(err)
				}
			})
			w := newWorldIn(t, mount)
			j := w.sh(c.script, c.outputs)
			o, err := w.Execute(t.Context(), j)
			c.check(t, o, err)
			w.wantNoEntry(j)

			// With the sandbox the room comes back, and nothing half written is in the way.
			again := w.mustSucceed(w.sh("echo text > a; echo said", []string{"a"}))
			want(t, "text\n", w.blob(again.Result.Files[0].Digest))
		})
	}
}

// unprivileged makes this thread, and what it starts, one that permissions apply to, for the rest of a test.
func unprivileged(t *testing.T) {
	t.Helper()
	if os.Geteuid() != 0 {
		return
	}
	const nobody, unchanged = 65534, ^uintptr(0)
	become := func(uid, saved uintptr) { // not syscall.Setresuid, which is for all threads
		if _, _, errno := syscall.RawSyscall(syscall.SYS_SETRESUID, uid, uid, saved); errno != 0 {
			t.Fatal(errno)
		}
	}
	runtime.LockOSThread()
	become(nobody, unchanged)
	t.Cleanup(func() {
		become(0, 0)
		runtime.UnlockOSThread()
	})
}

func TestOutputsThatCannotBeRead(t *testing.T) {
	for name, script := range map[string]string{
		"a file":                      "echo a > a; chmod 0 a",
		"a folder":                    "mkdir a; chmod 0 a",
		"a file in a folder":          "mkdir a; echo x > a/x; chmod 0 a/x",
		"a folder in a folder":        "mkdir -p a/b; chmod 0 a/b",
		"a folder that may be listed": "mkdir a; echo x > a/x; chmod 0444 a",
		"the sandbox itself":          "echo a > a; chmod 0 .",
	} {
		t.Run(name+" is the step's fault and not the store's", func(t *testing.T) {
			unprivileged(t)
			w := newWorld(t)
			err := w.mustFail(w.sh(script, []string{"a"}))
			p := phase[*runner.CaptureError](t, err)
			if e := fault[*cas.Unreadable](t, err); p.Cause != e || !errors.Is(e, syscall.EACCES) {
				t.Errorf("got %+v", e)
			}
			wantKind(t, "cas.unreadable", p)
			if left, err := filepath.Glob(filepath.Join(w.dir, "cas", "[0-9a-f][0-9a-f]", "*")); err != nil || left != nil {
				t.Errorf("something was stored: %v, %v", left, err)
			}
		})
	}
}
