package main

import (
	"bufio"
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"
)

// holdfast returns the command as another process would start it.
func holdfast(t *testing.T, store string, args ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	bin := filepath.Join(t.TempDir(), "holdfast")
	if err := os.Symlink(self, bin); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(bin, args...)
	cmd.Env = append(os.Environ(), "HOLDFAST_STORE="+store, noExitSleep)
	return cmd
}

// noExitSleep keeps the race detector from sleeping a second at the end of each process.
const noExitSleep = "GORACE=atexit_sleep_ms=0"

func must(t *testing.T, cmd *exec.Cmd) string {
	t.Helper()
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", strings.Join(cmd.Args[1:], " "), err, out)
	}
	return string(out)
}

// killPlan is a small plan whose steps all depend on one source.
func killPlan(t *testing.T) (dir string) {
	t.Helper()
	dir = t.TempDir()
	var b strings.Builder
	b.WriteString("steps:\n")
	var all []string
	for i := range 6 {
		fmt.Fprintf(&b, "  s%d: {run: [sh, -c, \"sed s/^/%d:/ in > o%d; head -c 20000 /dev/zero >> o%d\"], inputs: [in], outputs: [o%d]}\n", i, i, i, i, i)
		all = append(all, fmt.Sprintf("{step: s%d}", i))
	}
	fmt.Fprintf(&b, "  all: {run: [sh, -c, \"cat o* > all\"], inputs: [%s], outputs: [all]}\n", strings.Join(all, ", "))
	write(t, filepath.Join(dir, "plan.yaml"), b.String())
	return dir
}

func write(t *testing.T, file, content string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

// Killed at any moment, and the next run succeeds and the store is clean.
func TestKilledAtRandomMoments(t *testing.T) {
	dir, store := killPlan(t), filepath.Join(t.TempDir(), "store")
	plan := filepath.Join(dir, "plan.yaml")
	write(t, filepath.Join(dir, "in"), "warm up\n")
	began := time.Now()
	must(t, holdfast(t, store, "run", plan))
	whole := time.Since(began)
	rnd := rand.New(rand.NewPCG(1, 2))
	killed := 0
	for i := range 100 {
		write(t, filepath.Join(dir, "in"), fmt.Sprintf("round %d\n", i)) // everything is to be executed
		cmd := holdfast(t, store, "run", "-q", plan)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Duration(rnd.Int64N(int64(whole))))
		if cmd.Process.Kill() == nil {
			killed++
		}
		_ = cmd.Wait()
		if out := must(t, holdfast(t, store, "store", "verify")); !strings.HasPrefix(out, "clean") {
			t.Fatalf("round %d: %s", i, out)
		}
		must(t, holdfast(t, store, "run", "-q", plan))
		got, err := os.ReadFile(filepath.Join(dir, "out", "all"))
		if err != nil || !bytes.HasPrefix(got, fmt.Appendf(nil, "0:round %d\n", i)) || len(got) < 120_000 {
			t.Fatalf("round %d: outputs: %v, %d bytes, %.40q", i, err, len(got), got)
		}
	}
	if killed < 50 {
		t.Errorf("only %d of 100 were still running when they were to be killed", killed)
	}
	for _, left := range []string{"sandbox", "cas/tmp", "ac/tmp"} {
		entries, _ := filepath.Glob(filepath.Join(store, left, "*-*"))
		if len(entries) > 0 {
			t.Errorf("left behind: %v", entries)
		}
	}
}

// Ctrl-C ends every process, also one that ignores it and one that left its
// process group, and leaves a store that works.
func TestInterrupt(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("needs Linux: elsewhere a process that starts a session of its own is not found")
	}
	dir, store := t.TempDir(), filepath.Join(t.TempDir(), "store")
	pids := filepath.Join(dir, "pids")
	write(t, filepath.Join(dir, "plan.yaml"), fmt.Sprintf(`
steps:
  stubborn: {run: [sh, -c, "trap '' INT TERM; echo $$ >> %[1]s; while :; do sleep 1; done"]}
  daemon: {run: [sh, -c, "setsid sh -c 'echo $$ >> %[1]s; sleep 1000' & echo $$ >> %[1]s; sleep 1000"]}
`, pids))
	cmd := holdfast(t, store, "run", "--json", "--jobs", "2", filepath.Join(dir, "plan.yaml"))
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	running := waitLines(t, pids, 3)
	if err := cmd.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	if code := cmd.ProcessState.ExitCode(); code != 130 {
		t.Errorf("exit code %d, want 130\n%s", code, out.String())
	}
	if !strings.Contains(out.String(), `"event":"finished"`) || !strings.Contains(out.String(), `"kind":"engine.cancelled"`) {
		t.Errorf("the report has no end:\n%s", out.String())
	}
	for _, pid := range running {
		if _, err := os.Stat("/proc/" + pid); err == nil {
			cmdline, _ := os.ReadFile("/proc/" + pid + "/cmdline")
			t.Errorf("process %s is still there: %q", pid, cmdline)
		}
	}
	if out := must(t, holdfast(t, store, "store", "verify")); !strings.HasPrefix(out, "clean") {
		t.Error(out)
	}
}

// waitLines waits until a file has n lines.
func waitLines(t *testing.T, file string, n int) (lines []string) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		lines = nil
		f, err := os.Open(file)
		if err != nil {
			continue
		}
		for s := bufio.NewScanner(f); s.Scan(); {
			lines = append(lines, s.Text())
		}
		_ = f.Close()
		if len(lines) >= n {
			return lines
		}
	}
	t.Fatalf("%s has %d lines, want %d", file, len(lines), n)
	return nil
}
