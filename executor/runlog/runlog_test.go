package runlog_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/holdfast-go/holdfast/errctx"
	"github.com/holdfast-go/holdfast/executor/digest"
	"github.com/holdfast-go/holdfast/executor/runlog"
)

var noon = time.Date(2024, 2, 29, 12, 0, 0, 0, time.UTC)

func newLog(t *testing.T) runlog.Log { return runlog.Log{Dir: filepath.Join(t.TempDir(), "runs")} }

func save(t *testing.T, l runlog.Log, r runlog.Run) {
	t.Helper()
	if err := l.Save(r); err != nil {
		t.Fatal(err)
	}
}

func want[T any](t *testing.T, want, got T) {
	t.Helper()
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

// fault checks that the root of err is an E of that kind, and returns it.
func fault[E error](t *testing.T, kind string, err errctx.WithContext[runlog.Error]) E {
	t.Helper()
	if err == nil {
		t.Fatal("no error")
	}
	e, ok := err.Root().(E)
	if !ok {
		t.Fatalf("got a %T: %v", err.Root(), err)
	}
	want(t, kind, err.Root().ErrorKind())
	return e
}

// names lists what is in the log's folder.
func names(t *testing.T, l runlog.Log) (all []string) {
	t.Helper()
	entries, err := os.ReadDir(l.Dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		all = append(all, e.Name())
	}
	return all
}

// put makes a file in the log's folder.
func put(t *testing.T, l runlog.Log, name, content string) string {
	t.Helper()
	file := filepath.Join(l.Dir, name)
	if err := errors.Join(os.MkdirAll(l.Dir, 0o755), os.WriteFile(file, []byte(content), 0o644)); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestIDsSortByTime(t *testing.T) {
	east := time.FixedZone("east", 14*3600)
	times := []time.Time{
		time.Date(1999, 12, 31, 23, 59, 59, 999e6, time.UTC), noon.Add(-time.Hour).In(east), noon, noon.Add(time.Millisecond),
		noon.Add(10 * time.Millisecond).In(east), noon.Add(time.Second), noon.Add(24 * time.Hour), noon.Add(30 * 24 * time.Hour),
		time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC),
	}
	var ids []string
	for _, at := range times {
		ids = append(ids, runlog.NewID(at))
	}
	want(t, slices.Sorted(slices.Values(ids)), ids)
	if !strings.HasPrefix(ids[2], "20240229T120000.000Z-") {
		t.Errorf("noon is %s", ids[2])
	}
	if a, b := runlog.NewID(noon), runlog.NewID(noon); a == b {
		t.Errorf("two runs of one moment are both %s", a)
	}
}

func TestSaveAndFind(t *testing.T) {
	l := newLog(t)
	r := runlog.Run{
		ID: runlog.NewID(noon), Plan: "/w/plan.yaml", Started: noon,
		Steps: []runlog.Step{
			{Step: "compile \"ä\"", Digest: digest.Of([]byte("a")), Source: "executed"},
			{Step: "link", Digest: digest.Of([]byte("b"))},
		},
	}
	save(t, l, r)
	save(t, l, runlog.Run{ID: runlog.NewID(noon.Add(time.Hour)), Plan: "/w/plan.yaml"})
	for _, id := range []string{r.ID, r.ID[:len(r.ID)-1], "20240229T120000"} {
		got, err := l.Find(id, "")
		if err != nil {
			t.Fatalf("%s: %v", id, err)
		}
		want(t, r, got)
	}
	want(t, []string{".json", ".json"}, suffixes(names(t, l)))

	step, ok := r.Step("link")
	want(t, r.Steps[1], step)
	if _, none := r.Step("other"); !ok || none {
		t.Errorf("found link: %v, other: %v", ok, none)
	}

	r.Plan = "saved again"
	save(t, l, r)
	got, err := l.Find(r.ID, "")
	if err != nil {
		t.Fatal(err)
	}
	want(t, r, got)
}

func suffixes(names []string) (all []string) {
	for _, n := range names {
		all = append(all, filepath.Ext(n))
	}
	return all
}

func TestLast(t *testing.T) {
	l := newLog(t)
	var ids []string
	for i, plan := range []string{"a", "a", "b", "a", "b"} {
		id := runlog.NewID(noon.Add(time.Duration(i) * time.Minute))
		ids = append(ids, id)
		save(t, l, runlog.Run{ID: id, Plan: plan})
	}
	find := func(plan string) string {
		t.Helper()
		r, err := l.Find("last", plan)
		if err != nil {
			t.Fatal(err)
		}
		return r.ID
	}
	want(t, ids[3], find("a"))
	want(t, ids[4], find("b"))
	put(t, l, ids[3]+".json", "{")
	want(t, ids[1], find("a")) // the newest that can be read

	_, err := l.Find("last", "c")
	want(t, "no earlier run of c", fault[*runlog.NotFound](t, "runlog.not_found", err).Error())
}

func TestLastOfAStep(t *testing.T) {
	l := newLog(t)
	key := digest.Of([]byte("key"))
	failed := runlog.Step{Step: "link", Failure: []byte(`{"v":1,"kind":"cas.io"}`)}
	id := func(minute int) string { return runlog.NewID(noon.Add(time.Duration(minute) * time.Minute)) }
	runs := []runlog.Run{
		{ID: id(0), Plan: "a", Steps: []runlog.Step{{Step: "link", Digest: key, Source: "executed"}, {Step: "test", Digest: key}}},
		{ID: id(1), Plan: "a", Steps: []runlog.Step{failed}},
		{ID: id(2), Plan: "a", Steps: []runlog.Step{{Step: "compile", Digest: key}}},
		{ID: id(3), Plan: "b", Steps: []runlog.Step{{Step: "link", Digest: key}}},
	}
	for _, r := range runs {
		save(t, l, r)
	}
	for step, from := range map[string]int{"link": 1, "test": 0, "compile": 2} {
		got, run, err := l.Last("a", step)
		if err != nil {
			t.Fatal(err)
		}
		want(t, runs[from].ID, run.ID)
		wanted, _ := runs[from].Step(step)
		want(t, wanted, got)
	}
	_, _, err := l.Last("a", "install")
	fault[*runlog.NotFound](t, "runlog.not_found", err)
}

func TestNotFound(t *testing.T) {
	l := newLog(t)
	check := func(ids ...string) {
		t.Helper()
		for _, id := range ids {
			_, err := l.Find(id, "plan")
			e := fault[*runlog.NotFound](t, "runlog.not_found", err)
			want(t, runlog.NotFound{ID: id, Plan: "plan"}, *e)
		}
	}
	check("last", "", "2024") // there is not even a folder
	save(t, l, runlog.Run{ID: runlog.NewID(noon), Plan: "other"})
	for _, name := range []string{"notes.json", ".run-1", "20240229T120000.000Z-0000000g.json", "20240229T120000.000Z-00000000.json.bak", "20250101"} {
		put(t, l, name, "{}")
	}
	check("last", "", "2023", "2025", "notes", ".run-1", "..", "20240229T120000.000Z-0000000g")
	_, err := l.Find("x", "")
	want(t, `no run "x"`, err.Root().Error())
}

func TestAmbiguous(t *testing.T) {
	l := newLog(t)
	ids := []string{runlog.NewID(noon), runlog.NewID(noon.Add(time.Minute)), runlog.NewID(noon.Add(time.Hour))}
	for _, id := range ids {
		save(t, l, runlog.Run{ID: id})
	}
	_, err := l.Find("20240229T12", "")
	e := fault[*runlog.Ambiguous](t, "runlog.ambiguous", err)
	want(t, runlog.Ambiguous{ID: "20240229T12", Found: ids[:2]}, *e)
	want(t, fmt.Sprintf(`2 runs begin with "20240229T12", such as %s and %s`, ids[0], ids[1]), e.Error())
}

func TestGarbled(t *testing.T) {
	const id = "20240229T120000.000Z-00000000"
	for name, c := range map[string]struct{ content, reason string }{
		"empty":                   {"", "not the JSON of a run"},
		"cut off":                 {`{"run":"` + id + `","steps":[{"step":"a"`, "not the JSON of a run"},
		"more than a run":         {`{"run":"` + id + `"}{}`, "not the JSON of a run"},
		"another type":            {`{"run":7}`, "not the JSON of a run"},
		"a digest that is none":   {`{"run":"` + id + `","steps":[{"step":"a","digest":"x"}]}`, "not the JSON of a run"},
		"nothing in it":           {`{}`, `it is of run ""`},
		"null":                    {`null`, `it is of run ""`},
		"the file of another run": {`{"run":"20240229T120000.000Z-00000001"}`, `it is of run "20240229T120000.000Z-00000001"`},
	} {
		t.Run(name, func(t *testing.T) {
			l := newLog(t)
			file := put(t, l, id+".json", c.content)
			_, err := l.Find(id, "")
			e := fault[*runlog.Garbled](t, "runlog.garbled", err)
			want(t, runlog.Garbled{File: file, Reason: c.reason}, *e)
			want(t, file+": "+c.reason, e.Error())
		})
	}
	t.Run("too large to be one, and not read", func(t *testing.T) {
		l := newLog(t)
		file := put(t, l, id+".json", "")
		if err := os.Truncate(file, 1<<40); err != nil {
			t.Fatal(err)
		}
		_, err := l.Find(id, "")
		want(t, "larger than 67108864 bytes", fault[*runlog.Garbled](t, "runlog.garbled", err).Reason)
	})
}

func TestOnlyTheNewestAreKept(t *testing.T) {
	l := newLog(t)
	foreign := []string{"README", "notes.json"}
	for _, name := range foreign {
		put(t, l, name, "")
	}
	var ids []string
	for i := range runlog.Kept + 5 {
		ids = append(ids, runlog.NewID(noon.Add(time.Duration(i)*time.Second)))
		save(t, l, runlog.Run{ID: ids[i], Plan: "p"})
	}
	var kept []string
	for _, id := range ids[5:] {
		kept = append(kept, id+".json")
	}
	want(t, append(kept, foreign...), names(t, l))
	_, err := l.Find(ids[4], "")
	fault[*runlog.NotFound](t, "runlog.not_found", err)
}

func TestWhatAKilledProcessLeftIsRemovedAnHourLater(t *testing.T) {
	l := newLog(t)
	old, fresh := put(t, l, ".run-1", "{"), put(t, l, ".run-2", "{")
	ago := time.Now().Add(-61 * time.Minute)
	if err := os.Chtimes(old, ago, ago); err != nil {
		t.Fatal(err)
	}
	id := runlog.NewID(noon)
	save(t, l, runlog.Run{ID: id})
	want(t, []string{filepath.Base(fresh), id + ".json"}, names(t, l)) // another process may be writing the fresh one
}

func TestManyAtOnce(t *testing.T) {
	l := newLog(t)
	var wg sync.WaitGroup
	for i := range 16 {
		wg.Go(func() {
			for j := range 10 {
				id := runlog.NewID(noon.Add(time.Duration(i*10+j) * time.Millisecond))
				if err := l.Save(runlog.Run{ID: id, Plan: "p"}); err != nil {
					t.Error(err)
				}
				if r, err := l.Find("last", "p"); err != nil || r.ID < id {
					t.Errorf("after %s the last is %s, %v", id, r.ID, err)
				}
			}
		})
	}
	wg.Wait()
	want(t, runlog.Kept, len(names(t, l)))
}

func TestIO(t *testing.T) {
	id := runlog.NewID(noon)
	t.Run("a file where the folder should be", func(t *testing.T) {
		l := runlog.Log{Dir: filepath.Join(t.TempDir(), "file")}
		if err := os.WriteFile(l.Dir, nil, 0o644); err != nil {
			t.Fatal(err)
		}
		e := fault[*runlog.IO](t, "runlog.io", l.Save(runlog.Run{ID: id}))
		want(t, "create folder "+l.Dir+": not a directory", e.Error())
		for _, id := range []string{"last", id} { // nobody can tell whether there is such a run
			_, err := l.Find(id, "")
			if e := fault[*runlog.IO](t, "runlog.io", err); !errors.Is(err, syscall.ENOTDIR) || e.Op != "list" {
				t.Errorf("got %v", e)
			}
		}
	})
	t.Run("a folder where the file should be", func(t *testing.T) {
		l := newLog(t)
		if err := os.MkdirAll(filepath.Join(l.Dir, id+".json", "x"), 0o755); err != nil {
			t.Fatal(err)
		}
		e := fault[*runlog.IO](t, "runlog.io", l.Save(runlog.Run{ID: id}))
		if !errors.Is(e, fs.ErrExist) || !strings.HasPrefix(e.Error(), "write "+l.Dir) {
			t.Errorf("got %v", e)
		}
		want(t, []string{id + ".json"}, names(t, l)) // and nothing half written
		_, err := l.Find(id, "")
		if e := fault[*runlog.IO](t, "runlog.io", err); !errors.Is(e, syscall.EISDIR) {
			t.Errorf("got %v", e)
		}
	})
	t.Run("a link to nothing", func(t *testing.T) {
		l := newLog(t)
		put(t, l, "README", "")
		if err := os.Symlink("nowhere", filepath.Join(l.Dir, id+".json")); err != nil {
			t.Fatal(err)
		}
		_, err := l.Find(id, "")
		if e := fault[*runlog.IO](t, "runlog.io", err); !errors.Is(e, fs.ErrNotExist) {
			t.Errorf("got %v", e)
		}
	})
	t.Run("a time that JSON cannot have", func(t *testing.T) {
		l := newLog(t)
		e := fault[*runlog.IO](t, "runlog.io", l.Save(runlog.Run{ID: id, Started: noon.AddDate(10_000, 0, 0)}))
		want(t, "encode", e.Op)
		if _, err := os.Stat(l.Dir); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("something was written: %v", err)
		}
	})
}
