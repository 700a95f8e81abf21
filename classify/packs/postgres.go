package packs

import (
	"context"
	"database/sql"
	"errors"

	"github.com/holdfast-go/holdfast/classify"
)

// Postgres is for PostgreSQL: what the server says, by the method SQLState, and what the client
// of jackc/pgx makes of connections. List [Standard] behind it: most of what goes
// wrong on the way to a server is an error of the standard library.
//
// The method SafeToRetry is not asked. It says of a statement whose answer was lost
// that it can be sent again, in several versions of pgx also of a COMMIT that was applied.
//
// What pgx says by values of its own, such as pgx.ErrTxClosed, is for the rules of a
// program that imports it.
var Postgres = postgresTable.pack()

var postgresTable = table{
	name: "postgres",
	rules: []classify.Rule{
		classify.KindFunc("SQLState()", func(e interface {
			error
			SQLState() string
		}) classify.Finding {
			return ofSQLState(e.SQLState())
		}),
		classify.KindFunc("pgconn", func(e pgconnError) classify.Finding {
			if ask := pgconnErrors.of(e); ask != nil {
				return (*ask)(e)
			}
			return classify.Finding{}
		}),
		classify.KindFunc("pgx", func(e wrapper) classify.Finding { return namedFinding(&pgxErrors, e) }),
		classify.KindCapability("pgx, late", func(e wrapper) classify.Finding { return namedFinding(&pgxLate, e) }),
	},
	rows: concat(sqlStateRows, []row{
		is("sql.ErrNoRows", sql.ErrNoRows, missing, "database/sql: ErrNoRows; pgx.ErrNoRows is one"),
		code(pgconnPath+"connLockError, without a cause", bug, "pgconn: a connection is for one query at a time"),
		code(pgconnPath+"connLockError, with a cause", interrupted, "pgconn: ErrConnClosed, closed before this query"),
		unsure(pgconnPath+"errTimeout", timeout, "pgconn: Timeout"),
		code(pgconnPath+"errTimeout, contextAlreadyDoneError", timeout, "pgconn: contextAlreadyDoneError, nothing was sent"),
		code(pgconnPath+"errTimeout, contextAlreadyDoneError, context.Canceled", stopped, "pgconn: contextAlreadyDoneError, nothing was sent"),
		code(pgconnPath+"ParseConfigError", misconfigured, "pgconn: ParseConfigError"),
		lateCode(pgconnPath+"ConnectError", unavailable, "pgconn: ConnectError"),
		lateCode("github.com/jackc/pgx.ScanArgError", bug, "pgx: ScanArgError"),
	}),
}

// SQLStateFrom is for errors of type E that have a SQLSTATE in a field. The classes are those of the
// SQL standard, which other databases have too.
//
//	packs.SQLStateFrom(func(e *mysql.MySQLError) string { return string(e.SQLState[:]) })
func SQLStateFrom[E error](get func(E) string) classify.Pack {
	return from("sqlstate", func(e E) classify.Finding { return ofSQLState(get(e)) })
}

// ofSQLState returns the finding for a state, or for its class.
func ofSQLState(state string) classify.Finding {
	if len(state) != 5 {
		return classify.Finding{}
	}
	return sqlStates.find(state, state[:2])
}

const pgconnPath = "github.com/jackc/pgx/pgconn."

// wrapper is any error that wraps one: the only thing to know the types of pgx by.
type wrapper interface {
	error
	Unwrap() error
}

// pgconnError are errors of pgconn in which the cause and the connection play a part.
type pgconnError interface {
	error
	SafeToRetry() bool
}

var (
	pgconnErrors = names[func(error) classify.Finding]{table: map[string]func(error) classify.Finding{
		pgconnPath + "connLockError": func(err error) classify.Finding {
			if w, ok := err.(wrapper); ok && w.Unwrap() != nil {
				return classify.Finding{Kind: interrupted}
			}
			return classify.Finding{Kind: bug}
		},
		pgconnPath + "errTimeout": func(err error) classify.Finding {
			w, ok := err.(wrapper)
			if !ok {
				return classify.Finding{}
			}
			switch cause := w.Unwrap(); {
			case cause == nil || cause == context.Canceled: // which says so itself
				return classify.Finding{}
			case pgconnBefore.of(cause) == nil:
				return classify.Finding{Kind: timeout, OutcomeUnknown: true}
			case errors.Is(cause, context.Canceled):
				return classify.Finding{Kind: stopped}
			default:
				return classify.Finding{Kind: timeout}
			}
		},
	}}
	pgconnBefore = names[bool]{table: map[string]bool{pgconnPath + "contextAlreadyDoneError": true}}

	pgxErrors = names[classify.Finding]{table: map[string]classify.Finding{
		pgconnPath + "ParseConfigError": {Kind: misconfigured},
	}}
	pgxLate = names[classify.Finding]{table: map[string]classify.Finding{
		pgconnPath + "ConnectError":         {Kind: unavailable},
		"github.com/jackc/pgx.ScanArgError": {Kind: bug},
	}}
)

func namedFinding(n *names[classify.Finding], err error) classify.Finding {
	if f := n.of(err); f != nil {
		return *f
	}
	return classify.Finding{}
}

const appendixA = "PostgreSQL, Appendix A"

// state is a row for a SQLSTATE, or for a class of them.
func state(s, name string, k classify.Kind) keyed[string] {
	return keyed[string]{s, code("SQLSTATE "+s+", "+name, k, appendixA)}
}

// lost is a state after which nobody knows whether a COMMIT was carried out.
func lost(s, name string, k classify.Kind, source string) keyed[string] {
	return keyed[string]{s, unsure("SQLSTATE "+s+", "+name, k, appendixA+source)}
}

// All classes of Appendix A, and the states that differ from their class.
var sqlStates, sqlStateRows = indexed(
	state("02", "no_data", missing),
	state("03", "sql_statement_not_yet_complete", bug),
	lost("08", "connection_exception", interrupted, ""),
	state("08001", "sqlclient_unable_to_establish_sqlconnection", unavailable),
	state("08004", "sqlserver_rejected_establishment_of_sqlconnection", unavailable),
	state("08003", "connection_does_not_exist", interrupted),
	lost("08007", "transaction_resolution_unknown", interrupted, ""),
	lost("08P01", "protocol_violation", interrupted, "; PgBouncer, which says so of what ends a connection"),
	state("09", "triggered_action_exception", invalid),
	state("0A", "feature_not_supported", misconfigured),
	state("0B", "invalid_transaction_initiation", bug),
	state("0F", "locator_exception", bug),
	state("0L", "invalid_grantor", denied),
	state("0P", "invalid_role_specification", misconfigured),
	state("0Z", "diagnostics_exception", bug),
	state("10", "xquery_error", invalid),
	state("20", "case_not_found", bug),
	state("21", "cardinality_violation", invalid),
	state("22", "data_exception", invalid),
	state("23", "integrity_constraint_violation", invalid),
	state("23505", "unique_violation", exists),
	state("23P01", "exclusion_violation", exists),
	state("24", "invalid_cursor_state", bug),
	state("25", "invalid_transaction_state", bug),
	state("25006", "read_only_sql_transaction", readOnly),
	state("25P03", "idle_in_transaction_session_timeout", timeout),
	state("25P04", "transaction_timeout", timeout),
	state("26", "invalid_sql_statement_name", misconfigured),
	state("27", "triggered_data_change_violation", invalid),
	state("28", "invalid_authorization_specification", misconfigured),
	state("2B", "dependent_privilege_descriptors_still_exist", misconfigured),
	state("2D", "invalid_transaction_termination", bug),
	state("2F", "sql_routine_exception", bug),
	state("34", "invalid_cursor_name", bug),
	state("38", "external_routine_exception", bug),
	state("39", "external_routine_invocation_exception", bug),
	state("3B", "savepoint_exception", bug),
	state("3D", "invalid_catalog_name", misconfigured),
	state("3F", "invalid_schema_name", misconfigured),
	state("40", "transaction_rollback", conflict),
	state("40001", "serialization_failure", conflict),
	state("40002", "transaction_integrity_constraint_violation", invalid),
	lost("40003", "statement_completion_unknown", interrupted, ""),
	state("40P01", "deadlock_detected", conflict),
	state("42", "syntax_error_or_access_rule_violation", bug),
	state("42501", "insufficient_privilege", denied),
	state("42P01", "undefined_table", misconfigured),
	state("42703", "undefined_column", misconfigured),
	state("42883", "undefined_function", misconfigured),
	state("42704", "undefined_object", misconfigured),
	state("42P05", "duplicate_prepared_statement", misconfigured),
	state("42P06", "duplicate_schema", exists),
	state("42P07", "duplicate_table", exists),
	state("42P04", "duplicate_database", exists),
	state("42701", "duplicate_column", exists),
	state("42710", "duplicate_object", exists),
	state("42723", "duplicate_function", exists),
	state("44", "with_check_option_violation", invalid),
	state("53", "insufficient_resources", exhausted),
	state("53100", "disk_full", exhausted),
	state("53200", "out_of_memory", exhausted),
	state("53300", "too_many_connections", exhausted),
	state("53400", "configuration_limit_exceeded", exhausted),
	state("54", "program_limit_exceeded", invalid),
	state("55", "object_not_in_prerequisite_state", misconfigured),
	state("55006", "object_in_use", conflict),
	state("55P03", "lock_not_available", conflict),
	state("55P04", "unsafe_new_enum_value_usage", bug),
	state("57", "operator_intervention", unavailable),
	state("57014", "query_canceled", timeout),
	lost("57P01", "admin_shutdown", unavailable, "; a wait for replication is given up after the commit"),
	lost("57P02", "crash_shutdown", unavailable, "; sent by signal, also to who just committed"),
	state("57P03", "cannot_connect_now", unavailable),
	state("57P04", "database_dropped", misconfigured),
	state("57P05", "idle_session_timeout", interrupted),
	state("58", "system_error", hardware),
	state("58030", "io_error", hardware),
	state("58P01", "undefined_file", misconfigured),
	state("58P02", "duplicate_file", misconfigured),
	state("58P03", "file_name_too_long", invalid),
	state("72", "snapshot_too_old", conflict),
	state("F0", "config_file_error", misconfigured),
	state("HV", "fdw_error", misconfigured),
	state("HV001", "fdw_out_of_memory", exhausted),
	state("HV014", "fdw_too_many_handles", exhausted),
	state("HV00N", "fdw_unable_to_establish_connection", unavailable),
	state("P0", "plpgsql_error", invalid),
	state("P0002", "no_data_found", missing),
	state("P0004", "assert_failure", bug),
	state("XX", "internal_error", unavailable),
	state("XX001", "data_corrupted", corrupt),
	state("XX002", "index_corrupted", corrupt),
)
