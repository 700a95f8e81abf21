// Package cli is the command line of holdfast: flags, signals, exit codes. What the
// commands do is in the packages they call.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/holdfast-go/holdfast/executor/cas"
	"github.com/holdfast-go/holdfast/executor/event"
	"github.com/holdfast-go/holdfast/executor/home"
	"github.com/holdfast-go/holdfast/executor/plan"
	"github.com/holdfast-go/holdfast/executor/process"
	"github.com/spf13/cobra"
)

// Env is what a command gets from outside.
type Env struct {
	Args           []string // without the program's name
	Stdout, Stderr io.Writer
	// Decorate, if set, is put between the executor and its store of blobs. It is for
	// tests that lose blobs, or the types of errors, on the way.
	Decorate func(cas.Store) cas.Store
	// Observe, if set, gets every event of a run before its report does.
	Observe event.Sink
}

// Main runs the command and returns its exit code. The first SIGINT, SIGTERM or SIGHUP ends it
// in order: every process it started is killed, and the store stays usable. The second
// one ends it at once, whatever it is waiting for.
func Main(env Env) int {
	ctx, cancel := context.WithCancelCause(context.Background())
	defer cancel(nil)
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP)
	defer signal.Stop(signals)
	// A closed pipe on standard output must not kill us before our children: the
	// write fails with EPIPE instead.
	pipe := make(chan os.Signal, 1)
	signal.Notify(pipe, syscall.SIGPIPE)
	defer signal.Stop(pipe)
	go func() {
		select {
		case s := <-signals:
			cancel(&Signalled{s.(syscall.Signal)})
			signal.Reset(syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP)
		case <-ctx.Done():
		}
	}()
	process.AdoptOrphans()
	defer process.SweepOrphans()

	a := &app{Env: env}
	root := a.root()
	root.SetArgs(env.Args)
	root.SetOut(env.Stdout)
	root.SetErr(env.Stderr)
	if err := root.ExecuteContext(ctx); err != nil {
		if !a.told {
			a.say(err)
		}
		return exitCode(err)
	}
	return a.code
}

// app is one command being run.
type app struct {
	Env
	store string // --store
	code  int    // exit code without an error
	told  bool   // the error has been reported
}

func (a *app) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "holdfast",
		Short: "run processes from a plan, cached, sandboxed, and repaired when a blob is lost",
		Long: `holdfast runs a plan: processes with declared inputs and outputs. Each runs in a
sandbox that holds its inputs and nothing else, its result is cached by what went
into it, and when a blob of a cached result is lost, the step that produced it is
run again and the build goes on.

Exit codes: 0 all steps succeeded; 1 a step failed; 2 usage or an invalid plan;
64 and more are the infrastructure's: 65 data, 70 a bug, 74 disk or store,
75 temporary, 77 denied, 78 configuration, 128 and a signal's number interrupted.`,
		Example: `  holdfast run examples/quickstart/plan.yaml
  holdfast exec --in '*.go' --out report.txt -- sh -c 'wc -l *.go > report.txt'
  holdfast explain plan.yaml link
  holdfast store verify`,
		SilenceErrors: true,
		SilenceUsage:  true,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return nil
			}
			problem := fmt.Sprintf("unknown command %q", args[0])
			if like := cmd.SuggestionsFor(args[0]); len(like) > 0 {
				problem += fmt.Sprintf(" (did you mean %q?)", like[0])
			}
			return &Usage{Command: cmd.CommandPath(), Problem: problem}
		},
		RunE: func(cmd *cobra.Command, _ []string) error {
			return cmd.Help()
		},
	}
	root.PersistentFlags().StringVar(&a.store, "store", home.Default(), "`DIR` with blobs and cached results; HOLDFAST_STORE names another default")
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return &Usage{Command: cmd.CommandPath(), Err: err}
	})
	root.AddCommand(a.runCommand(), a.execCommand(), a.explainCommand(), a.storeCommand(), schemaCommand())
	return root
}

// args makes a check of the number of arguments a usage error.
func args(check cobra.PositionalArgs) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if err := check(cmd, args); err != nil {
			return &Usage{Command: cmd.CommandPath(), Err: err}
		}
		return nil
	}
}

// say reports an error to people.
func (a *app) say(err error) {
	if p, ok := errors.AsType[*plan.Invalid](err); ok {
		n := fmt.Sprintf("%d faults", len(p.Faults))
		if len(p.Faults) == 1 {
			n = "1 fault"
		}
		// One line for each fault, as compilers print them: editors jump to them.
		fmt.Fprintf(a.Stderr, "%s\nholdfast: %s in %s: nothing was run\n", strings.TrimSpace(p.Error()), n, p.Faults[0].Pos.File)
		return
	}
	fmt.Fprintf(a.Stderr, "holdfast: %v\n", err)
	if u, ok := errors.AsType[*Usage](err); ok {
		fmt.Fprintf(a.Stderr, "Run '%s --help' for usage.\n", u.Command)
	}
}

// Usage says that a command line is wrong.
type Usage struct {
	Command string
	// Problem is what is wrong, or with what Err found something wrong.
	Problem string
	Err     error
}

func (e *Usage) Error() string {
	switch {
	case e.Err == nil:
		return e.Problem
	case e.Problem == "":
		return e.Err.Error()
	}
	return e.Problem + ": " + e.Err.Error()
}

// Unwrap returns Err.
func (e *Usage) Unwrap() error { return e.Err }

// ErrorKind implements errctx.Kind.
func (*Usage) ErrorKind() string { return "cli.usage" }

// Signalled is the cause of a context that a signal has ended.
type Signalled struct{ Signal syscall.Signal }

func (e *Signalled) Error() string { return "signal: " + e.Signal.String() }

// ErrorKind implements errctx.Kind.
func (*Signalled) ErrorKind() string { return "cli.signalled" }
