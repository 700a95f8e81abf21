package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/holdfast-go/holdfast/errctx"
)

// systemPath is the PATH that steps get. A compiler needs one: it starts an
// assembler and a linker, and looks for them there.
const systemPath = "/usr/local/bin:/usr/bin:/bin"

// optimised is how the example is compiled.
const optimised = "-O2"

// toolbox has the commands a plan needs, as the plan writes them.
type toolbox struct{ cc, ar []string }

// findTools looks for the compiler and the archiver. It returns a [*MissingTool]
// when one of them is not there.
func findTools(getenv func(string) string) (toolbox, errctx.WithContext[*MissingTool]) {
	cc, err := findTool(getenv, "CC", "cc", "gcc libc6-dev")
	if err != nil {
		return toolbox{}, err
	}
	ar, err := findTool(getenv, "AR", "ar", "binutils")
	return toolbox{cc, ar}, err
}

// findTool looks for the command that variable names, with arguments as make has
// it, or else for name. A plan names it as briefly as it can: by its name where
// systemPath leads to it, and by its path elsewhere.
func findTool(getenv func(string) string, variable, name, packages string) ([]string, errctx.WithContext[*MissingTool]) {
	argv := strings.Fields(getenv(variable))
	if len(argv) == 0 {
		argv = []string{name}
	}
	file, err := exec.LookPath(argv[0])
	if err == nil {
		file, err = filepath.Abs(file)
	}
	if err != nil {
		return nil, errctx.New(&MissingTool{argv[0], variable, packages, err}, "look for a tool")
	}
	if argv[0] = file; usual(file) {
		argv[0] = filepath.Base(file)
	}
	return argv, nil
}

// usual reports whether systemPath leads to that very file.
func usual(file string) bool {
	want, err := os.Stat(file)
	if err != nil {
		return false
	}
	for _, dir := range filepath.SplitList(systemPath) {
		found, err := os.Stat(filepath.Join(dir, filepath.Base(file)))
		if err == nil && found.Mode().IsRegular() && found.Mode().Perm()&0o111 != 0 {
			return os.SameFile(found, want)
		}
	}
	return false
}

// MissingTool says that a program this one cannot do without is not on the machine.
type MissingTool struct {
	Name     string // what was looked for
	Variable string // the environment variable that may name another one
	Packages string // what to install in Debian
	Err      error
}

func (*MissingTool) ErrorKind() string { return "zstd.missing_tool" }
func (e *MissingTool) Unwrap() error   { return e.Err }
func (e *MissingTool) Error() string {
	return fmt.Sprintf("%v; install it (in Debian: apt-get install %s) or name another one in the environment variable %s", e.Err, e.Packages, e.Variable)
}

// headersOf asks the compiler which files of dir each unit includes, for those
// flags, and returns them sorted by name. Units and headers are slash-separated and
// relative to dir. System headers are not among them: they belong to the compiler.
//
// It returns a [*CommandFailed] when the compiler does not like a unit, a [*BadRule]
// or [*NoRule] when its answer makes no sense, and a [*HeaderOutside] for a header
// that no plan in dir can declare.
func headersOf(ctx context.Context, dir string, cc, flags, units []string) (map[string][]string, CompilerErr) {
	answer, failed := command{
		dir:  dir,
		env:  []string{"PATH=" + systemPath}, // what a step has: a CPATH of ours would add headers of ours
		argv: slices.Concat(cc, flags, []string{"-MM"}, units),
	}.output(ctx)
	if failed != nil {
		return nil, errctx.Map(failed, func(e *CommandFailed) CompilerError { return e })
	}
	rules, bad := parseRules(string(answer))
	if bad != nil {
		return nil, errctx.Map(bad, func(e *BadRule) CompilerError { return e })
	}
	headers := make(map[string][]string, len(units))
	for _, rule := range rules {
		unit, found := path.Clean(rule.sources[0]), []string{}
		for _, name := range rule.sources[1:] {
			header := path.Clean(name)
			if !filepath.IsLocal(header) {
				return nil, errctx.New[CompilerError](&HeaderOutside{unit, header, dir}, "list headers")
			}
			found = append(found, header)
		}
		slices.Sort(found)
		headers[unit] = slices.Compact(found)
	}
	for _, unit := range units {
		if _, ok := headers[unit]; !ok {
			return nil, errctx.New[CompilerError](&NoRule{unit}, "list headers", slog.Int("rules", len(rules)))
		}
	}
	return headers, nil
}

// CompilerErr is a handle on a CompilerError.
type CompilerErr = errctx.WithContext[CompilerError]

// CompilerError is why the headers are not known:
// *CommandFailed | *BadRule | *NoRule | *HeaderOutside.
type CompilerError interface {
	errctx.Kind
	compilerError()
}

// NoRule says that the compiler said nothing about a unit.
type NoRule struct{ Unit string }

// HeaderOutside says that a unit includes a file which is not in the plan's folder.
type HeaderOutside struct{ Unit, Header, Dir string }

func (*CommandFailed) compilerError() {}
func (*BadRule) compilerError()       {}
func (*NoRule) compilerError()        {}
func (*HeaderOutside) compilerError() {}

func (*NoRule) ErrorKind() string        { return "zstd.no_rule" }
func (*HeaderOutside) ErrorKind() string { return "zstd.header_outside" }

func (e *NoRule) Error() string { return "the compiler has no rule for " + e.Unit }
func (e *HeaderOutside) Error() string {
	return fmt.Sprintf("%s includes %s, which is not in %s", e.Unit, e.Header, e.Dir)
}
