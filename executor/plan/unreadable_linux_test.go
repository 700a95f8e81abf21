package plan_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/holdfast-go/holdfast/executor/plan"
)

// What may not be read is found before anything runs, also below folders and behind patterns.
func TestUnreadableInputs(t *testing.T) {
	if os.Getuid() == 0 {
		// Root may read everything. One thread stops being root for the file system; it is not used again.
		runtime.LockOSThread()
		if err := unix.Setfsuid(65534); err != nil {
			t.Fatal(err)
		}
		defer func() {
			if err := unix.Setfsuid(0); err != nil {
				t.Error(err)
				return
			}
			runtime.UnlockOSThread()
		}()
	}
	dir := t.TempDir()
	for name, mode := range map[string]fs.FileMode{"secret": 0, "open": 0o644, "d/secret": 0, "d/open": 0o644} {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), nil, mode); err != nil {
			t.Fatal(err)
		}
	}
	closed := filepath.Join(dir, "closed")
	if err := os.Mkdir(closed, 0); err != nil {
		t.Fatal(err)
	}
	for input, fault := range map[string]string{
		"open":     "",
		"d/o*":     "",
		"secret":   `cannot read "secret"`,
		"d":        `cannot read "d/secret"`,
		"**/s*":    `cannot read "closed"`,
		"*/none":   `cannot read "closed"`,
		"closed":   `cannot read "closed"`,
		"closed/x": `cannot read "closed/x"`,
		"closed/*": `cannot read "closed"`,
	} {
		_, err := plan.Parse("plan.yaml", dir, []byte("steps: {a: {run: [x], inputs: ['"+input+"']}}"))
		invalid, ok := errors.AsType[*plan.Invalid](err)
		switch {
		case fault == "" && err != nil:
			t.Errorf("%s: %v", input, err)
		case fault == "":
		case !ok || invalid.Faults[0].Kind != plan.UnreadableFile || invalid.Faults[0].Message != fault || !errors.Is(err, fs.ErrPermission):
			t.Errorf("%s: got %v, want %s", input, err, fault)
		}
	}
}
