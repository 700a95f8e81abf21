package report_test

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/holdfast-go/holdfast/executor/digest"
	"github.com/holdfast-go/holdfast/executor/event"
	"github.com/holdfast-go/holdfast/executor/report"
	"github.com/rogpeppe/go-internal/txtar"
)

// happening is an event and when it comes, in milliseconds after the first. No
// time is a multiple of 100: that is when the live line is drawn.
type happening struct {
	ms int
	e  event.Event
}

func blob(s string) digest.Digest { return digest.Of([]byte(s)) }

// The stories, one golden file each.
var stories = map[string][]happening{
	"repaired": {
		{0, event.Plan{Run: "r1", Plan: "/home/me/zstd/plan.yaml", Steps: 5, Jobs: 2, Sandbox: "namespaces", Store: "/var/cache/holdfast"}},
		{2, event.StepFinished{Step: "fetch", Digest: blob("fetch"), Source: event.Cached, OK: true, DurationMS: 900}},
		{10, event.StepStarted{Step: "compile:huf_compress", Digest: blob("huf"), Source: event.Executed}},
		{11, event.Degraded{What: "links replaced by copies", Detail: "another file system", Step: "compile:huf_compress",
			Error: &event.Failure{Kind: "sandbox.link", Message: "link input: cross-device link", Detail: "link input\n\tsandbox.go:12\n"}}},
		{20, event.StepStarted{Step: "compile:zstd_lazy", Digest: blob("lazy"), Source: event.Executed}},
		{21, event.Degraded{What: "links replaced by copies", Detail: "another file system", Step: "compile:zstd_lazy"}},
		{810, event.StepFinished{Step: "compile:huf_compress", Digest: blob("huf"), Source: event.Executed, OK: true, DurationMS: 795.5,
			Outputs: map[string]digest.Digest{"huf.o": blob("huf.o"), "a<&>.d": blob("d")},
			Stderr:  []byte("huf.c:7:9: \x1b[35mwarning:\x1b[0m unused\n    7 | int i;\n"), StderrSize: 50}},
		{905, event.StepFinished{Step: "compile:zstd_lazy", Digest: blob("lazy"), Source: event.Executed, OK: true, DurationMS: 880}},
		{910, event.StepFinished{Step: "link", Digest: blob("link"), Source: event.Cached, OK: true}},
		{920, event.Backtrack{Missing: []digest.Digest{blob("exe")}, Producer: "link", Consumer: "test", Attempt: 1}},
		{921, event.StepStarted{Step: "link", Digest: blob("link"), Source: event.Rerun}},
		{1130, event.StepFinished{Step: "link", Digest: blob("link"), Source: event.Rerun, OK: true, DurationMS: 205,
			Outputs: map[string]digest.Digest{"zstd": blob("exe")}}},
		{1140, event.Backtrack{Missing: []digest.Digest{blob("hello")}, Producer: "hello.c", Consumer: "test", Attempt: 2, Reread: true}},
		{1150, event.StepStarted{Step: "test", Digest: blob("test"), Source: event.Executed}},
		{1170, event.StepFinished{Step: "test", Digest: blob("test"), Source: event.Executed, OK: true, DurationMS: 12,
			Stdout: []byte("all tests passed"), StdoutSize: 16, Stderr: []byte("1 skipped\n"), StderrSize: 2058}},
		{1234, event.Placed{Dir: "/home/me/zstd/out", Files: []string{"report.txt", "zstd"}}},
		{1240, event.Finished{OK: true, Executed: 3, Rerun: 1, Cached: 1, DurationMS: 1240}},
	},
	"failed": {
		{0, event.Plan{Run: "r2", Plan: "/home/me/plan.yaml", Steps: 8, Jobs: 4, Sandbox: "plain", Store: "/home/me/store"}},
		{1, event.StepFinished{Step: "dep", Source: event.Cached, OK: true}},
		{10, event.StepStarted{Step: "compile:x"}},
		{11, event.StepStarted{Step: "slow"}},
		{12, event.StepStarted{Step: "crash"}},
		{13, event.StepStarted{Step: "forgets"}},
		{230, event.StepFinished{Step: "compile:x", Source: event.Executed, ExitCode: 1, Hint: "the disk is full", DurationMS: 220,
			Stdout: []byte("cc -c x.c\n"), Stderr: []byte("x.c:1:1: error: no\n")}},
		{240, event.StepFinished{Step: "crash", Source: event.Executed, ExitCode: -1, Signal: "SIGSEGV", DurationMS: 228}},
		{250, event.StepFinished{Step: "forgets", Source: event.Executed, Missing: []string{"a.o", "b.o"}, Refused: []string{"c: a socket"}, Said: "forgot", DurationMS: 237}},
		{260, event.StepFinished{Step: "absent", Source: event.Executed, ExitCode: -1, Error: &event.Failure{
			Kind: "process.start", Message: "start process: fork/exec /bin/absent: no such file or directory", Verdict: "fail (errno ENOENT)",
			Tree: json.RawMessage("{\n  \"kind\": \"process.start\"\n}"), Detail: "start process\n\tprocess.go:31\n/bin/absent"}}},
		{611, event.StepFinished{Step: "slow", Source: event.Executed, ExitCode: -1, Signal: "SIGKILL", TimedOut: true, DurationMS: 61_300}},
		{620, event.Finished{Executed: 4, Cached: 1, Skipped: 2, Failed: []string{"absent", "compile:x", "crash", "forgets", "slow", "zz"}, DurationMS: 620}},
	},
	"infrastructure": {
		{0, event.Plan{Run: "r3", Steps: 1, Jobs: 1, Sandbox: "plain", Store: "/s"}},
		{5, event.StepStarted{Step: "exec"}},
		{250, event.Finished{Skipped: 1, DurationMS: 250, Error: &event.Failure{Kind: "cas.disk_full", Message: "store output: no space left on device",
			Verdict: "fatal (errno ENOSPC)", Tree: json.RawMessage(`{"kind":"cas.disk_full"}`), Wire: json.RawMessage(`{"v":1,"kind":"cas.disk_full"}`), Detail: "store output path=/s\n\tstore.go:99"}}},
	},
	"hostile": {
		{0, event.Plan{Run: "\x1b]0;run\a", Plan: "/home/me/\x1b[2J\n.yaml", Steps: 2, Jobs: 1}},
		{5, event.StepStarted{Step: "a\x1b[31m\xff\r\n\u202eb世界"}},
		{150, event.StepFinished{Step: "a\x1b[31m\xff\r\n\u202eb世界", Source: event.Executed, ExitCode: 3, Hint: "\x1b[1A", DurationMS: 145,
			Stdout: []byte("\x1b]0;title\a\x1b[31mred \xff\xfe"), Stderr: []byte("50%\r100%\x1b[")}},
		{160, event.Backtrack{Missing: []digest.Digest{blob("1"), blob("2"), blob("3"), blob("4")}, Producer: "\x1b[31m\"\n", Consumer: "\a"}},
		{170, event.Degraded{What: "\x1b[31m", Detail: "\n\n", Error: &event.Failure{Message: "\x1b[0m"}}},
		{180, event.Placed{Dir: "/home/me/o\nut", Files: []string{"1", "2", "3", "4\x1b", "5", "6", "7"}}},
		{190, event.Finished{Failed: []string{"\x1b[31m"}, Error: &event.Failure{Kind: "\x1b", Message: "\a", Verdict: "\b", Detail: "\x1b[31m\n\x1b]\n"}}},
	},
}

// play tells a story in fake time.
func play(t *testing.T, story []happening, open func() report.Sink) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		s, start := open(), time.Now()
		for _, h := range story {
			time.Sleep(time.Until(start.Add(time.Duration(h.ms) * time.Millisecond)))
			s.Event(time.Now(), h.e)
		}
		if err := s.Close(); err != nil {
			t.Errorf("close: %+v", err)
		}
	})
}

func env(vars ...string) func(string) string {
	return func(name string) string {
		for _, v := range vars {
			if value, ok := strings.CutPrefix(v, name+"="); ok {
				return value
			}
		}
		return ""
	}
}

func columns(n int) func() int { return func() int { return n } }

// forms are the outputs that the golden files hold of each story.
var forms = []struct {
	name string
	open func(io.Writer) report.Sink
}{
	{"plain", func(w io.Writer) report.Sink { return terminal(w, report.Options{}) }},
	{"plain verbose", func(w io.Writer) report.Sink { return terminal(w, report.Options{Level: report.Verbose}) }},
	{"plain quiet", func(w io.Writer) report.Sink { return terminal(w, report.Options{Level: report.Quiet}) }},
	{"terminal", func(w io.Writer) report.Sink {
		return terminal(visible{w}, report.Options{Columns: columns(60)})
	}},
	{"terminal of 10 columns", func(w io.Writer) report.Sink {
		return terminal(visible{w}, report.Options{Columns: columns(10), Getenv: env("NO_COLOR=1")})
	}},
	{"json", report.JSON},
	{"trace", report.Trace},
}

func terminal(w io.Writer, o report.Options) report.Sink {
	o.Dir = "/home/me"
	if o.Getenv == nil {
		o.Getenv = env()
	}
	return report.Terminal(w, o)
}

// visible shows each Write with its control characters as symbols.
type visible struct{ w io.Writer }

func (v visible) Write(p []byte) (int, error) {
	symbols := strings.NewReplacer("\x1b", "␛", "\r", "␍", "\a", "␇", "\n", "⏎\n")
	text := strings.TrimSuffix(symbols.Replace(string(p)), "\n") + "\n"
	if n, err := io.WriteString(v.w, text); n < len(text) {
		return 0, err
	}
	return len(p), nil
}

func TestStories(t *testing.T) {
	for name, story := range stories {
		t.Run(name, func(t *testing.T) {
			golden := filepath.Join("testdata", name+".txtar")
			var got txtar.Archive
			for _, f := range forms {
				var b bytes.Buffer
				play(t, story, func() report.Sink { return f.open(&b) })
				got.Files = append(got.Files, txtar.File{Name: f.name, Data: b.Bytes()})
			}
			if os.Getenv("HOLDFAST_UPDATE") == "1" {
				if err := os.WriteFile(golden, txtar.Format(&got), 0o666); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(string(want), string(txtar.Format(&got))); d != "" {
				t.Error(d)
			}
		})
	}
}

// section returns one output of a story as the golden file has it.
func section(t *testing.T, story, form string) []byte {
	t.Helper()
	a, err := txtar.ParseFile(filepath.Join("testdata", story+".txtar"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range a.Files {
		if f.Name == form {
			return f.Data
		}
	}
	t.Fatalf("%s has no %s", story, form)
	return nil
}
