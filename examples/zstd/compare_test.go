package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestWaves(t *testing.T) {
	p := plan{steps: []step{
		{name: "a"}, {name: "b"}, {name: "ab", after: []string{"a", "b"}}, {name: "c"}, {name: "end", after: []string{"c", "ab"}},
	}}
	var got [][]string
	for _, wave := range p.waves() {
		var names []string
		for _, s := range wave {
			names = append(names, s.name)
		}
		got = append(got, names)
	}
	if diff := cmp.Diff([][]string{{"a", "b", "c"}, {"ab"}, {"end"}}, got); diff != "" {
		t.Errorf("waves (-want +got):\n%s", diff)
	}
}

// The real xargs takes a line apart into the words and the environment it was made of.
func TestXargsLine(t *testing.T) {
	words := []string{"plain", "with space", "tab\there", `back\slash`, `"double"`, "'single'", "", "$HOME", "*", "größe"}
	s := step{run: append([]string{"sh", "-c", `printf '<%s>' "$PATH" "$GREETING" "$0" "$@"`}, words...),
		env: []variable{{"PATH", systemPath}, {"GREETING", "good morning"}}}
	c := command{stdin: strings.NewReader(s.xargsLine() + "\n"), argv: []string{"xargs", "-L1", "env", "-i"}}
	out, err := c.output(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := "<" + strings.Join(append([]string{systemPath, "good morning"}, words...), "><") + ">"
	if diff := cmp.Diff(want, string(out)); diff != "" {
		t.Errorf("words (-want +got):\n%s", diff)
	}
}

func TestRival(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "in.txt"), []byte("in"), 0o644); err != nil {
		t.Fatal(err)
	}
	sh := func(line string) []string { return []string{"sh", "-c", line} }
	t.Run("a plan's commands run in their order, in a folder of their own", func(t *testing.T) {
		r := rival{plan{steps: []step{
			{name: "a", run: sh("cat in.txt > obj/a"), files: []string{"in.txt"}, outputs: []string{"obj/a"}},
			{name: "b", run: sh("printf '%s' \"$B\" > obj/b"), env: []variable{{"B", "b c"}}, files: []string{"in.txt"}, outputs: []string{"obj/b"}},
			{name: "ab", run: sh("cat obj/a obj/b > ab"), after: []string{"a", "b"}, outputs: []string{"ab"}},
		}}, dir, filepath.Join(t.TempDir(), "scratch")}
		var got times
		if err := r.measure(t.Context(), &got); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(map[string]string{"in.txt": "in", "obj/a": "in", "obj/b": "b c", "ab": "inb c"}, contents(t, r.scratch)); diff != "" {
			t.Errorf("scratch folder (-want +got):\n%s", diff)
		}
		if len(got.xargs) != 1 || got.xargs[0] <= 0 {
			t.Errorf("times %v, want one", got.xargs)
		}
	})
	t.Run("a command that fails ends the measurement", func(t *testing.T) {
		r := rival{plan{steps: []step{{name: "a", run: sh("echo no >&2; exit 1")}}}, dir, t.TempDir()}
		var got times
		err := r.measure(t.Context(), &got)
		if failed, ok := errors.AsType[*CommandFailed](err); !ok || failed.Stderr != "no\n" || got.xargs != nil {
			t.Errorf("measure = %v with times %v, want a *CommandFailed and none", err, got.xargs)
		}
	})
}

func TestContender(t *testing.T) {
	// A holdfast that finds everything in the cache once its store is there.
	const honest = `
for a; do case $before in --store) store=$a;; esac; before=$a; done
echo '{"event":"plan","steps":3}'
if test -d "$store"; then echo '{"event":"finished","executed":0,"cached":3,"rerun":0}'
else mkdir "$store"; echo '{"event":"finished","executed":3,"cached":0,"rerun":0}'; fi`
	measure := func(t *testing.T, holdfast string) (times, CompareErr) {
		t.Helper()
		dir := t.TempDir()
		script(t, filepath.Join(dir, "holdfast"), holdfast)
		var got times
		err := contender{filepath.Join(dir, "holdfast"), "plan.yaml", filepath.Join(dir, "store"), filepath.Join(dir, "out")}.measure(t.Context(), 3, &got)
		return got, err
	}
	t.Run("a run with an empty store and a cached one are measured", func(t *testing.T) {
		got, err := measure(t, honest)
		if err != nil || len(got.cold) != 1 || len(got.cached) != 1 {
			t.Errorf("measure = %+v, %v; want a time of each", got, err)
		}
	})
	t.Run("a second run that executes is no cached run", func(t *testing.T) {
		_, err := measure(t, `echo '{"event":"finished","executed":3}'`)
		if wrong, ok := errors.AsType[*WrongWork](err); !ok || wrong.Want != (tally{Cached: 3}) || wrong.Got != (tally{Executed: 3}) {
			t.Errorf("measure = %v, want a *WrongWork", err)
		}
	})
	t.Run("a run that fails is no run", func(t *testing.T) {
		_, err := measure(t, "exit 1")
		if _, ok := errors.AsType[*CommandFailed](err); !ok {
			t.Errorf("measure = %v, want a *CommandFailed", err)
		}
	})
	t.Run("events that are not JSON are no events", func(t *testing.T) {
		_, err := measure(t, "echo all went well")
		if _, ok := errors.AsType[*NoTally](err); !ok {
			t.Errorf("measure = %v, want a *NoTally", err)
		}
	})
}

func TestAgree(t *testing.T) {
	dir := t.TempDir()
	a, b := filepath.Join(dir, "a"), filepath.Join(dir, "b")
	write := func(path, text string) {
		t.Helper()
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write(a, "one")
	if fault, ok := errors.AsType[*FileFault](agree(a, b)); !ok || fault.Path != b {
		t.Errorf("without %s: %v, want a *FileFault", b, fault)
	}
	write(b, "one")
	if err := agree(a, b); err != nil {
		t.Errorf("equal files: %v", err)
	}
	write(b, "two")
	if d, ok := errors.AsType[*Disagreement](agree(a, b)); !ok || d.Holdfast != "one" || d.Xargs != "two" {
		t.Errorf("different files: %v, want a *Disagreement", d)
	}
}
