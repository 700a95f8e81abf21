package runlog_test

import (
	"errors"
	"os"
	"runtime"
	"syscall"
	"testing"

	"github.com/holdfast-go/holdfast/executor/runlog"
)

func TestAFolderThatMayNotBeUsed(t *testing.T) {
	if os.Geteuid() == 0 {
		// Root may do everything. One thread stops being root for the file system, for as long as this test takes.
		runtime.LockOSThread()
		if err := syscall.Setfsuid(65534); err != nil {
			t.Fatal(err)
		}
		defer func() {
			if err := syscall.Setfsuid(0); err != nil {
				t.Error(err)
				return
			}
			runtime.UnlockOSThread()
		}()
	}
	l := runlog.Log{Dir: t.TempDir()}
	if err := os.Chmod(l.Dir, 0); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.Chmod(l.Dir, 0o755) })
	_, ferr := l.Find("last", "plan")
	for op, err := range map[string]error{"create": l.Save(runlog.Run{ID: runlog.NewID(noon)}), "list": ferr} {
		if e, ok := errors.AsType[*runlog.IO](err); !ok || e.Op != op || !errors.Is(e, syscall.EACCES) {
			t.Errorf("%s: got %v", op, err)
		}
	}
}
