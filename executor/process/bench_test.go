package process

import (
	"os"
	"os/exec"
	"testing"
)

// The pair says what this package costs over os/exec: same command, same capture to files.

func BenchmarkRunTrue(b *testing.B) {
	stdout, stderr := capture(b)
	spec := Spec{Argv: []string{"true"}, Env: []string{"LC_ALL=C"}, Dir: b.TempDir(), Stdout: stdout, Stderr: stderr}
	for b.Loop() {
		p, err := Start(b.Context(), spec)
		if err != nil {
			b.Fatal(err)
		}
		if r, err := p.Wait(); err != nil || r.State != Exited {
			b.Fatal(r, err)
		}
	}
}

func BenchmarkOSExecTrue(b *testing.B) {
	stdout, stderr := capture(b)
	dir := b.TempDir()
	for b.Loop() {
		cmd := exec.CommandContext(b.Context(), "true")
		cmd.Env, cmd.Dir, cmd.Stdout, cmd.Stderr = []string{"LC_ALL=C"}, dir, stdout, stderr
		if err := cmd.Run(); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkRunTrueParallel(b *testing.B) {
	stdout, stderr := capture(b)
	spec := Spec{Argv: []string{"true"}, Env: []string{"LC_ALL=C"}, Dir: b.TempDir(), Stdout: stdout, Stderr: stderr}
	b.SetParallelism(4)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			p, err := Start(b.Context(), spec)
			if err != nil {
				b.Error(err)
				return
			}
			if r, err := p.Wait(); err != nil || r.State != Exited {
				b.Error(r, err)
			}
		}
	})
}

func BenchmarkOSExecTrueParallel(b *testing.B) {
	stdout, stderr := capture(b)
	dir := b.TempDir()
	b.SetParallelism(4)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			cmd := exec.CommandContext(b.Context(), "true")
			cmd.Env, cmd.Dir, cmd.Stdout, cmd.Stderr = []string{"LC_ALL=C"}, dir, stdout, stderr
			if err := cmd.Run(); err != nil {
				b.Error(err)
			}
		}
	})
}

func capture(b *testing.B) (stdout, stderr *os.File) {
	b.Helper()
	var files [2]*os.File
	for i := range files {
		f, err := os.CreateTemp(b.TempDir(), "out")
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() { _ = f.Close() })
		files[i] = f
	}
	return files[0], files[1]
}
