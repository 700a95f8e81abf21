package action

import (
	"slices"
	"strings"
	"time"

	repb "github.com/bazelbuild/remote-apis/build/bazel/remote/execution/v2"
	"github.com/holdfast-go/holdfast/errctx"
	"github.com/holdfast-go/holdfast/executor/digest"
	"github.com/holdfast-go/holdfast/executor/merkle"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/timestamppb"
)

// Proto returns r as a message, its outputs sorted by path. A result that passes
// Check can be encoded.
func (r *Result) Proto() *repb.ActionResult {
	p := &repb.ActionResult{
		ExitCode:     int32(r.ExitCode),
		StdoutDigest: digestProto(r.Stdout),
		StderrDigest: digestProto(r.Stderr),
		ExecutionMetadata: &repb.ExecutedActionMetadata{
			Worker:                   r.Worker,
			QueuedTimestamp:          timestamp(r.Queued),
			WorkerStartTimestamp:     timestamp(r.Started),
			WorkerCompletedTimestamp: timestamp(r.Completed),
			VirtualExecutionDuration: durationpb.New(r.Wall),
		},
	}
	for _, f := range r.Files {
		p.OutputFiles = append(p.OutputFiles, &repb.OutputFile{Path: f.Path, Digest: digestProto(f.Digest), IsExecutable: f.Executable})
	}
	for _, d := range r.Dirs {
		p.OutputDirectories = append(p.OutputDirectories,
			&repb.OutputDirectory{Path: d.Path, TreeDigest: digestProto(d.Tree), RootDirectoryDigest: digestProto(d.Root)})
	}
	for _, s := range r.Symlinks {
		p.OutputSymlinks = append(p.OutputSymlinks, &repb.OutputSymlink{Path: s.Path, Target: s.Target})
	}
	slices.SortFunc(p.OutputFiles, byPath)
	slices.SortFunc(p.OutputDirectories, byPath)
	slices.SortFunc(p.OutputSymlinks, byPath)
	return p
}

func byPath[P interface{ GetPath() string }](a, b P) int {
	return strings.Compare(a.GetPath(), b.GetPath())
}

func digestProto(d digest.Digest) *repb.Digest {
	if d.IsZero() {
		return nil
	}
	return merkle.ToProto(d)
}

func timestamp(t time.Time) *timestamppb.Timestamp {
	if t.IsZero() {
		return nil
	}
	return timestamppb.New(t)
}

// ResultFromProto returns the result in a message, which any server may have
// written, if it passes Check. Links are taken from the fields of every version
// of REAPI. Bytes that the message carries along have to be those of their
// digest; who wants to keep them takes them from p. Their digest is in the
// result also where p leaves it out.
func ResultFromProto(p *repb.ActionResult) (*Result, errctx.WithContext[*Malformed]) {
	r, m := resultFromProto(p)
	if m == nil {
		m = r.check()
	}
	if m != nil {
		return nil, errctx.New(m, "decode result")
	}
	return r, nil
}

func resultFromProto(p *repb.ActionResult) (*Result, *Malformed) {
	r := &Result{ExitCode: int(p.GetExitCode())}
	var ok bool
	if r.Stdout, ok = contents(p.GetStdoutDigest(), p.GetStdoutRaw()); !ok {
		return nil, &Malformed{"result.stdout_digest", "", badDigest}
	}
	if r.Stderr, ok = contents(p.GetStderrDigest(), p.GetStderrRaw()); !ok {
		return nil, &Malformed{"result.stderr_digest", "", badDigest}
	}
	for _, f := range p.GetOutputFiles() {
		d, ok := contents(f.GetDigest(), f.GetContents())
		if !ok {
			return nil, &Malformed{"result.output_files", f.GetPath(), badDigest}
		}
		r.Files = append(r.Files, File{f.GetPath(), d, f.GetIsExecutable()})
	}
	for _, o := range p.GetOutputDirectories() {
		tree, treeOK := contents(o.GetTreeDigest(), nil)
		root, rootOK := contents(o.GetRootDirectoryDigest(), nil)
		if !treeOK || !rootOK {
			return nil, &Malformed{"result.output_directories", o.GetPath(), badDigest}
		}
		r.Dirs = append(r.Dirs, Dir{o.GetPath(), tree, root})
	}
	// A server with clients older than REAPI 2.1 says the same in two fields.
	targets := make(map[string]string)
	for _, s := range slices.Concat(p.GetOutputSymlinks(), p.GetOutputFileSymlinks(), p.GetOutputDirectorySymlinks()) {
		if target, ok := targets[s.GetPath()]; !ok || target != s.GetTarget() {
			targets[s.GetPath()] = s.GetTarget()
			r.Symlinks = append(r.Symlinks, Symlink{s.GetPath(), s.GetTarget()})
		}
	}
	return r, r.metadata(p.GetExecutionMetadata())
}

const badDigest = "its digest is not well formed, or is not that of its bytes"

// contents returns the digest in p, and that of data where there is no p.
func contents(p *repb.Digest, data []byte) (digest.Digest, bool) {
	switch {
	case p == nil && len(data) == 0:
		return digest.Digest{}, true
	case p == nil:
		return digest.Of(data), true
	}
	d, err := merkle.FromProto(p)
	return d, err == nil && (len(data) == 0 || d == digest.Of(data))
}

// metadata takes from p what a Result has a place for. The process's own time
// comes from the field made for it, or else from the times around its execution.
func (r *Result) metadata(p *repb.ExecutedActionMetadata) *Malformed {
	r.Worker = p.GetWorker()
	var begin, end time.Time
	for _, f := range []struct {
		name string
		from *timestamppb.Timestamp
		to   *time.Time
	}{
		{"queued_timestamp", p.GetQueuedTimestamp(), &r.Queued},
		{"worker_start_timestamp", p.GetWorkerStartTimestamp(), &r.Started},
		{"worker_completed_timestamp", p.GetWorkerCompletedTimestamp(), &r.Completed},
		{"execution_start_timestamp", p.GetExecutionStartTimestamp(), &begin},
		{"execution_completed_timestamp", p.GetExecutionCompletedTimestamp(), &end},
	} {
		if f.from == nil {
			continue
		}
		if !f.from.IsValid() {
			return &Malformed{"result.execution_metadata." + f.name, "", "it is out of range"}
		}
		*f.to = f.from.AsTime()
	}
	switch wall := p.GetVirtualExecutionDuration(); {
	case wall != nil && !wall.IsValid():
		return &Malformed{"result.execution_metadata.virtual_execution_duration", "", "it is out of range"}
	case wall != nil:
		r.Wall = wall.AsDuration()
	case !begin.IsZero() && end.After(begin):
		r.Wall = end.Sub(begin)
	}
	return nil
}
