package action_test

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	repb "github.com/bazelbuild/remote-apis/build/bazel/remote/execution/v2"
	"github.com/google/go-cmp/cmp"
	"github.com/holdfast-go/holdfast/executor/action"
	"github.com/holdfast-go/holdfast/executor/digest"
	"github.com/holdfast-go/holdfast/executor/merkle"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/testing/protocmp"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/timestamppb"
)

func of(s string) digest.Digest { return digest.Of([]byte(s)) }

var noon = time.Date(2026, 2, 3, 12, 0, 0, 123, time.UTC)

func result() *action.Result {
	return &action.Result{
		ExitCode: 3,
		Files:    []action.File{{"a", of("a"), true}, {"out/f", of("f"), false}},
		Dirs:     []action.Dir{{"dir", of("tree"), of("root")}, {"out", of("tree2"), digest.Empty}},
		Symlinks: []action.Symlink{{"l", "../x"}, {"m", "/etc"}},
		Stdout:   of("hello"), Stderr: of("oops"),
		Worker: "w1", Queued: noon, Started: noon.Add(time.Second), Completed: noon.Add(time.Minute), Wall: 1500 * time.Millisecond,
	}
}

func TestResultEqualsHandBuiltMessage(t *testing.T) {
	r := result()
	slices.Reverse(r.Files)
	slices.Reverse(r.Dirs)
	slices.Reverse(r.Symlinks)
	want := &repb.ActionResult{
		ExitCode: 3,
		OutputFiles: []*repb.OutputFile{
			{Path: "a", Digest: merkle.ToProto(of("a")), IsExecutable: true},
			{Path: "out/f", Digest: merkle.ToProto(of("f"))},
		},
		OutputDirectories: []*repb.OutputDirectory{
			{Path: "dir", TreeDigest: merkle.ToProto(of("tree")), RootDirectoryDigest: merkle.ToProto(of("root"))},
			{Path: "out", TreeDigest: merkle.ToProto(of("tree2")), RootDirectoryDigest: merkle.ToProto(digest.Empty)},
		},
		OutputSymlinks: []*repb.OutputSymlink{{Path: "l", Target: "../x"}, {Path: "m", Target: "/etc"}},
		StdoutDigest:   merkle.ToProto(of("hello")),
		StderrDigest:   merkle.ToProto(of("oops")),
		ExecutionMetadata: &repb.ExecutedActionMetadata{
			Worker: "w1", QueuedTimestamp: timestamppb.New(noon), WorkerStartTimestamp: timestamppb.New(noon.Add(time.Second)),
			WorkerCompletedTimestamp: timestamppb.New(noon.Add(time.Minute)),
			VirtualExecutionDuration: &durationpb.Duration{Seconds: 1, Nanos: 500_000_000},
		},
	}
	got := r.Proto()
	if d := cmp.Diff(want, got, protocmp.Transform()); d != "" {
		t.Errorf("Proto (-want +got):\n%s", d)
	}
	back, err := action.ResultFromProto(got)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(result(), back); d != "" {
		t.Errorf("there and back (-want +got):\n%s", d)
	}
}

func TestTheEmptyResultComesBack(t *testing.T) {
	got, err := action.ResultFromProto((&action.Result{}).Proto())
	if d := cmp.Diff(&action.Result{}, got); d != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, d)
	}
	if got, err := action.ResultFromProto(nil); err != nil || got == nil {
		t.Errorf("no message: %v, %v", got, err)
	}
}

func TestResultFromOtherServers(t *testing.T) {
	hello := []byte("hello")
	for _, tt := range []struct {
		name    string
		message *repb.ActionResult
		want    *action.Result
	}{
		{"links in the old fields and the new",
			&repb.ActionResult{
				OutputSymlinks:          []*repb.OutputSymlink{{Path: "l", Target: "x"}, {Path: "m", Target: "y"}},
				OutputFileSymlinks:      []*repb.OutputSymlink{{Path: "l", Target: "x"}},
				OutputDirectorySymlinks: []*repb.OutputSymlink{{Path: "m", Target: "y"}, {Path: "n", Target: "z"}},
			},
			&action.Result{Symlinks: []action.Symlink{{"l", "x"}, {"m", "y"}, {"n", "z"}}}},
		{"bytes beside their digest, or instead of it",
			&repb.ActionResult{
				StdoutRaw: hello, StderrRaw: hello, StderrDigest: merkle.ToProto(of("hello")),
				OutputFiles: []*repb.OutputFile{{Path: "f", Contents: hello, Digest: merkle.ToProto(of("hello"))}, {Path: "g", Contents: hello}},
			},
			&action.Result{Stdout: of("hello"), Stderr: of("hello"), Files: []action.File{{Path: "f", Digest: of("hello")}, {Path: "g", Digest: of("hello")}}}},
		{"a folder known by one of its digests",
			&repb.ActionResult{OutputDirectories: []*repb.OutputDirectory{{Path: "t", TreeDigest: merkle.ToProto(of("t"))}, {Path: "r", RootDirectoryDigest: merkle.ToProto(of("r"))}}},
			&action.Result{Dirs: []action.Dir{{Path: "t", Tree: of("t")}, {Path: "r", Root: of("r")}}}},
		{"the process's time by its begin and end",
			&repb.ActionResult{ExecutionMetadata: &repb.ExecutedActionMetadata{ExecutionStartTimestamp: timestamppb.New(noon), ExecutionCompletedTimestamp: timestamppb.New(noon.Add(time.Hour))}},
			&action.Result{Wall: time.Hour}},
		{"an end before the begin",
			&repb.ActionResult{ExecutionMetadata: &repb.ExecutedActionMetadata{ExecutionStartTimestamp: timestamppb.New(noon), ExecutionCompletedTimestamp: timestamppb.New(noon.Add(-time.Hour))}},
			&action.Result{}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := action.ResultFromProto(tt.message)
			if d := cmp.Diff(tt.want, got); d != "" || err != nil {
				t.Errorf("%v (-want +got):\n%s", err, d)
			}
		})
	}
}

func TestResultFromProtoRefuses(t *testing.T) {
	good, bad := merkle.ToProto(digest.Empty), &repb.Digest{Hash: "00"}
	files := func(paths ...string) (all []*repb.OutputFile) {
		for _, p := range paths {
			all = append(all, &repb.OutputFile{Path: p, Digest: good})
		}
		return all
	}
	const badDigest = "its digest is not well formed, or is not that of its bytes"
	forever := &timestamppb.Timestamp{Seconds: math.MaxInt64}
	for _, tt := range []struct {
		name    string
		message *repb.ActionResult
		want    action.Malformed
	}{
		{"no path", &repb.ActionResult{OutputFiles: files("")}, action.Malformed{Field: "result.output_files", Reason: "a name is empty"}},
		{"an absolute path", &repb.ActionResult{OutputFiles: files("/a")}, action.Malformed{Field: "result.output_files", Name: "/a", Reason: "the path is absolute"}},
		{"a path outside", &repb.ActionResult{OutputDirectories: []*repb.OutputDirectory{{Path: "a/../..", TreeDigest: good}}}, action.Malformed{Field: "result.output_directories", Name: "a/../..", Reason: `"." and ".." are not names`}},
		{"a path of 4 kB", &repb.ActionResult{OutputFiles: files(strings.Repeat("a/", 2048) + "a")}, action.Malformed{Field: "result.output_files", Name: strings.Repeat("a/", 2048) + "a", Reason: "the path is longer than 4096 bytes"}},
		{"a file twice", &repb.ActionResult{OutputFiles: files("a", "a")}, action.Malformed{Field: "result.output_files", Name: "a", Reason: "it is there twice"}},
		{"a file and a folder", &repb.ActionResult{OutputFiles: files("a"), OutputDirectories: []*repb.OutputDirectory{{Path: "a", RootDirectoryDigest: good}}}, action.Malformed{Field: "result.output_directories", Name: "a", Reason: "it is there twice"}},
		{"two links", &repb.ActionResult{OutputSymlinks: []*repb.OutputSymlink{{Path: "a", Target: "x"}}, OutputFileSymlinks: []*repb.OutputSymlink{{Path: "a", Target: "y"}}}, action.Malformed{Field: "result.output_symlinks", Name: "a", Reason: "it is there twice"}},
		{"below a file", &repb.ActionResult{OutputFiles: files("a/b/c", "a")}, action.Malformed{Field: "result.output_files", Name: "a/b/c", Reason: "it is below a file or a link"}},
		{"through a link", &repb.ActionResult{OutputFiles: files("a/passwd"), OutputSymlinks: []*repb.OutputSymlink{{Path: "a", Target: "/etc"}}}, action.Malformed{Field: "result.output_files", Name: "a/passwd", Reason: "it is below a file or a link"}},
		{"a file without a digest", &repb.ActionResult{OutputFiles: []*repb.OutputFile{{Path: "a"}}}, action.Malformed{Field: "result.output_files", Name: "a", Reason: "the file has no digest"}},
		{"a folder without a digest", &repb.ActionResult{OutputDirectories: []*repb.OutputDirectory{{Path: "a"}}}, action.Malformed{Field: "result.output_directories", Name: "a", Reason: "it has no digest"}},
		{"a bad digest of a file", &repb.ActionResult{OutputFiles: []*repb.OutputFile{{Path: "a", Digest: bad}}}, action.Malformed{Field: "result.output_files", Name: "a", Reason: badDigest}},
		{"a bad digest of a folder", &repb.ActionResult{OutputDirectories: []*repb.OutputDirectory{{Path: "a", TreeDigest: good, RootDirectoryDigest: bad}}}, action.Malformed{Field: "result.output_directories", Name: "a", Reason: badDigest}},
		{"a bad digest of stdout", &repb.ActionResult{StdoutDigest: bad}, action.Malformed{Field: "result.stdout_digest", Reason: badDigest}},
		{"other bytes of stderr", &repb.ActionResult{StderrDigest: good, StderrRaw: []byte("x")}, action.Malformed{Field: "result.stderr_digest", Reason: badDigest}},
		{"other bytes of a file", &repb.ActionResult{OutputFiles: []*repb.OutputFile{{Path: "a", Digest: good, Contents: []byte("x")}}}, action.Malformed{Field: "result.output_files", Name: "a", Reason: badDigest}},
		{"a link to nothing", &repb.ActionResult{OutputSymlinks: []*repb.OutputSymlink{{Path: "a"}}}, action.Malformed{Field: "result.output_symlinks", Name: "a", Reason: "the link has no target"}},
		{"a time", &repb.ActionResult{ExecutionMetadata: &repb.ExecutedActionMetadata{QueuedTimestamp: forever}}, action.Malformed{Field: "result.execution_metadata.queued_timestamp", Reason: "it is out of range"}},
		{"a duration", &repb.ActionResult{ExecutionMetadata: &repb.ExecutedActionMetadata{VirtualExecutionDuration: &durationpb.Duration{Seconds: math.MaxInt64}}}, action.Malformed{Field: "result.execution_metadata.virtual_execution_duration", Reason: "it is out of range"}},
		{"a negative duration", &repb.ActionResult{ExecutionMetadata: &repb.ExecutedActionMetadata{VirtualExecutionDuration: &durationpb.Duration{Seconds: -1}}}, action.Malformed{Field: "result.execution_metadata.virtual_execution_duration", Reason: "it is negative"}},
		{"a worker with NUL", &repb.ActionResult{ExecutionMetadata: &repb.ExecutedActionMetadata{Worker: "\x00"}}, action.Malformed{Field: "result.execution_metadata.worker", Name: "\x00", Reason: "a NUL byte"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r, err := action.ResultFromProto(tt.message)
			got, _ := errors.AsType[*action.Malformed](err)
			if d := cmp.Diff(&tt.want, got); d != "" || r != nil {
				t.Errorf("%v (-want +got):\n%s", r, d)
			}
		})
	}
}

func TestCheckRefusesWhatNoMessageCarries(t *testing.T) {
	for _, tt := range []struct {
		name   string
		result action.Result
		want   string
	}{
		{"nothing wrong", *result(), ""},
		{"an exit code", action.Result{ExitCode: math.MaxInt32 + 1}, "check result: result.exit_code: it is out of range"},
		{"a path not UTF-8", action.Result{Files: []action.File{{Path: "\xff", Digest: root}}}, `check result: result.output_files: "\xff": not valid UTF-8`},
		{"a target not UTF-8", action.Result{Symlinks: []action.Symlink{{"a", "\xff"}}}, `check result: result.output_symlinks: "a": the link's target: not valid UTF-8`},
		{"a year", action.Result{Queued: time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)}, "check result: result.execution_metadata: a time is out of range"},
	} {
		err := tt.result.Check()
		if got := ""; err != nil {
			got = err.Error()
			if got != tt.want {
				t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
			}
		} else if tt.want != "" {
			t.Errorf("%s: no error", tt.name)
		}
	}
}

func TestOutputsAndDigests(t *testing.T) {
	r := result()
	var want []merkle.Entry
	want = append(want,
		merkle.Entry{Path: "a", Kind: merkle.File, Digest: of("a"), Executable: true},
		merkle.Entry{Path: "out/f", Kind: merkle.File, Digest: of("f")},
		merkle.Entry{Path: "dir", Kind: merkle.Subtree, Digest: of("root")},
		merkle.Entry{Path: "out", Kind: merkle.Subtree, Digest: digest.Empty},
		merkle.Entry{Path: "l", Kind: merkle.Symlink, Target: "../x"},
		merkle.Entry{Path: "m", Kind: merkle.Symlink, Target: "/etc"})
	if d := cmp.Diff(want, slices.Collect(r.Entries())); d != "" {
		t.Errorf("Entries (-want +got):\n%s", d)
	}
	for _, e := range want {
		if got, ok := r.Output(e.Path); !ok || got != e {
			t.Errorf("Output(%q) = %v, %v", e.Path, got, ok)
		}
	}
	for _, path := range []string{"", "b", "dir/x"} {
		if e, ok := r.Output(path); ok {
			t.Errorf("Output(%q) = %v", path, e)
		}
	}
	r.Dirs[0].Root = digest.Digest{}
	digests := []digest.Digest{of("hello"), of("oops"), of("a"), of("f"), of("tree"), of("tree2"), digest.Empty}
	if d := cmp.Diff(digests, slices.Collect(r.Digests())); d != "" {
		t.Errorf("Digests (-want +got):\n%s", d)
	}
	for range r.Digests() { // the runtime panics if a sequence goes on after a break
		break
	}
	for _, last := range want {
		for e := range r.Entries() {
			if e == last {
				break
			}
		}
	}
}

// What ResultFromProto accepts can be encoded, and comes back from that.
func FuzzResultFromProto(f *testing.F) {
	f.Add(marshal(f, result().Proto()))
	f.Add(marshal(f, &repb.ActionResult{StdoutRaw: []byte("x"), OutputFileSymlinks: []*repb.OutputSymlink{{Path: "a", Target: "b"}}}))
	f.Fuzz(func(t *testing.T, data []byte) {
		var p repb.ActionResult
		if proto.Unmarshal(data, &p) != nil {
			return
		}
		r, err := action.ResultFromProto(&p)
		if err != nil {
			return
		}
		encoded := marshal(t, r.Proto())
		var again repb.ActionResult
		if err := proto.Unmarshal(encoded, &again); err != nil {
			t.Fatal(err)
		}
		back, err := action.ResultFromProto(&again)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(r.Proto(), back.Proto(), protocmp.Transform()); d != "" {
			t.Fatalf("(-want +got):\n%s", d)
		}
	})
}
