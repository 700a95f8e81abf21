package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/holdfast-go/holdfast/errctx"
)

const (
	rounds  = 5
	jobs    = 2
	product = "roundtrip.txt" // what both halves have to agree on
)

// times has what was measured, a duration for each round.
type times struct {
	cold   []time.Duration // holdfast, an empty store
	cached []time.Duration // the same again
	xargs  []time.Duration // the same commands, without holdfast
}

// compare builds holdfast and measures the plan in dir against its own commands under
// xargs. Each round does both, in alternating order, so that what else the machine
// does falls on both; only what is compared is inside the times.
func compare(ctx context.Context, dir string, p plan) (times, CompareErr) {
	tmp, err := newFolder("")
	if err != nil {
		return times{}, errctx.Map(err, func(e *FileFault) CompareError { return e })
	}
	defer discard(tmp)
	holdfast := filepath.Join(tmp, "holdfast")
	build := command{dir: dir, argv: []string{"go", "build", "-o", holdfast, modulePackage + "/cmd/holdfast"}}
	if _, err := build.output(ctx); err != nil {
		return times{}, errctx.Map(err, commandFailed)
	}
	var t times
	for round := range rounds {
		at := filepath.Join(tmp, "round"+strconv.Itoa(round))
		r := rival{p, dir, filepath.Join(at, "xargs")}
		h := contender{holdfast, filepath.Join(dir, planFile), filepath.Join(at, "store"), filepath.Join(at, "out")}
		halves := []func() CompareErr{
			func() CompareErr { return r.measure(ctx, &t) },
			func() CompareErr { return h.measure(ctx, len(p.steps), &t) },
		}
		for i := range halves {
			if err := halves[(i+round)%len(halves)](); err != nil {
				return times{}, errctx.Wrap(err, "measure", slog.Int("round", round+1))
			}
		}
		if err := agree(filepath.Join(h.out, product), filepath.Join(r.scratch, product)); err != nil {
			return times{}, err
		}
		discard(at) // a store and a scratch folder at a time are enough
	}
	return t, nil
}

// contender is holdfast with a store of its own.
type contender struct{ binary, plan, store, out string }

// measure runs the plan with an empty store, and once more.
func (c contender) measure(ctx context.Context, steps int, t *times) CompareErr {
	took, err := c.run(ctx, tally{Executed: steps})
	if err != nil {
		return errctx.Wrap(err, "run with an empty store")
	}
	t.cold = append(t.cold, took)
	if took, err = c.run(ctx, tally{Cached: steps}); err != nil {
		return errctx.Wrap(err, "run again")
	}
	t.cached = append(t.cached, took)
	return nil
}

// run runs the plan and returns how long that took. A run that did not do the work
// it is measured for is a [*WrongWork].
func (c contender) run(ctx context.Context, want tally) (time.Duration, CompareErr) {
	started := time.Now()
	events, failed := command{argv: []string{
		c.binary, "run", c.plan, "--jobs", strconv.Itoa(jobs), "--store", c.store, "--out", c.out, "--json",
	}}.output(ctx)
	took := time.Since(started)
	if failed != nil {
		return 0, errctx.Map(failed, commandFailed)
	}
	got, err := lastTally(events)
	if err != nil {
		return 0, errctx.New[CompareError](&NoTally{err}, "read events")
	}
	if got != want {
		return 0, errctx.New[CompareError](&WrongWork{want, got}, "check the run")
	}
	return took, nil
}

// tally is how many steps of a run came from where.
type tally struct {
	Executed int `json:"executed"`
	Cached   int `json:"cached"`
	Rerun    int `json:"rerun"`
}

// lastTally takes the tally out of a run's events, one JSON object a line.
func lastTally(events []byte) (tally, error) {
	var last tally
	for dec := json.NewDecoder(bytes.NewReader(events)); ; {
		var e struct {
			Event string `json:"event"`
			tally
		}
		switch err := dec.Decode(&e); {
		case err == io.EOF:
			return last, nil
		case err != nil:
			return tally{}, err
		case e.Event == "finished":
			last = e.tally
		}
	}
}

// rival carries out a plan with xargs: no store, no checks, and as many jobs.
type rival struct {
	plan         plan
	dir, scratch string
}

// measure copies the plan's inputs, and takes the time of its commands.
func (r rival) measure(ctx context.Context, t *times) CompareErr {
	if err := r.prepare(); err != nil {
		return errctx.Map(errctx.Wrap(err, "prepare a folder for xargs"), func(e *FileFault) CompareError { return e })
	}
	waves := r.plan.waves()
	started := time.Now()
	for _, wave := range waves {
		lines := new(strings.Builder)
		for _, s := range wave {
			fmt.Fprintln(lines, s.xargsLine())
		}
		xargs := command{
			dir:   r.scratch,
			stdin: strings.NewReader(lines.String()),
			argv:  []string{"xargs", "-P" + strconv.Itoa(jobs), "-L1", "env", "-i"},
		}
		if _, failed := xargs.output(ctx); failed != nil {
			return errctx.Map(errctx.Wrap(failed, "run commands by xargs"), commandFailed)
		}
	}
	t.xargs = append(t.xargs, time.Since(started))
	return nil
}

func (r rival) prepare() FileErr {
	for _, s := range r.plan.steps {
		for _, name := range s.outputs {
			parent := filepath.Dir(filepath.Join(r.scratch, name))
			if err := os.MkdirAll(parent, 0o755); err != nil {
				return errctx.New(&FileFault{"make", parent, err}, "prepare outputs")
			}
		}
		for _, name := range s.files {
			to := filepath.Join(r.scratch, name)
			if _, err := os.Lstat(to); err == nil {
				continue // another step's input too
			}
			data, err := os.ReadFile(filepath.Join(r.dir, name))
			if err != nil {
				return errctx.New(&FileFault{"read", name, err}, "copy input")
			}
			if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
				return errctx.New(&FileFault{"make the parent of", to, err}, "copy input")
			}
			if err := os.WriteFile(to, data, 0o644); err != nil {
				return errctx.New(&FileFault{"write", to, err}, "copy input")
			}
		}
	}
	return nil
}

// waves returns the steps in groups: those that need no other, those that need only
// these, and so on. A plan lists a step after those it needs.
func (p plan) waves() [][]step {
	var waves [][]step
	level := map[string]int{}
	for _, s := range p.steps {
		at := 0
		for _, name := range s.after {
			at = max(at, level[name]+1)
		}
		level[s.name] = at
		if at == len(waves) {
			waves = append(waves, nil)
		}
		waves[at] = append(waves[at], s)
	}
	return waves
}

// xargsLine returns the step's environment and command for `xargs -L1 env -i`.
func (s step) xargsLine() string {
	var words []string
	for _, v := range s.env {
		words = append(words, xargsWord(v.name+"="+v.value))
	}
	for _, w := range s.run {
		words = append(words, xargsWord(w))
	}
	return strings.Join(words, " ")
}

// xargsWord quotes what xargs would otherwise take apart: not as a shell, but each
// special character behind a backslash.
func xargsWord(w string) string {
	if w == "" {
		return `""`
	}
	var b strings.Builder
	for _, r := range w {
		if strings.ContainsRune(" \t\n\\\"'", r) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// agree returns a [*Disagreement] when the two files differ.
func agree(a, b string) CompareErr {
	left, err := os.ReadFile(a)
	if err != nil {
		return errctx.New[CompareError](&FileFault{"read", a, err}, "compare results")
	}
	right, err := os.ReadFile(b)
	if err != nil {
		return errctx.New[CompareError](&FileFault{"read", b, err}, "compare results")
	}
	if !bytes.Equal(left, right) {
		return errctx.New[CompareError](&Disagreement{string(left), string(right)}, "compare results")
	}
	return nil
}

// CompareErr is a handle on a CompareError.
type CompareErr = errctx.WithContext[CompareError]

// CompareError is why there is nothing to compare:
// *CommandFailed | *FileFault | *NoTally | *WrongWork | *Disagreement.
type CompareError interface {
	errctx.Kind
	compareError()
}

// NoTally says that the events of a run are not JSON.
type NoTally struct{ Err error }

// WrongWork says that a run executed steps it should have found in the cache, or the reverse.
type WrongWork struct{ Want, Got tally }

// Disagreement says that the plan and its commands made different things.
type Disagreement struct{ Holdfast, Xargs string }

func (*CommandFailed) compareError() {}
func (*FileFault) compareError()     {}
func (*NoTally) compareError()       {}
func (*WrongWork) compareError()     {}
func (*Disagreement) compareError()  {}

func (*NoTally) ErrorKind() string      { return "zstd.no_tally" }
func (*WrongWork) ErrorKind() string    { return "zstd.wrong_work" }
func (*Disagreement) ErrorKind() string { return "zstd.disagreement" }

func (e *NoTally) Error() string { return e.Err.Error() }
func (e *NoTally) Unwrap() error { return e.Err }
func (e *WrongWork) Error() string {
	return fmt.Sprintf("steps by source: want %+v, got %+v", e.Want, e.Got)
}
func (e *Disagreement) Error() string {
	return fmt.Sprintf("holdfast made %q, xargs made %q", e.Holdfast, e.Xargs)
}

func commandFailed(e *CommandFailed) CompareError { return e }
