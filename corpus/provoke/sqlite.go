package provoke

import (
	"context"
	"database/sql"
	"path/filepath"
	"strings"

	_ "modernc.org/sqlite" // the driver
)

// sqlite opens a database.
func (e *Env) sqlite(dsn string) *sql.DB {
	db := must(sql.Open("sqlite", dsn))
	e.cleanup(func() { _ = db.Close() })
	return db
}

func execSQL(ctx context.Context, db *sql.DB, statements ...string) error {
	for _, s := range statements {
		if _, err := db.ExecContext(ctx, s); err != nil {
			return err
		}
	}
	return nil
}

var sqliteRows = map[string]provocation{
	"sqlite-unique": func(ctx context.Context, e *Env) error {
		return execSQL(ctx, e.sqlite(filepath.Join(e.dir(), "db")),
			"create table t (x integer unique)", "insert into t values (1)", "insert into t values (1)")
	},
	"sqlite-readonly": func(ctx context.Context, e *Env) error {
		file := filepath.Join(e.dir(), "db")
		check(execSQL(ctx, e.sqlite(file), "create table t (x)"))
		return execSQL(ctx, e.sqlite("file:"+file+"?mode=ro"), "insert into t values (1)")
	},
	"sqlite-cantopen": func(ctx context.Context, e *Env) error {
		return e.sqlite(filepath.Join(e.dir(), "none", "db")).PingContext(ctx)
	},
	"sqlite-busy": func(ctx context.Context, e *Env) error {
		file := filepath.Join(e.dir(), "db")
		first := must(e.sqlite(file).Conn(ctx))
		defer first.Close()
		for _, s := range []string{"create table t (x)", "begin immediate"} {
			_ = must(first.ExecContext(ctx, s))
		}
		return execSQL(ctx, e.sqlite(file), "insert into t values (1)")
	},
	"sqlite-notadb": func(ctx context.Context, e *Env) error {
		return execSQL(ctx, e.sqlite(e.file("db", strings.Repeat("garbage ", 1024), 0o644)), "select * from t")
	},
	"sqlite-full": func(ctx context.Context, e *Env) error {
		db := e.sqlite(filepath.Join(e.tmpfs("size=64k"), "db"))
		check(execSQL(ctx, db, "create table t (x blob)"))
		return execSQL(ctx, db, "insert into t values (zeroblob(1000000))")
	},
	"sqlite-no-table": func(ctx context.Context, e *Env) error {
		return execSQL(ctx, e.sqlite(filepath.Join(e.dir(), "db")), "insert into nope values (1)")
	},
	"sql-norows": func(ctx context.Context, e *Env) error {
		var x int
		return e.sqlite(filepath.Join(e.dir(), "db")).QueryRowContext(ctx, "select 1 where false").Scan(&x)
	},
	"sql-db-closed": func(ctx context.Context, e *Env) error {
		db := e.sqlite(filepath.Join(e.dir(), "db"))
		check(db.Close())
		return db.PingContext(ctx)
	},
	"sql-tx-done": func(ctx context.Context, e *Env) error {
		tx := must(e.sqlite(filepath.Join(e.dir(), "db")).BeginTx(ctx, nil))
		check(tx.Commit())
		return tx.Commit()
	},
	"sql-scan-type": func(ctx context.Context, e *Env) error {
		var x int
		return e.sqlite(filepath.Join(e.dir(), "db")).QueryRowContext(ctx, "select 'text'").Scan(&x)
	},
}
