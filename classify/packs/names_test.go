package packs

import (
	"context"
	"errors"
	"io/fs"
	"reflect"
	"sync"
	"testing"

	"github.com/holdfast-go/holdfast/classify"
)

// rename lets the type of a test pass for one of a table, which no test can be in the package of.
func rename[T any](t *testing.T, n *names[T], name string, err error) {
	t.Helper()
	known, ok := n.table[name]
	if !ok {
		t.Fatalf("the table has no %s", name)
	}
	n.learn(reflect.ValueOf(reflect.TypeOf(err)).Pointer(), &known)
}

func TestTypeNames(t *testing.T) {
	for _, tt := range []struct {
		err  error
		want string
	}{
		{&fs.PathError{}, "io/fs.PathError"},
		{attemptsFake{}, "github.com/holdfast-go/holdfast/classify/packs.attemptsFake"},
		{errors.Join(context.Canceled), "errors.joinError"},
	} {
		if got := typeName(reflect.TypeOf(tt.err)); got != tt.want {
			t.Errorf("got %q, want %q", got, tt.want)
		}
	}
	for path, want := range map[string]string{
		"github.com/jackc/pgx/v5/pgconn":                  "github.com/jackc/pgx/pgconn",
		"github.com/jackc/pgx/v5":                         "github.com/jackc/pgx",
		"example.org/x/vendor/github.com/jackc/pgx/v5":    "github.com/jackc/pgx",
		"example.org/v/vx/v1x/x":                          "example.org/v/vx/v1x/x",
		"example.org/fork/pgx/v5/pgconn":                  "example.org/fork/pgx/pgconn",
		"github.com/aws/aws-sdk-go-v2/aws/retry":          "github.com/aws/aws-sdk-go-v2/aws/retry",
		"a/vendor/b/vendor/github.com/jackc/pgx/v10/x/v2": "github.com/jackc/pgx/x",
	} {
		if got := plainPath(path); got != want {
			t.Errorf("%s: got %q, want %q", path, got, want)
		}
	}
	n := names[int]{table: map[string]int{"io/fs.PathError": 7}}
	var all sync.WaitGroup
	for range 10 {
		all.Go(func() {
			if v := n.of(&fs.PathError{}); v == nil || *v != 7 {
				t.Errorf("got %v", v)
			}
			if n.of(fs.ErrExist) != nil {
				t.Error("another type is taken for it")
			}
		})
	}
	all.Wait()
}

type stateFake struct {
	fake
	state string
}

func (e *stateFake) SQLState() string { return e.state }

// As in pgconn.
type (
	lockFake    struct{ cause error }
	timeFake    struct{ cause error }
	doneFake    struct{ cause error }
	connectFake struct{ cause error }
	parseFake   struct{ cause error }
	scanFake    struct{ cause error }
)

func (*lockFake) Error() string     { return "conn closed" }
func (*lockFake) SafeToRetry() bool { return true }
func (e *lockFake) Unwrap() error   { return e.cause }

func (*timeFake) Error() string     { return "timeout" }
func (*timeFake) SafeToRetry() bool { return true }
func (e *timeFake) Unwrap() error   { return e.cause }

func (*doneFake) Error() string     { return "context already done" }
func (*doneFake) SafeToRetry() bool { return true }
func (e *doneFake) Unwrap() error   { return e.cause }

func (*connectFake) Error() string   { return "failed to connect" }
func (e *connectFake) Unwrap() error { return e.cause }

func (*parseFake) Error() string   { return "cannot parse" }
func (e *parseFake) Unwrap() error { return e.cause }

func (scanFake) Error() string   { return "can't scan" }
func (e scanFake) Unwrap() error { return e.cause }

func TestPgx(t *testing.T) {
	rename(t, &pgconnErrors, pgconnPath+"connLockError", &lockFake{})
	rename(t, &pgconnErrors, pgconnPath+"errTimeout", &timeFake{})
	rename(t, &pgconnBefore, pgconnPath+"contextAlreadyDoneError", &doneFake{})
	rename(t, &pgxErrors, pgconnPath+"ParseConfigError", &parseFake{})
	rename(t, &pgxLate, pgconnPath+"ConnectError", &connectFake{})
	rename(t, &pgxLate, "github.com/jackc/pgx.ScanArgError", scanFake{})
	check(t, []classify.Pack{Postgres, Net, FS, Syscall, Context},
		sure("a busy connection", &lockFake{}, bug),
		sure("a closed connection", &lockFake{errors.New("closed")}, interrupted),
		open("the deadline of a query", &timeFake{context.DeadlineExceeded}, timeout),
		open("a deadline of the connection", &timeFake{timeoutFake{timeout: true}}, timeout),
		open("a cancelled query", &timeFake{context.Canceled}, stopped),
		sure("a context that was cancelled before", &timeFake{&doneFake{context.Canceled}}, stopped),
		sure("a context that was late before", &timeFake{&doneFake{context.DeadlineExceeded}}, timeout),
		sure("a URL that cannot be parsed", &parseFake{}, misconfigured),
		sure("a certificate that is not there", &parseFake{fs.ErrNotExist}, misconfigured),
		sure("a server that does not let us in", &connectFake{errors.Join(&stateFake{state: "28P01"})}, misconfigured),
		sure("a server that we cannot reach, for no known reason", &connectFake{errors.Join(errors.New("?"))}, unavailable),
		sure("a column of another type", scanFake{errors.New("?")}, bug),
		sure("a value that does not scan, for a reason", scanFake{fs.ErrNotExist}, missing),
	)
}

// What SafeToRetry says is not asked.
type liar struct{ fake }

func (liar) SafeToRetry() bool { return true }

func TestSafeToRetry(t *testing.T) {
	check(t, []classify.Pack{Postgres}, sure("SafeToRetry", liar{}, none))
}
