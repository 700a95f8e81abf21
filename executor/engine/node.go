package engine

import (
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/holdfast-go/holdfast/errctx"
	"github.com/holdfast-go/holdfast/executor/action"
	"github.com/holdfast-go/holdfast/executor/digest"
	"github.com/holdfast-go/holdfast/executor/event"
	"github.com/holdfast-go/holdfast/executor/graph"
	"github.com/holdfast-go/holdfast/executor/merkle"
	"github.com/holdfast-go/holdfast/executor/plan"
	"github.com/holdfast-go/holdfast/executor/process"
	"github.com/holdfast-go/holdfast/executor/sandbox"
	"golang.org/x/sys/unix"
)

// state is where a node is on its way. Every settled or failed node may be sent back to waiting.
type state uint8

const (
	waiting state = iota // for nodes it depends on
	ready                // to be started
	running
	settled // it has a result
	failed
)

// node is a step, or the placing of a requested step's outputs.
type node struct {
	name  string
	step  *plan.Step // nil when placing
	place *node      // the step whose outputs are placed
	deps  []*node
	users []*node

	state   state
	waiting map[*node]bool // what it waits for
	waiters map[*node]bool // what waits for it

	key        digest.Digest
	result     *action.Result
	err        Err // of the work that failed the step or ended the run
	source     event.Source
	files      []string // placed
	revision   int      // of the result: counts changes of the outputs
	executions int
	reruns     int // for lost blobs

	bypass  bool          // the next execution must not read the cache
	retries int           // of faults that pass by themselves
	delay   time.Duration // before the next start
	how     sandbox.How
}

// build makes the nodes that the request needs.
func (r *run) build() Err {
	g := r.Plan.Graph()
	requested, err := request(r.Plan, g, r.Steps)
	if err != nil {
		return err
	}
	nodes := map[int]*node{} // by index in the plan
	needed := g.Ancestors(requested...)
	for _, i := range needed {
		n := newNode(r.Plan.Steps[i].Name)
		n.step = r.Plan.Steps[i]
		nodes[i] = n
		r.nodes = append(r.nodes, n)
	}
	for _, i := range needed {
		for _, d := range g.Needs(i) {
			nodes[i].dependOn(nodes[d])
		}
	}
	if r.Out != "" || r.Logs {
		slices.Sort(requested)
		for _, i := range slices.Compact(requested) {
			p := newNode("out")
			p.place = nodes[i]
			p.dependOn(nodes[i])
			r.nodes = append(r.nodes, p)
		}
	}
	for _, n := range r.nodes {
		r.redo(n)
	}
	return nil
}

func newNode(name string) *node {
	return &node{name: name, waiting: map[*node]bool{}, waiters: map[*node]bool{}}
}

func (n *node) dependOn(d *node) {
	n.deps = append(n.deps, d)
	d.users = append(d.users, n)
}

// request returns the requested steps, by index: those named, or those that no step takes from.
func request(p *plan.Plan, g *graph.Graph, names []string) ([]int, Err) {
	if len(names) == 0 {
		return g.Sinks(), nil
	}
	var steps []int
	for _, name := range names {
		i := slices.IndexFunc(p.Steps, func(s *plan.Step) bool { return s.Name == name })
		if i < 0 {
			return nil, errctx.New[Error](&UnknownStep{name, p.Suggest(name)}, "select steps", slog.String("plan", p.File))
		}
		steps = append(steps, i)
	}
	return steps, nil
}

// index records what n's result promises, so that a lost blob leads to its producer.
func (r *run) index(n *node) {
	for d := range n.result.Digests() {
		if !slices.Contains(r.producers[d], n) {
			r.producers[d] = append(r.producers[d], n)
		}
	}
}

// outputs maps each output to its digest: a folder's is that of its root Directory,
// a symbolic link's that of its target.
func outputs(res *action.Result) map[string]digest.Digest {
	all := make(map[string]digest.Digest)
	for e := range res.Entries() {
		all[e.Path] = e.Digest
		if e.Kind == merkle.Symlink {
			all[e.Path] = digest.Of([]byte(e.Target))
		}
	}
	return all
}

// sameOutputs compares what consumers see.
func sameOutputs(a, b *action.Result) bool {
	return slices.Equal(slices.Collect(a.Entries()), slices.Collect(b.Entries()))
}

func stepFinished(n *node, d *done) event.StepFinished {
	e := event.StepFinished{Step: n.name, Digest: d.key, Source: d.source, OK: d.result != nil, ExitCode: -1, Outputs: map[string]digest.Digest{}}
	if d.result != nil {
		e.Outputs = outputs(d.result)
		e.ExitCode, e.DurationMS = d.result.ExitCode, milliseconds(d.result.Wall)
	}
	if o := d.outcome; o != nil {
		e.ExitCode, e.DurationMS = o.Exit.ExitCode, milliseconds(o.Exit.Wall)
		e.Missing, e.Refused, e.Hint, e.Sandbox = o.Missing, o.Refused, o.Hint, o.Sandbox
		e.Stdout, e.StdoutSize = o.Stdout.Tail, o.Stdout.Size
		e.Stderr, e.StderrSize = o.Stderr.Tail, o.Stderr.Size
		if d.result == nil {
			e.Said = strings.ToValidUTF8(string(tail(o.Stdout.Tail))+string(tail(o.Stderr.Tail)), "\uFFFD")
		}
		switch o.Exit.State {
		case process.Signaled:
			e.ExitCode, e.Signal = -1, unix.SignalName(o.Exit.Signal)
		case process.TimedOut:
			e.ExitCode, e.TimedOut = -1, true
		}
	}
	return e
}

// tail is the part of a stream that goes into an event.
func tail(b []byte) []byte { return b[max(0, len(b)-maxSaid):] }

const maxSaid = 8 << 10 // bytes of each stream
