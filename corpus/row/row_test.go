package row_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/holdfast-go/holdfast/corpus/row"
)

const file = "../classify-corpus.csv"

// Writing what was read changes nothing, so that an update shows what changed and no more.
func TestRoundTrip(t *testing.T) {
	rows, err := row.Read(file)
	if err != nil {
		t.Fatal(err)
	}
	again := filepath.Join(t.TempDir(), "rows.csv")
	if err := row.Write(again, rows); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(read(t, file), read(t, again)); diff != "" {
		t.Errorf("(-read +written):\n%s", diff)
	}
}

func TestMalformed(t *testing.T) {
	head, _, _ := strings.Cut(read(t, file), "\n")
	for name, lines := range map[string]string{
		"columns": "id,edge,how to provoke,go type,message,a,b,c,note,labellers,dispute",
		"verdict": head + "\nx,self,h,t,m,fail,perhaps,fatal,n,1,",
		"twice":   head + "\nx,self,h,t,m,fail,fail,fatal,n,1,\nx,self,h,t,m,fail,fail,fatal,n,1,",
		"absent":  head + "\nx,self,h,t,m,fail|n/a,fail,fatal,n,1,",
	} {
		bad := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(bad, []byte(lines+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := row.Read(bad); !is[*row.Malformed](err) {
			t.Errorf("%s: got %v, want a *row.Malformed", name, err)
		}
	}
}

func is[E error](err error) bool {
	_, ok := errors.AsType[E](err)
	return ok
}

func read(t *testing.T, file string) string {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
