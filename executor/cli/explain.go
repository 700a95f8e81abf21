package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/holdfast-go/holdfast/errctx"
	"github.com/holdfast-go/holdfast/errctx/wire"
	"github.com/holdfast-go/holdfast/executor/engine"
	"github.com/holdfast-go/holdfast/executor/home"
	"github.com/holdfast-go/holdfast/executor/plan"
	"github.com/holdfast-go/holdfast/executor/report"
	"github.com/spf13/cobra"
)

func (a *app) explainCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "explain PLAN STEP [OTHER-RUN]",
		Short: "say what goes into a step's key, or why it differs from that of another run",
		Long: `Say what goes into a step's key: the command, its environment, every input with
its digest and where it comes from. Nothing is executed; the steps it depends on
must have results in the cache. If the last run of the plan that got to the step ended in an
error, say which.

With OTHER-RUN, the identifier of an earlier run, the start of one, or "last" for
the newest run of this plan, say what is different now. Runs are named in the
"plan" event of run --json.`,
		Example: `  holdfast explain plan.yaml link
  holdfast explain plan.yaml link last     # why would it run again?`,
		Args: args(cobra.RangeArgs(2, 3)),
		ValidArgsFunction: func(cmd *cobra.Command, argv []string, to string) ([]cobra.Completion, cobra.ShellCompDirective) {
			if len(argv) > 1 {
				return []cobra.Completion{"last"}, cobra.ShellCompDirectiveNoFileComp
			}
			return completePlan(cmd, argv, to)
		},
		RunE: func(cmd *cobra.Command, argv []string) error {
			p, perr := plan.Load(argv[0])
			if perr != nil {
				return perr
			}
			h, herr := home.Open(a.store)
			if herr != nil {
				return herr
			}
			defer h.Close()
			r := a.runner(h, &runFlags{})
			now, err := engine.Explain(cmd.Context(), p, argv[1], r)
			if err != nil {
				return err
			}
			if len(argv) == 2 {
				last := lastFailure(h, p, argv[1])
				return a.show(asJSON, explained{now, last}, func(w io.Writer) {
					explain(w, argv[1], now)
					last.print(w)
				})
			}
			other, rerr := h.Runs.Find(argv[2], planPath(p))
			if rerr != nil {
				return rerr
			}
			step, ok := other.Step(argv[1])
			if !ok || step.Digest.IsZero() {
				return errctx.New[engine.Error](&engine.UnknownStep{Name: argv[1]}, "look into run log")
			}
			then, err := engine.ExplainKey(cmd.Context(), step.Digest, r)
			if err != nil {
				return errctx.Wrap(err, "explain earlier run")
			}
			diff := struct {
				Run         string              `json:"run"`
				Old         string              `json:"old"`
				New         string              `json:"new"`
				Differences []engine.Difference `json:"differences"`
			}{other.ID, then.Key.String(), now.Key.String(), engine.Diff(then, now)}
			return a.show(asJSON, diff, func(w io.Writer) { differences(w, argv[1], other.ID, then, now, diff.Differences) })
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "as JSON")
	return cmd
}

// explained is what goes into a key, and what went wrong the last time.
type explained struct {
	*engine.Explanation
	Failure *failure `json:"last_failure,omitempty"`
}

// failure is an error of an earlier run, as that run's process wrote it down.
type failure struct {
	Run   string          `json:"run"`
	Class string          `json:"class,omitempty"` // what that run did about it
	Kind  string          `json:"kind"`
	Wire  json.RawMessage `json:"wire"`
	err   engine.Err
}

// lastFailure returns what went wrong when a run last got to the step; nil if nothing did or nobody knows.
func lastFailure(h *home.Home, p *plan.Plan, step string) *failure {
	last, run, err := h.Runs.Last(planPath(p), step)
	if err != nil || last.Failure == nil {
		return nil
	}
	env, bad := wire.Parse(last.Failure)
	if bad != nil {
		slog.Warn("the last failure cannot be read", "run", run.ID, "err", bad)
		return nil
	}
	ferr, _ := engine.Wire.Decode(last.Failure) // it can be: Parse has read it
	return &failure{run.ID, env.Class, ferr.Root().ErrorKind(), last.Failure, ferr}
}

func (f *failure) print(w io.Writer) {
	if f == nil {
		return
	}
	fmt.Fprintf(w, "\nlast failure (run %s): %s\n  %s\n", f.Run, f.Class, strings.ReplaceAll(fmt.Sprintf("%+v", f.err), "\n", "\n  "))
}

// show prints v as JSON or as text.
func (a *app) show(asJSON bool, v any, text func(io.Writer)) error {
	var b strings.Builder
	if asJSON {
		enc := json.NewEncoder(&b)
		enc.SetEscapeHTML(false)
		enc.SetIndent("", "  ")
		if err := enc.Encode(v); err != nil {
			return errctx.New(&report.WriteError{Form: "json", Err: err}, "encode")
		}
	} else {
		w := tabwriter.NewWriter(&b, 0, 4, 2, ' ', 0)
		text(w)
		_ = w.Flush() // into memory
	}
	return write(a.Stdout, b.String())
}

func explain(w io.Writer, step string, e *engine.Explanation) {
	cached := "not in the cache: it would be executed"
	if e.Cached {
		cached = "its result is in the cache"
	}
	fmt.Fprintf(w, "%s  %s\n%s\n\n", step, e.Key, cached)
	fmt.Fprintf(w, "run\t%s\n", command(e.Argv))
	for _, k := range slices.Sorted(maps.Keys(e.Env)) {
		fmt.Fprintf(w, "env\t%s=%s\n", k, e.Env[k])
	}
	if e.Limit != "" {
		fmt.Fprintf(w, "timeout\t%s\n", e.Limit)
	}
	for _, o := range e.Output {
		fmt.Fprintf(w, "output\t%s\n", o)
	}
	fmt.Fprintf(w, "inputs\t%s\n", e.Root)
	for _, in := range e.Inputs {
		what := in.Digest.String()
		if in.Target != "" {
			what = "-> " + in.Target
		}
		from := ""
		if in.From != "" {
			from = "from " + in.From
		}
		if in.Executable {
			from = strings.TrimSpace(from + " executable")
		}
		fmt.Fprintf(w, "  %s\t%s\t%s\n", in.Path, what, from)
	}
}

func differences(w io.Writer, step, run string, then, now *engine.Explanation, diff []engine.Difference) {
	if len(diff) == 0 {
		fmt.Fprintf(w, "%s has the same key as in run %s: %s\n", step, run, now.Key)
		return
	}
	fmt.Fprintf(w, "%s\nrun %s:\t%s\nnow:\t%s\n\n", step, run, then.Key, now.Key)
	for _, d := range diff {
		fmt.Fprintf(w, "%s\t- %s\n\t+ %s\n", d.What, absent(d.Old), absent(d.New))
	}
}

func absent(s string) string {
	if s == "" {
		return "(absent)"
	}
	return s
}

// command quotes what a shell would not take as it is.
func command(argv []string) string {
	words := make([]string, len(argv))
	for i, a := range argv {
		words[i] = a
		if a == "" || strings.ContainsAny(a, " \t\n\"'$&|;<>()*?[]{}\\`!#~") {
			words[i] = "'" + strings.ReplaceAll(a, "'", `'\''`) + "'"
		}
	}
	return strings.Join(words, " ")
}
