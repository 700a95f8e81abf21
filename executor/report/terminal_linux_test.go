package report_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/holdfast-go/holdfast/executor/event"
	"github.com/holdfast-go/holdfast/executor/report"
	"golang.org/x/sys/unix"
)

// pty opens a pseudo-terminal of so many columns.
func pty(t *testing.T, columns uint16) (master, slave *os.File) {
	t.Helper()
	master, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if errors.Is(err, fs.ErrNotExist) {
		t.Skip("this machine has no pseudo-terminals: no /dev/ptmx")
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { master.Close() })
	fd := int(master.Fd())
	if err := unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	n, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	if err := unix.IoctlSetWinsize(fd, unix.TIOCSWINSZ, &unix.Winsize{Row: 24, Col: columns}); err != nil {
		t.Fatal(err)
	}
	slave, err = os.OpenFile(fmt.Sprint("/dev/pts/", n), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { slave.Close() })
	return master, slave
}

func TestARealTerminalIsRecognisedAndItsWidthIsAsked(t *testing.T) {
	master, slave := pty(t, 20)
	s := report.Terminal(slave, report.Options{Getenv: env("TERM=xterm")})
	s.Event(time.Now(), event.Plan{Steps: 10})
	s.Event(time.Now(), event.StepStarted{Step: strings.Repeat("x", 100)})
	var got string
	for buf := make([]byte, 1000); !strings.Contains(got, "\x1b[K"); { // the first drawing
		n, err := master.Read(buf)
		if err != nil {
			t.Fatal(err)
		}
		got += string(buf[:n])
	}
	if want := "\r[0/10] 1 running: …\x1b[K"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}
