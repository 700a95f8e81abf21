package driver

import (
	"flag"
	"fmt"
	"io"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/holdfast-go/holdfast/lint/check"
)

// options are those of the command line.
type options struct {
	profile, config, baseline, writeBaseline, tags, dir, color, completion string

	enable, disable               []string
	tests, generated              bool
	json, sarif, fix, diff        bool
	explain, help, version        bool
	printConfig                   bool
	packages                      []string // after -explain: names of checks
	testsSet, genSet, baselineSet bool
}

// option describes a flag, for all that is made of flags: the parser, the help, and the completion of shells.
type option struct {
	name   string
	arg    string   // what it takes; empty: nothing
	values []string // what arg can be, if that is known
	help   string
	group  string
}

const (
	groupWhat   = "What to look for"
	groupWhere  = "Where to look"
	groupOutput = "What to do with it"
	groupOther  = "Other"
)

// optionsOf returns all flags, in the order of the help.
func (s Suite) options() []option {
	var names []string
	for _, c := range s.Checks {
		names = append(names, c.ID)
	}
	return []option{
		{"profile", "PROFILE", []string{"default", "strict"}, "default: what is nearly always a fault; strict: all checks", groupWhat},
		{"enable", "CHECK,...", names, "checks to add to the profile", groupWhat},
		{"disable", "CHECK,...", names, "checks to take from it", groupWhat},
		{"config", "FILE", nil, "the configuration (default: the nearest " + SettingsFile + " up to the module's root)", groupWhat},
		{"baseline", "FILE", nil, "report only what is not in FILE; \"\" for none", groupWhat},
		{"write-baseline", "FILE", nil, "write what is found to FILE, for -baseline, and report nothing", groupWhat},

		{"C", "DIR", nil, "work in DIR", groupWhere},
		{"tags", "TAG,...", nil, "build tags", groupWhere},
		{"tests", "", nil, "look in tests and test helpers too", groupWhere},
		{"generated", "", nil, "look in generated files too", groupWhere},

		{"fix", "", nil, "apply the safe fixes, then report what is left", groupOutput},
		{"diff", "", nil, "print what -fix would do, and change nothing", groupOutput},
		{"json", "", nil, "print JSON, as docs/lint/README.md describes it", groupOutput},
		{"sarif", "", nil, "print SARIF 2.1.0, for code scanning", groupOutput},
		{"color", "WHEN", []string{"auto", "always", "never"}, "colors and source lines: always, never, or auto, on a terminal", groupOutput},

		{"explain", "", names, "explain the checks named after it; without a name, list all", groupOther},
		{"print-config", "", nil, "print the configuration in effect", groupOther},
		{"completion", "SHELL", []string{"bash", "zsh", "fish"}, "print what completes this command in SHELL", groupOther},
		{"version", "", nil, "print the version", groupOther},
		{"help", "", nil, "print this", groupOther},
	}
}

// parse reads the command line. Flags may stand behind packages.
func (c *command) parse(args []string) error {
	fs := flag.NewFlagSet("errlint", flag.ContinueOnError)
	fs.SetOutput(io.Discard)
	texts := map[string]*string{
		"profile": &c.profile, "config": &c.config, "baseline": &c.baseline, "write-baseline": &c.writeBaseline,
		"tags": &c.tags, "C": &c.dir, "color": &c.color, "completion": &c.completion,
	}
	switches := map[string]*bool{
		"tests": &c.tests, "generated": &c.generated, "json": &c.json, "sarif": &c.sarif, "fix": &c.fix, "diff": &c.diff,
		"explain": &c.explain, "help": &c.help, "version": &c.version, "print-config": &c.printConfig,
	}
	lists := map[string]*[]string{"enable": &c.enable, "disable": &c.disable}
	all := c.suite.options()
	for _, o := range all {
		switch {
		case lists[o.name] != nil:
			fs.Func(o.name, o.help, c.suite.names(lists[o.name]))
		case o.arg == "":
			fs.BoolVar(switches[o.name], o.name, false, o.help)
		case o.values != nil:
			fs.Func(o.name, o.help, oneOf(texts[o.name], o.values))
		default:
			fs.StringVar(texts[o.name], o.name, "", o.help)
		}
	}
	fs.BoolVar(&c.help, "h", false, "")
	for len(args) > 0 {
		if err := fs.Parse(args); err != nil {
			return c.usage(fs, args, err)
		}
		args = fs.Args()
		for len(args) > 0 && !strings.HasPrefix(args[0], "-") {
			c.packages = append(c.packages, args[0])
			args = args[1:]
		}
	}
	fs.Visit(func(f *flag.Flag) {
		c.testsSet = c.testsSet || f.Name == "tests"
		c.genSet = c.genSet || f.Name == "generated"
		c.baselineSet = c.baselineSet || f.Name == "baseline"
	})
	return c.conflicts()
}

// conflicts reports flags that do not go together.
func (c *command) conflicts() error {
	for _, pair := range []struct {
		a, b   bool
		la, lb string
	}{
		{c.json, c.sarif, "-json", "-sarif"},
		{c.diff, c.json, "-diff", "-json"},
		{c.diff, c.sarif, "-diff", "-sarif"},
		{c.writeBaseline != "", c.fix, "-write-baseline", "-fix"},
		{c.writeBaseline != "", c.diff, "-write-baseline", "-diff"},
		{c.writeBaseline != "", c.json, "-write-baseline", "-json"},
		{c.writeBaseline != "", c.sarif, "-write-baseline", "-sarif"},
	} {
		if pair.a && pair.b {
			return fmt.Errorf("%s and %s: choose one", pair.la, pair.lb)
		}
	}
	return nil
}

func oneOf(to *string, values []string) func(string) error {
	return func(s string) error {
		if slices.Contains(values, s) {
			*to = s
			return nil
		}
		return fmt.Errorf("it is one of %s", strings.Join(values, ", "))
	}
}

// usage adds the way out to what package flag says.
func (c *command) usage(fs *flag.FlagSet, args []string, err error) error {
	for _, a := range args {
		name, _, _ := strings.Cut(strings.TrimLeft(a, "-"), "=")
		if !strings.HasPrefix(a, "-") || fs.Lookup(name) != nil {
			continue
		}
		var names []string
		for _, o := range c.suite.options() {
			names = append(names, o.name)
		}
		return fmt.Errorf("there is no flag -%s%s; see errlint -help", name, didYouMean(name, "-", names))
	}
	return fmt.Errorf("%w; see errlint -help", err)
}

// find returns the check of a name.
func (s Suite) find(name string) (*check.Check, error) {
	var names []string
	for _, c := range s.Checks {
		if c.ID == name || c.Analyzer() == name {
			return c, nil
		}
		names = append(names, c.ID)
	}
	return nil, fmt.Errorf("there is no check %q%s; errlint -explain lists all", name, didYouMean(name, "", names))
}

const helpText = `errlint finds the places where an error stops being an error: where it becomes text, is dropped, or is decided on
by its text, so that errors.Is and errors.As, retries and recovery further up stop working.

Usage:
  errlint [flags] [packages]
  go vet -vettool=$(which errlint) [packages]
  go fix -fixtool=$(which errlint) [packages]

Packages are those of the go command: none means the one in the working directory, ./... all below it.

Examples:
  errlint ./...                                         report
  errlint -fix ./...                                    apply what is safe, report the rest
  errlint -diff ./... | git apply                       the same, with a look at it first
  errlint -explain verb                                 say what a check is about
  errlint -profile strict -disable panic-text ./...     all checks but one
  errlint -write-baseline .errlint-baseline.json ./...  take down what is there
  errlint -baseline .errlint-baseline.json ./...        report what is new since then
  errlint -sarif ./... > errlint.sarif                  for code scanning
`

const helpEnd = `
Silence what is meant with a reason, on the line, the function or the package:
  //errlint:opaque clients of the public API see no internals

Exit codes:
  0    nothing was found
  1    something was found; with -diff: there is a difference
  2    the command line or the configuration is wrong, or packages do not compile
  130  interrupted
`

func (c *command) printHelp() {
	io.WriteString(c.stdout, helpText)
	group := ""
	for _, o := range c.suite.options() {
		if o.group != group {
			group = o.group
			fmt.Fprintf(c.stdout, "\n%s:\n", group)
		}
		left := strings.TrimSpace("-" + o.name + " " + o.arg)
		fmt.Fprintf(c.stdout, "  %-22s %s\n", left, o.help)
	}
	io.WriteString(c.stdout, helpEnd)
}

// ownVersion returns that of the module that the command was built from.
func ownVersion() string {
	v := "(devel)"
	if info, ok := debug.ReadBuildInfo(); ok {
		switch {
		case info.Main.Path == modulePath && info.Main.Version != "":
			v = info.Main.Version
		default: // a command of another module that holds this one
			for _, d := range info.Deps {
				if d.Path == modulePath {
					v = d.Version
				}
			}
		}
	}
	return v + " " + runtime.Version()
}

const modulePath = "github.com/holdfast-go/holdfast"
