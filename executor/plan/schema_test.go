package plan_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v4"

	"github.com/holdfast-go/holdfast/executor/plan"
)

func compileSchema(t *testing.T, pointer string) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(plan.Schema()))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("plan.schema.json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("plan.schema.json" + pointer)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// stringKeys makes every key a string, as in JSON, which the schema is for.
func stringKeys(v any) any {
	switch v := v.(type) {
	case map[any]any:
		out := make(map[string]any, len(v))
		for k, e := range v {
			out[fmt.Sprint(k)] = stringKeys(e)
		}
		return out
	case map[string]any:
		for k, e := range v {
			v[k] = stringKeys(e)
		}
	case []any:
		for i, e := range v {
			v[i] = stringKeys(e)
		}
	}
	return v
}

// validate says what the schema says about a YAML text.
func validate(t *testing.T, s *jsonschema.Schema, src string) error {
	t.Helper()
	var value any
	if err := yaml.Unmarshal([]byte(src), &value); err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(stringKeys(value))
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return s.Validate(doc)
}

// The schema and the parser agree on the form of plans: both take a plan, or neither does.
func TestSchemaAgreesWithParser(t *testing.T) {
	step := func(body string) string { return "steps: {a: {run: [x], outputs: [o]}, b: {" + body + "}}" }
	dir := workspace(t)
	s := compileSchema(t, "")
	for _, tt := range []struct {
		src  string
		good bool
	}{
		{"steps: {a: {run: [x]}}", true},
		{`{"steps": {"a": {"run": ["x", ""], "inputs": [], "outputs": [], "env": {}, "timeout": "0"}}}`, true},
		{"{}", false},
		{"", false},
		{"[]", false},
		{"steps: {}", false},
		{"steps:", false},
		{"steps: []", false},
		{"steps: {a: {run: [x]}}\nversion: 1", false},
		{"steps: {'a.b_c-d:e/f+': {run: [x]}, 1: {run: [x]}, Z: {run: [x]}}", true},
		{"steps: {'': {run: [x]}}", false},
		{"steps: {.a: {run: [x]}}", false},
		{"steps: {a b: {run: [x]}}", false},
		{"steps: {\"a\\n\": {run: [x]}}", false},
		{"steps: {ä: {run: [x]}}", false},
		{fmt.Sprintf("steps: {%0200d: {run: [x]}}", 0), true},
		{fmt.Sprintf("steps: {'%0201d': {run: [x]}}", 0), false},
		{"steps: {a: }", false},
		{"steps: {a: [x]}", false},
		{"steps: {a: {}}", false},
		{step("run: [x], cwd: y"), false},
		{step("run: x"), false},
		{step("run: []"), false},
		{step("run: ['']"), false},
		{step("run: [1]"), false},
		{step("run: [x, 1]"), false},
		{step("run: [x, null]"), false},
		{step(`run: ["x\0"]`), false},
		{step(`run: [x, "\0"]`), false},
		{step("run: [x], inputs: hello.c"), false},
		{step("run: [x], inputs: {}"), false},
		{step("run: [x], inputs: [hello.c, ./src/, '*.c', 'src/**', '[[]id].js']"), true},
		{step("run: [x], inputs: ['']"), false},
		{step("run: [x], inputs: [1]"), false},
		{step("run: [x], inputs: [/etc/passwd]"), false},
		{step("run: [x], inputs: [..]"), false},
		{step("run: [x], inputs: [src/../hello.c]"), false},
		{step(`run: [x], inputs: ['src\a.c']`), false},
		{step(`run: [x], inputs: ["\0"]`), false},
		{step("run: [x], inputs: [[hello.c]]"), false},
		{step("run: [x], inputs: [{step: a}, {step: a, path: o}, {step: a, path: ./o/below}]"), true},
		{step("run: [x], inputs: [{}]"), false},
		{step("run: [x], inputs: [{path: o}]"), false},
		{step("run: [x], inputs: [{step: ''}]"), false},
		{step("run: [x], inputs: [{step: 1}]"), false},
		{step("run: [x], inputs: [{step: a, file: o}]"), false},
		{step("run: [x], inputs: [{step: a, path: ''}]"), false},
		{step("run: [x], inputs: [{step: a, path: .}]"), false},
		{step("run: [x], inputs: [{step: a, path: ../o}]"), false},
		{step("run: [x], inputs: [{step: a, path: }]"), false},
		{step("run: [x], outputs: [...]"), true},
		{step("run: [x], outputs: [..a, a.., .b., a/.c, -x, ' ']"), true},
		{step("run: [x], outputs: p"), false},
		{step("run: [x], outputs: [1]"), false},
		{step("run: [x], outputs: ['']"), false},
		{step("run: [x], outputs: [.]"), false},
		{step("run: [x], outputs: [./]"), false},
		{step("run: [x], outputs: [.//./.]"), false},
		{step("run: [x], outputs: [/p]"), false},
		{step("run: [x], outputs: [a/..]"), false},
		{step("run: [x], outputs: [../p]"), false},
		{step(`run: [x], outputs: ['a\b']`), false},
		{step(fmt.Sprintf("run: [x], outputs: ['%04096d']", 0)), true},
		{step(fmt.Sprintf("run: [x], outputs: ['%04097d']", 0)), false},
		{step("run: [x], env: {A: b, 'a b': '', ü: '1'}"), true},
		{step("run: [x], env: [A]"), false},
		{step("run: [x], env: {'': b}"), false},
		{step("run: [x], env: {'A=B': b}"), false},
		{step("run: [x], env: {A: 1}"), false},
		{step("run: [x], env: {A: }"), false},
		{step(`run: [x], env: {A: "\0"}`), false},
		{step("run: [x], timeout: 1h2m3s4ms5us6µs7μs8ns"), true},
		{step("run: [x], timeout: 1.5s"), true},
		{step("run: [x], timeout: .5s"), true},
		{step("run: [x], timeout: 1.s"), true},
		{step("run: [x], timeout: +1s"), true},
		{step("run: [x], timeout: '0'"), true},
		{step("run: [x], timeout: '+0'"), true},
		{step("run: [x], timeout: 0s"), true},
		{step("run: [x], timeout: 0"), false},
		{step("run: [x], timeout: 30"), false},
		{step("run: [x], timeout: '30'"), false},
		{step("run: [x], timeout: ''"), false},
		{step("run: [x], timeout: -1s"), false},
		{step("run: [x], timeout: 1d"), false},
		{step("run: [x], timeout: 1s "), true}, // a plain scalar ends before the blank
		{step("run: [x], timeout: '1s '"), false},
		{step("run: [x], timeout: .s"), false},
		{step("run: [x], timeout: true"), false},
		{step("run: [x], timeout: "), false},
	} {
		t.Run(tt.src[:min(len(tt.src), 100)], func(t *testing.T) {
			_, parseErr := plan.Parse("plan.yaml", dir, []byte(tt.src))
			if _, unreadable := errors.AsType[*plan.Unreadable](parseErr); unreadable {
				t.Fatal(parseErr)
			}
			if (parseErr == nil) != tt.good {
				t.Errorf("parser: %v", parseErr)
			}
			if err := validate(t, s, tt.src); (err == nil) != tt.good {
				t.Errorf("schema: %v", err)
			}
		})
	}
}

// Every key is described and shown, and every example is one.
func TestSchemaExamples(t *testing.T) {
	var root any
	if err := json.Unmarshal(plan.Schema(), &root); err != nil {
		t.Fatal(err)
	}
	examples := 0
	var walk func(pointer string, node any)
	walk = func(pointer string, node any) {
		switch node := node.(type) {
		case map[string]any:
			if list, ok := node["examples"].([]any); ok {
				s := compileSchema(t, pointer)
				for _, example := range list {
					examples++
					if err := s.Validate(example); err != nil {
						t.Errorf("%s: %v", pointer, err)
					}
				}
			}
			if keys, ok := node["properties"].(map[string]any); ok {
				for name, value := range keys {
					s := value.(map[string]any)
					if s["description"] == nil || s["examples"] == nil && name != "steps" {
						t.Errorf("%s: key %q has no description or no examples", pointer, name)
					}
				}
			}
			for key, value := range node {
				if key != "examples" {
					walk(pointer+"/"+key, value)
				}
			}
		case []any:
			for i, value := range node {
				walk(fmt.Sprintf("%s/%d", pointer, i), value)
			}
		}
	}
	walk("#", root)
	if examples == 0 {
		t.Error("no examples")
	}
}

// Schema returns a copy: a caller cannot spoil it for others.
func TestSchemaIsACopy(t *testing.T) {
	file, err := os.ReadFile(filepath.Join("plan.schema.json"))
	if err != nil {
		t.Fatal(err)
	}
	plan.Schema()[0] = 'x'
	if !bytes.Equal(file, plan.Schema()) {
		t.Error("changed by a caller")
	}
}
