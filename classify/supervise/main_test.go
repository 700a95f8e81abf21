//go:build unix

package supervise_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/holdfast-go/holdfast/classify/supervise"
)

// TestMain is also the daemon that TestSignals runs.
func TestMain(m *testing.M) {
	mode := os.Getenv("SUPERVISE_TEST_DAEMON")
	if mode == "" {
		os.Exit(m.Run())
	}
	s := supervise.New(policy, supervise.Options{Grace: time.Minute})
	s.Critical("daemon", func(ctx context.Context) error {
		fmt.Println("ready")
		switch mode {
		case "dies":
			return errors.New("flux")
		case "hangs":
			select {}
		}
		err := wait(ctx)
		slog.Info("stopping")
		return err
	})
	os.Exit(s.Main(context.Background()))
}

func TestSignals(t *testing.T) {
	for _, c := range []struct {
		mode    string
		signals []syscall.Signal
		code    int // -1: killed by the last signal
		says    string
	}{
		{"waits", []syscall.Signal{syscall.SIGTERM}, 0, "tester stopped after "},
		{"waits", []syscall.Signal{syscall.SIGINT}, 0, "interrupt signal received"},
		{"hangs", []syscall.Signal{syscall.SIGTERM, syscall.SIGTERM}, -1, ""},
		{"hangs", []syscall.Signal{syscall.SIGINT, syscall.SIGINT}, -1, ""},
		{"dies", nil, 70, "daemon (critical): fatal (unknown): default of tester"},
	} {
		t.Run(c.mode, func(t *testing.T) {
			exe, err := os.Executable()
			if err != nil {
				t.Fatal(err)
			}
			cmd := exec.CommandContext(t.Context(), exe)
			cmd.Env = append(os.Environ(), "SUPERVISE_TEST_DAEMON="+c.mode)
			var stderr bytes.Buffer
			cmd.Stderr = &stderr
			stdout, err := cmd.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			if _, err := stdout.Read(make([]byte, 1)); err != nil {
				t.Fatal(err)
			}
			for i, sig := range c.signals {
				if i > 0 {
					time.Sleep(100 * time.Millisecond) // two of a kind that are pending at once are one
				}
				if err := cmd.Process.Signal(sig); err != nil {
					t.Fatal(err)
				}
			}
			_ = cmd.Wait()
			equal(t, "exit code", c.code, cmd.ProcessState.ExitCode())
			if !strings.Contains(stderr.String(), c.says) {
				t.Errorf("says %s", stderr.String())
			}
			if c.code < 0 {
				return
			}
			lines := strings.Split(strings.TrimSpace(stderr.String()), "\n")
			if last := lines[len(lines)-1]; !json.Valid([]byte(last)) || last[0] != '{' {
				t.Errorf("the last line is %s", last)
			}
		})
	}
}
