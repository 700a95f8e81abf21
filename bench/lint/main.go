// Command lint measures errlint beside other linters on real modules and writes the page about it.
//
//	cd bench/lint
//	go run . -survey -cost -command -fixes -labels -write
//
// It is a module of its own, so that the linters it compares with stay out of the main one.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"regexp"

	"github.com/holdfast-go/holdfast/bench/lint/module"
	"github.com/holdfast-go/holdfast/bench/lint/tool"
)

func main() {
	if analyzers := tool.Roles(filepath.Base(os.Args[0])); analyzers != nil {
		tool.Main(analyzers)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "lint:", err)
		os.Exit(1)
	}
}

type bench struct {
	store
	modules        []module.Module
	rounds         int
	quick          bool
	stdout, stderr io.Writer
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	fs := flag.NewFlagSet("lint", flag.ContinueOnError)
	fs.SetOutput(stderr)
	work := fs.String("work", "", "keep modules and results in `DIR` (default: holdfast-lint in the user's cache)")
	only := fs.String("only", "", "only modules whose name matches `REGEXP`")
	set := fs.String("set", "", "only the modules of one set: tuning or held")
	doSurvey := fs.Bool("survey", false, "run all linters over the modules")
	quick := fs.Bool("quick", false, "survey in memory, without facts of other modules and without tests")
	doCost := fs.Bool("cost", false, "measure the analysis alone")
	doCommand := fs.Bool("command", false, "measure whole commands")
	doFixes := fs.Bool("fixes", false, "apply fixes to copies of the modules and test what comes out")
	doLabels := fs.Bool("labels", false, "compare what errlint reports with the labels in "+labelsFile)
	doSample := fs.Int("sample", 0, "show `N` findings of each check of errlint that have no label")
	doWrite := fs.Bool("write", false, "write the page from the last results of all parts")
	rounds := fs.Int("rounds", 5, "take the median of `N` rounds")
	out := fs.String("o", filepath.Join("..", "..", "docs", "lint-evidence.md"), "the page's `FILE`")
	doSearch := fs.Int("search", 0, "show `N` places of each shape that look as if an error is lost")
	if err := fs.Parse(args); err != nil {
		return err
	}
	if fs.NArg() > 0 {
		return fmt.Errorf("unknown argument %q; try -help", fs.Arg(0))
	}
	match, err := regexp.Compile(*only)
	if err != nil {
		return fmt.Errorf("-only: %w", err)
	}
	if *work == "" {
		cache, err := os.UserCacheDir()
		if err != nil {
			return err
		}
		*work = filepath.Join(cache, "holdfast-lint")
	}
	c := &bench{store: store{*work}, stdout: stdout, stderr: stderr}
	for _, m := range module.All {
		if match.MatchString(m.Name) && (*set == "" || *set == "held" == m.Held) {
			c.modules = append(c.modules, m)
		}
	}
	c.rounds, c.quick = *rounds, *quick
	for _, part := range []struct {
		wanted bool
		run    func() error
	}{
		{*doSurvey, func() error { return c.each(ctx, "survey", c.survey) }},
		{*doCost, func() error { return c.each(ctx, "cost", c.cost) }},
		{*doCommand, func() error { return c.each(ctx, "command", c.command) }},
		{*doFixes, func() error { return c.each(ctx, "fixes", c.fixes) }},
		{*doSearch > 0, func() error { return c.search(ctx, *doSearch) }},
		{*doSample > 0, func() error { return c.sample(*doSample) }},
		{*doLabels, func() error { return c.labels() }},
		{*doWrite, func() error { return c.write(*out) }},
	} {
		if part.wanted {
			if err := part.run(); err != nil {
				return err
			}
		}
	}
	return nil
}

// each does something with every module that was asked for. One that fails does not keep it from the others.
func (c *bench) each(ctx context.Context, part string, do func(context.Context, module.Module, string) error) error {
	var errs []error
	for _, m := range c.modules {
		fmt.Fprintf(c.stderr, "%s: %s\n", part, m.Name)
		dir := c.copyOf(m.Name)
		err := m.Copy(ctx, dir)
		if err == nil {
			err = do(ctx, m, dir)
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("%s: %s: %w", part, m.Name, err))
		}
		if ctx.Err() != nil {
			break
		}
	}
	return errors.Join(errs...)
}
