package cost

import (
	"context"
	"fmt"
	"math"
	"runtime"
	"slices"
	"time"

	"github.com/holdfast-go/holdfast/bench/peer"
)

// Config says how to measure.
type Config struct {
	Rounds    int
	BenchTime time.Duration
	// Limit is for a single operation: what takes longer is given up.
	Limit time.Duration
	// Progress is told what is measured next.
	Progress func(done, total int, what string)
}

// Cell is the cost of an operation with a peer.
type Cell struct {
	Operation string  `json:"operation"`
	Depth     int     `json:"depth,omitempty"`
	Peer      string  `json:"peer"`
	NS        float64 `json:"ns"`    // median of the rounds
	MinNS     float64 `json:"minNs"` // of the quickest round
	Bytes     int64   `json:"bytes"`
	Allocs    int64   `json:"allocs"`
	Size      int     `json:"size,omitempty"`    // of what is encoded
	Note      string  `json:"note,omitempty"`    // what the result lacks
	GivenUp   string  `json:"givenUp,omitempty"` // why there are no numbers
}

// Run measures operations with all peers. It returns ctx's error when ctx ends first.
//
// A round runs an operation once with each peer, one after another, so that what
// else the machine does hits all of them alike.
func Run(ctx context.Context, peers []peer.Peer, ops []Operation, c Config) ([]Cell, error) {
	total, done := 0, 0
	for _, op := range ops {
		total += len(op.Depths)
	}
	var cells []Cell
	for _, op := range ops {
		for _, depth := range op.Depths {
			c.Progress(done, total, title(op.Name, depth))
			row, err := c.row(ctx, peers, op, depth)
			if err != nil {
				return nil, err
			}
			cells = append(cells, row...)
			done++
		}
	}
	return cells, nil
}

func title(op string, depth int) string {
	if depth == 0 {
		return op
	}
	return fmt.Sprintf("%s, depth %d", op, depth)
}

func (c Config) row(ctx context.Context, peers []peer.Peer, op Operation, depth int) ([]Cell, error) {
	type subject struct {
		cell    Cell
		task    task
		n       int
		samples []sample
	}
	var subjects []*subject
	for _, p := range peers {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		s := &subject{cell: Cell{Operation: op.Name, Depth: depth, Peer: p.Name}}
		if s.cell.GivenUp = c.climb(p, op, depth); s.cell.GivenUp == "" {
			if s.task = op.prepare(p, depth); s.task.loop == nil {
				continue
			}
			s.cell.Size, s.cell.Note = s.task.size, s.task.note
			s.n = c.calibrate(s.task)
		}
		subjects = append(subjects, s)
	}
	for range c.Rounds {
		for _, s := range subjects {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			if s.cell.GivenUp == "" {
				s.samples = append(s.samples, s.task.sample(s.n))
			}
		}
	}
	cells := make([]Cell, len(subjects))
	for i, s := range subjects {
		s.cell.sum(s.samples)
		cells[i] = s.cell
	}
	return cells, nil
}

// climb goes towards a depth in steps and says where it had to give up, if it had to: an
// operation can be exponential in the depth, and nothing can stop it once it runs.
func (c Config) climb(p peer.Peer, op Operation, depth int) string {
	for d := 1; ; d = min(depth, d+1+d/10) {
		t := op.prepare(p, d)
		if t.loop == nil {
			return ""
		}
		if took := t.sample(1).elapsed; took > c.Limit {
			return fmt.Sprintf("%v at depth %d", took.Round(10*time.Millisecond), d)
		}
		if d >= depth {
			return ""
		}
	}
}

// calibrate returns how many operations fill the bench time.
func (c Config) calibrate(t task) int {
	for n := 1; ; n *= 10 {
		if took := t.sample(n).elapsed; took >= c.BenchTime/10 {
			return max(1, int(float64(n)*float64(c.BenchTime)/float64(took)))
		}
	}
}

type sample struct {
	n             int
	elapsed       time.Duration
	bytes, allocs uint64
}

func (t task) sample(n int) sample {
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	start := time.Now()
	t.loop(n)
	elapsed := time.Since(start)
	runtime.ReadMemStats(&after)
	return sample{n, elapsed, after.TotalAlloc - before.TotalAlloc, after.Mallocs - before.Mallocs}
}

// Allocations returns what an operation allocates.
func Allocations(loop func(n int)) (allocs, bytes int64) {
	var c Cell
	t := task{loop: loop}
	c.sum([]sample{t.sample(1000), t.sample(1000), t.sample(1000)})
	return c.Allocs, c.Bytes
}

// sum puts the samples of a cell into numbers. Of allocations the least counts: what
// comes on top of it is somebody else's.
func (c *Cell) sum(samples []sample) {
	if len(samples) == 0 {
		return
	}
	var ns []float64
	bytes, allocs := math.Inf(1), math.Inf(1)
	for _, s := range samples {
		n := float64(s.n)
		ns = append(ns, float64(s.elapsed.Nanoseconds())/n)
		bytes = min(bytes, float64(s.bytes)/n)
		allocs = min(allocs, float64(s.allocs)/n)
	}
	slices.Sort(ns)
	c.MinNS = ns[0]
	c.NS = (ns[(len(ns)-1)/2] + ns[len(ns)/2]) / 2
	c.Bytes, c.Allocs = int64(math.Round(bytes)), int64(math.Round(allocs))
}
