package driver_test

import (
	"encoding/json"
	"errors"
	"go/ast"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"golang.org/x/tools/go/analysis"

	"github.com/holdfast-go/holdfast/lint/check"
	"github.com/holdfast-go/holdfast/lint/driver"
)

// The test binary is errlint with checks that do what the tests need: each reports the calls of a function.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"errlint": func() { os.Exit(driver.Main(suite)) }})
}

var suite = driver.Suite{
	Checks:    append(toys.Checks[:len(toys.Checks):len(toys.Checks)], check.Directive),
	Analyzers: func(cfg *check.Config) []*analysis.Analyzer { return check.Analyzers(cfg, toys) },
}

func toy(id string, tier check.Tier, fix string) *check.Check {
	return &check.Check{ID: id, Tier: tier, Title: "a call of " + id, Why: "It is a toy.", Before: id + "(err)", After: "err", Silent: []string{"calls of others"}, Fix: fix, Since: "v0.1.0"}
}

var (
	last   = toy("last", check.Error, "puts the last argument in the place of the call")
	wrap   = toy("wrap-up", check.Error, "wraps the last argument")
	ask    = toy("ask", check.Warning, "asks")
	broken = toy("broken", check.Warning, "makes code that does not compile")
	quiet  = toy("quiet", check.OptIn, "")
	crash  = toy("crash", check.Error, "")
)

var toys = &check.Family{Name: "toys", Checks: []*check.Check{last, wrap, ask, broken, quiet, crash}, Run: func(p *check.Pass) {
	for n := range p.Inspect.PreorderSeq((*ast.CallExpr)(nil)) {
		call := n.(*ast.CallExpr)
		id, ok := call.Fun.(*ast.Ident)
		if !ok || len(call.Args) == 0 {
			continue
		}
		arg := call.Args[len(call.Args)-1]
		text := p.Src(arg)
		f := check.Finding{Node: call, Cause: arg, Message: "a call of " + id.Name}
		replace := func(message, text string, more ...analysis.TextEdit) {
			f.Fixes = []check.Fix{{Message: message, Edits: append(more, check.Replace(call, text))}}
		}
		switch id.Name {
		case "last":
			f.Check = last
			replace("take the argument", text)
		case "wrap":
			f.Check = wrap
			name, edits, ok := p.Import(call.Pos(), "fmt")
			if !ok {
				continue
			}
			replace("wrap the argument", name+`.Errorf("%w", `+text+")", edits...)
		case "ask":
			f.Check = ask
			replace("take the argument", text)
			f.Fixes[0].Ask = true
		case "broken":
			f.Check = broken
			replace("call nobody", "nobody("+text+")")
		case "quiet":
			f.Check = quiet
		case "sleep": // once its argument is fixed
			if strings.Contains(text, "last(") {
				continue
			}
			if err := os.WriteFile(filepath.Join(os.Getenv("WORK"), "begun"), []byte(strconv.Itoa(os.Getpid())), 0o666); err != nil {
				panic(err)
			}
			time.Sleep(time.Minute)
			continue
		case "crash":
			panic("a toy crashed")
		default:
			continue
		}
		p.Report(f)
	}
}}

func TestScript(t *testing.T) {
	env := goEnv(t)
	testscript.Run(t, testscript.Params{
		Dir:           "testdata/script",
		UpdateScripts: os.Getenv("HOLDFAST_UPDATE") != "",
		Setup: func(e *testscript.Env) error {
			e.Vars = append(e.Vars, env...)
			path, err := exec.LookPath("errlint")
			if err != nil {
				return err
			}
			e.Setenv("ERRLINT", path) // for scripts without a PATH
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"exits": exits, "interrupted": interrupted, "sarif": sarif},
	})
}

// goEnv keeps the caches, which are below a home that scripts do not have, and the network out.
func goEnv(t *testing.T) []string {
	out, err := exec.Command("go", "env", "-json", "GOCACHE", "GOMODCACHE").Output()
	if err != nil {
		t.Fatal(err)
	}
	var vars map[string]string
	if err := json.Unmarshal(out, &vars); err != nil {
		t.Fatal(err)
	}
	env := []string{"GOPROXY=off", "GOFLAGS=", "GOWORK=", "GOTOOLCHAIN=local", "NO_COLOR="}
	for k, v := range vars {
		env = append(env, k+"="+v)
	}
	return env
}

// exits CODE COMMAND...: the command ends with exactly that exit code.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE COMMAND [ARG...]")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		e, ok := errors.AsType[*exec.ExitError](err)
		if !ok {
			ts.Fatalf("%s: %v", args[1], err)
		}
		got = e.ExitCode()
	}
	if got != want {
		ts.Fatalf("%s: exit code %d, want %d", strings.Join(args[1:], " "), got, want)
	}
}
