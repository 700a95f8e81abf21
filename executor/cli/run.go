package cli

import (
	"context"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/holdfast-go/holdfast/classify"
	"github.com/holdfast-go/holdfast/errctx"
	"github.com/holdfast-go/holdfast/executor/cas"
	"github.com/holdfast-go/holdfast/executor/engine"
	"github.com/holdfast-go/holdfast/executor/event"
	"github.com/holdfast-go/holdfast/executor/home"
	"github.com/holdfast-go/holdfast/executor/plan"
	"github.com/holdfast-go/holdfast/executor/report"
	"github.com/holdfast-go/holdfast/executor/runlog"
	"github.com/holdfast-go/holdfast/executor/runner"
	"github.com/spf13/cobra"
)

// runFlags are what run and exec have in common.
type runFlags struct {
	jobs      int
	json      bool
	sandbox   choice
	keep      choice
	trace     string
	keepGoing bool
	out       string
	verbose   bool
	quiet     bool
	// then is called when all steps have succeeded, before the store is closed.
	then func(context.Context, cas.Store, *engine.Outcome) error
}

func (f *runFlags) register(cmd *cobra.Command) {
	f.sandbox = choice{"auto", []string{"auto", "plain"}}
	f.keep = choice{"never", []string{"never", "on-failure", "always"}}
	fl := cmd.Flags()
	fl.BoolVar(&f.json, "json", false, "one event per line on standard output, as JSON")
	fl.Var(&f.sandbox, "sandbox", "isolation of steps, auto or plain; auto takes the best there is")
	fl.Var(&f.keep, "keep-sandboxes", "never, on-failure or always")
	fl.StringVar(&f.trace, "trace", "", "write a Chrome trace to `FILE` (open it in https://ui.perfetto.dev)")
	_ = cmd.RegisterFlagCompletionFunc("sandbox", cobra.FixedCompletions(f.sandbox.of, cobra.ShellCompDirectiveNoFileComp))
	_ = cmd.RegisterFlagCompletionFunc("keep-sandboxes", cobra.FixedCompletions(f.keep.of, cobra.ShellCompDirectiveNoFileComp))
}

// choice is a flag with a few values.
type choice struct {
	value string
	of    []string
}

func (c *choice) String() string { return c.value }
func (c *choice) Type() string   { return "HOW" }

func (c *choice) Set(s string) error {
	if slices.Contains(c.of, s) {
		c.value = s
		return nil
	}
	return &Usage{Problem: "want one of " + strings.Join(c.of, ", ")}
}

func (a *app) runCommand() *cobra.Command {
	var f runFlags
	cmd := &cobra.Command{
		Use:   "run PLAN [STEP...]",
		Short: "run a plan, or only what the named steps need",
		Long: `Run a plan, or only what the named steps need.

The outputs of the requested steps, which without STEP are those that no other
step takes from, are placed in the folder "out" beside the plan.

A step whose inputs did not change is not executed: its result comes from the
cache. When a blob that a cached result promised is needed and lost, the step that
produced it is run again with cache reads off.`,
		Example: `  holdfast run plan.yaml
  holdfast run plan.yaml link test      # only these and what they need
  holdfast run --json plan.yaml | jq -r 'select(.event=="step_finished") | .step'
  holdfast run --jobs 8 --keep-going --trace trace.json plan.yaml`,
		Args:              args(cobra.MinimumNArgs(1)),
		ValidArgsFunction: completePlan,
		RunE: func(cmd *cobra.Command, argv []string) error {
			if err := f.check(); err != nil {
				return err
			}
			sink, finish, err := a.sinks(&f, a.Stdout)
			if err != nil {
				return err
			}
			p, perr := plan.Load(argv[0])
			if perr != nil {
				return a.refuse(&f, sink, finish, perr)
			}
			out := f.out
			if out == "" {
				out = filepath.Join(p.Dir, "out")
			}
			return a.execute(cmd.Context(), &f, sink, finish, engine.Options{Plan: p, Steps: argv[1:], Out: out})
		},
	}
	f.register(cmd)
	fl := cmd.Flags()
	fl.IntVarP(&f.jobs, "jobs", "j", runtime.GOMAXPROCS(0), "how many processes may run at once")
	fl.BoolVarP(&f.keepGoing, "keep-going", "k", false, "go on with the steps that do not depend on a failed one")
	fl.StringVarP(&f.out, "out", "o", "", "`DIR` for the outputs (default: out beside the plan)")
	fl.BoolVarP(&f.verbose, "verbose", "v", false, "also tell of steps that start or come from the cache")
	fl.BoolVarP(&f.quiet, "quiet", "q", false, "tell of failures only, and of the end")
	return cmd
}

// check finds what flags cannot say about themselves.
func (f *runFlags) check() error {
	switch {
	case f.verbose && f.quiet:
		return &Usage{Command: "holdfast run", Problem: "--verbose and --quiet exclude one another"}
	case f.jobs < 1:
		return &Usage{Command: "holdfast run", Problem: "--jobs: want at least 1"}
	}
	if info, err := os.Stat(f.out); f.out != "" && err == nil && !info.IsDir() {
		return &Usage{Command: "holdfast run", Problem: "--out: " + f.out + " is no folder"}
	}
	return nil
}

// sinks returns where the events of a run go, for people to text, and what completes it.
func (a *app) sinks(f *runFlags, text io.Writer) (report.Sink, func() error, error) {
	var all []report.Sink
	if f.json {
		all = append(all, report.JSON(a.Stdout))
	} else {
		all = append(all, report.Terminal(text, report.Options{Level: f.level()}))
	}
	var file *os.File
	if f.trace != "" {
		var err error
		if file, err = os.Create(f.trace); err != nil {
			return nil, nil, &Usage{"holdfast run", "--trace", err}
		}
		all = append(all, report.Trace(file))
	}
	sink := report.Multi(all...)
	return sink, func() error {
		var err error
		if werr := sink.Close(); werr != nil {
			err = errctx.Wrap(werr, "report the run")
		}
		if file != nil {
			if cerr := file.Close(); err == nil && cerr != nil {
				err = errctx.New(&report.WriteError{Form: "trace", Err: cerr}, "report the run")
			}
		}
		return err
	}, nil
}

func (f *runFlags) level() report.Level {
	switch {
	case f.verbose:
		return report.Verbose
	case f.quiet:
		return report.Quiet
	}
	return report.Normal
}

// refuse reports that a run cannot begin: to people on standard error, and to
// programs as the event that ends every run.
func (a *app) refuse(f *runFlags, sink report.Sink, finish func() error, err error) error {
	if f.json {
		sink.Event(time.Now(), event.Finished{Error: engine.Failure(err, classify.Verdict{}, plan.Wire, home.Wire)})
	}
	if ferr := finish(); ferr != nil {
		return ferr
	}
	return err
}

// execute runs a plan and reports it. The error is nil when all that could go
// wrong is a step.
func (a *app) execute(ctx context.Context, f *runFlags, sink report.Sink, finish func() error, o engine.Options) error {
	h, herr := home.Open(a.store)
	if herr != nil {
		return a.refuse(f, sink, finish, herr)
	}
	defer h.Close()
	o.ID = runlog.NewID(time.Now())
	o.Jobs, o.KeepGoing, o.Sandbox, o.StoreDir = f.jobs, f.keepGoing, "plain", h.Dir
	o.Runner = a.runner(h, f)
	o.Sink = a.observed(sink)

	started := time.Now()
	out, err := engine.Run(ctx, o)
	if out == nil {
		return a.refuse(f, sink, finish, err)
	}
	a.remember(h, o, started, out)
	ferr := finish()
	switch {
	case err != nil:
		a.told = true // the report ends with it
		return err
	case ferr != nil:
		return ferr
	case !out.OK():
		a.code = exitFailed
	case f.then != nil:
		return f.then(ctx, o.Runner.Store, out)
	}
	return nil
}

func (a *app) runner(h *home.Home, f *runFlags) *runner.Runner {
	var store cas.Store = h.Blobs
	if a.Decorate != nil {
		store = a.Decorate(store)
	}
	keep := map[string]runner.Keep{"never": runner.KeepNever, "on-failure": runner.KeepOnFailure, "always": runner.KeepAlways}
	return &runner.Runner{Store: store, Cache: h.Results, Sandboxes: h.Sandboxes, Keep: keep[f.keep.value], KeepDir: h.KeepDir()}
}

// remember records the keys of the run and makes its results durable. Both serve
// later runs: what fails here is told and does not fail this one.
func (a *app) remember(h *home.Home, o engine.Options, started time.Time, out *engine.Outcome) {
	r := runlog.Run{ID: o.ID, Plan: planPath(o.Plan), Started: started}
	fresh := false
	for _, s := range out.Steps {
		step := runlog.Step{Step: s.Step, Digest: s.Key, Source: string(s.Source)}
		if s.Failure != nil {
			step.Failure = s.Failure.Wire
		}
		if !s.Key.IsZero() || s.Failure != nil {
			r.Steps = append(r.Steps, step)
		}
		fresh = fresh || s.Source != "" && s.Source != event.Cached
	}
	if err := h.Runs.Save(r); err != nil {
		slog.Warn("the run is not remembered", "err", err)
	}
	if fresh {
		if err := h.Sync(context.Background()); err != nil {
			slog.Warn("results may not survive a power failure", "err", err)
		}
	}
}

// planPath identifies a plan in the log of runs, from wherever it is named.
func planPath(p *plan.Plan) string { return filepath.Join(p.Dir, filepath.Base(p.File)) }

// observed puts the observer before the report.
func (a *app) observed(sink report.Sink) event.Sink {
	if a.Observe == nil {
		return sink
	}
	return tee{a.Observe, sink}
}

type tee []event.Sink

func (t tee) Event(at time.Time, e event.Event) {
	for _, s := range t {
		s.Event(at, e)
	}
}

// completePlan completes a plan's file, then its steps.
func completePlan(_ *cobra.Command, argv []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
	if len(argv) == 0 {
		return []cobra.Completion{"yaml", "yml", "json"}, cobra.ShellCompDirectiveFilterFileExt
	}
	p, err := plan.Load(argv[0])
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	var names []cobra.Completion
	for _, s := range p.Steps {
		names = append(names, s.Name)
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}

func schemaCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "schema",
		Short:   "print the JSON Schema of plans, for editors",
		Example: "  holdfast schema > plan.schema.json",
		Args:    args(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return write(cmd.OutOrStdout(), string(plan.Schema()))
		},
	}
}

// write writes s whole, or says why not.
func write(w io.Writer, s string) error {
	if _, err := io.WriteString(w, s); err != nil {
		return errctx.New(&report.WriteError{Form: "text", Err: err}, "write output")
	}
	return nil
}
