package provoke

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
)

// cluster is a PostgreSQL server of our own.
type cluster struct {
	addr string
	cmd  *exec.Cmd
	dead chan struct{} // closed when the server has ended
}

const password = "secret"

// url returns the URL of the database, for a user and a password, without TLS.
func (c *cluster) url(who, password string) string { return c.urlTLS(who, password, "disable") }

// urlTLS is url with an sslmode.
func (c *cluster) urlTLS(who, password, mode string) string {
	return fmt.Sprintf("postgres://%s:%s@%s/postgres?sslmode=%s", who, password, c.addr, mode)
}

// connect opens a connection, which is closed at the end.
func (c *cluster) connect(ctx context.Context, e *Env) *pgx.Conn {
	conn := must(pgx.Connect(ctx, c.url("postgres", password)))
	e.cleanup(func() { _ = conn.Close(context.Background()) })
	return conn
}

// postgres returns the server that rows share. They may do anything but stop it.
func (e *Env) postgres() *cluster {
	l := e.lab
	l.pg.Do(func() {
		defer func() { l.pgFault = recover() }()
		l.cluster = l.start()
		l.mu.Lock()
		defer l.mu.Unlock()
		l.cleanups = append(l.cleanups, l.cluster.kill)
	})
	if l.pgFault != nil {
		panic(l.pgFault)
	}
	return l.cluster
}

// ownPostgres returns a server for one row to break.
func (e *Env) ownPostgres() *cluster {
	c := e.lab.start()
	e.cleanup(c.kill)
	return c
}

// start makes a database and starts its server. As root it does so as another user, whom
// PostgreSQL insists on.
func (l *Lab) start() *cluster {
	bin := postgresBin()
	dir := must(os.MkdirTemp(l.dir, "postgres-"))
	attr := &syscall.SysProcAttr{}
	if os.Geteuid() == 0 {
		uid, gid := unprivileged()
		check(os.Chown(dir, uid, gid))
		attr.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	}
	run := func(name string, args ...string) *exec.Cmd {
		cmd := exec.Command(filepath.Join(bin, name), args...)
		cmd.Dir, cmd.SysProcAttr = dir, attr
		cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C", "TZ=UTC"}
		return cmd
	}
	pw, data := filepath.Join(dir, "password"), filepath.Join(dir, "data")
	check(os.WriteFile(pw, []byte(password), 0o644))
	if out, err := run("initdb", "-D", data, "-U", "postgres", "-A", "scram-sha-256", "--pwfile="+pw, "--no-sync", "-E", "UTF8").CombinedOutput(); err != nil {
		panic(&Broken{"initdb", fmt.Errorf("%w\n%s", err, out)})
	}
	for try := 0; ; try++ {
		c, err := launch(run, data)
		if err == nil {
			return c
		}
		if try == 3 { // the port may have been taken meanwhile
			panic(&Broken{"postgres", err})
		}
	}
}

// launch starts the server on a free port and waits until it can be connected to.
func launch(run func(string, ...string) *exec.Cmd, data string) (*cluster, error) {
	l := must(net.Listen("tcp", "127.0.0.1:0"))
	addr := l.Addr().(*net.TCPAddr)
	check(l.Close())
	c := &cluster{addr: addr.String(), dead: make(chan struct{})}
	c.cmd = run("postgres", "-D", data, "-h", "127.0.0.1", "-p", itoa(addr.Port), "-k", "", "-F",
		"-c", "full_page_writes=off", "-c", "max_connections=60", "-c", "log_min_messages=fatal", "-c", "deadlock_timeout=100ms")
	check(c.cmd.Start())
	go func() {
		_ = c.cmd.Wait()
		close(c.dead)
	}()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	for {
		conn, err := pgx.Connect(ctx, c.url("postgres", password))
		if err == nil {
			return c, conn.Close(ctx)
		}
		select {
		case <-c.dead:
			return nil, err
		case <-ctx.Done():
			c.kill()
			return nil, err
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// signal tells the server to stop, as pg_ctl does: SIGTERM is smart, SIGINT fast, SIGQUIT immediate.
func (c *cluster) signal(s os.Signal) { check(c.cmd.Process.Signal(s)) }

func (c *cluster) kill() {
	_ = c.cmd.Process.Signal(syscall.SIGQUIT)
	<-c.dead
}

// postgresBin returns the folder of PostgreSQL's programs.
func postgresBin() string {
	if p, err := exec.LookPath("initdb"); err == nil {
		return filepath.Dir(p)
	}
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if len(found) == 0 {
		panic(&Absent{"PostgreSQL's initdb and postgres (Debian: package postgresql)"})
	}
	version := func(p string) int {
		n, _ := strconv.Atoi(filepath.Base(filepath.Dir(filepath.Dir(p))))
		return n
	}
	return filepath.Dir(slices.MaxFunc(found, func(a, b string) int { return version(a) - version(b) }))
}

func unprivileged() (uid, gid int) {
	if runtime.GOOS != "linux" {
		panic(&Absent{"a user other than root to run PostgreSQL as"})
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err1 := strconv.Atoi(u.Uid)
		gid, err2 := strconv.Atoi(u.Gid)
		check(errors.Join(err1, err2))
		return uid, gid
	}
	panic(&Absent{"a user postgres or nobody to run PostgreSQL as"})
}
