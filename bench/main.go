// Command bench measures errctx beside other error libraries and writes the pages about it.
//
//	cd bench
//	go run .           # what it costs: about four minutes, writes ../docs/cost.md
//	go run . compare   # what there is: probes every feature of every library, writes ../docs/compare.md
//
// It is a module of its own, so that the libraries it compares with stay out of the main one.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"github.com/holdfast-go/holdfast/bench/compare"
	"github.com/holdfast-go/holdfast/bench/cost"
	"github.com/holdfast-go/holdfast/bench/peer"
)

const usage = `Measures errctx beside other error libraries. Run it in the folder bench.

  go run . [flags]              what it costs; writes ../docs/cost.md
  go run . compare [-o FILE]    what there is; writes ../docs/compare.md

Examples:

  go run .                                  all of it, about four minutes
  go run . -run 'wrap|root'                 these operations, printed, no page
  go run . -rounds 19 -benchtime 200ms      more patience, less noise
  go run . -json out.json -o /tmp/cost.md   the numbers too, the page elsewhere
  go run . compare

Flags:
`

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	switch {
	case err == nil, errors.Is(err, flag.ErrHelp):
	case errors.Is(err, context.Canceled):
		fmt.Fprintln(os.Stderr, "bench: interrupted; no file was touched")
		os.Exit(130)
	default:
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	if len(args) > 0 && args[0] == "compare" {
		return runCompare(ctx, args[1:], stdout, stderr)
	}
	return runCost(ctx, args, stdout, stderr)
}

func flags(stderr io.Writer) *flag.FlagSet {
	fs := flag.NewFlagSet("bench", flag.ContinueOnError)
	fs.SetOutput(stderr)
	fs.Usage = func() {
		fmt.Fprint(stderr, usage)
		fs.PrintDefaults()
	}
	return fs
}

func runCost(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	fs := flags(stderr)
	out := fs.String("o", "", "write the page to `FILE` (default ../docs/cost.md, or none with -run)")
	only := fs.String("run", "", "measure only operations that match `REGEXP`")
	rounds := fs.Int("rounds", 5, "take the median of `N` rounds")
	benchTime := fs.Duration("benchtime", 100*time.Millisecond, "how long each library runs an operation in a round")
	jsonFile := fs.String("json", "", "write the numbers to `FILE`")
	if err := fs.Parse(args); err != nil {
		return err
	}
	match, err := regexp.Compile(*only)
	switch {
	case err != nil:
		return fmt.Errorf("-run: %w", err)
	case fs.NArg() > 0:
		return fmt.Errorf("unknown argument %q; try -help", fs.Arg(0))
	case *rounds < 1:
		return errors.New("-rounds must be at least 1")
	case *benchTime <= 0:
		return errors.New("-benchtime must be positive")
	case *out == "" && *only == "":
		*out = filepath.Join("..", "docs", "cost.md")
	}

	var ops []cost.Operation
	for _, op := range cost.Operations() {
		if match.MatchString(op.Name) {
			ops = append(ops, op)
		}
	}
	if len(ops) == 0 {
		return fmt.Errorf("no operation matches %q", *only)
	}

	peers := peer.All()
	report := cost.Report{Machine: cost.ThisMachine(), Rounds: *rounds}
	progress, done := newProgress(stderr)
	report.Cells, err = cost.Run(ctx, peers, ops, cost.Config{
		Rounds:    *rounds,
		BenchTime: *benchTime,
		Limit:     500 * time.Millisecond,
		Progress:  progress,
	})
	done()
	if err != nil {
		return err
	}
	report.Machine.LoadAfter = cost.Load()

	if err := report.Print(stdout, peers); err != nil {
		return err
	}
	if *jsonFile != "" {
		b, err := json.MarshalIndent(report, "", "\t")
		if err != nil {
			return err
		}
		if err := writeFile(*jsonFile, string(b)+"\n"); err != nil {
			return err
		}
	}
	if *out == "" {
		return nil
	}
	var page strings.Builder
	if err := report.Markdown(&page, peers); err != nil {
		return err
	}
	return writeFile(*out, page.String())
}

func runCompare(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	fs := flags(stderr)
	out := fs.String("o", filepath.Join("..", "docs", "compare.md"), "write the page to `FILE`")
	if err := fs.Parse(args); err != nil {
		return err
	}
	if fs.NArg() > 0 {
		return fmt.Errorf("unknown argument %q; try -help", fs.Arg(0))
	}
	progress, done := newProgress(stderr)
	report, err := compare.Run(ctx, progress)
	done()
	if err != nil {
		return err
	}
	if err := report.Print(stdout); err != nil {
		return err
	}
	var page strings.Builder
	if err := report.Markdown(&page); err != nil {
		return err
	}
	return writeFile(*out, page.String())
}

// newProgress returns what shows progress on w: one line that changes on a terminal, else a
// line for each step; and what to call when there is no more.
func newProgress(w io.Writer) (step func(done, total int, what string), end func()) {
	if f, ok := w.(*os.File); ok {
		if info, err := f.Stat(); err == nil && info.Mode()&os.ModeCharDevice != 0 {
			return func(done, total int, what string) { fmt.Fprintf(w, "\r\x1b[K[%d/%d] %s", done+1, total, what) },
				func() { fmt.Fprint(w, "\r\x1b[K") }
		}
	}
	return func(done, total int, what string) { fmt.Fprintf(w, "[%d/%d] %s\n", done+1, total, what) }, func() {}
}

// writeFile replaces a file in one step: whoever reads it finds the old one or the new one.
func writeFile(name, content string) error {
	f, err := os.CreateTemp(filepath.Dir(name), ".bench-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, err = f.WriteString(content)
	if err := errors.Join(err, f.Chmod(0o644), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), name)
}
