package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/holdfast-go/holdfast/bench/lint/cost"
	"github.com/holdfast-go/holdfast/bench/lint/module"
	"github.com/holdfast-go/holdfast/bench/lint/repair"
	"github.com/holdfast-go/holdfast/bench/lint/survey"
	"github.com/holdfast-go/holdfast/bench/lint/tool"
)

// bin is the folder of programs.
func (c *bench) bin() (string, error) {
	dir := filepath.Join(c.dir, "bin")
	return dir, os.MkdirAll(dir, 0o777)
}

// role installs this program as a vet tool.
func (c *bench) role(role, salt string) (string, error) {
	self, err := os.Executable()
	if err != nil {
		return "", err
	}
	dir, err := c.bin()
	if err != nil {
		return "", err
	}
	return tool.Install(dir, role, self, salt)
}

// program builds a command that this module can build.
func (c *bench) program(ctx context.Context, name, path string) (string, error) {
	dir, err := c.bin()
	if err != nil {
		return "", err
	}
	file := filepath.Join(dir, name)
	if out, err := exec.CommandContext(ctx, "go", "build", "-o", file, path).CombinedOutput(); err != nil {
		return "", fmt.Errorf("build %s: %w: %s", path, err, out)
	}
	return file, nil
}

const (
	errlintPath   = "github.com/holdfast-go/holdfast/cmd/errlint"
	errorlintPath = "github.com/polyfloyd/go-errorlint"
)

func (c *bench) survey(ctx context.Context, m module.Module, dir string) error {
	vettool := ""
	if !c.quick {
		var err error
		if vettool, err = c.role("vet-all", ""); err != nil {
			return err
		}
	}
	s, err := survey.Run(ctx, m, dir, vettool)
	if err != nil {
		return err
	}
	for _, suite := range tool.Suites() {
		fmt.Fprintf(c.stdout, "%-16s %-16s %6d findings\n", m.Name, suite.Name, s.Total(suite.Name))
	}
	for _, kind := range survey.Kinds {
		o := s.Covered(kind)
		fmt.Fprintf(c.stdout, "%-16s go-errorlint %-12s %d of %d lines\n", m.Name, kind, o.Both, o.Lines)
	}
	if n := strings.Count(s.Complaints, "\n"); n > 0 {
		fmt.Fprintf(c.stderr, "%s: %d complaints, such as %s\n", m.Name, n, strings.SplitN(s.Complaints, "\n", 2)[0])
	}
	return c.save("survey", m.Name, s)
}

// analyses is the result of the part cost.
type analyses struct {
	Packages, Lines int
	Load            string
	Suites          []cost.Analysis
}

func (c *bench) cost(ctx context.Context, m module.Module, dir string) error {
	listed, _, err := module.Packages(ctx, dir)
	if err != nil {
		return err
	}
	lines, _, err := module.Lines(dir, listed)
	if err != nil {
		return err
	}
	loaded, err := cost.Load(ctx, dir, importPaths(listed))
	if err != nil {
		return err
	}
	a := analyses{Packages: len(loaded), Lines: lines}
	if a.Suites, err = cost.Measure(ctx, tool.Suites(), loaded, c.rounds); err != nil {
		return err
	}
	a.Load = load()
	for _, s := range a.Suites {
		fmt.Fprintf(c.stdout, "%-16s %-16s %8.0f ms, %6.1f MB allocated\n", m.Name, s.Suite,
			float64(cost.Median(s.CPU))/float64(time.Millisecond), float64(s.Allocated)/1e6)
	}
	return c.save("cost", m.Name, a)
}

func importPaths(packages []module.Package) []string {
	var out []string
	for _, p := range packages {
		out = append(out, p.ImportPath)
	}
	return out
}

// load is what else the machine did.
func load() string {
	b, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "unknown"
	}
	first, _, _ := strings.Cut(string(b), " ")
	return first
}

// The names of commands.
const (
	vetNothing     = "go vet with a tool that does nothing"
	vetFacts       = "go vet with a tool that does nothing and has facts"
	vetErrorlint   = "go vet with go-errorlint"
	vetErrlint     = "go vet with errlint"
	errorlintAlone = "go-errorlint alone"
	errlintAlone   = "errlint alone"
)

// commands is the result of the part command.
type commands struct {
	Packages int
	Load     string
	Commands []cost.Command
}

func (c *bench) command(ctx context.Context, m module.Module, dir string) error {
	listed, _, err := module.Packages(ctx, dir)
	if err != nil {
		return err
	}
	names := importPaths(listed)
	errlint, err := c.program(ctx, "errlint", errlintPath)
	if err != nil {
		return err
	}
	errorlint, err := c.program(ctx, "go-errorlint", errorlintPath)
	if err != nil {
		return err
	}
	start := time.Now().UnixNano()
	salted := func(role, program string, round int) (string, error) {
		bin, err := c.bin()
		if err != nil {
			return "", err
		}
		return tool.Install(bin, role, program, fmt.Sprint(start, round))
	}
	vet := func(role, program string) func(int) ([]string, error) {
		return func(round int) ([]string, error) {
			if program == "" {
				var err error
				if program, err = os.Executable(); err != nil {
					return nil, err
				}
			}
			file, err := salted(role, program, round)
			return append([]string{"go", "vet", "-vettool=" + file}, names...), err
		}
	}
	measured := []cost.Measured{
		{Name: vetNothing, Args: vet("vet-nothing", "")},
		{Name: vetFacts, Args: vet("vet-nothing-facts", "")},
		{Name: vetErrorlint, Args: vet("vet-"+tool.Errorlint, "")},
		{Name: vetErrlint, Args: vet("errlint-salted", errlint)},
		{Name: errorlintAlone, Args: func(int) ([]string, error) {
			return append([]string{errorlint, "-errorf", "-test=false"}, names...), nil
		}},
		{Name: errlintAlone, Args: func(round int) ([]string, error) {
			file, err := salted("errlint-salted", errlint, c.rounds+round)
			return append([]string{file}, names...), err
		}},
	}
	// What Go compiles is compiled before; only what it remembers of vet tools is new in each round.
	warm := measured[0]
	warm.Args = func(int) ([]string, error) { return measured[0].Args(-1) }
	if _, err := cost.Commands(ctx, dir, []cost.Measured{warm}, 1); err != nil {
		return err
	}
	r := commands{Packages: len(names)}
	if r.Commands, err = cost.Commands(ctx, dir, measured, c.rounds); err != nil {
		return err
	}
	r.Load = load()
	for _, k := range r.Commands {
		fmt.Fprintf(c.stdout, "%-16s %-48s %6.1f s, peak %5.0f MB, status %d\n", m.Name, k.Name, cost.Median(k.CPU).Seconds(), float64(k.Peak)/1e6, k.Status)
	}
	return c.save("command", m.Name, r)
}

func (c *bench) fixes(ctx context.Context, m module.Module, original string) error {
	errlint, err := c.program(ctx, "errlint", errlintPath)
	if err != nil {
		return err
	}
	dir := filepath.Join(c.store.dir, "fixed", m.Name)
	if err := os.RemoveAll(dir); err != nil {
		return err
	}
	if err := m.Copy(ctx, dir); err != nil {
		return err
	}
	r, err := repair.Run(ctx, m, original, dir, errlint)
	if err != nil {
		return err
	}
	for _, s := range r.Said {
		fmt.Fprintf(c.stdout, "%-16s %s\n", m.Name, s)
	}
	fmt.Fprintf(c.stdout, "%-16s %d files changed, %d by a second run, %d not formatted, %d complaints; texts: %d compared, %d differ\n", m.Name,
		len(r.Changed), len(r.ChangedAgain), len(r.Unformatted), len(r.Broken), r.Count(repair.Text), len(r.Different()))
	for _, b := range r.Broken {
		fmt.Fprintf(c.stdout, "\tbroken: %s\n", b)
	}
	for _, d := range r.Different() {
		fmt.Fprintf(c.stdout, "\t%s:%d\n\t\t%s\n\t\t%s\n", d.File, d.Line, d.Old, d.New)
	}
	return c.save("fixes", m.Name, r)
}
