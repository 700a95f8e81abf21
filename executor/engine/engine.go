// Package engine runs a plan: it schedules steps, asks the cache before it executes
// one, and repairs what was lost on the way.
//
// A cached result promises blobs; nobody looks whether they are there until
// somebody needs them. When a blob is needed and lost, the error arrives here as the
// *cas.MissingDigest that the store returned, however many layers lie between. The
// policy says Backtrack and names the digest, the index of producers says which
// step made it, and that step runs again with cache reads off while its consumer
// waits. The class says whether to recover; the typed error says how.
//
// Five guards keep this from going wrong: a rerun never reads the cache; every
// recovery counts against one budget; all blobs that a consumer lost are repaired
// in one batch; what was remembered as stored is forgotten when it is lost; and a
// producer that already ran since its consumer looked is not run once more.
//
// One goroutine owns the state of the run. Workers get copies and send messages.
package engine

import (
	"context"
	"runtime"
	"runtime/debug"
	"time"

	"github.com/holdfast-go/holdfast/classify"
	"github.com/holdfast-go/holdfast/errctx"
	"github.com/holdfast-go/holdfast/executor/action"
	"github.com/holdfast-go/holdfast/executor/digest"
	"github.com/holdfast-go/holdfast/executor/event"
	"github.com/holdfast-go/holdfast/executor/plan"
	"github.com/holdfast-go/holdfast/executor/runner"
	"github.com/holdfast-go/holdfast/executor/sandbox"
)

// Options say what to run and how.
type Options struct {
	Plan      *plan.Plan
	Steps     []string // what is requested; none: the steps that no other step takes from
	Jobs      int      // how many processes may run at once; 0: one for each processor
	KeepGoing bool     // go on with what does not depend on a failed step
	Out       string   // the folder that gets the outputs of the requested steps; "": they are not placed
	Logs      bool     // the output streams of the requested steps must be in the store too, also of a cached result
	ID        string   // identifies the run in its events
	Sandbox   string   // the isolation, for the events
	StoreDir  string   // for the events

	Runner *runner.Runner
	Policy *classify.Policy // nil: LocalExecutor
	Sink   event.Sink
	Budget Budget
}

// Budget bounds what a run spends on recovery. The zero value is the default.
type Budget struct {
	PerDigest   int           // reruns for the loss of one blob; 0 is 3
	PerProducer int           // reruns of one step; 0 is 10
	Retries     int           // of a fault that passes by itself, for each step; 0 is 3
	Pause       time.Duration // before the first retry, doubled for each further one; 0 is 100 ms
}

func (b Budget) orDefault() Budget {
	if b.PerDigest == 0 {
		b.PerDigest = 3
	}
	if b.PerProducer == 0 {
		b.PerProducer = 10
	}
	if b.Retries == 0 {
		b.Retries = 3
	}
	if b.Pause == 0 {
		b.Pause = 100 * time.Millisecond
	}
	return b
}

// Outcome is what a run came to.
type Outcome struct {
	Steps   []StepOutcome // of the steps that the request needs, in the order of the plan
	Failed  []string
	Skipped int
}

// OK reports whether every step succeeded.
func (o *Outcome) OK() bool { return len(o.Failed) == 0 && o.Skipped == 0 }

// StepOutcome is what became of one step.
type StepOutcome struct {
	Step   string
	Key    digest.Digest // of the action; zero when it was never computed
	Source event.Source  // "" when there is no result
	Result *action.Result
	// Failure is what went wrong with the step, or with placing its outputs, if that was more than its
	// process ending in another way than it should.
	Failure *event.Failure
}

// Run runs the plan. A step that fails is part of the Outcome; the error says why
// the run itself had to end, and the Outcome then says how far it came.
func Run(ctx context.Context, o Options) (*Outcome, Err) {
	r, err := newRun(ctx, o)
	if err != nil {
		return nil, err
	}
	defer r.cancel(nil)
	return r.loop()
}

// run is the state of a run. Only the goroutine in loop touches it, save for what
// is said to be shared.
type run struct {
	Options
	ctx     context.Context
	cancel  context.CancelCauseFunc
	started time.Time

	nodes   []*node // steps in the order of the plan, then places
	ready   []*node
	busy    int
	msgs    chan message
	halted  bool     // start nothing more
	err     Err      // why the run ends early
	sources *sources // shared

	producers map[digest.Digest][]*node  // who can make a blob: built as results arrive
	lost      map[digest.Digest][]string // who needed it, one consumer for each loss
	warned    map[string]bool
	ledger    *classify.Ledger // what steps have spent of their retries
}

// message is what a worker tells the loop.
type message struct {
	node    *node
	started *event.StepStarted // the process is about to start
	done    *done
}

// done is the end of a worker.
type done struct {
	key     digest.Digest
	source  event.Source
	result  *action.Result  // of a success
	outcome *runner.Outcome // of an execution
	inputs  []binding
	used    map[*node]int // the revision of each dependency that this work is based on
	reruns  map[*node]int // how often each had been executed when this work began
	placed  []string
	notes   []event.Degraded
	err     Err
}

func newRun(ctx context.Context, o Options) (*run, Err) {
	if o.Jobs <= 0 {
		o.Jobs = runtime.GOMAXPROCS(0)
	}
	if o.Policy == nil {
		o.Policy = LocalExecutor()
	}
	o.Budget = o.Budget.orDefault()
	ctx, cancel := context.WithCancelCause(ctx)
	r := &run{
		Options: o, ctx: ctx, cancel: cancel, started: time.Now(),
		msgs:      make(chan message, 2*o.Jobs),
		sources:   newSources(o.Plan.Dir),
		producers: map[digest.Digest][]*node{}, lost: map[digest.Digest][]string{},
		warned: map[string]bool{}, ledger: classify.AtMost(o.Policy, o.Budget.Retries),
	}
	if err := r.build(); err != nil {
		cancel(nil)
		return nil, err
	}
	return r, nil
}

func (r *run) tell(e event.Event) { r.Sink.Event(time.Now(), e) }

// loop hands ready nodes to workers and digests what they report, until nothing
// is left or nothing can go on.
func (r *run) loop() (*Outcome, Err) {
	r.tell(event.Plan{
		Run: r.ID, Plan: r.Plan.File, Steps: r.steps(), Jobs: r.Jobs, Sandbox: r.Sandbox, Store: r.StoreDir,
	})
	for {
		for r.busy < r.Jobs && len(r.ready) > 0 && !r.halted && r.ctx.Err() == nil {
			r.start(r.next())
		}
		if r.busy == 0 {
			break
		}
		m := <-r.msgs
		if m.started != nil {
			r.tell(*m.started)
			continue
		}
		r.busy--
		r.finish(m.node, m.done)
	}
	if r.err == nil && r.ctx.Err() != nil {
		r.err = errctx.New(cancelled(r.ctx), "run plan")
	}
	return r.close()
}

// start lets a worker work on n with a copy of all it needs.
func (r *run) start(n *node) {
	n.state = running
	r.busy++
	w := &worker{run: r, node: n, bypass: n.bypass, delay: n.delay, how: n.how, results: map[*node]*action.Result{}}
	used, reruns := map[*node]int{}, map[*node]int{}
	for _, d := range n.deps {
		w.results[d] = d.result
		used[d], reruns[d] = d.revision, d.executions
	}
	go func() {
		d := w.work(r.ctx)
		d.used, d.reruns = used, reruns
		r.msgs <- message{node: n, done: d}
	}()
}

// finish takes in what a worker brings.
func (r *run) finish(n *node, d *done) {
	n.delay = 0
	for _, note := range d.notes {
		r.degrade(note)
	}
	if d.outcome != nil {
		n.executions++
	}
	switch {
	case stale(d) && r.ctx.Err() == nil: // whatever came of it: it is about a result that is no more
		r.redo(n)
	case d.err != nil:
		r.decide(n, d)
	case d.outcome != nil && len(d.outcome.Tampered) > 0:
		r.isolate(n, d)
	case n.place != nil:
		r.settlePlace(n, d)
	case d.result == nil:
		r.fail(n, d, nil)
	default:
		r.settle(n, d)
	}
}

// isolate lets n start over with inputs of its own: those that it shared with the store
// were written to while it ran. The store finds the changed blobs when it reads them, and they are
// lost like any other.
func (r *run) isolate(n *node, d *done) {
	if n.how == sandbox.Copy { // copies are nobody else's, so this is a bug
		r.abort(n, errctx.New[Error](&Panic{Value: "copied inputs count as shared"}, "isolate step"))
		return
	}
	n.how = sandbox.Copy
	for _, in := range d.outcome.Tampered {
		r.sources.forget(in)
		r.degrade(event.Degraded{
			What:   "inputs were written to while a step ran: it runs again with copies",
			Detail: n.name + ": " + in.String(), Step: n.name,
		})
	}
	r.redo(n)
}

// stale reports whether d is based on a result that has been replaced since.
func stale(d *done) bool {
	for dep, revision := range d.used {
		if dep.revision != revision {
			return true
		}
	}
	return false
}

// settle records the end of a step.
func (r *run) settle(n *node, d *done) {
	previous := n.result
	n.key, n.result, n.source, n.bypass, n.err = d.key, d.result, d.source, false, nil
	n.state = settled
	r.index(n)
	r.tell(stepFinished(n, d))
	if previous != nil && !sameOutputs(previous, d.result) {
		n.revision++
		if d.source == event.Rerun {
			r.degrade(event.Degraded{What: "a step gave two different results", Step: n.name,
				Detail: "its outputs depend on more than its inputs; what was made from the earlier ones is looked at again"})
		}
		for _, u := range n.users {
			if u.state == settled {
				r.redo(u)
			} // a running one is found stale when it ends
		}
	}
	for u := range n.waiters {
		delete(u.waiting, n)
		if len(u.waiting) == 0 {
			r.enqueue(u)
		}
	}
	clear(n.waiters)
}

func (r *run) settlePlace(n *node, d *done) {
	n.state, n.files = settled, d.placed
}

// fail records a step without a result: its process failed, or, with cause, could not be run at all.
func (r *run) fail(n *node, d *done, cause *event.Failure) {
	n.state, n.key, n.source, n.err = failed, d.key, "", d.err
	e := stepFinished(n, d)
	e.Error = cause
	r.tell(e)
	if !r.KeepGoing {
		r.halted = true
	}
}

// abort ends the run over n: workers are cancelled, their processes killed.
func (r *run) abort(n *node, err Err) {
	r.halted = true
	if n.place != nil {
		n = n.place
	}
	n.err = err
	if r.err == nil {
		r.err = err
		r.cancel(err)
	}
}

// redo makes n start over as soon as all it depends on is settled.
func (r *run) redo(n *node) {
	n.state = waiting
	for _, d := range n.deps {
		if d.state != settled {
			n.waiting[d], d.waiters[n] = true, true
		}
	}
	if len(n.waiting) == 0 {
		r.enqueue(n)
	}
}

func (r *run) enqueue(n *node) {
	n.state = ready
	r.ready = append(r.ready, n)
}

func (r *run) next() *node {
	n := r.ready[0]
	r.ready = r.ready[1:]
	return n
}

// degrade tells a degradation once.
func (r *run) degrade(e event.Degraded) {
	if id := e.What + "\x00" + e.Step; !r.warned[id] {
		r.warned[id] = true
		r.tell(e)
	}
}

// close tells how it ended.
func (r *run) close() (*Outcome, Err) {
	out := &Outcome{}
	fin := event.Finished{DurationMS: milliseconds(time.Since(r.started))}
	var files []string
	for _, n := range r.nodes {
		if n.place != nil {
			if n.state == settled {
				files = append(files, n.files...)
			}
			continue
		}
		step := StepOutcome{Step: n.name, Key: n.key, Source: n.source, Result: n.result}
		if n.err != nil {
			step.Failure = r.failure(n.err)
		}
		out.Steps = append(out.Steps, step)
		switch {
		case n.state == failed:
			out.Failed = append(out.Failed, n.name)
		case n.state != settled:
			out.Skipped++
		case n.source == event.Executed:
			fin.Executed++
		case n.source == event.Rerun:
			fin.Rerun++
		default:
			fin.Cached++
		}
	}
	if r.Out != "" && len(files) > 0 {
		r.tell(event.Placed{Dir: r.Out, Files: files})
	}
	fin.Failed, fin.Skipped = out.Failed, out.Skipped
	fin.OK = r.err == nil && out.OK()
	if r.err != nil {
		fin.Error = r.failure(r.err)
	}
	r.tell(fin)
	return out, r.err
}

// failure describes what is final: whether the requester still waits makes no difference to it.
func (r *run) failure(err Err) *event.Failure {
	return Failure(err, r.Policy.Classify(context.Background(), err))
}

func (r *run) steps() (n int) {
	for _, x := range r.nodes {
		if x.place == nil {
			n++
		}
	}
	return n
}

// recovered turns a panic of a worker into an error with its stack.
func recovered(err *Err) {
	if v := recover(); v != nil {
		*err = errctx.New[Error](&Panic{v, debug.Stack()}, "run step")
	}
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
