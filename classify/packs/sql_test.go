package packs

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/holdfast-go/holdfast/classify"
)

func TestSQL(t *testing.T) {
	db := sql.OpenDB(okDriver{})
	conn, err := db.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	_ = conn.Close()
	tx, err := db.Begin()
	if err != nil {
		t.Fatal(err)
	}
	_ = tx.Rollback()
	done, closed := conn.PingContext(t.Context()), tx.Commit()
	_ = db.Close()
	check(t, []classify.Pack{SQL},
		sure("a connection that was given back", done, bug),
		sure("a transaction that has ended", closed, bug),
		sure("a closed database", db.Ping(), bug),
		sure("a query of a closed database", second(db.Query("select 1")), bug),
		sure("a connection that is broken", sql.OpenDB(noDriver{}).Ping(), interrupted),
		sure("no rows", sql.ErrNoRows, missing),
	)
}

// okDriver connects, and does nothing.
type okDriver struct{}

func (okDriver) Connect(context.Context) (driver.Conn, error) { return okConn{}, nil }
func (okDriver) Driver() driver.Driver                        { return nil }

type okConn struct{}

func (okConn) Prepare(string) (driver.Stmt, error) { return nil, driver.ErrSkip }
func (okConn) Close() error                        { return nil }
func (okConn) Begin() (driver.Tx, error)           { return okConn{}, nil }
func (okConn) Commit() error                       { return nil }
func (okConn) Rollback() error                     { return nil }

type codeFake struct {
	fake
	code int
}

func (e *codeFake) Code() int { return e.code }

func TestSQLite(t *testing.T) {
	for c, want := range sqliteCodes {
		check(t, []classify.Pack{SQLite}, tell{fmt.Sprint(c), &codeFake{code: c}, want})
	}
	check(t, []classify.Pack{SQLite},
		sure("SQLITE_BUSY_SNAPSHOT", &codeFake{code: 517}, conflict),
		sure("SQLITE_READONLY_DBMOVED", &codeFake{code: 1032}, readOnly),
		sure("SQLITE_CONSTRAINT_NOTNULL", &codeFake{code: 1299}, invalid),
		sure("SQLITE_IOERR_FSYNC", &codeFake{code: 1034}, hardware),
		sure("SQLITE_OK", &codeFake{code: 0}, none),
		sure("SQLITE_ROW", &codeFake{code: 100}, none),
	)
}

func TestSQLStates(t *testing.T) {
	for s, want := range sqlStates {
		if len(s) == 2 {
			s += "999" // a state of the class that the table does not know
		}
		check(t, []classify.Pack{Postgres}, tell{s, &stateFake{state: s}, want})
	}
	check(t, []classify.Pack{Postgres},
		sure("not_null_violation", &stateFake{state: "23502"}, invalid),
		sure("invalid_text_representation", &stateFake{state: "22P02"}, invalid),
		sure("syntax_error", &stateFake{state: "42601"}, bug),
		sure("in_failed_sql_transaction", &stateFake{state: "25P02"}, bug),
		sure("invalid_password", &stateFake{state: "28P01"}, misconfigured),
		open("connection_failure", &stateFake{state: "08006"}, interrupted),
		sure("too_many_connections", &stateFake{state: "53300"}, exhausted),
		sure("a warning", &stateFake{state: "01000"}, none),
		sure("a class that there is not", &stateFake{state: "ZZ000"}, none),
		sure("no state", &stateFake{}, none),
		sure("half a state", &stateFake{state: "23"}, none),
		sure("no rows", fmt.Errorf("x: %w", sql.ErrNoRows), missing),
	)
	p := SQLStateFrom(func(e *fieldFake) string { return e.Code })
	check(t, []classify.Pack{p},
		sure("a deadlock of another database", &fieldFake{Code: "40001"}, conflict),
		sure("a state that says nothing", &fieldFake{Code: "HY000"}, none),
	)
	// Every class of the standard and of PostgreSQL that is an error.
	classes := strings.Fields("02 03 08 09 0A 0B 0F 0L 0P 0Z 10 20 21 22 23 24 25 26 27 28 2B 2D 2F 34 38 39 3B 3D 3F 40 42 44 53 54 55 57 58 72 F0 HV P0 XX")
	for _, c := range classes {
		if _, ok := sqlStates[c]; !ok {
			t.Errorf("class %s is missing", c)
		}
	}
	for s := range sqlStates {
		if !slices.Contains(classes, s[:2]) {
			t.Errorf("%s is of no class", s)
		}
	}
}
