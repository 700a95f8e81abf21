// Package cost measures what it takes to decide about an error, beside what two other libraries take to say less
// about the same one.
package cost

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"google.golang.org/grpc/status"

	"github.com/holdfast-go/holdfast/classify"
)

// Subject is one way to ask about an error.
type Subject struct {
	Name string
	ask  func(*classify.Policy, error)
}

// Subjects are ours, then the neighbours.
var Subjects = []Subject{
	{"Classify", func(p *classify.Policy, err error) { verdict = p.Classify(requester, err) }},
	{"aws `IsErrorRetryable`", func(_ *classify.Policy, err error) { again = standard.IsErrorRetryable(err) }},
	{"grpc `status.Code`", func(_ *classify.Policy, err error) { code = uint32(status.Code(err)) }},
	{"grpc `status.FromError`", func(_ *classify.Policy, err error) { _, again = status.FromError(err) }},
}

// What was asked goes somewhere, so that the compiler cannot leave it out.
var (
	verdict classify.Verdict
	again   bool
	code    uint32

	standard = retry.NewStandard()
	// A requester that can give up, as any real one; it never does.
	requester, giveUp = context.WithCancel(context.Background())
	_                 = giveUp
)

// Number is the median of all rounds.
type Number struct {
	Time   time.Duration
	Allocs float64
}

// Line is one case: a number for each subject.
type Line struct {
	Case
	By []Number
}

// Report is a whole measurement.
type Report struct {
	Machine, Before, After string // the load before and after
	Day                    time.Time
	Rounds                 int
	Lines                  []Line
}

// Options say how long to measure.
type Options struct {
	Rounds int           // at least 5
	Each   time.Duration // of one subject and case in one round
}

// Measure measures the cases. In every round each subject is asked about each case once, one after another, so noise hits all alike.
// It returns the context's cause when that is done.
func Measure(ctx context.Context, cases []Case, o Options, progress func(round int)) (*Report, error) {
	o.Rounds = max(o.Rounds, 5)
	r := &Report{Machine: machine(), Before: load(), Day: time.Now().UTC(), Rounds: o.Rounds}
	times := make([][][]time.Duration, len(cases))
	allocs := make([][][]float64, len(cases))
	batch := make([][]int, len(cases))
	for i, c := range cases {
		times[i], allocs[i], batch[i] = make([][]time.Duration, len(Subjects)), make([][]float64, len(Subjects)), make([]int, len(Subjects))
		for j, s := range Subjects {
			batch[i][j] = size(func() { s.ask(c.policy, c.err) }, o.Each)
		}
	}
	for round := range o.Rounds {
		progress(round + 1)
		for i, c := range cases {
			for j, s := range Subjects {
				if ctx.Err() != nil {
					return nil, context.Cause(ctx)
				}
				t, a := run(func() { s.ask(c.policy, c.err) }, batch[i][j])
				times[i][j], allocs[i][j] = append(times[i][j], t), append(allocs[i][j], a)
			}
		}
	}
	for i, c := range cases {
		l := Line{Case: c}
		for j := range Subjects {
			l.By = append(l.By, Number{median(times[i][j]), median(allocs[i][j])})
		}
		r.Lines = append(r.Lines, l)
	}
	r.After = load()
	return r, nil
}

// size returns how often f runs in about d.
func size(f func(), d time.Duration) int {
	for n := 16; ; n *= 2 {
		start := time.Now()
		for range n {
			f()
		}
		if t := time.Since(start); t >= d/4 {
			return max(1, int(float64(n)*float64(d)/float64(t)))
		}
	}
}

// run returns the time and the allocations of one of n calls.
func run(f func(), n int) (time.Duration, float64) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	start := time.Now()
	for range n {
		f()
	}
	t := time.Since(start)
	runtime.ReadMemStats(&after)
	// A stray allocation of the runtime is none of f's.
	return t / time.Duration(n), float64((after.Mallocs - before.Mallocs) / uint64(n))
}

func median[T time.Duration | float64](of []T) T {
	s := slices.Sorted(slices.Values(of))
	return s[len(s)/2]
}

// Target is what Classify may take in a case.
type Target struct {
	Time   time.Duration
	Allocs float64 // negative: no target
}

// Met reports whether n keeps to the target.
func (t Target) Met(n Number) bool { return n.Time <= t.Time && (t.Allocs < 0 || n.Allocs <= t.Allocs) }

func (t Target) String() string {
	if t.Allocs < 0 {
		return fmt.Sprintf("≤ %s", duration(t.Time))
	}
	return fmt.Sprintf("≤ %s, %.0f allocations", duration(t.Time), t.Allocs)
}
