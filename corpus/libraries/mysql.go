package libraries

import (
	"github.com/go-sql-driver/mysql"

	"github.com/holdfast-go/holdfast/classify"
	"github.com/holdfast-go/holdfast/classify/packs"
)

// MySQL is for github.com/go-sql-driver/mysql: by the number of an error, and else by its SQLSTATE, which says
// less; HY000 says nothing.
var MySQL = []classify.Pack{
	one("mysql", "number", func(e *mysql.MySQLError) classify.Finding { return mysqlNumber(e.Number) }),
	packs.SQLStateFrom(func(e *mysql.MySQLError) string { return string(e.SQLState[:]) }),
	{Name: "mysql driver", Rules: sentinels(mysqlValues)},
}

var mysqlNumber = mysqlNumbers.index()

// Found in the MySQL Server Error Reference by the name.
var mysqlNumbers = table[uint16]{
	{1062, exists, "ER_DUP_ENTRY; its SQLSTATE 23000 is that of any constraint"},
	{1586, exists, "ER_DUP_ENTRY_WITH_KEY_NAME"},
	{1050, exists, "ER_TABLE_EXISTS_ERROR"},
	{1007, exists, "ER_DB_CREATE_EXISTS"},

	{1205, conflict, "ER_LOCK_WAIT_TIMEOUT: restart the transaction; as SQLSTATE 55P03 of PostgreSQL"},
	{1213, conflict, "ER_LOCK_DEADLOCK: restart the transaction"},
	{3572, conflict, "ER_LOCK_NOWAIT"},
	{3101, conflict, "ER_TRANSACTION_ROLLBACK_DURING_COMMIT: group replication certified another one"},
	{1317, timeout, "ER_QUERY_INTERRUPTED: KILL QUERY; as SQLSTATE 57014 of PostgreSQL"},
	{3024, timeout, "ER_QUERY_TIMEOUT: max_execution_time"},

	{1406, invalid, "ER_DATA_TOO_LONG"},
	{1264, invalid, "ER_WARN_DATA_OUT_OF_RANGE"},
	{1366, invalid, "ER_TRUNCATED_WRONG_VALUE_FOR_FIELD; its SQLSTATE is HY000"},
	{3819, invalid, "ER_CHECK_CONSTRAINT_VIOLATED; its SQLSTATE is HY000"},
	{1153, invalid, "ER_NET_PACKET_TOO_LARGE"},

	{1040, exhausted, "ER_CON_COUNT_ERROR: max_connections"},
	{1203, exhausted, "ER_TOO_MANY_USER_CONNECTIONS"},
	{1226, exhausted, "ER_USER_LIMIT_REACHED"},
	{1021, exhausted, "ER_DISK_FULL"},
	{1114, exhausted, "ER_RECORD_FILE_FULL"},
	{1037, exhausted, "ER_OUTOFMEMORY"},
	{1053, unsure(unavailable), "ER_SERVER_SHUTDOWN"},

	{1290, readOnly, "ER_OPTION_PREVENTS_STATEMENT: --read-only, for one"},
	{1836, readOnly, "ER_READ_ONLY_MODE"},
	{1792, readOnly, "ER_CANT_EXECUTE_IN_READ_ONLY_TRANSACTION"},
	{1194, corrupt, "ER_CRASHED_ON_USAGE"},
	{1034, corrupt, "ER_NOT_KEYFILE"},
	{1030, hardware, "ER_GET_ERRNO: of the storage engine"},

	{1045, misconfigured, "ER_ACCESS_DENIED_ERROR: user or password"},
	{1049, misconfigured, "ER_BAD_DB_ERROR"},
	{1054, misconfigured, "ER_BAD_FIELD_ERROR; its SQLSTATE 42S22 is that of a mistake in the statement"},
	{1146, misconfigured, "ER_NO_SUCH_TABLE; its SQLSTATE 42S02 is that of a mistake in the statement"},
	{1044, denied, "ER_DBACCESS_DENIED_ERROR"},
	{1142, denied, "ER_TABLEACCESS_DENIED_ERROR"},
	{1227, denied, "ER_SPECIFIC_ACCESS_DENIED_ERROR"},
	{1129, denied, "ER_HOST_IS_BLOCKED"},
	{1130, denied, "ER_HOST_NOT_PRIVILEGED"},
}

var mysqlValues = table[error]{
	{mysql.ErrInvalidConn, unsure(interrupted), "mysql: ErrInvalidConn, where driver.ErrBadConn would have a statement sent twice"},
	{mysql.ErrPktTooLarge, invalid, "mysql: ErrPktTooLarge, maxAllowedPacket"},
	{mysql.ErrMalformPkt, unsure(interrupted), "mysql: ErrMalformPkt, the connection is closed"},
	{mysql.ErrNoTLS, misconfigured, "mysql: ErrNoTLS"},
	{mysql.ErrCleartextPassword, misconfigured, "mysql: ErrCleartextPassword"},
	{mysql.ErrNativePassword, misconfigured, "mysql: ErrNativePassword"},
	{mysql.ErrOldPassword, misconfigured, "mysql: ErrOldPassword"},
	{mysql.ErrUnknownPlugin, misconfigured, "mysql: ErrUnknownPlugin"},
	{mysql.ErrOldProtocol, misconfigured, "mysql: ErrOldProtocol"},
}
