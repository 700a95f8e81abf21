package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/holdfast-go/holdfast/errctx"
	"github.com/holdfast-go/holdfast/executor/cas"
	"github.com/holdfast-go/holdfast/executor/engine"
	"github.com/holdfast-go/holdfast/executor/event"
	"github.com/holdfast-go/holdfast/executor/plan"
	"github.com/holdfast-go/holdfast/executor/report"
	"github.com/spf13/cobra"
)

// execStep is what the one step of an exec is called in events and messages.
const execStep = "exec"

func (a *app) execCommand() *cobra.Command {
	var (
		f        runFlags
		in, outs []string
		env      []string
		timeout  time.Duration
	)
	cmd := &cobra.Command{
		Use:   "exec [--in GLOB]... [--out PATH]... -- CMD [ARG...]",
		Short: "run one command, cached and sandboxed, without a plan",
		Long: `Run one command, cached and sandboxed, without a plan.

The command sees the files that --in names, relative to the current folder, and
nothing else of it; its environment is empty but for --env. What it writes to
--out paths is placed here when it succeeds. What it printed is printed when it
has ended, and again when its result comes from the cache.`,
		Example: `  holdfast exec --in go.mod --in '**/*.go' --out lines.txt -- sh -c 'find . -name "*.go" | xargs wc -l > lines.txt'
  holdfast exec --in data.csv --env LC_ALL=C --timeout 1m -- sort data.csv`,
		Args: args(cobra.MinimumNArgs(1)),
		RunE: func(cmd *cobra.Command, argv []string) error {
			p, err := execPlan(argv, in, outs, env, timeout)
			if err != nil {
				return err
			}
			f.jobs = 1
			sink, finish, err := a.execSinks(&f)
			if err != nil {
				return err
			}
			o := engine.Options{Plan: p, Logs: !f.json}
			if len(outs) > 0 {
				o.Out = p.Dir
			}
			if !f.json {
				f.then = a.replay
			}
			return a.execute(cmd.Context(), &f, sink, finish, o)
		},
	}
	f.register(cmd)
	fl := cmd.Flags()
	fl.SetInterspersed(false) // the command's own flags are its own
	fl.StringArrayVar(&in, "in", nil, "`GLOB` of files that the command sees; may be repeated")
	fl.StringArrayVar(&outs, "out", nil, "`PATH` of a file or folder that the command makes; may be repeated")
	fl.StringArrayVar(&env, "env", nil, "`NAME=VALUE` of its environment; may be repeated")
	fl.DurationVar(&timeout, "timeout", 0, "how long it may run, such as 30s (default: no limit)")
	return cmd
}

// replay passes on what the command has written, from the store.
func (a *app) replay(ctx context.Context, store cas.Store, out *engine.Outcome) error {
	for _, s := range out.Steps {
		if s.Result == nil {
			continue // its failure has been told, with the end of its output
		}
		if err := copyBlob(ctx, store, s.Result.Stderr, a.Stderr); err != nil {
			return err
		}
		if err := copyBlob(ctx, store, s.Result.Stdout, a.Stdout); err != nil {
			return err
		}
	}
	return nil
}

// execPlan makes the plan of a single command and has it checked like any other.
func execPlan(argv, in, outs, env []string, timeout time.Duration) (*plan.Plan, error) {
	dir, err := os.Getwd()
	if err != nil {
		return nil, errctx.New(cas.FromErrno("getwd", ".", err), "find current folder")
	}
	step := map[string]any{"run": argv}
	if len(in) > 0 {
		step["inputs"] = in
	}
	if len(outs) > 0 {
		step["outputs"] = outs
	}
	if len(env) > 0 {
		vars := map[string]string{}
		for _, e := range env {
			k, v, ok := strings.Cut(e, "=")
			if !ok {
				return nil, &Usage{Command: "holdfast exec", Problem: fmt.Sprintf("--env %s: want NAME=VALUE", e)}
			}
			vars[k] = v
		}
		step["env"] = vars
	}
	if timeout != 0 {
		step["timeout"] = timeout.String()
	}
	src, err := json.Marshal(map[string]any{"steps": map[string]any{execStep: step}})
	if err != nil {
		return nil, &Usage{Command: "holdfast exec", Err: err}
	}
	p, perr := plan.Parse("command line", dir, src)
	if perr != nil {
		return nil, perr
	}
	return p, nil
}

// execSinks reports to programs everything, and to people only what went wrong: the
// output of the command is the output of exec.
func (a *app) execSinks(f *runFlags) (report.Sink, func() error, error) {
	if f.json {
		return a.sinks(f, a.Stdout)
	}
	f.quiet = true
	sink, finish, err := a.sinks(f, a.Stderr)
	if err != nil {
		return nil, nil, err
	}
	return onlyTrouble{sink}, finish, nil
}

// onlyTrouble keeps the report of a success from mixing with the output of the command.
type onlyTrouble struct{ report.Sink }

func (s onlyTrouble) Event(at time.Time, e event.Event) {
	switch e := e.(type) {
	case event.Placed:
		return
	case event.Finished:
		if e.OK {
			return
		}
	case event.StepFinished:
		if e.OK {
			return
		}
	}
	s.Sink.Event(at, e)
}
