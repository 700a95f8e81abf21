// Command corpus holds the policies of package classify against real errors, and writes the page about it.
//
//	cd corpus
//	go run .             # provokes every error; about ten seconds once it is built; writes ../docs/classify-agreement.md
//	go run . -run '^pg-' # these only, printed, no page
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

const defaultPage = "../docs/classify-agreement.md"

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	fs := flag.NewFlagSet("corpus", flag.ContinueOnError)
	fs.SetOutput(stderr)
	fs.Usage = func() {
		fmt.Fprint(stderr, usage)
		fs.PrintDefaults()
	}
	file := fs.String("corpus", "classify-corpus.csv", "read the rows from `FILE`")
	page := fs.String("o", "", "write the page to `FILE` (default "+defaultPage+", or none with -run)")
	only := fs.String("run", "", "provoke only rows whose id matches `REGEXP`")
	asJSON := fs.String("json", "", "write every cell to `FILE`, or with - to standard output in place of the summary")
	if err := fs.Parse(args); err != nil {
		return err
	}
	if fs.NArg() > 0 {
		return fmt.Errorf("unexpected argument %q; see -help", fs.Arg(0))
	}
	rows, err := row.Read(*file)
	if err != nil {
		return err
	}
	if *only != "" {
		re, err := regexp.Compile(*only)
		if err != nil {
			return err
		}
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
	if *page != "" {
		var b strings.Builder
		if err := res.WritePage(&b); err != nil {
			return err
		}
		if err := os.WriteFile(*page, []byte(b.String()), 0o644); err != nil {
			return err
		}
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
