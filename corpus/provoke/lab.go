// Package provoke makes real errors: each row of the corpus has a function here that
// breaks a real thing with the real library and returns what the library said.
//
// What a function breaks lives on this machine: temporary folders and mounts, a PostgreSQL
// server of its own, and servers on the loopback interface that speak just enough of a protocol.
// It is made for Linux.
package provoke

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"
)

// Lab is where errors are provoked: its folder and its servers. Close it.
type Lab struct {
	dir   string
	alone sync.RWMutex // held by rows that change what the whole process shares

	pg       sync.Once
	cluster  *cluster
	pgFault  any // what starting it panicked with
	mu       sync.Mutex
	cleanups []func()
}

// NewLab returns a lab with a folder of its own.
func NewLab() (*Lab, error) {
	dir, err := os.MkdirTemp("", "corpus-")
	if err != nil {
		return nil, err
	}
	// A server that runs as another user must get at its folder.
	if err := os.Chmod(dir, 0o755); err != nil {
		return nil, errors.Join(err, os.Remove(dir))
	}
	return &Lab{dir: dir}, nil
}

// Close stops the servers and removes the folder.
func (l *Lab) Close() error {
	for _, f := range slices.Backward(l.cleanups) {
		f()
	}
	return os.RemoveAll(l.dir)
}

// Absent is something that a row needs and this machine lacks.
type Absent struct{ What string }

func (e *Absent) Error() string { return "needs " + e.What }

// Broken is a provocation that went wrong: what it wanted to break could not be set up, or
// did not break.
type Broken struct {
	Where string
	Err   error
}

func (e *Broken) Error() string { return e.Where + ": " + e.Err.Error() }
func (e *Broken) Unwrap() error { return e.Err }

// ErrUnbroken says that a provocation returned no error.
var ErrUnbroken = errors.New("nothing broke")

// provocation breaks something and returns the error that came of it. What goes wrong on the
// way it reports by check and must.
type provocation func(context.Context, *Env) error

// alone are rows that change what the whole process shares, such as its limits, for a moment, or that write a
// program and start it: a process that is forked meanwhile has it open for writing.
var alone = map[string]bool{
	"exec-enoexec": true, "exec-bad-interp": true,
	"net-accept-emfile": true, "fs-emfile-open": true, "exec-eagain-nproc": true, "exec-errdot": true, "fs-etxtbsy": true,
}

var tables = []map[string]provocation{
	selfRows, fsRows, processRows, netRows, tlsRows, httpRows, grpcRows, s3Rows, sqliteRows, decodeRows, seedRows, postgresRows,
	cacheRows, mysqlRows, mongoRows, etcdRows, kafkaRows, queueRows, sshRows, serviceRows,
}

var all = func() map[string]provocation {
	out := map[string]provocation{}
	for _, t := range tables {
		for id, p := range t {
			if out[id] != nil {
				panic("two provocations of " + id)
			}
			out[id] = p
		}
	}
	return out
}()

// IDs returns the rows that can be provoked.
func IDs() []string { return slices.Sorted(maps.Keys(all)) }

// Run provokes the error of a row. Broken is nil if that succeeded, an [*Absent] if this machine
// lacks something, and otherwise a [*Broken].
func (l *Lab) Run(ctx context.Context, id string) (provoked error, broken error) {
	p := all[id]
	if p == nil {
		return nil, &Broken{id, errors.New("nobody knows how to provoke it")}
	}
	if alone[id] {
		l.alone.Lock()
		defer l.alone.Unlock()
	} else {
		l.alone.RLock()
		defer l.alone.RUnlock()
	}
	ctx, cancel := context.WithTimeout(ctx, 60*time.Second)
	defer cancel()
	e := &Env{lab: l, id: id}
	defer e.close()
	defer func() {
		switch r := recover().(type) {
		case nil:
		case *Absent:
			broken = r
		case *Broken:
			broken = r
		default:
			panic(r)
		}
	}()
	if provoked = p(ctx, e); provoked == nil {
		return nil, &Broken{id, ErrUnbroken}
	}
	return provoked, nil
}

// Env is what one provocation works in.
type Env struct {
	lab      *Lab
	id       string
	cleanups []func()
	wg       sync.WaitGroup
}

// cleanup has f called at the end, last things first.
func (e *Env) cleanup(f func()) { e.cleanups = append(e.cleanups, f) }

func (e *Env) close() {
	for _, f := range slices.Backward(e.cleanups) {
		f()
	}
	e.wg.Wait()
}

// dir returns a fresh folder.
func (e *Env) dir() string {
	dir := must(os.MkdirTemp(e.lab.dir, "row-"))
	check(os.Chmod(dir, 0o755))
	return dir
}

// file returns a fresh file with that content.
func (e *Env) file(name, content string, mode os.FileMode) string {
	f := filepath.Join(e.dir(), name)
	check(os.WriteFile(f, []byte(content), mode))
	check(os.Chmod(f, mode))
	return f
}

// root is needed for what follows.
func (e *Env) root(what string) {
	if os.Geteuid() != 0 || runtime.GOOS != "linux" {
		panic(&Absent{"root on Linux: " + what})
	}
}

// listen returns a listener on the loopback interface, which is closed at the end.
func (e *Env) listen() net.Listener {
	l := must(net.Listen("tcp", "127.0.0.1:0"))
	e.cleanup(func() { _ = l.Close() })
	return l
}

// serve answers connections with f, which ends when its connection is closed.
func (e *Env) serve(f func(net.Conn)) (addr string) {
	l := e.listen()
	e.accept(l, f)
	return l.Addr().String()
}

func (e *Env) accept(l net.Listener, f func(net.Conn)) {
	var mu sync.Mutex
	open := map[net.Conn]bool{}
	closed := false
	e.cleanup(func() {
		mu.Lock()
		defer mu.Unlock()
		closed = true
		for c := range open {
			_ = c.Close()
		}
	})
	e.wg.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return // the listener was closed
			}
			mu.Lock()
			if closed {
				_ = c.Close()
			}
			open[c] = true
			mu.Unlock()
			e.wg.Go(func() {
				f(c)
				_ = c.Close()
				mu.Lock()
				delete(open, c)
				mu.Unlock()
			})
		}
	})
}

// refused returns the address of a port that nobody listens on.
func (e *Env) refused() string {
	l := must(net.Listen("tcp", "127.0.0.1:0"))
	check(l.Close())
	return l.Addr().String()
}

// check ends the provocation if err is one.
func check(err error) {
	if err != nil {
		panic(&Broken{caller(2), err})
	}
}

// must returns v, or ends the provocation.
func must[T any](v T, err error) T {
	if err != nil {
		panic(&Broken{caller(2), err})
	}
	return v
}

func caller(skip int) string {
	_, file, line, _ := runtime.Caller(skip)
	return fmt.Sprintf("%s:%d", filepath.Base(file), line)
}

// until calls f until it says that it is done.
func until(ctx context.Context, f func() bool) {
	for !f() {
		select {
		case <-ctx.Done():
			check(context.Cause(ctx))
		case <-time.After(5 * time.Millisecond):
		}
	}
}

// Message returns what an error says, in one line and without the names of temporary files.
func (l *Lab) Message(err error) string {
	return strings.ReplaceAll(temporary(l.dir).ReplaceAllString(err.Error(), "<dir>"), "\n", `\n`)
}

func temporary(dir string) *regexp.Regexp {
	return regexp.MustCompile(regexp.QuoteMeta(dir) + `[^\s:"]*`)
}

// Chain returns the dynamic types of an error's chain, from the outside in: "A > B", and at a
// branch "J[A>B | C]". Types of this package read as those of a main program, since it plays one.
func Chain(err error) string { return chain(err, " > ", 0) }

func chain(err error, arrow string, depth int) string {
	if err == nil {
		return "nil"
	}
	if depth > 100 {
		return "..."
	}
	name := strings.ReplaceAll(fmt.Sprintf("%T", err), "provoke.", "main.")
	switch x := err.(type) {
	case interface{ Unwrap() error }:
		if in := x.Unwrap(); in != nil {
			return name + arrow + chain(in, arrow, depth+1)
		}
	case interface{ Unwrap() []error }:
		var branches []string
		for _, in := range x.Unwrap() {
			branches = append(branches, chain(in, ">", depth+1))
		}
		return name + "[" + strings.Join(branches, " | ") + "]"
	}
	return name
}
