package packs

import (
	"context"
	"database/sql"
	"database/sql/driver"

	"github.com/holdfast-go/holdfast/classify"
)

// SQL is for database/sql, whatever the database.
var SQL = sqlTable.pack()

var sqlTable = table{name: "sql", rows: append([]row{
	is("sql.ErrNoRows", sql.ErrNoRows, missing, "database/sql: ErrNoRows"),
	is("sql.ErrConnDone", sql.ErrConnDone, bug, "database/sql: ErrConnDone, used after it was given back"),
	is("sql.ErrTxDone", sql.ErrTxDone, bug, "database/sql: ErrTxDone, used after its end"),
	is("driver.ErrBadConn", driver.ErrBadConn, interrupted, "database/sql/driver: ErrBadConn, the server did not do it"),
	is("driver.ErrSkip", driver.ErrSkip, bug, "database/sql/driver: ErrSkip is for database/sql alone"),
	is("driver.ErrRemoveArgument", driver.ErrRemoveArgument, bug, "database/sql/driver: ErrRemoveArgument is for database/sql alone"),
}, closedDatabase()...)}

// closedDatabase is the row for what a closed sql.DB returns, which is not exported: so a
// DB without a driver is closed and asked.
func closedDatabase() []row {
	db := sql.OpenDB(noDriver{})
	_ = db.Close()
	err := db.PingContext(context.Background())
	if err == nil || err == errNoDriver {
		return nil // database/sql changed
	}
	return []row{is("sql: use of a closed DB", err, bug, "database/sql: DB.Close")}
}

// noDriver connects to nothing.
type noDriver struct{}

var errNoDriver = driver.ErrBadConn

func (noDriver) Connect(context.Context) (driver.Conn, error) { return nil, errNoDriver }
func (noDriver) Driver() driver.Driver                        { return nil }

// SQLite is for drivers of SQLite whose errors have a method Code that returns the result
// code, which may be an extended one. Other libraries have such a method too, so it is for an
// edge that is an SQLite database.
var SQLite = sqliteTable.pack()

var sqliteTable = table{
	name: "sqlite",
	rules: []classify.Rule{
		classify.KindFunc("Code()", func(e interface {
			error
			Code() int
		}) classify.Finding {
			c := e.Code()
			return sqliteCodes.find(c, c&0xff)
		}),
	},
	rows: sqliteRows,
}

const sqliteDoc = "SQLite, Result and Error Codes"

func sqlite(c int, name string, k classify.Kind) keyed[int] {
	return keyed[int]{c, code(name, k, sqliteDoc)}
}

var sqliteCodes, sqliteRows = indexed(
	sqlite(1, "SQLITE_ERROR (1)", bug),
	sqlite(2, "SQLITE_INTERNAL (2)", bug),
	sqlite(3, "SQLITE_PERM (3)", denied),
	sqlite(4, "SQLITE_ABORT (4)", conflict),
	sqlite(5, "SQLITE_BUSY (5)", conflict),
	sqlite(6, "SQLITE_LOCKED (6)", conflict),
	sqlite(7, "SQLITE_NOMEM (7)", exhausted),
	sqlite(8, "SQLITE_READONLY (8)", readOnly),
	sqlite(9, "SQLITE_INTERRUPT (9)", stopped),
	sqlite(10, "SQLITE_IOERR (10)", hardware),
	sqlite(11, "SQLITE_CORRUPT (11)", corrupt),
	sqlite(12, "SQLITE_NOTFOUND (12)", misconfigured),
	sqlite(13, "SQLITE_FULL (13)", exhausted),
	sqlite(14, "SQLITE_CANTOPEN (14)", misconfigured),
	sqlite(15, "SQLITE_PROTOCOL (15)", conflict),
	sqlite(17, "SQLITE_SCHEMA (17)", conflict),
	sqlite(18, "SQLITE_TOOBIG (18)", invalid),
	sqlite(19, "SQLITE_CONSTRAINT (19)", invalid),
	sqlite(20, "SQLITE_MISMATCH (20)", invalid),
	sqlite(21, "SQLITE_MISUSE (21)", bug),
	sqlite(22, "SQLITE_NOLFS (22)", misconfigured),
	sqlite(23, "SQLITE_AUTH (23)", denied),
	sqlite(25, "SQLITE_RANGE (25)", bug),
	sqlite(26, "SQLITE_NOTADB (26)", corrupt),

	sqlite(257, "SQLITE_ERROR_MISSING_COLLSEQ (257)", misconfigured),
	sqlite(513, "SQLITE_ERROR_RETRY (513)", conflict),
	sqlite(769, "SQLITE_ERROR_SNAPSHOT (769)", conflict),
	sqlite(522, "SQLITE_IOERR_SHORT_READ (522)", corrupt),
	sqlite(3082, "SQLITE_IOERR_NOMEM (3082)", exhausted),
	sqlite(3850, "SQLITE_IOERR_LOCK (3850)", conflict),
	sqlite(8202, "SQLITE_IOERR_DATA (8202)", corrupt),
	sqlite(8458, "SQLITE_IOERR_CORRUPTFS (8458)", corrupt),
	sqlite(1555, "SQLITE_CONSTRAINT_PRIMARYKEY (1555)", exists),
	sqlite(2067, "SQLITE_CONSTRAINT_UNIQUE (2067)", exists),
	sqlite(2579, "SQLITE_CONSTRAINT_ROWID (2579)", exists),
)
