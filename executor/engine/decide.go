package engine

import (
	"errors"
	"log/slog"
	"slices"
	"time"

	"github.com/holdfast-go/holdfast/classify"
	"github.com/holdfast-go/holdfast/errctx"
	"github.com/holdfast-go/holdfast/executor/cas"
	"github.com/holdfast-go/holdfast/executor/digest"
	"github.com/holdfast-go/holdfast/executor/event"
	"github.com/holdfast-go/holdfast/executor/sandbox"
)

// decide acts on an error as the policy says. Nothing else in the engine looks
// at an error to choose what to do.
func (r *run) decide(n *node, d *done) {
	v := r.Policy.Classify(r.ctx, d.err)
	switch v.Class {
	case classify.Cancelled:
		n.state = waiting
		r.halted = true
	case classify.Backtrack:
		r.backtrack(n, d, v)
	case classify.RetryHere:
		r.retry(n, d, v)
	case classify.Fail:
		if n.step != nil {
			r.fail(n, d, Failure(d.err, v))
			return
		}
		r.abort(n, d.err) // the placing of outputs is nobody's item: there is no one to fail but the run
	default:
		n.state = waiting
		r.abort(n, errctx.Wrap(d.err, "run plan", errctx.Safe(slog.String("verdict", v.String()))))
	}
}

// retry lets n start over after a pause, as long as the ledger says so.
func (r *run) retry(n *node, d *done, v classify.Verdict) {
	if _, gaveUp := r.ledger.Spend(v, n.name, d.err, time.Now()); gaveUp != nil {
		n.state = waiting
		r.abort(n, errctx.New[Error](&RetryExhausted{n.name, n.retries + 1, d.err}, "run plan"))
		return
	}
	n.delay = max(v.After, r.Budget.Pause<<n.retries)
	n.retries++
	r.degrade(event.Degraded{What: "a fault that passes by itself: trying again", Step: n.name, Error: Failure(d.err, v)})
	r.redo(n)
}

// backtrack makes the producers of all blobs that n lost produce them again, and n start over after that.
func (r *run) backtrack(n *node, d *done, v classify.Verdict) {
	paths := lostPaths(d.err)
	type batch struct {
		event.Backtrack
		node *node
	}
	var batches []*batch
	add := func(producer *node, name string, lost digest.Digest, attempt int) {
		for _, b := range batches {
			if b.Producer == name && b.node == producer {
				b.Missing, b.Attempt = append(b.Missing, lost), max(b.Attempt, attempt)
				return
			}
		}
		batches = append(batches, &batch{event.Backtrack{
			Missing: []digest.Digest{lost}, Producer: name, Consumer: n.name, Attempt: attempt, Reread: producer == nil, Err: d.err,
		}, producer})
	}
	for _, key := range v.Keys {
		lost, ok := key.(digest.Digest)
		if !ok {
			r.abort(n, errctx.New[Error](&Panic{Value: "a backtrack key is no digest"}, "backtrack"))
			return
		}
		producer, file := r.producer(n, d, lost, paths[lost])
		if producer == nil && file == nil {
			r.abort(n, errctx.New[Error](&UnrecoverableDigest{
				lost, n.name, "the steps it takes from, and the files of the workspace", d.err,
			}, "backtrack"))
			return
		}
		if producer != nil && (producer.executions > d.reruns[producer] || producer.state != settled) {
			continue // made again since n looked, or about to be: n only has to look again
		}
		r.lost[lost] = append(r.lost[lost], n.name)
		attempt := len(r.lost[lost])
		name, reruns := "", attempt-1
		if producer != nil {
			name, reruns = producer.name, max(reruns, producer.reruns)
		} else {
			name = file.path
		}
		if attempt > r.Budget.PerDigest || producer != nil && producer.reruns >= r.Budget.PerProducer {
			r.abort(n, errctx.New[Error](&BacktrackExhausted{lost, name, r.lost[lost], reruns, d.err}, "backtrack"))
			return
		}
		add(producer, name, lost, attempt)
	}
	for _, b := range batches {
		r.tell(b.Backtrack)
		if b.node == nil {
			for _, lost := range b.Missing {
				r.sources.forget(lost) // n stores the file again before it executes
			}
			continue
		}
		b.node.reruns++
		b.node.bypass = true
		r.redo(b.node)
	}
	r.redo(n)
}

// producer finds who can make a blob that n lost: a file of the workspace, or the
// step among those n takes from whose result promised it.
func (r *run) producer(n *node, d *done, lost digest.Digest, path string) (*node, *sourceFile) {
	for _, in := range d.inputs {
		if in.source != nil && in.source.digest == lost {
			return nil, in.source
		}
	}
	for _, p := range r.producers[lost] {
		if slices.Contains(n.deps, p) {
			return p, nil
		}
	}
	// Something inside an output folder, which the result names only as a whole.
	for _, in := range d.inputs {
		if in.from != nil && (path == in.path || len(path) > len(in.path) && path[:len(in.path)+1] == in.path+"/") {
			return in.from, nil
		}
	}
	if n.place != nil {
		return n.place, nil
	}
	return nil, nil
}

// lostPaths maps each lost digest to where the consumer wanted it, if it said so.
func lostPaths(err error) map[digest.Digest]string {
	paths := map[digest.Digest]string{}
	if lost, ok := errors.AsType[*sandbox.InputsLost](err); ok {
		for _, l := range lost.Lost {
			if d, ok := cas.Lost(l.Err.Root()); ok {
				paths[d] = l.Path
			}
		}
	}
	return paths
}
