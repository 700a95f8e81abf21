package engine

import (
	"context"
	"time"

	"github.com/holdfast-go/holdfast/errctx"
	"github.com/holdfast-go/holdfast/executor/action"
	"github.com/holdfast-go/holdfast/executor/actioncache"
	"github.com/holdfast-go/holdfast/executor/event"
	"github.com/holdfast-go/holdfast/executor/runner"
	"github.com/holdfast-go/holdfast/executor/sandbox"
)

// worker works on one node once, in a goroutine of its own. It reads what never
// changes of its node, copies of what does, and the shared sources.
type worker struct {
	*run
	node    *node
	bypass  bool
	delay   time.Duration
	how     sandbox.How
	results map[*node]*action.Result
}

func (w *worker) work(ctx context.Context) *done {
	d := &done{}
	d.err = func() (err Err) {
		defer recovered(&err)
		if w.delay > 0 {
			t := time.NewTimer(w.delay)
			defer t.Stop()
			select {
			case <-t.C:
			case <-ctx.Done():
				return errctx.New(cancelled(ctx), "wait for another attempt")
			}
		}
		if w.node.place != nil {
			return w.placeOutputs(ctx, d)
		}
		return w.step(ctx, d)
	}()
	return d
}

// step gets the result of a step: from the cache, or by executing it.
func (w *worker) step(ctx context.Context, d *done) Err {
	deps := make(map[string]result, len(w.results))
	for n, res := range w.results {
		deps[n.name] = result{n, res}
	}
	b, err := bind(ctx, w.Runner.Store, w.sources, w.node.step, deps)
	if err != nil {
		return err
	}
	d.key, d.inputs = b.coded.Digest, b.bindings

	d.source = event.Rerun
	if !w.bypass {
		res, err := w.lookup(ctx, b, d)
		if err != nil {
			return errctx.Wrap(err, "run step", named(w.node.name))
		}
		if res != nil {
			d.source, d.result = event.Cached, res
			return nil
		}
		d.source = event.Executed
	}
	if err := w.sources.store(ctx, w.Runner.Store, b.sources); err != nil {
		return errctx.Wrap(err, "run step", named(w.node.name))
	}
	w.msgs <- message{started: &event.StepStarted{Step: w.node.name, Digest: d.key, Source: d.source}}
	out, rerr := w.Runner.Execute(ctx, runner.Job{Name: w.node.name, Action: b.action, Coded: b.coded, Inputs: b.tree, How: w.how})
	if rerr != nil {
		return errctx.Map(errctx.Wrap(rerr, "run step", named(w.node.name)), stepFault)
	}
	d.outcome, d.result = out, out.Result
	w.remark(d, out)
	return nil
}

// lookup returns the cached result, or nil when there is none that serves.
func (w *worker) lookup(ctx context.Context, b *bound, d *done) (*action.Result, Err) {
	res, err := w.Runner.Lookup(ctx, b.coded.Digest)
	if err != nil {
		switch cause := err.Root().Cause.(type) {
		case *actioncache.Miss:
			return nil, nil
		case *actioncache.CorruptEntry:
			d.notes = append(d.notes, event.Degraded{
				What: "a cache entry was corrupt and has been put aside", Step: w.node.name, Detail: cause.Error(),
			})
			return nil, nil
		}
		return nil, errctx.Map(err, lookupFault)
	}
	all := outputs(res)
	for _, o := range b.action.Outputs {
		if _, ok := all[o]; !ok {
			d.notes = append(d.notes, event.Degraded{
				What: "a cached result lacks an output and is not used", Step: w.node.name, Detail: o,
			})
			return nil, nil
		}
	}
	return res, nil
}

// remark tells what an execution had to put up with.
func (w *worker) remark(d *done, out *runner.Outcome) {
	if ref := out.Inputs.Refused; ref != nil {
		d.notes = append(d.notes, event.Degraded{
			What: "inputs are copied: the file system refused hard links", Detail: cause(ref.Err),
		})
	}
}

func cause(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
