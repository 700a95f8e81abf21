package disk_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/holdfast-go/holdfast/executor/action"
	"github.com/holdfast-go/holdfast/executor/actioncache"
	. "github.com/holdfast-go/holdfast/executor/actioncache/actioncachetest"
	"github.com/holdfast-go/holdfast/executor/actioncache/disk"
	"github.com/holdfast-go/holdfast/executor/cas"
	"github.com/holdfast-go/holdfast/executor/digest"
	"golang.org/x/sys/unix"
)

// The test binary is also the process that is killed while it puts.
func TestMain(m *testing.M) {
	if dir := os.Getenv("ACTIONCACHE_TEST_CHILD"); dir != "" {
		putForever(dir)
	}
	os.Exit(m.Run())
}

func putForever(dir string) {
	c, err := disk.Open(dir)
	if err != nil {
		println(err.Error())
		os.Exit(1)
	}
	for n := 0; ; n++ {
		if err := c.Put(context.Background(), Key(n%10), Result(n)); err != nil {
			println(err.Error())
			os.Exit(1)
		}
		if n == 10 {
			fmt.Println("putting")
		}
	}
}

func open(t testing.TB, dir string) *disk.Cache {
	t.Helper()
	c, err := disk.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	return c
}

func put(t testing.TB, c *disk.Cache, n int) {
	t.Helper()
	if err := c.Put(t.Context(), Key(n), Result(n)); err != nil {
		t.Fatal(err)
	}
}

func entryPath(dir string, key digest.Digest) string {
	return filepath.Join(dir, key.Hex()[:2], key.Hex())
}

func write(t testing.TB, path, data string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(data), 0o644); err != nil {
		t.Fatal(err)
	}
}

func names(t testing.TB, dir string) (all []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		all = append(all, e.Name())
	}
	return all
}

func TestConformance(t *testing.T) {
	Test(t, func(t *testing.T) Subject {
		dir := t.TempDir()
		return Subject{Cache: open(t, dir), Damage: func(key digest.Digest, change func([]byte) []byte) {
			data, err := os.ReadFile(entryPath(dir, key))
			if err != nil {
				t.Fatal(err)
			}
			write(t, entryPath(dir, key), string(change(data)))
		}}
	})
}

// two caches on one folder, as two processes have them.
type two struct{ reader, writer *disk.Cache }

func (c two) Get(ctx context.Context, key digest.Digest) (*action.Result, actioncache.GetErr) {
	return c.reader.Get(ctx, key)
}

func (c two) Put(ctx context.Context, key digest.Digest, r *action.Result) actioncache.PutErr {
	return c.writer.Put(ctx, key, r)
}

func TestConformanceOfTwoOnOneFolder(t *testing.T) {
	Test(t, func(t *testing.T) Subject {
		dir := t.TempDir()
		return Subject{Cache: two{open(t, dir), open(t, dir)}}
	})
}

func TestCorruptEntryIsKept(t *testing.T) {
	dir := t.TempDir()
	c := open(t, dir)
	put(t, c, 1)
	for _, content := range []string{"garbled", "garbled again"} {
		write(t, entryPath(dir, Key(1)), content)
		_, err := c.Get(t.Context(), Key(1))
		e, ok := errors.AsType[*actioncache.CorruptEntry](err)
		if !ok {
			t.Fatalf("got %v", err)
		}
		if data, err := os.ReadFile(e.Kept); err != nil || string(data) != content {
			t.Errorf("kept %q, %v, want %q", data, err, content)
		}
	}
	s, err := c.Stat(t.Context())
	if d := cmp.Diff(disk.Stat{Quarantined: 1}, s); d != "" || err != nil {
		t.Errorf("Stat: %v (-want +got):\n%s", err, d)
	}
}

func TestACorruptEntryThatCannotBeKeptIsRemoved(t *testing.T) {
	dir := t.TempDir()
	c := open(t, dir)
	put(t, c, 1)
	write(t, entryPath(dir, Key(1)), "garbled")
	if err := os.Remove(filepath.Join(dir, "quarantine")); err != nil {
		t.Fatal(err)
	}
	_, err := c.Get(t.Context(), Key(1))
	if e, ok := errors.AsType[*actioncache.CorruptEntry](err); !ok || e.Kept != "" {
		t.Errorf("got %v", err)
	}
	_, err = c.Get(t.Context(), Key(1))
	if _, ok := errors.AsType[*actioncache.Miss](err); !ok {
		t.Errorf("afterwards: got %v, want a miss", err)
	}
}

func TestAFolderInAnEntrysPlaceIsPutAside(t *testing.T) {
	dir := t.TempDir()
	c := open(t, dir)
	if err := os.MkdirAll(entryPath(dir, Key(1)), 0o755); err != nil {
		t.Fatal(err)
	}
	_, err := c.Get(t.Context(), Key(1))
	if e, ok := errors.AsType[*actioncache.CorruptEntry](err); !ok || e.Kept == "" {
		t.Errorf("got %v", err)
	}
	put(t, c, 1)
}

func TestWalkVerifyAndRemove(t *testing.T) {
	dir := t.TempDir()
	c := open(t, dir)
	for n := range 5 {
		put(t, c, n)
	}
	old := time.Now().Add(-30 * 24 * time.Hour).Truncate(time.Second)
	if err := os.Chtimes(entryPath(dir, Key(3)), old, old); err != nil {
		t.Fatal(err)
	}
	write(t, entryPath(dir, Key(4)), "garbled")
	put(t, c, 5)
	other, err := os.ReadFile(entryPath(dir, Key(5)))
	if err != nil {
		t.Fatal(err)
	}
	write(t, entryPath(dir, Key(5)), string(OtherFormat(other)))
	// What is not an entry is left alone.
	write(t, filepath.Join(dir, "README"), "")
	write(t, filepath.Join(filepath.Dir(entryPath(dir, Key(0))), "README"), "")
	write(t, entryPath(dir, Key(0))+"00", "")

	before, serr := c.Stat(t.Context())
	if serr != nil || before.Entries != 6 || before.Bytes < 4*500 {
		t.Errorf("Stat = %+v, %v", before, serr)
	}
	got := map[digest.Digest]*action.Result{}
	report, werr := c.Walk(t.Context(), func(e disk.Entry) bool {
		got[e.Key] = e.Result
		if info, err := os.Stat(entryPath(dir, e.Key)); err != nil || info.Size() != e.Bytes || !info.ModTime().Equal(e.Used) {
			t.Errorf("%s has %d bytes, used %v; %v", e.Key, e.Bytes, e.Used, err)
		}
		return true
	})
	if werr != nil {
		t.Fatal(werr)
	}
	want := map[digest.Digest]*action.Result{}
	for n := range 4 {
		want[Key(n)] = Result(n)
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("visited (-want +got):\n%s", d)
	}
	if report.Entries != 4 || report.Other != 1 || len(report.Corrupt) != 1 || report.Corrupt[0].Key.Hash != Key(4).Hash || report.Corrupt[0].Kept == "" {
		t.Errorf("report %+v", report)
	}
	again, verr := c.Verify(t.Context())
	if d := cmp.Diff(disk.Report{Entries: 4, Other: 1}, again); d != "" || verr != nil {
		t.Errorf("what was corrupt is put aside: %v (-want +got):\n%s", verr, d)
	}

	n := 0
	if _, err := c.Walk(t.Context(), func(disk.Entry) bool { n++; return false }); err != nil || n != 1 {
		t.Errorf("%d visits, %v, want one", n, err)
	}
	for range 2 {
		if err := c.Remove(t.Context(), Key(3)); err != nil {
			t.Fatal(err)
		}
		if _, err := c.Get(t.Context(), Key(3)); err == nil {
			t.Error("it is still there")
		}
	}
}

func TestUseKeepsAnEntryYoung(t *testing.T) {
	dir := t.TempDir()
	c := open(t, dir)
	put(t, c, 1)
	for age, touched := range map[time.Duration]bool{time.Minute: false, 2 * time.Hour: true} {
		then := time.Now().Add(-age)
		if err := os.Chtimes(entryPath(dir, Key(1)), then, then); err != nil {
			t.Fatal(err)
		}
		if _, err := c.Get(t.Context(), Key(1)); err != nil {
			t.Fatal(err)
		}
		info, err := os.Stat(entryPath(dir, Key(1)))
		if err != nil {
			t.Fatal(err)
		}
		if got := time.Since(info.ModTime()) < age/2; got != touched {
			t.Errorf("after %v: touched %v, want %v", age, got, touched)
		}
	}
}

func TestAKilledProcessLeavesNothing(t *testing.T) {
	dir := t.TempDir()
	for range 20 {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), "ACTIONCACHE_TEST_CHILD="+dir)
		cmd.Stderr = os.Stderr
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		_, rerr := bufio.NewReader(out).ReadString('\n')
		_ = cmd.Process.Kill()
		_ = cmd.Wait() // "signal: killed"
		if rerr != nil {
			t.Fatal(rerr)
		}
	}
	c := open(t, dir)
	report, err := c.Verify(t.Context())
	if d := cmp.Diff(disk.Report{Entries: 10}, report); d != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, d)
	}
	left := slices.DeleteFunc(names(t, filepath.Join(dir, "tmp")), func(n string) bool { return n == ".gate" })
	if len(left) != 1 { // ours
		t.Errorf("left in tmp: %q", left)
	}
}

func TestPutLeavesNoTemporaryFiles(t *testing.T) {
	dir := t.TempDir()
	c := open(t, dir)
	put(t, c, 1)
	write(t, filepath.Join(dir, Key(2).Hex()[:2]), "a file where a folder should be")
	if err := c.Put(t.Context(), Key(2), Result(2)); err == nil {
		t.Fatal("put where there is no folder")
	}
	for _, own := range names(t, filepath.Join(dir, "tmp")) {
		if own == ".gate" {
			continue
		}
		if left := names(t, filepath.Join(dir, "tmp", own)); !cmp.Equal([]string{"lock"}, left) {
			t.Errorf("left: %q", left)
		}
	}
}

func TestFaultsOfTheMachineAreNoMisses(t *testing.T) {
	t.Run("a file where a folder should be is an I/O fault", func(t *testing.T) {
		dir := t.TempDir()
		c := open(t, dir)
		write(t, filepath.Join(dir, Key(1).Hex()[:2]), "")
		_, gerr := c.Get(t.Context(), Key(1))
		for name, err := range map[string]error{
			"Get": gerr, "Put": c.Put(t.Context(), Key(1), Result(1)), "Remove": c.Remove(t.Context(), Key(1)),
		} {
			if e, ok := errors.AsType[*cas.StoreIO](err); !ok || !errors.Is(err, unix.ENOTDIR) || e.Path != entryPath(dir, Key(1)) {
				t.Errorf("%s: got %v", name, err)
			}
		}
	})
	t.Run("too many open files is a resource", func(t *testing.T) {
		dir := t.TempDir()
		c := open(t, dir)
		put(t, c, 1)
		var limit unix.Rlimit
		if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &limit); err != nil {
			t.Fatal(err)
		}
		low := limit
		low.Cur = 3 // standard streams are open, so no descriptor is left
		if err := unix.Setrlimit(unix.RLIMIT_NOFILE, &low); err != nil {
			t.Fatal(err)
		}
		_, gerr := c.Get(t.Context(), Key(1))
		perr := c.Put(t.Context(), Key(1), Result(2))
		_, serr := c.Stat(t.Context())
		_, verr := c.Verify(t.Context())
		if err := unix.Setrlimit(unix.RLIMIT_NOFILE, &limit); err != nil {
			t.Fatal(err)
		}
		for name, err := range map[string]error{"Get": gerr, "Put": perr, "Stat": serr, "Verify": verr} {
			if _, ok := errors.AsType[*cas.Resource](err); !ok || !errors.Is(err, unix.EMFILE) {
				t.Errorf("%s: got %v", name, err)
			}
		}
		if r, err := c.Get(t.Context(), Key(1)); err != nil || !cmp.Equal(Result(1), r) {
			t.Errorf("afterwards: %v, %v", r, err)
		}
	})
	t.Run("an ended context is an interruption", func(t *testing.T) {
		c := open(t, t.TempDir())
		put(t, c, 1)
		ctx, cancel := context.WithCancelCause(t.Context())
		cause := errors.New("the user has had enough")
		cancel(cause)
		_, verr := c.Verify(ctx)
		_, serr := c.Stat(ctx)
		for name, err := range map[string]error{"Verify": verr, "Stat": serr, "Remove": c.Remove(ctx, Key(1))} {
			if _, ok := errors.AsType[*cas.Interrupted](err); !ok || !errors.Is(err, cause) {
				t.Errorf("%s: got %v", name, err)
			}
		}
	})
	t.Run("a folder that cannot be made is denied or an I/O fault", func(t *testing.T) {
		file := filepath.Join(t.TempDir(), "file")
		write(t, file, "")
		_, err := disk.Open(filepath.Join(file, "cache"))
		if _, ok := errors.AsType[*cas.StoreIO](err); !ok || !errors.Is(err, unix.ENOTDIR) {
			t.Errorf("got %v", err)
		}
		dir := t.TempDir()
		write(t, filepath.Join(dir, "tmp"), "")
		_, err = disk.Open(dir)
		if _, ok := errors.AsType[*cas.StoreIO](err); !ok {
			t.Errorf("got %v", err)
		}
		// A system folder in which not even root makes one.
		_, err = disk.Open("/sys/holdfast")
		if _, serr := os.Stat("/sys"); errors.Is(serr, fs.ErrNotExist) {
			return // not Linux: nothing to deny
		}
		if _, ok := errors.AsType[*cas.Denied](err); !ok {
			t.Errorf("got %v", err)
		}
	})
}

func BenchmarkGet(b *testing.B) {
	c := open(b, b.TempDir())
	put(b, c, 1)
	for b.Loop() {
		if _, err := c.Get(b.Context(), Key(1)); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkMiss(b *testing.B) {
	c := open(b, b.TempDir())
	for b.Loop() {
		if _, err := c.Get(b.Context(), Key(1)); err == nil {
			b.Fatal("a hit")
		}
	}
}

func BenchmarkPut(b *testing.B) {
	for _, bb := range []struct {
		name string
		keys int
	}{{"new", 1 << 30}, {"over another", 1}} { // ext4 writes a file out when it replaces another (auto_da_alloc)
		b.Run(bb.name, func(b *testing.B) {
			c := open(b, b.TempDir())
			for n := 0; b.Loop(); n++ {
				put(b, c, n%bb.keys)
			}
		})
	}
}
