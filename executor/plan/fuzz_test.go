package plan_test

import (
	"bytes"
	"errors"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/holdfast-go/holdfast/executor/plan"
)

// Any bytes give a plan that keeps the rules, or faults that lie in the file.
func FuzzParse(f *testing.F) {
	files, err := filepath.Glob("testdata/faults/*.[yj]*")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		src, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(src)
	}
	f.Add([]byte("steps: {a: {run: [x], inputs: [hello.c, 'src/**', {step: b}], env: {A: b}, timeout: 1s}, b: {run: [y], outputs: [z]}}"))
	dir := workspace(f)
	f.Fuzz(func(t *testing.T, src []byte) {
		p, err := plan.Parse("plan.yaml", dir, src)
		if err == nil {
			checkRules(t, p)
			return
		}
		invalid, ok := errors.AsType[*plan.Invalid](err)
		if p != nil || !ok || len(invalid.Faults) == 0 {
			t.Fatalf("got %v, %v", p, err)
		}
		lines := 1 + bytes.Count(src, []byte("\n")) + bytes.Count(src, []byte("\r"))
		for _, fault := range invalid.Faults {
			if fault.Kind == "" || fault.Message == "" || fault.Pos.Line < 1 || fault.Pos.Line > lines || fault.Pos.Column < 1 {
				t.Errorf("fault %+v", fault)
			}
			if strings.Contains(fault.Error(), dir) {
				t.Errorf("fault names the machine's folder: %v", fault)
			}
		}
	})
}

// checkRules looks at a plan without knowing how it was made.
func checkRules(t *testing.T, p *plan.Plan) {
	t.Helper()
	clean := func(name string) bool {
		return name == path.Clean(name) && filepath.IsLocal(name) && !strings.ContainsAny(name, "\\\x00")
	}
	if _, err := p.Graph().Order(); err != nil || len(p.Steps) == 0 {
		t.Errorf("%d steps, %v", len(p.Steps), err)
	}
	var outputs []string
	for _, s := range p.Steps {
		if p.Step(s.Name) != s || len(s.Run) == 0 || s.Run[0] == "" || s.Timeout < 0 {
			t.Errorf("step %+v", s)
		}
		for _, o := range s.Outputs {
			if !clean(o) || o == "." {
				t.Errorf("output %q", o)
			}
			outputs = append(outputs, o)
		}
		for _, in := range s.Inputs {
			if (in.Step == "") == (in.Glob == "") || in.Step != "" && (p.Step(in.Step) == nil || len(in.Files) > 0) {
				t.Errorf("input %+v", in)
			}
			if in.Glob != "" && (len(in.Files) == 0 || !slices.IsSorted(in.Files) || !slices.ContainsFunc(in.Files, clean)) {
				t.Errorf("input %+v", in)
			}
		}
	}
	slices.Sort(outputs)
	for i, o := range outputs {
		if i > 0 && (outputs[i-1] == o || strings.HasPrefix(o, outputs[i-1]+"/")) {
			t.Errorf("outputs %q and %q", outputs[i-1], o)
		}
	}
}
