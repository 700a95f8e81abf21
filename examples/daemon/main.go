package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"math/rand/v2"
	"os"
	"os/signal"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/holdfast-go/holdfast/classify/supervise"
	"github.com/holdfast-go/holdfast/errctx"
)

const usage = `daemon takes items from a database and has workers carry them out. All of them are made by this
process, on loopback, and can be taken down.

  daemon                          until Ctrl-C, which is a clean stop: exit code 0
  daemon -fault database          the daemon dies: exit code 75, and a report that says of what
  daemon -fault worker,mirror     items move to the other worker; results say that they are not mirrored
  daemon -fault message           a message that makes no sense is dropped, and counted
  daemon -fault database -json    the report as one line of JSON
  daemon -chaos 1m -seed 7        faults at random for a minute; a database that is down makes
                                  the daemon start again, and each of its deaths must explain itself

Started by "go run" the exit code is 1, and the daemon's is printed.

`

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal kills
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// run is main, up to the exit code.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("daemon", flag.ContinueOnError)
	flags.SetOutput(stderr)
	known := strings.Join(slices.Sorted(maps.Keys(faults)), ", ")
	fault := flags.String("fault", "", "what goes wrong: a list of "+known)
	long := flags.Duration("for", 0, "stop after this long; 2s with -fault, otherwise never")
	storm := flags.Duration("chaos", 0, "faults at random, for this long")
	seed := flags.Uint64("seed", 1, "of -chaos")
	asJSON := flags.Bool("json", false, "the report as one line of JSON")
	pace := flags.Duration("pace", 10*time.Millisecond, "time between two messages")
	flags.Usage = func() {
		_, _ = io.WriteString(stderr, usage)
		flags.PrintDefaults()
	}
	switch err := flags.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil || flags.NArg() > 0:
		return 2
	}
	var chosen []string
	if *fault != "" {
		chosen = strings.Split(*fault, ",")
	}
	for _, name := range chosen {
		if faults[name] == nil {
			_, _ = fmt.Fprintf(stderr, "no fault %q; there are %s\n", name, known)
			return 2
		}
	}
	if len(chosen) > 0 && *long == 0 {
		*long = 2 * time.Second
	}

	before := runtime.NumGoroutine()
	w, err := newWorld(*pace)
	if err != nil {
		_, _ = fmt.Fprintln(stderr, errctx.Local.Text(err))
		return supervise.ExitCode(worldPolicy.Classify(ctx, err), err)
	}
	if *storm > 0 {
		return w.storm(ctx, *storm, *seed, before, stdout, stderr)
	}
	return w.once(ctx, *long, chosen, *asJSON, stdout, stderr)
}

// once runs the daemon once, and has the chosen faults happen after a while.
func (w *world) once(ctx context.Context, long time.Duration, chosen []string, asJSON bool, stdout, stderr io.Writer) int {
	if long > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, long, errors.New("its time is over"))
		defer cancel()
	}
	logTo := stderr
	if asJSON {
		logTo = io.Discard
	}
	say := slog.New(slog.NewTextHandler(logTo, nil))
	say.Info("the daemon takes messages", "inbox", w.inbox, "such as", "PUT text")
	if len(chosen) > 0 {
		w.tasks.BestEffort("faults", func(ctx context.Context) error {
			if err := sleep(ctx, 300*time.Millisecond); err != nil {
				return err
			}
			for _, name := range chosen {
				say.Warn("fault", "of", name)
				if _, err := faults[name](ctx, w, rand.New(rand.NewPCG(1, 0))); err != nil {
					return err
				}
			}
			return nil
		})
	}
	var n counts
	var report *supervise.Report
	end := w.run(ctx, func(ctx context.Context) error {
		report = serve(ctx, w.places, &n, supervise.LogTo(say))
		return report.Err()
	})
	if end.Died != nil && end.Died.Task != "inhabitant" {
		_, _ = fmt.Fprintln(stderr, end)
		return end.Code
	}
	if asJSON {
		line, err := json.Marshal(report)
		if err != nil {
			_, _ = fmt.Fprintln(stderr, err)
			return supervise.ExitSoftware
		}
		_, _ = fmt.Fprintf(stdout, "%s\n", line)
		return report.Code
	}
	_, _ = fmt.Fprintf(stdout, "%s\nitems: %d done (%d without mirror), %d attempts moved to another worker, %d messages dropped\n",
		report, n.done.Load(), n.degraded.Load(), n.retried.Load(), n.dropped.Load())
	return report.Code
}

// storm runs the daemon again and again while everything fails.
func (w *world) storm(ctx context.Context, long time.Duration, seed uint64, before int, stdout, stderr io.Writer) int {
	ctx, cancel := context.WithTimeoutCause(ctx, long, errors.New("the storm is over"))
	defer cancel()
	c, n := newChaos(), &counts{}
	end := w.run(ctx, func(ctx context.Context) error {
		s := supervise.New(worldPolicy, supervise.Options{Notify: func(supervise.End) {}})
		s.Critical("faults", func(ctx context.Context) error { return c.rage(ctx, w, seed) })
		s.Restarted("daemon", func(ctx context.Context) error {
			report := serve(ctx, w.places, n, c.note)
			c.exit(report, w)
			return report.Err()
		}, supervise.Backoff{Min: 20 * time.Millisecond, Max: 200 * time.Millisecond})
		return s.Run(ctx).Err()
	})
	cancel()
	after := runtime.NumGoroutine()
	for range 100 { // net/http takes a moment
		if after <= before {
			break
		}
		time.Sleep(10 * time.Millisecond)
		after = runtime.NumGoroutine()
	}
	if end.Died != nil {
		_, _ = fmt.Fprintln(stderr, end)
	}
	if !c.summary(stdout, w, n, before, after) || end.Died != nil {
		return supervise.ExitSoftware
	}
	return 0
}
