package wiretest_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/holdfast-go/holdfast/errctx"
	"github.com/holdfast-go/holdfast/errctx/wire"
	"github.com/holdfast-go/holdfast/errctx/wire/wiretest"
)

type sample interface {
	errctx.Kind
	sampleError()
}

type base struct{}

func (base) sampleError()      {}
func (base) ErrorKind() string { return "sample.base" }
func (base) Error() string     { return "base" }

// These stand for the types of testdata/sum.
type (
	A       struct{ base }
	B       struct{ base }
	C       struct{ base }
	D       struct{ base }
	E       struct{ base }
	Unknown struct{ *wire.Unknown }
)

func (Unknown) sampleError() {}

func unknown(u *wire.Unknown) sample { return Unknown{u} }

// recorder is a test that may fail.
type recorder struct {
	testing.TB
	failures []string
}

func (r *recorder) Helper() {}
func (r *recorder) Errorf(format string, args ...any) {
	r.failures = append(r.failures, fmt.Sprintf(format, args...))
}

func TestComplete(t *testing.T) {
	a, b, c := custom[A]("a"), custom[*B]("b"), custom[*C]("c")
	d, e := custom[D]("d"), custom[E]("e")
	for _, tt := range []struct {
		name string
		sum  *wire.Sum[sample]
		dir  string
		want string
	}{
		{"all are there", wire.NewSum(unknown, nil, a, b, c, d, e), "testdata/sum", ""},
		{"one is forgotten", wire.NewSum(unknown, nil, a, c, d, e), "testdata/sum", "variant B, which"},
		{"another one", wire.NewSum(unknown, nil, a, b, d, e), "testdata/sum", "variant C, which"},
		{"one that seals itself by embedding", wire.NewSum(unknown, nil, a, b, c, e), "testdata/sum", "variant D, which"},
		{"all are forgotten", wire.NewSum(unknown, nil), "testdata/sum", "variant A, which"},
		{"a folder without any", wire.NewSum(unknown, nil), "testdata", "no type has the method sampleError"},
		{"no folder", wire.NewSum(unknown, nil), "nowhere", "read the package of the sum"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := &recorder{TB: t}
			wiretest.Complete(r, tt.sum, tt.dir)
			got := strings.Join(r.failures, "\n")
			if tt.want == "" && got != "" || !strings.Contains(got, tt.want) {
				t.Errorf("failures: %q, want %q", got, tt.want)
			}
		})
	}
	r := &recorder{TB: t}
	wiretest.Complete(r, wire.NewSum(func(u *wire.Unknown) errctx.Kind { return u }, nil), ".")
	if len(r.failures) != 1 || !strings.Contains(r.failures[0], "is not sealed") {
		t.Errorf("an open interface: %q", r.failures)
	}
}

func custom[V sample](kind string) wire.Variant[sample] {
	return wire.Custom[sample](
		func(V, ...wire.Option) ([]byte, error) { return []byte("{}"), nil },
		func([]byte) (v V, _ error) { return v, nil }, kind)
}
