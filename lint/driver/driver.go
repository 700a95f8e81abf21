// Package driver is the command errlint around a suite of checks: what is found is printed for people, for programs
// (JSON, SARIF), compared with a baseline, and fixed.
//
// The command is two programs in one. Alone it runs "go vet" with itself as the vet tool, so that packages are analyzed
// one by one, in parallel, and answered from the build cache where nothing has changed. As a vet tool, for itself or for
// a person, it analyzes one package.
package driver

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"

	"golang.org/x/tools/go/analysis"

	"github.com/holdfast-go/holdfast/lint/check"
)

// Suite is what the command runs.
type Suite struct {
	// Checks are all checks, in the order of the documentation.
	Checks []*check.Check
	// Analyzers returns the analyzers of the checks.
	Analyzers func(*check.Config) []*analysis.Analyzer
}

// Exit codes of the command.
const (
	exitClean    = 0
	exitFindings = 1 // also: -diff is not empty
	exitError    = 2 // the command line, the configuration, or packages that do not compile
)

// Main is the command. It returns the exit code, unless it is a vet tool: then it exits by itself.
func Main(s Suite) int {
	if isUnit(os.Args[1:]) {
		unit(s)
	}
	ctx, cancel := context.WithCancelCause(context.Background())
	defer cancel(nil)
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		cancel(interrupted{<-signals})
		signal.Stop(signals) // the second one ends the command as it is
	}()
	c := &command{suite: s, stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr}
	code, err := c.run(ctx, os.Args[1:])
	if why, ok := context.Cause(ctx).(interrupted); ok { // whatever failed, that was why
		fmt.Fprintln(c.stderr, "errlint: interrupted")
		return why.code()
	}
	if err != nil {
		fmt.Fprintf(c.stderr, "errlint: %v\n", err)
		return exitError
	}
	return code
}

// interrupted says that a person, or a system that shuts down, ended the command.
type interrupted struct{ os.Signal }

func (i interrupted) Error() string { return i.String() }

// code returns what a shell expects of a command that a signal ended.
func (i interrupted) code() int {
	if s, ok := i.Signal.(syscall.Signal); ok {
		return 128 + int(s)
	}
	return 130
}

// isUnit reports whether the arguments are those that the go command gives to a vet tool.
func isUnit(args []string) bool {
	if len(args) > 0 && strings.HasSuffix(args[len(args)-1], ".cfg") {
		return true
	}
	return slices.Contains(args, "-V=full") || slices.Contains(args, "-flags")
}

// command is one run.
type command struct {
	suite          Suite
	stdin          io.Reader
	stdout, stderr io.Writer
	options
	settings *Settings
	cwd      string
	modules  []module
	sources  sources
}

func (c *command) note(format string, args ...any) {
	fmt.Fprintf(c.stderr, "errlint: "+format+"\n", args...)
}

// run does what the arguments say.
func (c *command) run(ctx context.Context, args []string) (int, error) {
	if err := c.parse(args); err != nil {
		return 0, err
	}
	switch {
	case c.help:
		c.printHelp()
		return exitClean, nil
	case c.version:
		fmt.Fprintln(c.stdout, "errlint", ownVersion())
		return exitClean, nil
	case c.completion != "":
		return exitClean, c.complete()
	case c.explain:
		return exitClean, c.explainChecks()
	}
	if c.dir != "" {
		if err := os.Chdir(c.dir); err != nil {
			return 0, fmt.Errorf("-C: %w", err)
		}
	}
	cwd, err := os.Getwd()
	if err != nil {
		return 0, err
	}
	c.cwd = cwd
	if err := c.configure(); err != nil {
		return 0, err
	}
	if c.printConfig {
		return exitClean, c.settings.print(c.stdout)
	}
	if err := checkVersion(ctx); err != nil {
		return 0, err
	}
	if c.modules, err = mainModules(ctx); err != nil {
		return 0, err
	}
	if c.fix && !c.diff {
		return c.runFix(ctx)
	}
	return c.runReport(ctx)
}

// runReport finds, and prints.
func (c *command) runReport(ctx context.Context) (int, error) {
	known, err := c.readBaseline()
	if err != nil {
		return 0, err
	}
	res, err := c.vet(ctx)
	if err != nil {
		return 0, err
	}
	if len(res.trouble) > 0 {
		c.printTrouble(res)
		if c.diff || c.writeBaseline != "" {
			return exitError, nil
		}
	}
	if c.writeBaseline != "" {
		return exitClean, c.saveBaseline(res.findings)
	}
	left := known.hide(res.findings)
	code := exitClean
	if c.diff {
		code, err = c.printDiff(left)
	} else {
		code, err = c.print(&report{findings: left, hidden: len(res.findings) - len(left), failed: len(res.trouble) > 0})
	}
	if err != nil {
		return 0, err
	}
	c.noteBaseline(ctx, known, len(res.findings)-len(left), len(res.trouble) == 0)
	if len(res.trouble) > 0 {
		code = exitError
	}
	return code, nil
}

// report is what one run has to say.
type report struct {
	findings []*Finding
	hidden   int            // by the baseline
	fixed    map[string]int // by check
	failed   bool           // some packages do not compile
}

// print prints a report as asked for.
func (c *command) print(r *report) (int, error) {
	var err error
	switch {
	case c.json:
		err = c.printJSON(r)
	case c.sarif:
		err = c.printSARIF(r)
	default:
		err = c.printText(r)
	}
	if err != nil || len(r.findings) == 0 {
		return exitClean, err
	}
	return exitFindings, nil
}
