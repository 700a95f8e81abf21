package provoke

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"io"
	"net"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/lib/pq"
)

// statement runs statements one by one and returns what the first failing one said.
func statement(statements ...string) provocation {
	return func(ctx context.Context, e *Env) error {
		return execPG(ctx, e.postgres().connect(ctx, e), statements...)
	}
}

func execPG(ctx context.Context, c *pgx.Conn, statements ...string) error {
	for _, s := range statements {
		if _, err := c.Exec(ctx, s); err != nil {
			return err
		}
	}
	return nil
}

// during runs a statement that waits, calls f with the backend's process id once it is there, and
// returns what the statement said.
func during(ctx context.Context, e *Env, c *cluster, statement string, f func(pid uint32)) error {
	conn, watch := c.connect(ctx, e), c.connect(ctx, e)
	result := make(chan error, 1)
	go func() {
		_, err := conn.Exec(ctx, statement)
		result <- err
	}()
	pid := conn.PgConn().PID()
	until(ctx, func() (busy bool) {
		check(watch.QueryRow(ctx, "select exists (select from pg_stat_activity where pid = $1 and state = 'active' and query like '%pg_sleep%')", pid).Scan(&busy))
		return busy
	})
	f(pid)
	return <-result
}

const sleep = "select pg_sleep(30)"

// connectError returns what connecting to a URL says.
func connectError(ctx context.Context, url string) error {
	c, err := pgx.Connect(ctx, url)
	if err == nil {
		_ = c.Close(ctx)
	}
	return err
}

var postgresRows = map[string]provocation{
	"pg-unique":            statement("create temp table a (id int primary key)", "insert into a values (1)", "insert into a values (1)"),
	"pg-check":             statement("create temp table a (n int check (n > 0))", "insert into a values (-1)"),
	"pg-foreign-key":       statement("create temp table a (id int primary key)", "create temp table b (a int references a)", "insert into b values (1)"),
	"pg-not-null":          statement("create temp table a (id int not null)", "insert into a values (null)"),
	"pg-syntax":            statement("selec"),
	"pg-undefined-table":   statement("select * from nope"),
	"pg-division":          statement("select 1/0"),
	"pg-invalid-text":      statement("select 'x'::int"),
	"pg-numeric-range":     statement("select 2147483648::bigint::int"),
	"pg-statement-timeout": statement("set statement_timeout = '50ms'", sleep),
	"pg-read-only":         statement("create temp table a (id int)", "set default_transaction_read_only = on", "create table b (id int)"),
	"pg-failed-tx": func(ctx context.Context, e *Env) error {
		c := e.postgres().connect(ctx, e)
		check(execPG(ctx, c, "begin"))
		_ = execPG(ctx, c, "select 1/0") // which a careless program ignores
		return execPG(ctx, c, "select 1")
	},
	"pg-bad-encoding": statement("select E'\\xff'"),
	"pg-no-privilege": func(ctx context.Context, e *Env) error {
		c := e.postgres().connect(ctx, e)
		return execPG(ctx, c, "create role weak", "set role weak", "select * from pg_authid")
	},
	"pg-serialization": func(ctx context.Context, e *Env) error {
		a, b := e.postgres().connect(ctx, e), e.postgres().connect(ctx, e)
		check(execPG(ctx, a, "create table serialization (n int)", "insert into serialization values (1)", "begin isolation level serializable", "select * from serialization"))
		check(execPG(ctx, b, "begin isolation level serializable", "update serialization set n = 2", "commit"))
		return execPG(ctx, a, "update serialization set n = 3")
	},
	"pg-deadlock": func(ctx context.Context, e *Env) error {
		a, b := e.postgres().connect(ctx, e), e.postgres().connect(ctx, e)
		check(execPG(ctx, a, "begin", "select pg_advisory_xact_lock(1)"))
		check(execPG(ctx, b, "begin", "select pg_advisory_xact_lock(2)"))
		first := make(chan error, 2)
		go func() { first <- execPG(ctx, a, "select pg_advisory_xact_lock(2)", "rollback") }()
		go func() { first <- execPG(ctx, b, "select pg_advisory_xact_lock(1)", "rollback") }()
		victim := <-first
		other := <-first
		if victim == nil {
			victim = other
		}
		return victim
	},
	"pg-lock-timeout": func(ctx context.Context, e *Env) error {
		a, b := e.postgres().connect(ctx, e), e.postgres().connect(ctx, e)
		check(execPG(ctx, a, "select pg_advisory_lock(3)"))
		return execPG(ctx, b, "set lock_timeout = '20ms'", "select pg_advisory_lock(3)")
	},
	"pg-bad-password": func(ctx context.Context, e *Env) error {
		return connectError(ctx, e.postgres().url("postgres", "wrong"))
	},
	"pg-bad-password-prefer": func(ctx context.Context, e *Env) error {
		return connectError(ctx, e.postgres().urlTLS("postgres", "wrong", "prefer"))
	},
	"pg-no-ssl": func(ctx context.Context, e *Env) error {
		return connectError(ctx, e.postgres().urlTLS("postgres", password, "require"))
	},
	"pg-no-database": func(ctx context.Context, e *Env) error {
		return connectError(ctx, fmt.Sprintf("postgres://postgres:%s@%s/nope?sslmode=disable", password, e.postgres().addr))
	},
	"pg-too-many-connections": func(ctx context.Context, e *Env) error {
		c := e.postgres()
		check(execPG(ctx, c.connect(ctx, e), "create role lonely login connection limit 1 password '"+password+"'"))
		one := must(pgx.Connect(ctx, c.url("lonely", password)))
		defer one.Close(ctx)
		return connectError(ctx, c.url("lonely", password))
	},
	"pg-bad-url": func(context.Context, *Env) error {
		_, err := pgx.ParseConfig("postgres://x:secret@h:notaport/db")
		return err
	},
	"pg-norows": func(ctx context.Context, e *Env) error {
		var x int
		return e.postgres().connect(ctx, e).QueryRow(ctx, "select 1 where false").Scan(&x)
	},
	"pg-scan-type": func(ctx context.Context, e *Env) error {
		var x int
		return e.postgres().connect(ctx, e).QueryRow(ctx, "select 'x'::text").Scan(&x)
	},
	"pg-ctx-deadline": func(ctx context.Context, e *Env) error {
		c := e.postgres().connect(ctx, e)
		ctx, cancel := context.WithTimeout(ctx, 50*time.Millisecond)
		defer cancel()
		return execPG(ctx, c, "select pg_sleep(2)")
	},
	"pg-ctx-already-done": func(ctx context.Context, e *Env) error {
		c := e.postgres().connect(ctx, e)
		ctx, cancel := context.WithCancel(ctx)
		cancel()
		return execPG(ctx, c, "select 1")
	},
	"pg-conn-closed": func(ctx context.Context, e *Env) error {
		c := e.postgres().connect(ctx, e)
		check(c.Close(ctx))
		return execPG(ctx, c, "select 1")
	},
	"pg-conn-busy": func(ctx context.Context, e *Env) error {
		c := e.postgres().connect(ctx, e)
		rows := must(c.Query(ctx, "select generate_series(1, 10)"))
		defer rows.Close()
		return execPG(ctx, c, "select 1")
	},
	"pg-terminated": func(ctx context.Context, e *Env) error {
		c := e.postgres()
		return during(ctx, e, c, sleep, func(pid uint32) {
			check(execPG(ctx, c.connect(ctx, e), fmt.Sprintf("select pg_terminate_backend(%d)", pid)))
		})
	},
	"pg-cancelled-by-operator": func(ctx context.Context, e *Env) error {
		c := e.postgres()
		return during(ctx, e, c, sleep, func(pid uint32) {
			check(execPG(ctx, c.connect(ctx, e), fmt.Sprintf("select pg_cancel_backend(%d)", pid)))
		})
	},
	"pg-terminated-idle": func(ctx context.Context, e *Env) error {
		victim, watch := e.postgres().connect(ctx, e), e.postgres().connect(ctx, e)
		terminate(ctx, watch, victim.PgConn().PID())
		return execPG(ctx, victim, "select 1")
	},
	"pg-listen-terminated": func(ctx context.Context, e *Env) error {
		victim, watch := e.postgres().connect(ctx, e), e.postgres().connect(ctx, e)
		check(execPG(ctx, victim, "listen wake_up"))
		terminate(ctx, watch, victim.PgConn().PID())
		_, err := victim.WaitForNotification(ctx)
		return err
	},
	"pg-multihost-mixed": func(ctx context.Context, e *Env) error {
		return connectError(ctx, fmt.Sprintf("postgres://postgres:wrong@127.0.0.1:1,%s/postgres?sslmode=disable", e.postgres().addr))
	},
	"pg-immediate-shutdown": func(ctx context.Context, e *Env) error {
		c := e.ownPostgres()
		return during(ctx, e, c, sleep, func(uint32) { c.signal(syscall.SIGQUIT) })
	},
	"pg-kill9-backend": func(ctx context.Context, e *Env) error {
		c := e.ownPostgres()
		return during(ctx, e, c, sleep, func(pid uint32) { check(syscall.Kill(int(pid), syscall.SIGKILL)) })
	},
	"pg-shutting-down": func(ctx context.Context, e *Env) error {
		c := e.ownPostgres()
		open := c.connect(ctx, e)
		c.signal(syscall.SIGTERM) // smart: waits for the connection that is open
		var err error
		until(ctx, func() bool {
			err = connectError(ctx, c.url("postgres", password))
			return err != nil
		})
		check(open.Close(ctx))
		return err
	},
	"pg-down": func(ctx context.Context, e *Env) error {
		return connectError(ctx, "postgres://postgres:x@"+e.refused()+"/postgres?sslmode=disable")
	},
	"pg-connect-hangs": func(ctx context.Context, e *Env) error {
		ctx, cancel := context.WithTimeout(ctx, 60*time.Millisecond)
		defer cancel()
		return connectError(ctx, "postgres://postgres:x@"+e.serve(hold)+"/postgres?sslmode=disable")
	},
	"pg-not-postgres": func(ctx context.Context, e *Env) error {
		addr := e.serve(func(c net.Conn) {
			_, _ = c.Read(make([]byte, 1024))
			_, _ = io.WriteString(c, "HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n")
		})
		return connectError(ctx, "postgres://postgres:x@"+addr+"/postgres?sslmode=disable")
	},
	"pg-commit-lost": func(ctx context.Context, e *Env) error {
		c := e.postgres()
		conn := must(pgx.Connect(ctx, fmt.Sprintf("postgres://postgres:%s@%s/postgres?sslmode=disable", password, e.losesCommits(ctx, c.addr))))
		e.cleanup(func() { _ = conn.Close(context.Background()) })
		check(execPG(ctx, conn, "create table commit_lost (id int)"))
		tx := must(conn.Begin(ctx))
		_ = must(tx.Exec(ctx, "insert into commit_lost values (1)"))
		err := tx.Commit(ctx)
		var applied bool
		check(c.connect(ctx, e).QueryRow(ctx, "select exists (select from commit_lost)").Scan(&applied))
		if !applied {
			return nil
		}
		return err
	},
	"pg-pool-exhausted": func(ctx context.Context, e *Env) error {
		pool := must(pgxpool.New(ctx, e.postgres().url("postgres", password)+"&pool_max_conns=1"))
		defer pool.Close()
		one := must(pool.Acquire(ctx))
		defer one.Release()
		ctx, cancel := context.WithTimeout(ctx, 30*time.Millisecond)
		defer cancel()
		_, err := pool.Exec(ctx, "select 1")
		return err
	},
	"pg-pool-closed": func(ctx context.Context, e *Env) error {
		pool := must(pgxpool.New(ctx, e.postgres().url("postgres", password)))
		pool.Close()
		_, err := pool.Exec(ctx, "select 1")
		return err
	},

	"pq-unique":       viaPQ("create temp table a (id int primary key)", "insert into a values (1), (1)"),
	"pq-invalid-text": viaPQ("select 'x'::int"),
	"pq-serialization": func(ctx context.Context, e *Env) error {
		db := e.pq(e.postgres().url("postgres", password) + "&sslmode=disable")
		a, b := must(db.Conn(ctx)), must(db.Conn(ctx))
		defer a.Close()
		defer b.Close()
		for _, s := range []string{"create table pq_serialization (n int)", "insert into pq_serialization values (1)", "begin isolation level serializable", "select * from pq_serialization"} {
			_ = must(a.ExecContext(ctx, s))
		}
		_ = must(b.ExecContext(ctx, "update pq_serialization set n = 2"))
		_, err := a.ExecContext(ctx, "update pq_serialization set n = 3")
		return err
	},
	"pq-bad-password": func(ctx context.Context, e *Env) error {
		return e.pq(e.postgres().url("postgres", "wrong") + "&sslmode=disable").PingContext(ctx)
	},
	"pq-down": func(ctx context.Context, e *Env) error {
		return e.pq("postgres://postgres:x@" + e.refused() + "/postgres?sslmode=disable").PingContext(ctx)
	},
	"pq-terminated": func(ctx context.Context, e *Env) error {
		conn := must(e.pq(e.postgres().url("postgres", password) + "&sslmode=disable").Conn(ctx))
		defer conn.Close()
		var pid uint32
		check(conn.QueryRowContext(ctx, "select pg_backend_pid()").Scan(&pid))
		terminate(ctx, e.postgres().connect(ctx, e), pid)
		_, err := conn.ExecContext(ctx, "select 1")
		return err
	},
}

// terminate ends a backend and waits until it is gone.
func terminate(ctx context.Context, watch *pgx.Conn, pid uint32) {
	_ = must(watch.Exec(ctx, "select pg_terminate_backend($1)", pid))
	until(ctx, func() (gone bool) {
		check(watch.QueryRow(ctx, "select not exists (select from pg_stat_activity where pid = $1)", pid).Scan(&gone))
		return gone
	})
}

// pq opens a database by lib/pq.
func (e *Env) pq(url string) *sql.DB {
	db := sql.OpenDB(must(pq.NewConnector(url)))
	e.cleanup(func() { _ = db.Close() })
	return db
}

func viaPQ(statements ...string) provocation {
	return func(ctx context.Context, e *Env) error {
		db := e.pq(e.postgres().url("postgres", password) + "&sslmode=disable")
		db.SetMaxOpenConns(1)
		return execSQL(ctx, db, statements...)
	}
}

// losesCommits returns the address of a proxy that passes a COMMIT on, and loses its answer.
func (e *Env) losesCommits(ctx context.Context, server string) (addr string) {
	return e.serve(func(client net.Conn) {
		backend, err := (&net.Dialer{}).DialContext(ctx, "tcp", server)
		if err != nil {
			return
		}
		defer backend.Close()
		committing := make(chan struct{})
		e.wg.Go(func() {
			defer client.Close()
			buf := make([]byte, 1<<16)
			for {
				n, err := backend.Read(buf)
				select {
				case <-committing:
					return
				default:
				}
				if err != nil {
					return
				}
				if _, err := client.Write(buf[:n]); err != nil {
					return
				}
			}
		})
		buf := make([]byte, 1<<16)
		for {
			n, err := client.Read(buf)
			if err != nil {
				return
			}
			if bytes.Contains(buf[:n], []byte("commit\x00")) {
				close(committing)
			}
			if _, err := backend.Write(buf[:n]); err != nil {
				return
			}
		}
	})
}
