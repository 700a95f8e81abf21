package provoke

import (
	"context"
	"database/sql"
	"encoding/binary"
	"io"
	"log"
	"net"

	"github.com/go-sql-driver/mysql"
)

func init() { check(mysql.SetLogger(log.New(io.Discard, "", 0))) }

// mysqlError is an error reply: its number, SQLSTATE and text.
type mysqlError struct {
	number uint16
	state  string
	text   string
}

func (m mysqlError) packet() []byte {
	b := append([]byte{0xff}, binary.LittleEndian.AppendUint16(nil, m.number)...)
	return append(b, "#"+m.state+m.text...)
}

var mysqlOK = []byte{0, 0, 0, 2, 0, 0, 0}

// mysql returns a database whose server lets the client in unless login says otherwise, and
// answers each statement with reply; without one it hangs up.
func (e *Env) mysql(login, reply []byte) *sql.DB {
	return e.mysqlAt(e.serve(func(c net.Conn) {
		greeting := append([]byte{10}, "8.0.36\x00"...)
		greeting = append(greeting, 1, 0, 0, 0)                        // connection id
		greeting = append(greeting, "01234567\x00"...)                 // first part of the challenge
		greeting = append(greeting, 0x00, 0xa2, 33, 2, 0, 0x08, 0, 21) // capabilities: protocol 4.1, secure connection, plugin auth
		greeting = append(greeting, make([]byte, 10)...)               // reserved
		greeting = append(greeting, "012345678901\x00"...)             // rest of the challenge
		greeting = append(greeting, "mysql_native_password\x00"...)
		if mysqlWrite(c, 0, greeting) != nil || mysqlRead(c) != nil || mysqlWrite(c, 2, login) != nil {
			return
		}
		for mysqlRead(c) == nil && reply != nil && mysqlWrite(c, 1, reply) == nil {
		}
	}))
}

func (e *Env) mysqlAt(addr string) *sql.DB {
	conf := mysql.NewConfig()
	conf.Net, conf.Addr, conf.User, conf.Passwd, conf.DBName = "tcp", addr, "u", "p", "d"
	db := sql.OpenDB(must(mysql.NewConnector(conf)))
	e.cleanup(func() { _ = db.Close() })
	return db
}

func mysqlRead(c net.Conn) error {
	head := make([]byte, 4)
	if _, err := io.ReadFull(c, head); err != nil {
		return err
	}
	_, err := io.CopyN(io.Discard, c, int64(head[0])|int64(head[1])<<8|int64(head[2])<<16)
	return err
}

func mysqlWrite(c net.Conn, seq byte, payload []byte) error {
	_, err := c.Write(append([]byte{byte(len(payload)), byte(len(payload) >> 8), 0, seq}, payload...))
	return err
}

func mysqlAnswer(number uint16, state, text string) provocation {
	return func(ctx context.Context, e *Env) error {
		return execSQL(ctx, e.mysql(mysqlOK, mysqlError{number, state, text}.packet()), "update t set x = 1")
	}
}

var mysqlRows = map[string]provocation{
	"mysql-duplicate": mysqlAnswer(1062, "23000", "Duplicate entry '1' for key 't.PRIMARY'"),
	"mysql-deadlock":  mysqlAnswer(1213, "40001", "Deadlock found when trying to get lock; try restarting transaction"),
	"mysql-lock-wait": mysqlAnswer(1205, "HY000", "Lock wait timeout exceeded; try restarting transaction"),
	"mysql-read-only": mysqlAnswer(1290, "HY000", "The MySQL server is running with the --read-only option so it cannot execute this statement"),
	"mysql-no-table":  mysqlAnswer(1146, "42S02", "Table 'd.t' doesn't exist"),
	"mysql-data-long": mysqlAnswer(1406, "22001", "Data too long for column 'x' at row 1"),
	"mysql-hung-up": func(ctx context.Context, e *Env) error {
		return execSQL(ctx, e.mysql(mysqlOK, nil), "update t set x = 1")
	},
	"mysql-refused": func(ctx context.Context, e *Env) error { return e.mysqlAt(e.refused()).PingContext(ctx) },
	"mysql-bad-password": func(ctx context.Context, e *Env) error {
		return e.mysql(mysqlError{1045, "28000", "Access denied for user 'u'@'localhost' (using password: YES)"}.packet(), nil).PingContext(ctx)
	},
	"mysql-too-many-connections": func(ctx context.Context, e *Env) error {
		return e.mysqlAt(e.serve(func(c net.Conn) {
			_ = mysqlWrite(c, 0, mysqlError{1040, "08004", "Too many connections"}.packet())
		})).PingContext(ctx)
	},
	"mysql-bad-dsn": func(context.Context, *Env) error { _, err := mysql.ParseDSN("user:password@tcp(host"); return err },
}
