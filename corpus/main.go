// Command corpus holds the policies of package classify against real errors, and writes the page about it.
//
//	cd corpus
//	go run .             # provokes every error; about ten seconds once it is built; writes ../docs/classify-agreement.md
//	go run . -run '^pg-' # these only, printed, no page
//	go run . -cost       # what deciding takes; writes ../docs/classify-cost.md
//
// It is a module of its own, so that the libraries whose errors it provokes stay out of the main one.
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
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/holdfast-go/holdfast/corpus/cost"
	"github.com/holdfast-go/holdfast/corpus/row"
	"github.com/holdfast-go/holdfast/corpus/score"
)

const usage = `Provokes the errors of the corpus for real, shows each to the roles that meet it, and prints how
many verdicts are accepted, beside what other libraries would say about trying again.
Run it in the folder corpus. PostgreSQL's programs and root are needed for some rows; without
them these rows are skipped, or, with CI or HOLDFAST_REQUIRE=1 set, an error.

  go run . [flags]

Examples:

  go run .                                   all of it; writes ../docs/classify-agreement.md
  go run . -run '^(pg|pq)-'                  these rows, printed, no page
  go run . -o /tmp/page.md -json /tmp/c.json the page elsewhere, and every cell as JSON
  go run . -run tls -json - | jq '.cells[] | select(.accepted | not)'
  go run . -cost                             what deciding takes, beside others; writes ../docs/classify-cost.md
  go run . -cost -run '^(errno|grpc)$'       these cases, printed, no page

Flags:
`

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	switch {
	case err == nil, errors.Is(err, flag.ErrHelp):
	case errors.Is(err, context.Canceled):
		fmt.Fprintln(os.Stderr, "corpus: interrupted; no file was touched")
		os.Exit(130)
	default:
		fmt.Fprintln(os.Stderr, "corpus:", err)
		os.Exit(1)
	}
}

// Where the pages go that are about everything.
const (
	defaultPage     = "../docs/classify-agreement.md"
	defaultCostPage = "../docs/classify-cost.md"
)

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	fs := flag.NewFlagSet("corpus", flag.ContinueOnError)
	fs.SetOutput(stderr)
	fs.Usage = func() {
		fmt.Fprint(stderr, usage)
		fs.PrintDefaults()
	}
	file := fs.String("corpus", "classify-corpus.csv", "read the rows from `FILE`")
	page := fs.String("o", "", "write the page to `FILE` (default "+defaultPage+", with -cost "+defaultCostPage+", or none with -run)")
	only := fs.String("run", "", "provoke only rows whose id matches `REGEXP`, or with -cost measure only such cases")
	costs := fs.Bool("cost", false, "measure what deciding takes, in place of how right it is")
	rounds := fs.Int("rounds", 11, "with -cost, the `NUMBER` of rounds, at least 5")
	asJSON := fs.String("json", "", "write every cell to `FILE`, or with - to standard output in place of the summary")
	if err := fs.Parse(args); err != nil {
		return err
	}
	if fs.NArg() > 0 {
		return fmt.Errorf("unexpected argument %q; see -help", fs.Arg(0))
	}
	re, err := regexp.Compile(*only)
	if err != nil {
		return err
	}
	if *costs {
		if *asJSON != "" {
			return errors.New("-json is about verdicts, and not for -cost")
		}
		if *only == "" && *page == "" {
			*page = defaultCostPage
		}
		return runCost(ctx, re, *rounds, *page, stdout, stderr)
	}
	rows, err := row.Read(*file)
	if err != nil {
		return err
	}
	if *only != "" {
		rows = slices.DeleteFunc(rows, func(r row.Row) bool { return !re.MatchString(r.ID) })
		if len(rows) == 0 {
			return fmt.Errorf("no row matches %q", *only)
		}
	} else if *page == "" {
		*page = defaultPage
	}

	res, err := score.Measure(ctx, rows, func(done int, id string) { fmt.Fprintf(stderr, "[%d/%d] %s\n", done, len(rows), id) })
	if err != nil {
		return err
	}
	if n := len(res.Skipped); n > 0 && (os.Getenv("CI") != "" || os.Getenv("HOLDFAST_REQUIRE") == "1") {
		return fmt.Errorf("%d rows could not be provoked here; the first is %s: %s", n, res.Skipped[0].ID, res.Skipped[0].Why)
	}
	if err := write(*page, res.WritePage); err != nil {
		return err
	}
	if *asJSON == "" {
		return res.WriteSummary(stdout)
	}
	b, err := json.MarshalIndent(res, "", "  ")
	if err != nil {
		return err
	}
	b = append(b, '\n')
	if *asJSON == "-" {
		_, err := stdout.Write(b)
		return err
	}
	if err := os.WriteFile(*asJSON, b, 0o644); err != nil {
		return err
	}
	return res.WriteSummary(stdout)
}

// runCost measures the cases that re matches.
func runCost(ctx context.Context, re *regexp.Regexp, rounds int, page string, stdout, stderr io.Writer) error {
	if rounds < 5 {
		return fmt.Errorf("%d rounds are too few for a median; at least 5", rounds)
	}
	cases := slices.DeleteFunc(cost.Cases(), func(c cost.Case) bool { return !re.MatchString(c.Name) })
	if len(cases) == 0 {
		return fmt.Errorf("no case matches %q", re)
	}
	r, err := cost.Measure(ctx, cases, cost.Options{Rounds: rounds, Each: 20 * time.Millisecond}, func(round int) {
		fmt.Fprintf(stderr, "[%d/%d]\n", round, rounds)
	})
	if err != nil {
		return err
	}
	if err := write(page, r.WritePage); err != nil {
		return err
	}
	return r.WriteSummary(stdout)
}

// write writes a page, if it has a place.
func write(file string, page func(io.Writer) error) error {
	if file == "" {
		return nil
	}
	var b strings.Builder
	if err := page(&b); err != nil {
		return err
	}
	return os.WriteFile(file, []byte(b.String()), 0o644)
}
