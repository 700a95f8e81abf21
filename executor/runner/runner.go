// Package runner carries one action through its six phases: look up, materialise,
// start, wait, capture, store.
//
// Each phase has its own error type, and what a lower package saw stays inside
// it with its type: errors.AsType[*cas.MissingDigest] finds, in a [MaterializeError],
// the very value that the store returned. How a process ended is data, not an
// error. The runner decides nothing by an error; the engine does.
package runner

import (
	"context"
	"log/slog"
	"path"
	"time"

	"github.com/holdfast-go/holdfast/errctx"
	"github.com/holdfast-go/holdfast/executor/action"
	"github.com/holdfast-go/holdfast/executor/actioncache"
	"github.com/holdfast-go/holdfast/executor/cas"
	"github.com/holdfast-go/holdfast/executor/digest"
	"github.com/holdfast-go/holdfast/executor/merkle"
	"github.com/holdfast-go/holdfast/executor/process"
	"github.com/holdfast-go/holdfast/executor/sandbox"
)

// Runner runs actions. Its methods may be called from many goroutines.
type Runner struct {
	Store     cas.Store
	Cache     actioncache.Cache
	Sandboxes *sandbox.Dir
	Grace     time.Duration // between SIGTERM and SIGKILL of a process that has to end; 0 is process.DefaultGrace
	Keep      Keep          // which sandboxes stay
	KeepDir   string        // where they stay
}

// Keep says which sandboxes are kept for inspection.
type Keep int

// The choices of Keep.
const (
	KeepNever Keep = iota
	KeepOnFailure
	KeepAlways
)

// Job is one action with all that its execution needs.
type Job struct {
	Name   string // for people
	Action action.Action
	Coded  action.Encoded
	Inputs *merkle.Tree // the folders of the input root that may not be in the store yet; nil when all are
	How    sandbox.How
}

// Outcome says how an execution ended.
type Outcome struct {
	Result         *action.Result // set when OK: it has been stored and cached
	Exit           process.Result
	Missing        []string // declared outputs that are not there
	Refused        []string // outputs that cannot be stored, with the reason: a socket, a link out of the sandbox, …
	Stdout, Stderr Stream
	Hint           string // what probably made it fail
	Sandbox        string // where the sandbox was kept
	Inputs         sandbox.Report
	Tampered       []digest.Digest // inputs whose bytes were changed while the process ran, by it or by another one: the outcome says nothing about the action
}

// OK reports whether the process exited with 0 and left every output.
func (o *Outcome) OK() bool { return o.Result != nil }

// Lookup asks the action cache. A miss is a *actioncache.Miss with its reason.
func (r *Runner) Lookup(ctx context.Context, key digest.Digest) (*action.Result, errctx.WithContext[*LookupError]) {
	res, err := r.Cache.Get(ctx, key)
	if err != nil {
		return nil, errctx.Map(errctx.Wrap(err, "look up", slog.Any("action", key)), lookupError)
	}
	return res, nil
}

// Execute runs the action without asking the cache, and stores and caches the result
// if it is a success. The caller has put the blobs of the input root into the
// store, save for the folders in Inputs.
//
// It returns a [*MaterializeError], [*StartError], [*WaitError], [*CaptureError] or
// [*PersistError]. A process that the context ended is a *WaitError.
func (r *Runner) Execute(ctx context.Context, j Job) (*Outcome, Err) {
	sb, report, err := r.materialize(ctx, j)
	clean := false // nothing of the process is left
	defer func() {
		switch { // what neither can do is done with the Dir
		case sb == nil:
		case clean:
			_ = sb.Reuse() // see above
		default:
			_ = sb.Remove()
		}
	}()
	if err != nil {
		return nil, errctx.Map(err, phase[*MaterializeError])
	}
	p, logs, serr := r.start(ctx, j, sb)
	if serr != nil {
		return nil, errctx.Map(serr, phase[*StartError])
	}
	exit, werr := wait(p)
	if werr != nil {
		logs.close()
		return nil, errctx.Map(werr, phase[*WaitError])
	}
	o := &Outcome{Exit: exit, Inputs: report, Tampered: sb.Tampered()}
	o.Stdout, o.Stderr = stream(logs.stdout), stream(logs.stderr)
	logs.close()

	switch {
	case len(o.Tampered) > 0: // whatever it made of its inputs, it is not the result of this action
	case exit.State == process.Exited && exit.ExitCode == 0:
		captured, cerr := r.capture(ctx, j, sb, o)
		if cerr != nil {
			return nil, errctx.Map(cerr, phase[*CaptureError])
		}
		if captured != nil {
			if perr := r.persist(ctx, j, sb, captured, o); perr != nil {
				return nil, errctx.Map(perr, phase[*PersistError])
			}
		}
	default:
		o.Hint = diskHint(sb.Root)
	}
	// Where orphans cannot be found, a daemon may live on in the folder.
	clean = o.OK() && len(exit.Leftover) == 0 && process.AdoptOrphans()
	if r.Keep == KeepAlways || r.Keep == KeepOnFailure && !o.OK() {
		if kept, kerr := sb.Keep(r.KeepDir); kerr == nil {
			o.Sandbox = kept
		}
	}
	return o, nil
}

// materialize makes the sandbox. The sandbox is returned with an error too, to be removed.
func (r *Runner) materialize(ctx context.Context, j Job) (*sandbox.Sandbox, sandbox.Report, errctx.WithContext[*MaterializeError]) {
	fail := func(sb *sandbox.Sandbox, err sandbox.Err) (*sandbox.Sandbox, sandbox.Report, errctx.WithContext[*MaterializeError]) {
		return sb, sandbox.Report{}, errctx.Map(errctx.Wrap(err, "materialise", named(j.Name)), materializeError)
	}
	sb, err := r.Sandboxes.New()
	if err != nil {
		return fail(nil, err)
	}
	report, err := sb.Materialize(ctx, r.Store, j.Action.InputRoot, r.folders(j.Inputs), j.How)
	if err == nil {
		err = sb.Prepare(inWorkingDir(j.Action))
	}
	if err != nil {
		return fail(sb, err)
	}
	return sb, report, nil
}

// inWorkingDir returns the outputs as paths in the sandbox.
func inWorkingDir(a action.Action) []string {
	all := make([]string, len(a.Outputs))
	for i, out := range a.Outputs {
		all[i] = path.Join(a.WorkingDir, out)
	}
	return all
}

// folders answers from the tree at hand, then from the store.
func (r *Runner) folders(tree *merkle.Tree) merkle.Fetch {
	return func(ctx context.Context, d digest.Digest) ([]byte, cas.StoreErr) {
		if tree != nil {
			if b, ok := tree.Lookup(d); ok {
				return b, nil
			}
		}
		return cas.ReadAll(ctx, r.Store, d, merkle.MaxFolder)
	}
}

func (r *Runner) start(ctx context.Context, j Job, sb *sandbox.Sandbox) (*process.Process, *logs, errctx.WithContext[*StartError]) {
	l, lerr := openLogs(sb.Meta)
	if lerr != nil {
		return nil, nil, errctx.New(&StartError{Capture: lerr}, "start", named(j.Name))
	}
	p, err := process.Start(ctx, process.Spec{
		Argv:    j.Action.Argv,
		Env:     environ(j.Action.Env),
		Dir:     workingDir(sb, j),
		Stdout:  l.stdout,
		Stderr:  l.stderr,
		Timeout: j.Action.Timeout,
		Grace:   r.Grace,
	})
	if err != nil {
		l.close()
		return nil, nil, errctx.Map(errctx.Wrap(err, "start", named(j.Name)), startError)
	}
	return p, l, nil
}

func wait(p *process.Process) (process.Result, errctx.WithContext[*WaitError]) {
	res, err := p.Wait()
	if err != nil {
		return res, errctx.Map(errctx.Wrap(err, "wait"), waitError)
	}
	if res.State == process.Cancelled {
		return res, errctx.New(&WaitError{Cancelled: res.Cause}, "wait")
	}
	return res, nil
}
