package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/holdfast-go/holdfast/errctx"
	"github.com/holdfast-go/holdfast/errctx/wire"
	"github.com/holdfast-go/holdfast/executor/cas"
	"github.com/holdfast-go/holdfast/executor/cli"
	"github.com/holdfast-go/holdfast/executor/digest"
	"github.com/holdfast-go/holdfast/executor/engine"
	"github.com/holdfast-go/holdfast/executor/event"
	"github.com/holdfast-go/holdfast/executor/home"
	"github.com/holdfast-go/holdfast/executor/plan"
	"github.com/holdfast-go/holdfast/executor/process"
	"github.com/rogpeppe/go-internal/testscript"
)

// The test binary is holdfast, and two builds of it that differ in one hop.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"holdfast": main,
		// One hop between the store and the engine makes text of the store's errors.
		"holdfast-stringified": func() { os.Exit(cli.Main(env(func(s cas.Store) cas.Store { return stringified{s} }, nil))) },
		// What the store says and what the engine gets are written down.
		"holdfast-probe": func() {
			p := &probe{}
			code := cli.Main(env(func(s cas.Store) cas.Store { return probed{s, p} }, p))
			p.report()
			os.Exit(code)
		},
		// The store loses every blob that is to be linked.
		"holdfast-forgetful": func() { os.Exit(cli.Main(env(func(s cas.Store) cas.Store { return forgetful{s} }, nil))) },
	})
}

func env(decorate func(cas.Store) cas.Store, observe event.Sink) cli.Env {
	return cli.Env{Args: os.Args[1:], Stdout: os.Stdout, Stderr: os.Stderr, Decorate: decorate, Observe: observe}
}

func TestScript(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:           "testdata/script",
		UpdateScripts: os.Getenv("HOLDFAST_UPDATE") != "",
		Setup: func(e *testscript.Env) error {
			e.Setenv("HOLDFAST_STORE", e.WorkDir+"/.store")
			e.Setenv("NO_COLOR", "")
			e.Vars = append(e.Vars, noExitSleep)
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits":  exits,
			"digest": digestOf,
			"events": events,
			"flip":   flip,
			"typed":  typed,
		},
		Condition: func(cond string) (bool, error) {
			if cond == "cc" {
				_, err := exec.LookPath("cc")
				return err == nil, nil
			}
			return false, fmt.Errorf("unknown condition %q", cond)
		},
	})
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

// digest FILE STEP PATH VAR: sets VAR to the digest of a step's output in the last
// step_finished event about it.
func digestOf(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 4 {
		ts.Fatalf("usage: digest FILE STEP PATH VAR")
	}
	found := ""
	for _, e := range decode(ts, args[0]) {
		if e["event"] == "step_finished" && e["step"] == args[1] {
			found, _ = e["outputs"].(map[string]any)[args[2]].(string)
		}
	}
	if found == "" {
		ts.Fatalf("no output %s of %s in %s", args[2], args[1], args[0])
	}
	ts.Setenv(args[3], found)
}

// events FILE SOURCE [STEP...]: exactly these steps have that source in the end.
func events(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: events FILE SOURCE [STEP...]")
	}
	last := map[string]string{}
	for _, e := range decode(ts, args[0]) {
		if e["event"] == "step_finished" {
			last[e["step"].(string)] = e["source"].(string)
		}
	}
	want := map[string]bool{}
	for _, s := range args[2:] {
		want[s] = true
	}
	for s, source := range last {
		if (source == args[1]) != want[s] {
			ts.Fatalf("%s: source %s", s, source)
		}
		delete(want, s)
	}
	if len(want) > 0 {
		ts.Fatalf("not in %s: %v", args[0], want)
	}
}

// typed FILE EVENT KIND CLASS TYPE [LAYER...]: the error of the last such event in FILE, decoded from its wire form,
// has a root of that kind, that class, a value of that type in it, and the messages of its own layers, outermost first.
func typed(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 5 {
		ts.Fatalf("usage: typed FILE EVENT KIND CLASS TYPE [LAYER...]")
	}
	type failed struct {
		Event string
		Error *event.Failure
	}
	var last failed
	for line := range strings.Lines(ts.ReadFile(args[0])) {
		var e failed
		ts.Check(json.Unmarshal([]byte(line), &e))
		if e.Event == args[1] {
			last = e
		}
	}
	if last.Error == nil {
		ts.Fatalf("no error in an event %s of %s", args[1], args[0])
	}
	env, bad := wire.Parse(last.Error.Wire)
	ts.Check(bad)
	err, bad := wire.NewRegistry(engine.Wire, plan.Wire, home.Wire).Decode(last.Error.Wire)
	ts.Check(bad)
	layers, root := errctx.Split(err)
	got := []string{root.(errctx.Kind).ErrorKind(), env.Class, "no " + args[4]}
	if is := types[args[4]]; is != nil && is(err) {
		got[2] = args[4]
	}
	for l := range layers {
		if l.Frame().Line == 0 {
			ts.Fatalf("nobody knows where %q was said", l.Message())
		}
		got = append(got, l.Message())
	}
	if want := args[2:]; !slices.Equal(got, want) {
		ts.Fatalf("got  %q\nwant %q\n%+v", got, want, err)
	}
}

// types are those that typed looks for.
var types = map[string]func(error) bool{
	"*cas.MissingDigest":   is[*cas.MissingDigest],
	"*engine.InputChanged": is[*engine.InputChanged],
	"*home.NotAStore":      is[*home.NotAStore],
	"*plan.Invalid":        is[*plan.Invalid],
	"*process.NotFound":    is[*process.NotFound],
}

func is[E error](err error) bool {
	_, ok := errors.AsType[E](err)
	return ok
}

// flip DIGEST: changes a bit of the blob's file.
func flip(ts *testscript.TestScript, neg bool, args []string) {
	hash, _, _ := strings.Cut(args[0], "/")
	file := ts.Getenv("HOLDFAST_STORE") + "/cas/" + hash[:2] + "/" + hash
	b, err := os.ReadFile(file)
	ts.Check(err)
	b[0] ^= 1
	ts.Check(os.Remove(file))
	ts.Check(os.WriteFile(file, b, 0o444))
}

// decode reads a file of events; every line has to be one.
func decode(ts *testscript.TestScript, file string) (all []map[string]any) {
	for line := range strings.Lines(ts.ReadFile(file)) {
		var e map[string]any
		ts.Check(json.Unmarshal([]byte(line), &e))
		all = append(all, e)
	}
	return all
}

type stringified struct{ cas.Store }

// Link is the hop that was seen in the wild: context is added, and the type is gone.
func (s stringified) Link(ctx context.Context, d digest.Digest, x bool, dst string) cas.StoreErr {
	err := s.Store.Link(ctx, d, x, dst)
	if err == nil {
		return nil
	}
	return errctx.New[cas.StoreError](&cas.StoreIO{Op: "link", Path: dst, Err: errors.New(err.Error())}, "link blob")
}

type forgetful struct{ cas.Store }

func (forgetful) Link(_ context.Context, d digest.Digest, _ bool, _ string) cas.StoreErr {
	return errctx.New[cas.StoreError](&cas.MissingDigest{Digest: d, Where: "nowhere"}, "link blob")
}

// probe compares what left the store with what arrived at the top.
type probe struct {
	mu   sync.Mutex
	left []*cas.MissingDigest
	lines
}

type lines []string

type probed struct {
	cas.Store
	*probe
}

func (p probed) Link(ctx context.Context, d digest.Digest, x bool, dst string) cas.StoreErr {
	err := p.Store.Link(ctx, d, x, dst)
	if m, ok := errors.AsType[*cas.MissingDigest](err); ok {
		p.mu.Lock()
		p.left = append(p.left, m)
		p.mu.Unlock()
	}
	return err
}

// Event implements event.Sink.
func (p *probe) Event(_ time.Time, e event.Event) {
	b, ok := e.(event.Backtrack)
	if !ok {
		return
	}
	top, _ := errors.AsType[*cas.MissingDigest](b.Err)
	p.mu.Lock()
	defer p.mu.Unlock()
	same := "another value"
	for _, m := range p.left {
		if m == top {
			same = "the same value"
		}
	}
	var layers []string
	for l := range errctx.Layers(b.Err) {
		layers = append(layers, l.Message())
	}
	p.lines = append(p.lines,
		fmt.Sprintf("probe: %T arrived, %s that left the store", top, same),
		fmt.Sprintf("probe: %d layers: %s", len(layers), strings.Join(layers, " < ")))
}

func (p *probe) report() {
	for _, l := range p.lines {
		fmt.Fprintln(os.Stderr, l)
	}
}
